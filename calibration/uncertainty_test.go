package calibration

import (
	"math"
	"testing"

	"lintel/calibration/radiometry"
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

// The terms of a usual measurement, worked out by hand: in-band radiance rises by
// 1.7 % a kelvin at 35 degC and by 0.8 % of that less per kelvin below.
func TestBudgetOfAUsualMeasurement(t *testing.T) {
	b := usualTerms(t, nil).budget(35, 225, 225)
	for _, c := range []struct {
		name      string
		got       thermal.Kelvin
		want, tol float64
	}{
		{"certificate", b.Certificate, 0.1 * 1.015, 1e-3},
		{"stability", b.Stability, 0.1 / math.Sqrt(3) * 1.015, 1e-3},
		{"reference emissivity", b.ReferenceEmissivity, 0, 0},
		{"reading noise", b.ReadingNoise, 0.004 * 1.015, 1e-4},
		{"drift", b.Drift, 0.01, 1e-12},
		{"non-uniformity", b.NonUniformity, math.Hypot(0.05, 0.05), 1e-12},
		{"size of source", b.SizeOfSource, math.Abs(0.025*1.015 - 0.0433*0.95), 1.5e-3},
		{"emissivity", b.Emissivity, math.Hypot(0.01*12.3/0.98, 0.02*2) / math.Sqrt(3), 2e-3},
		{"reflected", b.Reflected, 0.02 / 0.98 * 5 * 0.9 / 3, 2e-3},
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
	skin := usualTerms(t, nil)
	if err1 != nil || err2 != nil || !(skin.budget(35, 16, 16).SizeOfSource > skin.budget(35, 256, 256).SizeOfSource) || small.U < 0.1 {
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

// usualTerms returns the terms of a camera and a reference as they usually are.
func usualTerms(t testing.TB, change func(*Config)) *terms {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Reference.Temperature = 37
	if change != nil {
		change(&cfg)
	}
	curve, err := radiometry.NewCurve(cfg.Camera.Band)
	if err != nil {
		t.Fatal(err)
	}
	u := newTerms(&cfg, curve, 0.01, usualPoint(curve, &cfg.Reference, 600), nil)
	return &u
}

// usualPoint returns what a reference gives that stands out by contrast counts.
func usualPoint(curve *radiometry.Curve, ref *ReferenceConfig, contrast float64) *point {
	return &point{
		seen: curve.Radiance(ref.Temperature - 1), truth: curve.Radiance(ref.Temperature),
		temperature: ref.Temperature, ref: ref,
		estimate: estimate{offset: 1, noise: 0.004, settling: 0.01},
		disc:     disc{noise: 6, contrast: contrast, circle: thermal.Circle{X: 30, Y: 120, R: 6}},
	}
}
