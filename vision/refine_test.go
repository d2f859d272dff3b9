package vision

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// The box is drawn half on hair, which is colder and uneven; it is moved down
// to the skin.
func TestRefineFindsSkin(t *testing.T) {
	for _, k := range []int{1, 2, 4} { // sensors of 120x160, 240x320 and 480x640
		f := newFrame(120*k, 160*k, 29600)
		for y := 20 * k; y < 40*k; y++ { // hair to row 40
			for x := 40 * k; x < 80*k; x++ {
				f.Row(y)[x] = uint16(30100 + 150*((x/k+y/k)%2))
			}
		}
		paint(f, 40*k, 40*k, 80*k, 52*k, 30800) // forehead
		paint(f, 40*k, 52*k, 80*k, 56*k, 30300) // glasses
		var p plane
		p.load(f, centi, thermal.Circle{})
		s := float64(k)
		drawn := thermal.Box{X0: 48 * s, Y0: 34 * s, X1: 72 * s, Y1: 46 * s}
		got := p.refine(drawn, f.Width, f.Height)
		if y := got.Centre().Y / s; y < 42.5 || y > 49.5 {
			t.Errorf("%dx%d: the forehead's middle is row %v, skin is 40 to 52", f.Width, f.Height, y)
		}
		if math.Abs(got.Width()-drawn.Width()) > 1e-9 || math.Abs(got.Height()-drawn.Height()) > 1e-9 {
			t.Errorf("%v became %v: another size", drawn, got)
		}
	}
}

// On even skin the network's word stands.
func TestRefineStays(t *testing.T) {
	var p plane
	p.load(newFrame(120, 160, 30800), centi, thermal.Circle{})
	drawn := thermal.Box{X0: 48.3, Y0: 34.2, X1: 72.9, Y1: 46.1}
	if got := p.refine(drawn, 120, 160); !nearBox(got, drawn, 1e-9) {
		t.Errorf("moved from %v to %v", drawn, got)
	}
}

// A lamp that is far warmer, but farther away than a forehead may be off, is
// left alone.
func TestRefineHasAReach(t *testing.T) {
	f := newFrame(120, 160, 29600)
	paint(f, 40, 40, 80, 60, 30800)
	paint(f, 90, 30, 110, 60, 33000)
	paint(f, 40, 90, 80, 110, 33000)
	var p plane
	p.load(f, centi, thermal.Circle{})
	got := p.refine(thermal.Box{X0: 48, Y0: 44, X1: 72, Y1: 54}, 120, 160)
	if c := got.Centre(); math.Abs(c.X-60) > reachX*24 || math.Abs(c.Y-49) > reachY*10+1 {
		t.Errorf("moved to %v", got)
	}
}

// Whatever the image and the box, the result lies in the image and within
// reach.
func TestRefineStaysInside(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		width, height := rapid.IntRange(8, 400).Draw(r, "width"), rapid.IntRange(8, 60).Draw(r, "height")
		f := newFrame(width, height, 30000)
		for range 10 {
			x, y := rapid.IntRange(0, width-1).Draw(r, "x"), rapid.IntRange(0, height-1).Draw(r, "y")
			paint(f, x, y, min(width, x+20), min(height, y+7), rapid.Uint16().Draw(r, "count"))
		}
		var p plane
		p.load(f, centi, thermal.Circle{})
		at := rapid.Float64Range(-20, 420)
		b := within(thermal.Box{X0: at.Draw(r, "x0"), Y0: at.Draw(r, "y0"), X1: at.Draw(r, "x1"), Y1: at.Draw(r, "y1")}, width, height)
		got := p.refine(b, width, height)
		if !(got.X0 >= 0 && got.Y0 >= 0 && got.X0 <= got.X1 && got.Y0 <= got.Y1 && got.X1 <= float64(width) && got.Y1 <= float64(height)) {
			r.Fatalf("%v became %v in %dx%d", b, got, width, height)
		}
		if math.Abs(got.X0-b.X0) > reachX*b.Width()+1e-9 || math.Abs(got.Y1-b.Y1) > reachY*b.Height()+1+1e-9 {
			r.Fatalf("%v became %v: too far", b, got)
		}
	})
}
