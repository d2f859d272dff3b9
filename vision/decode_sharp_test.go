package vision

import (
	"math"
	"testing"

	"lintel/firmware/thermal"
)

// ellipse draws a warm face of the given width whose edges are smeared over so
// many pixels across.
func ellipse(f *thermal.Frame, b thermal.Box, smear float64) {
	c, w, h := b.Centre(), b.Width()/2, b.Height()/2
	for y := range f.Height {
		for x := range f.Width {
			dx, dy := (float64(x)+.5-c.X)/w, (float64(y)+.5-c.Y)/h
			inside := (1 - math.Hypot(dx, dy)) * w / smear
			f.Counts[y*f.Width+x] = uint16(29500 + 900*min(1, max(0, inside+.5)))
		}
	}
}

// A face with crisp edges is sharp, one smeared by a tenth of its width and
// more is not, at every size and resolution.
func TestSharp(t *testing.T) {
	for _, scale := range []int{1, 2, 4} {
		for _, wide := range []float64{24, 40, 60} {
			box := thermal.Box{X0: 20, Y0: 30, X1: 20 + wide, Y1: 30 + 1.3*wide}
			k := float64(scale)
			box = thermal.Box{X0: box.X0 * k, Y0: box.Y0 * k, X1: box.X1 * k, Y1: box.Y1 * k}
			for _, c := range []struct {
				smear float64 // pixels of a 120 x 160 image
				sharp bool
			}{{1, true}, {2, true}, {3 + wide/5, false}, {6 + wide/4, false}} {
				f := newFrame(120*scale, 160*scale, 29500)
				ellipse(f, box, c.smear*k)
				var p plane
				p.load(f, 0.01, thermal.Circle{})
				if got := p.sharp(box); got < 0 || got > 1 || (got > 0.5) != c.sharp {
					t.Errorf("x%d, face of %v, edges of %v: sharp %v, want %v", scale, wide, c.smear, got, c.sharp)
				}
			}
		}
	}
}

// What is too small or too even to be judged is refused by other gates.
func TestSharpOfNothing(t *testing.T) {
	f := newFrame(120, 160, 29500)
	var p plane
	p.load(f, 0.01, thermal.Circle{})
	for _, box := range []thermal.Box{
		{X0: 20, Y0: 20, X1: 60, Y1: 70},
		{X0: 20, Y0: 20, X1: 30, Y1: 33},
		{X0: 110, Y0: 20, X1: 150, Y1: 70},
		{X0: -60, Y0: 20, X1: -5, Y1: 70},
		{},
	} {
		if got := p.sharp(box); !(got > 0.5 && got <= 1) {
			t.Errorf("%v: %v", box, got)
		}
	}
}
