package sim

import (
	"math"
	"testing"
)

// Shares of the total emission below a wavelength, by lambda T in um K: Incropera and
// DeWitt, Fundamentals of Heat and Mass Transfer, table 12.1.
func TestInBandAgainstTables(t *testing.T) {
	const stefanBoltzmann = 5.670374419e-8
	for _, c := range []struct{ kelvin, below, above float64 }{
		{300, 0.140256, 0.516014}, // 2400 and 4200 um K
		{400, 0.318102, 0.701046}, // 3200 and 5600
	} {
		want := (c.above - c.below) * stefanBoltzmann * math.Pow(c.kelvin, 4) / math.Pi
		if got := inBand(c.kelvin - 273.15); math.Abs(got/want-1) > 2e-3 {
			t.Errorf("%v K: %.4f W/(m2 sr), want %.4f", c.kelvin, got, want)
		}
	}
}

// The rule of few points agrees with a plain sum over 20,000.
func TestInBandIsExact(t *testing.T) {
	for _, celsius := range []float64{-40, 0, 22, 37, 120} {
		const n = 20_000
		sum := 0.0
		for i := range n {
			lambda := bandLow + (float64(i)+0.5)*(bandHigh-bandLow)/n
			sum += 1.191042972e8 / math.Pow(lambda, 5) / math.Expm1(1.438776877e4/(lambda*(celsius+273.15)))
		}
		want := sum * (bandHigh - bandLow) / n
		if got := inBand(celsius); math.Abs(got/want-1) > 1e-8 {
			t.Errorf("%v degC: %.9f, want %.9f", celsius, got, want)
		}
	}
}

func TestTablesAreExact(t *testing.T) {
	p := newPlanck()
	for c := -40.0; c <= 150; c += 0.0371 {
		slope := (inBand(c+0.01) - inBand(c-0.01)) / 0.02
		if off := math.Abs(float64(p.of(float32(c)))-inBand(c)) / slope; off > 1e-4 {
			t.Fatalf("the radiance of %.4f degC is off by %.6f K", c, off)
		}
		if back := p.inverse(float32(inBand(c))); math.Abs(float64(back)-c) > 1e-4 {
			t.Fatalf("%.4f degC comes back as %.5f", c, back)
		}
	}
	if p.of(-300) != p.of(coldest) || p.inverse(-1) > coldest+0.01 || p.inverse(1e9) < hottest-0.1 {
		t.Error("the tables do not end where they should")
	}
}
