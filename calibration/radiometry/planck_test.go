package radiometry_test

import (
	"math"
	"testing"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"
)

// Published fractions of the black-body radiation below a product of wavelength
// and temperature (tables of black-body radiation functions, as in Incropera
// and others, Fundamentals of Heat and Mass Transfer, chapter 12).
func TestFractionAgainstTables(t *testing.T) {
	for _, c := range []struct{ product, want float64 }{
		{1000, 0.000321},
		{1400, 0.007790},
		{2000, 0.066728},
		{2200, 0.100888},
		{2898, 0.250108},
		{3000, 0.273232},
		{4000, 0.480877},
		{5000, 0.633747},
		{6000, 0.737818},
		{8000, 0.856288},
		{10000, 0.914199},
		{20000, 0.985602},
	} {
		// Older tables use c2 = 14388 um K, hence the tolerance.
		if got := radiometry.Fraction(c.product); math.Abs(got-c.want) > 5e-5 {
			t.Errorf("F(%g um K) = %.6f, want %.6f", c.product, got, c.want)
		}
	}
	if radiometry.Fraction(0) != 0 || radiometry.Fraction(math.NaN()) != 0 {
		t.Error("nothing lies below a wavelength of zero")
	}
}

// Over all wavelengths the radiance is sigma T^4 / pi.
func TestStefanBoltzmannLimit(t *testing.T) {
	for _, c := range []thermal.Celsius{-20, 20, 37, 120} {
		kelvin := float64(c - thermal.AbsoluteZero)
		want := radiometry.StefanBoltzmann * math.Pow(kelvin, 4) / math.Pi
		got := 0.0
		for low := 0.5; low < 1000; low *= 1.25 {
			got += radiometry.Band{Low: low, High: low * 1.25}.Radiance(c)
		}
		if math.Abs(got/want-1) > 2e-5 { // the tail beyond a millimetre
			t.Errorf("at %g degC: %.6f, want %.6f", c, got, want)
		}
	}
}

// Two ways to the same integral: Simpson's rule and the series of fractions.
func TestRadianceAgainstTheSeries(t *testing.T) {
	for _, b := range []radiometry.Band{radiometry.LWIR(), {Low: 7.5, High: 13.5}, {Low: 3, High: 5}} {
		for c := thermal.Celsius(-70); c <= 250; c += 10 {
			kelvin := float64(c - thermal.AbsoluteZero)
			want := radiometry.StefanBoltzmann * math.Pow(kelvin, 4) / math.Pi *
				(radiometry.Fraction(b.High*kelvin) - radiometry.Fraction(b.Low*kelvin))
			if got := b.Radiance(c); math.Abs(got/want-1) > 2e-8 {
				t.Errorf("%v at %g degC: %.9g, want %.9g", b, c, got, want)
			}
		}
	}
}

// Wien's displacement law: the peak lies at 2897.77 um K.
func TestSpectralPeaksWhereWienSays(t *testing.T) {
	for _, c := range []thermal.Celsius{0, 37, 200} {
		peak := 2897.771955 / float64(c-thermal.AbsoluteZero)
		top := radiometry.Spectral(peak, c)
		if !(top > radiometry.Spectral(peak*0.99, c) && top > radiometry.Spectral(peak*1.01, c)) {
			t.Errorf("at %g degC the peak is not at %.3f um", c, peak)
		}
	}
	if radiometry.Spectral(10, -274) != 0 || radiometry.Spectral(0, 20) != 0 {
		t.Error("something radiates below absolute zero or at no wavelength")
	}
}
