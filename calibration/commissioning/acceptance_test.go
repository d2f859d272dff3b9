package commissioning_test

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
)

// points makes a test of set points from 34 to 39 degC.
func points(read func(truth float64, n int) float64) []commissioning.Point {
	var list []commissioning.Point
	for n := range 60 {
		truth := 34 + float64(n%6)
		list = append(list, commissioning.Point{
			Truth: thermal.Celsius(truth), Reading: thermal.Celsius(read(truth, n)), U: 0.3, TruthU: 0.04,
			At: time.Duration(n) * time.Minute, Place: thermal.Point{X: 20 + 40*float64(n/30), Y: 60},
		})
	}
	return list
}

func TestAcceptance(t *testing.T) {
	ripple := func(n int) float64 { return 0.04 * float64((n/6)%2) }
	for _, c := range []struct {
		name string
		read func(truth float64, n int) float64
		fail []string
	}{
		{"good", func(x float64, n int) float64 { return x + ripple(n) }, nil},
		{"0.3 K high", func(x float64, _ int) float64 { return x + 0.3 }, []string{"laboratory_accuracy"}},
		{"pulled to normal", func(x float64, _ int) float64 { return 36.5 + 0.9*(x-36.5) }, []string{"laboratory_accuracy", "slope_error"}},
		{"wavy", func(x float64, _ int) float64 { return x + 0.15*math.Cos(math.Pi*x) }, []string{"largest_residual", "slope_error"}},
		{"noisy", func(x float64, n int) float64 { return x + 4*ripple(n) - 0.08 }, nil},
		{"drifting", func(x float64, n int) float64 { return x + 0.15*(float64(n)/59-0.5) }, []string{"drift"}},
		{"uneven", func(x float64, n int) float64 { return x + 0.25*float64(n/30) - 0.125 }, []string{"drift", "stability", "uniformity"}},
		{"stuck", func(float64, int) float64 { return 36.5 }, []string{"laboratory_accuracy", "slope_error", "falls"}},
	} {
		f, err := commissioning.Assess(points(c.read))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var failed []string
		verdicts := commissioning.DefaultCriteria().Judge(f)
		for _, v := range verdicts {
			if !v.Pass {
				failed = append(failed, v.Name)
			}
		}
		slices.Sort(failed)
		slices.Sort(c.fail)
		if !slices.Equal(failed, c.fail) || commissioning.Passed(verdicts) != (len(c.fail) == 0) {
			t.Errorf("%s: fails %v, want %v (%+v)", c.name, failed, c.fail, f)
		}
	}
	if commissioning.Passed(nil) {
		t.Error("no test is passed")
	}
}

func TestAcceptanceRefused(t *testing.T) {
	good := points(func(x float64, _ int) float64 { return x })
	bad := slices.Clone(good)
	bad[7].Reading = thermal.Celsius(math.NaN())
	for name, list := range map[string][]commissioning.Point{"none": nil, "two set points": good[:2], "NaN": bad} {
		if _, err := commissioning.Assess(list); !errors.Is(err, commissioning.ErrPoints) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The figures do not depend on the order, and follow a line that is drawn.
func TestAcceptanceFollowsALine(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		slope := rapid.Float64Range(0.5, 1.5).Draw(rt, "slope")
		at := rapid.Float64Range(-2, 2).Draw(rt, "at")
		list := points(func(x float64, _ int) float64 { return 36 + at + slope*(x-36) })
		f, err := commissioning.Assess(list)
		if err != nil {
			rt.Fatal(err)
		}
		if math.Abs(f.Slope-slope) > 1e-9 || f.Residual > 1e-9 || math.Abs(float64(f.Intercept)-(36+at-36*slope)) > 1e-6 {
			rt.Errorf("%+v", f)
		}
		g, err := commissioning.Assess(rapid.Permutation(list).Draw(rt, "order"))
		if err != nil || math.Abs(f.Slope-g.Slope) > 1e-9 || math.Abs(float64(f.Drift-g.Drift)) > 1e-6 || math.Abs(float64(f.Accuracy-g.Accuracy)) > 1e-9 {
			rt.Errorf("%+v in another order: %+v", f, g)
		}
	})
}
