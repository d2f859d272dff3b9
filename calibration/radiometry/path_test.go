package radiometry_test

import (
	"errors"
	"math"
	"testing"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"

	"pgregory.net/rapid"
)

// thermimage holds the example constants of the Thermimage manual.
func thermimage() radiometry.PlanckConstants {
	return radiometry.PlanckConstants{R1: 21106.77, R2: 0.012545258, B: 1501, F: 1, O: -7340}
}

// The manual's example raw2temp(18109) at its default settings, with the
// formula of the manual worked out by hand, and other cameras' constants from
// the same manual's source (raw2temp.R) and the ReVuePro manual.
func TestPlanckConstants(t *testing.T) {
	for _, c := range []struct {
		name   string
		p      radiometry.PlanckConstants
		counts float64
		want   thermal.Celsius
	}{
		{"Thermimage", thermimage(), 18109, 23.6243},
		{"ReVuePro", radiometry.PlanckConstants{R1: 17096.453125, R2: 0.04351538, B: 1428, F: 1, O: -55}, 3500, 27.7782},
	} {
		if err := c.p.Validate(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := c.p.Celsius(c.counts); math.Abs(float64(got-c.want)) > 1e-3 {
			t.Errorf("%s: %g counts are %.4f degC, want %.4f", c.name, c.counts, got, c.want)
		}
		for want := thermal.Celsius(-20); want <= 120; want += 7 {
			if got := c.p.Celsius(c.p.Counts(want)); math.Abs(float64(got-want)) > 1e-9 {
				t.Errorf("%s: %g degC comes back as %g", c.name, want, got)
			}
		}
	}
}

func TestPlanckConstantsRefused(t *testing.T) {
	for name, change := range map[string]func(*radiometry.PlanckConstants){
		"none":      func(p *radiometry.PlanckConstants) { *p = radiometry.PlanckConstants{} },
		"NaN":       func(p *radiometry.PlanckConstants) { p.B = math.NaN() },
		"negative":  func(p *radiometry.PlanckConstants) { p.R2 = -1 },
		"overflow":  func(p *radiometry.PlanckConstants) { p.R2 /= 100 },
		"underflow": func(p *radiometry.PlanckConstants) { p.O = 70000 },
	} {
		p := thermimage()
		change(&p)
		if err := p.Validate(); !errors.Is(err, radiometry.ErrConstants) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !math.IsNaN(float64(thermimage().Celsius(7000))) || !thermimage().Known() {
		t.Error("counts below the zero of the signal have a temperature")
	}
}

// A target of emissivity 0.95 at 35 degC in a room of 20 degC: worked out from
// the integral.
func TestPathAgainstTheIntegral(t *testing.T) {
	c, b := lwir(t), radiometry.LWIR()
	p := radiometry.Path{Emissivity: 0.95, Reflected: 20, Transmittance: 0.985, Air: 22}
	want := 0.985*(0.95*b.Radiance(35)+0.05*b.Radiance(20)) + 0.015*b.Radiance(22)
	if got := p.Apparent(c, c.Radiance(35)); math.Abs(got-want) > 1e-6*want {
		t.Errorf("%g, want %g", got, want)
	}
	// Seven tenths of a kelvin for the surface, two tenths for the air.
	if low := float64(35 - c.Celsius(want)); low < 0.8 || low > 1.0 {
		t.Errorf("it reads %.3f K low, want 0.8 to 1.0", low)
	}
}

func TestPathInverts(t *testing.T) {
	c := lwir(t)
	rapid.Check(t, func(rt *rapid.T) {
		p := radiometry.Path{
			Emissivity:    rapid.Float64Range(0.3, 1).Draw(rt, "e"),
			Reflected:     thermal.Celsius(rapid.Float64Range(-20, 60).Draw(rt, "reflected")),
			Transmittance: rapid.Float64Range(0.8, 1).Draw(rt, "tau"),
			Air:           thermal.Celsius(rapid.Float64Range(-20, 50).Draw(rt, "air")),
		}
		if err := p.Validate(); err != nil {
			rt.Fatal(err)
		}
		object := thermal.Celsius(rapid.Float64Range(-20, 120).Draw(rt, "object"))
		back := c.Celsius(p.Object(c, p.Apparent(c, c.Radiance(object))))
		if math.Abs(float64(back-object)) > 1e-3 {
			rt.Fatalf("%g degC comes back as %g", object, back)
		}
		// In a room of the target's temperature nothing can be told apart.
		p.Reflected, p.Air = object, object
		if same := c.Celsius(p.Apparent(c, c.Radiance(object))); math.Abs(float64(same-object)) > 1e-3 {
			rt.Fatalf("at equilibrium %g degC looks like %g", object, same)
		}
	})
}

func TestPathRefused(t *testing.T) {
	if err := radiometry.Clear().Validate(); err != nil {
		t.Error(err)
	}
	for _, p := range []radiometry.Path{
		{},
		{Emissivity: 1.01, Transmittance: 1},
		{Emissivity: 1, Transmittance: math.NaN()},
		{Emissivity: 1, Transmittance: 1, Reflected: 300},
		{Emissivity: 1, Transmittance: 1, Air: 100},
	} {
		if err := p.Validate(); !errors.Is(err, radiometry.ErrPath) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// The air of a kiosk: clear, less so over distance and with humidity.
func TestTransmittance(t *testing.T) {
	if got := radiometry.Transmittance(0, 20, 0.5); math.Abs(got-1) > 1e-12 {
		t.Errorf("over no distance %g", got)
	}
	near, far := radiometry.Transmittance(2, 22, 0.5), radiometry.Transmittance(30, 22, 0.5)
	if near < 0.97 || near > 0.995 || far >= near {
		t.Errorf("2 m %.4f, 30 m %.4f", near, far)
	}
	if dry, wet := radiometry.Transmittance(30, 30, 0.1), radiometry.Transmittance(30, 30, 0.9); wet >= dry {
		t.Errorf("dry air %.4f, wet air %.4f", dry, wet)
	}
}
