package thermal_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

func TestScales(t *testing.T) {
	for _, c := range []struct {
		scale  thermal.CountScale
		name   string
		counts float64
		want   thermal.Celsius
		tol    float64
	}{
		// Lepton with TLinear: 30000 counts of 0.01 K are 300 K.
		{thermal.CentiKelvin, "centikelvin", 30000, 26.85, 1e-9},
		{thermal.CentiKelvin, "centikelvin", 0, thermal.AbsoluteZero, 1e-9},
		// P2 Pro: 19200 counts of 1/64 K are 300 K.
		{thermal.Kelvin64, "kelvin64", 19200, 26.85, 1e-9},
		{thermal.Kelvin64, "kelvin64", 65535, 750.834, 1e-3},
	} {
		if got := c.scale.Celsius(c.counts); math.Abs(float64(got-c.want)) > c.tol {
			t.Errorf("%v counts of %v are %v degC, want %v", c.counts, c.scale, got, c.want)
		}
		if c.scale.String() != c.name {
			t.Errorf("%v is called %s", c.name, c.scale)
		}
	}
	for _, s := range []thermal.CountScale{0, 77} {
		if s.KelvinPerCount() != 0 || s.String() != "unknown" {
			t.Errorf("scale %d is %v K, %s", uint8(s), s.KelvinPerCount(), s)
		}
	}
}

// There and back again, and warmer is more.
func TestScalesInGeneral(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := rapid.SampledFrom([]thermal.CountScale{thermal.CentiKelvin, thermal.Kelvin64}).Draw(r, "scale")
		counts := rapid.Float64Range(0, 65535).Draw(r, "counts")
		if back := s.Counts(s.Celsius(counts)); math.Abs(back-counts) > 1e-6 {
			r.Fatalf("%v counts come back as %v", counts, back)
		}
		if s.Celsius(counts+1) <= s.Celsius(counts) {
			r.Fatal("one count more is not warmer")
		}
	})
}
