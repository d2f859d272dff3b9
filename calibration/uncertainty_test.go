package calibration

import (
	"math"
	"testing"

	"lintel/firmware/thermal"
)

func TestBudgetAddsUp(t *testing.T) {
	b := Budget{Certificate: 3, Stability: 4, Reflected: 12, ROINoise: 84}
	if b.Combined() != 85 || b.Expanded() != 170 {
		t.Errorf("combined %g, expanded %g, want 85 and 170", b.Combined(), b.Expanded())
	}
	names := map[string]bool{}
	for _, term := range b.Terms() {
		if term.Name == "" || names[term.Name] {
			t.Errorf("%q is no name of its own", term.Name)
		}
		names[term.Name] = true
	}
}

// The terms of a usual measurement, worked out by hand.
func TestBudgetOfAUsualMeasurement(t *testing.T) {
	cfg := DefaultConfig()
	u := terms{
		cfg: cfg.Terms, expanded: 0.2, stability: 0.1, reading: 0.004, drift: 0.01,
		pixel: 0.06, contrast: 6, diameter: 12,
	}
	b := u.budget(35, 225)
	for _, c := range []struct {
		name      string
		got       thermal.Kelvin
		want, tol float64
	}{
		{"certificate", b.Certificate, 0.1, 1e-12},
		{"stability", b.Stability, 0.1 / math.Sqrt(3), 1e-12},
		{"reading noise", b.ReadingNoise, 0.004, 1e-12},
		{"drift", b.Drift, 0.01, 1e-12},
		{"non-uniformity", b.NonUniformity, 0.05, 1e-12},
		{"size of source", b.SizeOfSource, math.Hypot(0.025, 0.0433), 1e-4},
		{"emissivity", b.Emissivity, 0.0751, 1e-4},
		{"reflected", b.Reflected, 0.0577, 1e-4},
		{"ROI noise", b.ROINoise, 0.02, 1e-12},
		{"expanded", b.Expanded(), 0.34, 0.02},
	} {
		if math.Abs(float64(c.got)-c.want) > c.tol {
			t.Errorf("%s: %.4f, want %.4f", c.name, c.got, c.want)
		}
	}
}

// A worse reference, a smaller region and more noise are never less uncertain.
func TestUncertaintyGrowsWithItsCauses(t *testing.T) {
	s, f := observed(t, nil)
	large, err1 := s.Measure(f, thermal.Box{X0: 50, Y0: 50, X1: 66, Y1: 66})
	small, err2 := s.Measure(f, thermal.Box{X0: 56, Y0: 56, X1: 60, Y1: 60})
	if err1 != nil || err2 != nil || !(small.Budget.SizeOfSource > large.Budget.SizeOfSource) {
		t.Errorf("small region %.3f, large region %.3f (%v, %v)", small.U, large.U, err1, err2)
	}
	noisy, g := observed(t, func(s *scene) { s.noise = 0.15 })
	m, err := noisy.Measure(g, thermal.Box{X0: 50, Y0: 50, X1: 66, Y1: 66})
	if err != nil || !(m.Budget.ROINoise > large.Budget.ROINoise) || !(m.Budget.ReadingNoise > large.Budget.ReadingNoise) {
		t.Errorf("noisy %+v, quiet %+v (%v)", m.Budget, large.Budget, err)
	}
	if math.Abs(float64(noisy.terms.pixel)-0.15) > 0.05 {
		t.Errorf("pixel noise %.3f, want 0.15", noisy.terms.pixel)
	}
}
