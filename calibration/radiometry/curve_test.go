package radiometry_test

import (
	"errors"
	"math"
	"testing"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"

	"pgregory.net/rapid"
)

func lwir(t testing.TB) *radiometry.Curve {
	t.Helper()
	c, err := radiometry.NewCurve(radiometry.LWIR())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The fit against the integral, both ways, in kelvin.
func TestCurveError(t *testing.T) {
	for _, b := range []radiometry.Band{radiometry.LWIR(), {Low: 7.5, High: 13.5}, {Low: 8, High: 12}, {Low: 3, High: 5}} {
		c, err := radiometry.NewCurve(b)
		if err != nil {
			t.Fatal(err)
		}
		forward, inverse, slope := 0.0, 0.0, 0.0
		for t := radiometry.CurveFrom; t <= radiometry.CurveTo; t += 0.37 {
			exact := b.Radiance(t)
			rise := (b.Radiance(t+0.01) - b.Radiance(t-0.01)) / 0.02
			forward = math.Max(forward, math.Abs(c.Radiance(t)-exact)/rise)
			inverse = math.Max(inverse, math.Abs(float64(c.Celsius(exact)-t)))
			slope = math.Max(slope, math.Abs(c.Slope(t)/rise-1))
		}
		t.Logf("%v um: largest error %.2g K there, %.2g K back, slope %.2g", b, forward, inverse, slope)
		if limit := float64(radiometry.CurveError); forward > limit || inverse > limit || slope > 1e-4 {
			t.Errorf("%v um: error %.2g K there, %.2g K back, slope %.2g", b, forward, inverse, slope)
		}
	}
}

// There and back is nothing, and the curve rises everywhere, also far outside
// the range of the fit.
func TestCurveRisesAndInverts(t *testing.T) {
	c := lwir(t)
	rapid.Check(t, func(rt *rapid.T) {
		a := thermal.Celsius(rapid.Float64Range(-200, 600).Draw(rt, "a"))
		b := a + thermal.Celsius(rapid.Float64Range(1e-3, 50).Draw(rt, "more"))
		if !(c.Radiance(b) > c.Radiance(a)) || !(c.Celsius(c.Radiance(b)) > c.Celsius(c.Radiance(a))) {
			rt.Fatalf("does not rise from %g to %g degC", a, b)
		}
		if a >= radiometry.CurveFrom && a <= radiometry.CurveTo {
			if back := c.Celsius(c.Radiance(a)); math.Abs(float64(back-a)) > float64(radiometry.CurveError) {
				rt.Fatalf("%g degC comes back as %g", a, back)
			}
		}
	})
}

func TestCurveOfNoTemperature(t *testing.T) {
	c := lwir(t)
	if c.Radiance(-280) != 0 || c.Slope(-280) != 0 {
		t.Error("something radiates below absolute zero")
	}
	for _, l := range []float64{0, -1, math.NaN()} {
		if !math.IsNaN(float64(c.Celsius(l))) {
			t.Errorf("a radiance of %g has a temperature", l)
		}
	}
	for _, b := range []radiometry.Band{{}, {Low: 14, High: 8}, {Low: 0.1, High: 2}, {Low: 8, High: math.NaN()}} {
		if _, err := radiometry.NewCurve(b); !errors.Is(err, radiometry.ErrBand) {
			t.Errorf("%v: %v", b, err)
		}
	}
}

func TestCurveDoesNotAllocate(t *testing.T) {
	c := lwir(t)
	p := radiometry.Path{Emissivity: 0.95, Reflected: 20, Transmittance: 0.99, Air: 21}
	if n := testing.AllocsPerRun(100, func() {
		_ = c.Celsius(p.Object(c, c.Radiance(35))) + thermal.Celsius(c.Slope(35))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCurve(b *testing.B) {
	c := lwir(b)
	t := thermal.Celsius(30)
	for b.Loop() {
		t = c.Celsius(c.Radiance(t))
	}
}
