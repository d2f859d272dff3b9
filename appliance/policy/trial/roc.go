package trial

import (
	"fmt"
	"math"
	"slices"

	"lintel/appliance/policy"
)

// Scores holds the scores of the subjects whose oral temperature is known, in
// degrees Celsius, each ascending.
type Scores struct{ Febrile, Healthy []float64 }

// Scores splits the subjects that have both a score and an oral temperature.
func (t *Table) Scores(site policy.Site) Scores {
	var out Scores
	for i := range t.Subjects {
		s := &t.Subjects[i]
		out.add(s.Score(site), s.Oral())
	}
	out.sort()
	return out
}

// Singles is [Table.Scores] with every round on its own.
func (t *Table) Singles(site policy.Site) Scores {
	var out Scores
	var room [Rounds]float64
	for i := range t.Subjects {
		s := &t.Subjects[i]
		for _, v := range s.Readings(room[:0], site) {
			out.add(v, s.Oral())
		}
	}
	out.sort()
	return out
}

func (s *Scores) add(score, oral float64) {
	switch {
	case math.IsNaN(score) || math.IsNaN(oral):
	case oral >= Fever:
		s.Febrile = append(s.Febrile, score)
	default:
		s.Healthy = append(s.Healthy, score)
	}
}

func (s *Scores) sort() {
	slices.Sort(s.Febrile)
	slices.Sort(s.Healthy)
}

// AUC is the probability that a febrile subject scores higher than a healthy
// one, ties counting half: the Mann-Whitney U over the number of pairs. It is
// NaN where either group is empty.
func (s Scores) AUC() float64 {
	var twiceU int
	for _, f := range s.Febrile {
		below, _ := slices.BinarySearch(s.Healthy, f)
		upTo := below
		for upTo < len(s.Healthy) && s.Healthy[upTo] == f {
			upTo++
		}
		twiceU += below + upTo
	}
	return float64(twiceU) / (2 * float64(len(s.Febrile)) * float64(len(s.Healthy)))
}

// Caught is the number of febrile subjects at or above the threshold.
func (s Scores) Caught(threshold float64) int {
	below, _ := slices.BinarySearch(s.Febrile, threshold)
	return len(s.Febrile) - below
}

// Cleared is the number of healthy subjects below the threshold.
func (s Scores) Cleared(threshold float64) int {
	below, _ := slices.BinarySearch(s.Healthy, threshold)
	return below
}

// Sensitivity is the share of the febrile at or above the threshold; NaN where
// there is none.
func (s Scores) Sensitivity(threshold float64) float64 {
	return float64(s.Caught(threshold)) / float64(len(s.Febrile))
}

// Specificity is the share of the healthy below the threshold; NaN where there
// is none.
func (s Scores) Specificity(threshold float64) float64 {
	return float64(s.Cleared(threshold)) / float64(len(s.Healthy))
}

// step is the resolution of an operating point in degrees Celsius. Rounding
// down to it only adds to those who are caught.
const step = 0.01

// OperatingPoint returns the highest threshold at which the sensitivity,
// averaged over cameras, is at least want (0 to 1), rounded down to 0.01 degC.
// Errors wrap [ErrNoTruth].
func OperatingPoint(cameras []Scores, want float64) (float64, error) {
	var candidates []float64
	for _, c := range cameras {
		if len(c.Febrile) == 0 || len(c.Healthy) == 0 {
			return 0, fmt.Errorf("cannot choose an operating point: %w", ErrNoTruth)
		}
		candidates = append(candidates, c.Febrile...)
	}
	if len(cameras) == 0 {
		return 0, fmt.Errorf("cannot choose an operating point: %w", ErrNoTruth)
	}
	slices.Sort(candidates)
	for _, threshold := range slices.Backward(candidates) {
		if meanOf(cameras, func(s Scores) float64 { return s.Sensitivity(threshold) }) >= want {
			// The small term keeps a multiple of the step where it is.
			return math.Floor(threshold/step+1e-6) / (1 / step), nil
		}
	}
	return 0, fmt.Errorf("cannot choose an operating point: no threshold has a sensitivity of %v", want)
}

func meanOf(cameras []Scores, of func(Scores) float64) float64 {
	var sum float64
	for _, c := range cameras {
		sum += of(c)
	}
	return sum / float64(len(cameras))
}
