package commissioning

import (
	"math"
)

// Criteria are what a thermograph must reach.
type Criteria struct {
	// Accuracy is the laboratory accuracy, uncertainty included, in kelvin.
	Accuracy float64
	// SlopeError is how far the slope may be from one.
	SlopeError float64
	// Residual, Stability, Drift and Uniformity are in kelvin.
	Residual, Stability, Drift, Uniformity float64
}

// DefaultCriteria returns the criteria with the sources that Judge names.
func DefaultCriteria() Criteria {
	return Criteria{Accuracy: 0.5, SlopeError: 0.02, Residual: 0.1, Stability: 0.1, Drift: 0.1, Uniformity: 0.2}
}

// Verdict is the outcome of one criterion. It passes where Value is at most
// Limit, or at least that.
type Verdict struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Limit  float64 `json:"limit"`
	Unit   string  `json:"unit"`
	Pass   bool    `json:"pass"`
	Source string  `json:"source"`
	// Least says that Limit is the least that passes, instead of the most.
	Least bool `json:"least,omitempty"`
}

// Judge holds the figures against the criteria.
func (c Criteria) Judge(f Figures) []Verdict {
	falls := 0.0
	if !f.Increasing {
		falls = 1
	}
	list := []Verdict{
		{Name: "laboratory_accuracy", Value: float64(f.Accuracy), Limit: c.Accuracy, Unit: "K", Source: "IEC 80601-2-59, within 0.5 K with its uncertainty"},
		{Name: "slope_error", Value: math.Abs(f.Slope - 1), Limit: c.SlopeError, Unit: "K/K", Source: "own: nothing pulls a reading towards normal (doi 10.1117/1.JBO.26.4.043009)"},
		{Name: "falls", Value: falls, Limit: 0, Unit: "", Source: "own: a warmer target reads more"},
		{Name: "largest_residual", Value: float64(f.Residual), Limit: c.Residual, Unit: "K", Source: "own: the resolvable difference of the checklist in PMC8654479"},
		{Name: "stability", Value: float64(f.Stability), Limit: c.Stability, Unit: "K", Source: "PMC8654479, resolvable difference 0.1 K"},
		{Name: "drift", Value: math.Abs(float64(f.Drift)), Limit: c.Drift, Unit: "K", Source: "PMC8654479, stability and drift of a reference 0.1 K, asked here of the whole"},
		{Name: "uniformity", Value: float64(f.Uniformity), Limit: c.Uniformity, Unit: "K", Source: "own: half of the stated accuracy"},
	}
	for i := range list {
		list[i].Pass = list[i].Value <= list[i].Limit
	}
	return list
}

// Passed says whether all verdicts pass; without any, none does.
func Passed(v []Verdict) bool {
	for i := range v {
		if !v[i].Pass {
			return false
		}
	}
	return len(v) > 0
}
