package policy_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// anyModel is a shipped model, or one with weights of its own, so that the
// promises do not hang on which feature happens to have the weight.
func anyModel(t *rapid.T) policy.Model {
	m, _ := policy.Shipped(rapid.SampledFrom(policy.Sites()).Draw(t, "site"))
	if m.Site == policy.Forehead && rapid.Bool().Draw(t, "weights of its own") {
		m.Weights = policy.Weights{}
		for range 20 {
			m.Weights[rapid.SampledFrom(policy.Features()).Draw(t, "share of")] += 1.0 / 20
		}
	}
	return m
}

// anyPattern is a pattern of which parts may be missing.
func anyPattern(t *rapid.T) (p policy.Pattern) {
	for _, f := range policy.Features() {
		if rapid.IntRange(0, 4).Draw(t, "missing") > 0 {
			p[f] = thermal.Celsius(rapid.Float64Range(28, 43).Draw(t, f.String()))
		}
	}
	return p
}

// TestAKelvinOnTheFaceIsAKelvinInTheScore: no pull toward normal, in any room
// and whatever part of the pattern is there.
func TestAKelvinOnTheFaceIsAKelvinInTheScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, p, room := anyModel(t), anyPattern(t), anyRoom(t)
		rise := thermal.Kelvin(rapid.Float64Range(0, 5).Draw(t, "rise"))
		a, wholeA, okA := m.Read(p)
		for f := range p {
			if p[f] != 0 {
				p[f] = p[f].Add(rise)
			}
		}
		b, wholeB, okB := m.Read(p)
		if wholeA != wholeB || okA != okB {
			t.Fatalf("whole %v became %v, readable %v %v", wholeA, wholeB, okA, okB)
		}
		if !okA {
			return
		}
		if got := m.Score(b, room).Sub(m.Score(a, room)); math.Abs(float64(got-rise)) > 1e-9 {
			t.Fatalf("%v K more on the face are %v K more in the score", rise, got)
		}
	})
}

// TestEveryTemperatureCountsUpward: a single feature that grows warmer never
// lowers the reading, so it turns no REFER into a PASS.
func TestEveryTemperatureCountsUpward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, p := anyModel(t), anyPattern(t)
		a, _, okA := m.Read(p)
		f := rapid.SampledFrom(policy.Features()).Draw(t, "warmer")
		if p[f] == 0 {
			return
		}
		p[f] = p[f].Add(thermal.Kelvin(rapid.Float64Range(0, 5).Draw(t, "rise")))
		b, _, okB := m.Read(p)
		if okA != okB || b < a-1e-9 {
			t.Fatalf("a warmer %v brings the reading from %v to %v", f, a, b)
		}
	})
}

// TestShippedWeights: none is below zero, and together they are 1; of the fits
// that were compared the shipped one is there and is monotone.
func TestShippedWeights(t *testing.T) {
	for _, site := range policy.Sites() {
		m, _ := policy.Shipped(site)
		var sum float64
		for _, w := range m.Weights {
			if w < 0 {
				t.Errorf("%v: a weight of %v", site, w)
			}
			sum += w
		}
		if math.Abs(sum-1) > 1e-12 {
			t.Errorf("%v: the weights add up to %v", site, sum)
		}
		shipped, best := 0.0, 0.0
		for _, trial := range m.Trials {
			mean := (trial.HeldOutAUC[0] + trial.HeldOutAUC[1]) / 2
			if trial.Monotone {
				best = max(best, mean)
			}
			if trial.Monotone && trial.Weights == m.Weights {
				shipped = max(shipped, mean)
			}
		}
		if shipped == 0 || shipped < best {
			t.Errorf("%v: the shipped fit has an area of %v on people left out, another %v", site, shipped, best)
		}
	}
}

// TestPartOfThePattern: what stands in for a missing maximum, and that its
// worth is stated.
func TestPartOfThePattern(t *testing.T) {
	m, _ := policy.Shipped(policy.Forehead)
	for _, c := range []struct {
		name  string
		p     policy.Pattern
		want  thermal.Celsius
		whole bool
		ok    bool
	}{
		{"maximum", policy.Pattern{policy.Maximum: 35}, 35, true, true},
		{"maximum and spots", policy.Pattern{policy.Maximum: 35, policy.SpotTop: 34}, 35, true, true},
		{"centre", policy.Pattern{policy.CentreMaximum: 34.5, policy.SpotTop: 34}, thermal.Celsius(34.5).Add(m.CentreShift), false, true},
		{"two spots", policy.Pattern{policy.SpotLeft: 34.2, policy.SpotTop: 34}, thermal.Celsius(34.2).Add(m.SpotShift), false, true},
		{"nothing", policy.Pattern{}, 0, false, false},
	} {
		got, whole, ok := m.Read(c.p)
		if math.Abs(float64(got.Sub(c.want))) > 1e-9 || whole != c.whole || ok != c.ok {
			t.Errorf("%s: %v, whole %v, readable %v; want %+v", c.name, got, whole, ok, c)
		}
	}
	if len(m.Losses) != 4 || m.CentreShift <= 0 || m.SpotShift <= m.CentreShift {
		t.Errorf("losses %+v, shifts %v and %v", m.Losses, m.CentreShift, m.SpotShift)
	}
	for _, l := range m.Losses {
		if len(l.AUC) != 2 || l.Sensitivity < 0.8 || l.Specificity < 0.3 {
			t.Errorf("loss %+v", l)
		}
	}
	face, _ := policy.Shipped(policy.FaceMax)
	if _, _, ok := face.Read(policy.Pattern{policy.CentreMaximum: 35, policy.SpotTop: 34}); ok {
		t.Error("a forehead is read as the hottest place of the face")
	}
}

func TestFeatureNames(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range policy.Features() {
		if name := f.String(); name == "unknown" || seen[name] {
			t.Errorf("feature %d is called %q", f, name)
		} else {
			seen[name] = true
		}
	}
	if policy.Feature(99).String() != "unknown" || len(seen) != len(policy.Pattern{}) {
		t.Error("a feature has no name")
	}
	if policy.Objection(0).String() != "unknown" || policy.NoObjection.String() != "none" {
		t.Error("objections are misnamed")
	}
}
