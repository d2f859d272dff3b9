package policy

import (
	"math"

	"lintel/firmware/thermal"
)

// Fever is a definition of fever by the oral temperature. The zero Fever is
// that by which operating points are chosen.
type Fever uint8

// The definitions.
const (
	Fever375 Fever = iota
	Fever380

	fevers
)

// Fevers returns every definition in a fixed order.
func Fevers() []Fever { return []Fever{Fever375, Fever380} }

// Oral is the oral temperature from which on a subject is febrile.
func (f Fever) Oral() thermal.Celsius {
	if f == Fever380 {
		return 38.0
	}
	return 37.5
}

// Curve is the receiver operating characteristic of a model on the subjects of
// a clinical study. Its arrays are indexed by [Fever].
type Curve struct {
	// Cameras looked at the same people, so their numbers are never added up.
	Cameras []Camera
	// HeldOutSensitivity and HeldOutSpecificity are those at 90 % in
	// cross-validation by subject: room slope and threshold are fitted on nine
	// tenths of the people and judged on the tenth. SingleSensitivity and
	// SingleSpecificity judge every round on its own instead of a subject's
	// mean, as if each were a visit. All are means over the cameras, for 37.5.
	HeldOutSensitivity, HeldOutSpecificity float64
	SingleSensitivity, SingleSpecificity   float64
	// Points are ascending in their threshold.
	Points []Point
}

// Camera is what one camera of the study saw.
type Camera struct {
	Name string
	// AUC is the area under the curve, 0 to 1, and HeldOutAUC that of scores
	// whose model was fitted on other people; for 37.5.
	AUC, HeldOutAUC float64
	// Febrile and Healthy count the subjects.
	Febrile, Healthy [fevers]int
}

// Point is a threshold with the subjects that it referred of the febrile and
// passed of the healthy, by camera.
type Point struct {
	Threshold       thermal.Celsius
	Caught, Cleared [][fevers]int
}

// Evidence is what one threshold was worth for one definition of fever.
type Evidence struct {
	Fever     Fever
	Threshold thermal.Celsius
	// Sensitivity is the share of the febrile that were referred, Specificity
	// that of the healthy that passed: means over the cameras, with the 95 %
	// interval of one camera's number of people.
	Sensitivity, Specificity Proportion
}

// At returns what the i-th point is worth.
func (c *Curve) At(i int, fever Fever) Evidence {
	p := c.Points[i]
	n := len(c.Cameras)
	e := Evidence{Fever: fever, Threshold: p.Threshold}
	e.Sensitivity = mean(n, func(k int) (int, int) { return p.Caught[k][fever], c.Cameras[k].Febrile[fever] })
	e.Specificity = mean(n, func(k int) (int, int) { return p.Cleared[k][fever], c.Cameras[k].Healthy[fever] })
	return e
}

// Choose returns the highest point that catches at least the share want of
// those with fever from 37.5 degC on; false where none does.
func (c *Curve) Choose(want float64) (i int, ok bool) {
	for i := len(c.Points) - 1; i >= 0; i-- {
		if c.At(i, Fever375).Sensitivity.Value >= want {
			return i, true
		}
	}
	return 0, false
}

// Near returns the highest point at or below the threshold, which catches at
// least as many; false where the threshold is off the table by more than a
// step of it.
func (c *Curve) Near(threshold thermal.Celsius) (i int, ok bool) {
	for i := len(c.Points) - 1; i >= 0; i-- {
		if d := threshold.Sub(c.Points[i].Threshold); d >= 0 {
			return i, d <= 0.1
		}
	}
	return 0, false
}

// mean averages hits over n by camera.
func mean(cameras int, of func(k int) (hits, n int)) Proportion {
	var share, people, count float64
	for k := range cameras {
		if hits, n := of(k); n > 0 {
			share += float64(hits) / float64(n)
			people += float64(n)
			count++
		}
	}
	if count == 0 {
		return Proportion{math.NaN(), 0, 1}
	}
	return Wilson(share/count, people/count)
}

// Referred is how many of 100 healthy visitors are referred.
func (e Evidence) Referred() float64 { return 100 * (1 - e.Specificity.Value) }

// Predictive returns the share of the referred that have fever and that of the
// passed that have none, where the share prevalence (0 to 1) of the visitors
// has fever. NaN where nobody would be referred or passed.
func (e Evidence) Predictive(prevalence float64) (positive, negative float64) {
	sick, well := prevalence, 1-prevalence
	caught, missed := sick*e.Sensitivity.Value, sick*(1-e.Sensitivity.Value)
	cleared, referred := well*e.Specificity.Value, well*(1-e.Specificity.Value)
	return caught / (caught + referred), cleared / (cleared + missed)
}

// Proportion is an estimated share with its 95 % confidence interval.
type Proportion struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Wilson returns the share p observed on n people with its 95 % Wilson score
// interval (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927, p. 209). With n of 0
// the share is NaN and the interval 0 to 1.
func Wilson(p, n float64) Proportion {
	if !(n > 0) {
		return Proportion{math.NaN(), 0, 1}
	}
	const z = 1.959964 // two-sided 95 % quantile of the normal distribution
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Proportion{p, math.Max(0, centre-half), math.Min(1, centre+half)}
}
