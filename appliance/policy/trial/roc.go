package trial

import (
	"fmt"
	"math"
	"slices"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// Scores holds the scores of the subjects whose oral temperature is known, in
// degrees Celsius, each ascending.
type Scores struct{ Febrile, Healthy []float64 }

// scoring turns a table into scores.
type scoring struct {
	model policy.Model
	// blind leaves the room out.
	blind bool
	// fever is the oral temperature from which on a subject is febrile.
	fever policy.Fever
	// single takes every round on its own instead of the subject's mean.
	single bool
	// left, where not nil, are the features that are left of every pattern.
	left []policy.Feature
	// only, where not nil, chooses subjects.
	only func(id string) bool
}

// Scores are those of the subjects that have both a reading and an oral
// temperature, as the model has them, for fever from 37.5 degC on.
func (t *Table) Scores(model policy.Model) Scores {
	return scoring{model: model}.of(t)
}

func (g scoring) of(t *Table) Scores {
	var out Scores
	var rounds [Rounds]float64
	for i := range t.Subjects {
		s := &t.Subjects[i]
		if g.only != nil && !g.only(s.ID) {
			continue
		}
		room := s.Room()
		if g.blind {
			room = policy.Room{}
		}
		if g.left != nil {
			s = s.without(g.left)
		}
		readings := append(rounds[:0], s.Reading(&g.model))
		if g.single {
			readings = s.Readings(rounds[:0], &g.model)
		}
		for _, v := range readings {
			out.add(float64(g.model.Score(thermal.Celsius(v), room)), s.Oral(), float64(g.fever.Oral()))
		}
	}
	out.sort()
	return out
}

func (s *Scores) add(score, oral, fever float64) {
	switch {
	case math.IsNaN(score) || math.IsNaN(oral):
	case oral >= fever:
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
			return roundDown(threshold), nil
		}
	}
	return 0, fmt.Errorf("cannot choose an operating point: no threshold has a sensitivity of %v", want)
}

// roundDown returns the multiple of the step at or below v.
func roundDown(v float64) float64 {
	// The small term keeps a multiple of the step where it is, unless v lies
	// below it by less than that.
	steps := math.Floor(v/step + 1e-6)
	if steps/(1/step) > v {
		steps--
	}
	return steps / (1 / step)
}

func meanOf(cameras []Scores, of func(Scores) float64) float64 {
	var sum float64
	for _, c := range cameras {
		sum += of(c)
	}
	return sum / float64(len(cameras))
}
