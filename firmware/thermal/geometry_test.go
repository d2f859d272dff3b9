package thermal_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

func TestBox(t *testing.T) {
	b := thermal.Box{X0: 2, Y0: 3, X1: 6, Y1: 11}
	if b.Width() != 4 || b.Height() != 8 || b.Area() != 32 || b.Centre() != (thermal.Point{X: 4, Y: 7}) {
		t.Errorf("%v x %v, area %v, centre %v", b.Width(), b.Height(), b.Area(), b.Centre())
	}
	if got := (thermal.Circle{X: 10, Y: 20, R: 3}).Bounds(); got != (thermal.Box{X0: 7, Y0: 17, X1: 13, Y1: 23}) {
		t.Errorf("bounds %v", got)
	}
	// Pixels are measured at their edges: the whole image is 0 to its size.
	if got := (thermal.Box{X0: -5, Y0: 2, X1: 200, Y1: 130}).Clip(160, 120); got != (thermal.Box{X0: 0, Y0: 2, X1: 160, Y1: 120}) {
		t.Errorf("clipped to %v", got)
	}
	if got := (thermal.Box{X0: 170, Y0: 0, X1: 180, Y1: 10}).Clip(160, 120); got.Area() != 0 {
		t.Errorf("outside, %v is left", got)
	}
	for _, c := range []struct {
		p    thermal.Point
		want bool
	}{
		{thermal.Point{X: 2, Y: 3}, true},
		{thermal.Point{X: 6, Y: 11}, true},
		{thermal.Point{X: 4, Y: 7}, true},
		{thermal.Point{X: 1.9, Y: 7}, false},
		{thermal.Point{X: 4, Y: 11.1}, false},
		{thermal.Point{X: math.NaN(), Y: 7}, false},
	} {
		if b.Contains(c.p) != c.want {
			t.Errorf("%v inside: %v", c.p, !c.want)
		}
	}
}

func TestIoU(t *testing.T) {
	b := thermal.Box{X0: 0, Y0: 0, X1: 10, Y1: 10}
	for _, c := range []struct {
		name string
		with thermal.Box
		want float64
	}{
		{"itself", b, 1},
		{"half", thermal.Box{X0: 0, Y0: 0, X1: 5, Y1: 10}, 0.5},
		{"a quarter over the corner", thermal.Box{X0: 5, Y0: 5, X1: 15, Y1: 15}, 25. / 175},
		{"side by side", thermal.Box{X0: 10, Y0: 0, X1: 20, Y1: 10}, 0},
		{"apart in both directions", thermal.Box{X0: 20, Y0: 20, X1: 30, Y1: 30}, 0},
		{"nothing", thermal.Box{}, 0},
		{"turned inside out", thermal.Box{X0: 10, Y0: 10, X1: 0, Y1: 0}, 0},
	} {
		if got := b.IoU(c.with); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestBoxesInGeneral(t *testing.T) {
	box := rapid.Custom(func(r *rapid.T) thermal.Box {
		at, size := rapid.Float64Range(-200, 200), rapid.Float64Range(0, 200)
		x, y := at.Draw(r, "x"), at.Draw(r, "y")
		return thermal.Box{X0: x, Y0: y, X1: x + size.Draw(r, "width"), Y1: y + size.Draw(r, "height")}
	})
	rapid.Check(t, func(r *rapid.T) {
		a, b := box.Draw(r, "a"), box.Draw(r, "b")
		iou := a.IoU(b)
		if iou < 0 || iou > 1+1e-9 || iou != b.IoU(a) {
			r.Fatalf("IoU %v and %v", iou, b.IoU(a))
		}
		in := a.Intersect(b)
		if in != b.Intersect(a) || in.Area() > math.Min(a.Area(), b.Area()) {
			r.Fatalf("common part %v", in)
		}
		if in.Area() > 0 {
			c := in.Centre()
			if !a.Contains(c) || !b.Contains(c) {
				r.Fatalf("the centre of the common part %v lies outside", in)
			}
		}
		if c := a.Clip(100, 50); c.Area() > 0 && (c.X0 < 0 || c.Y0 < 0 || c.X1 > 100 || c.Y1 > 50) {
			r.Fatalf("clipped to %v", c)
		}
	})
}
