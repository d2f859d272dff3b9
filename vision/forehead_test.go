package vision

import (
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// head paints a face at 34 degC whose forehead spans 48 to 72 and 40 to 52,
// under hair at 28 degC, in a room of 22 degC; it returns face and forehead.
func head(f *thermal.Frame) (face, forehead thermal.Box) {
	paint(f, 0, 0, f.Width, f.Height, 29500)
	paint(f, 42, 28, 78, 90, 30100)
	paint(f, 45, 40, 75, 90, 30700)
	return thermal.Box{X0: 45, Y0: 40, X1: 75, Y1: 90}, thermal.Box{X0: 48, Y0: 40, X1: 72, Y1: 52}
}

func fitted(f *thermal.Frame, face, drawn thermal.Box) (thermal.Box, skin) {
	p := new(plane)
	p.load(f, centi, thermal.Circle{})
	return p.bare(face, drawn)
}

// However the network draws it, what is left is bare skin: hair above it, a
// finger, a lock and a lamp beside it are out.
func TestForeheadFitsTheSkin(t *testing.T) {
	box := func(x0, y0, x1, y1 float64) thermal.Box { return thermal.Box{X0: x0, Y0: y0, X1: x1, Y1: y1} }
	for _, c := range []struct {
		name  string
		spoil func(*thermal.Frame)
		drawn thermal.Box
		want  thermal.Box
	}{
		{"as it is", func(*thermal.Frame) {}, box(48, 40, 72, 52), box(48, 40, 72, 52)},
		{"drawn into the hair", func(*thermal.Frame) {}, box(48, 34, 72, 52), box(48, 40, 72, 52)},
		{"drawn too low", func(*thermal.Frame) {}, box(50, 44, 70, 54), box(50, 44, 70, 54)},
		{"a fringe", func(f *thermal.Frame) { paint(f, 45, 40, 75, 46, 30200) }, box(48, 40, 72, 52), box(48, 46, 72, 52)},
		{"a hand on the left", func(f *thermal.Frame) { paint(f, 40, 36, 56, 60, 30550) }, box(48, 40, 72, 52), box(56, 40, 72, 52)},
		{"a lamp beside it", func(f *thermal.Frame) { paint(f, 74, 30, 90, 60, 33000) }, box(48, 40, 76, 52), box(48, 40, 74, 52)},
		{"a hand over most of it", func(f *thermal.Frame) { paint(f, 40, 42, 68, 60, 30550) }, box(48, 38, 72, 52), box(48, 40, 72, 42)},
		{"glasses over the brow", func(f *thermal.Frame) { paint(f, 46, 46, 74, 56, 29800) }, box(48, 40, 72, 52), box(48, 40, 72, 46)},
	} {
		f := newFrame(120, 160, 0)
		face, _ := head(f)
		c.spoil(f)
		got, skin := fitted(f, face, c.drawn)
		if !nearBox(got, c.want, 1.01) || skin.share < minSkin {
			t.Errorf("%s: %v, %+v; want %v", c.name, got, skin, c.want)
		}
	}
}

// What covers all of it is known by being colder or hotter than the face.
func TestForeheadAgainstTheFace(t *testing.T) {
	for _, c := range []struct {
		name       string
		counts     uint16
		low, high  float64
		unlikeSkin bool
	}{
		{"bare", 30700, -0.2, 0.2, false},
		{"a thin cap", 30300, 3.8, 4.2, true},
		{"a warm forehead", 30800, -1.2, -0.8, false},
		{"a lamp", 32700, -20.2, -19.8, true},
	} {
		f := newFrame(120, 160, 0)
		face, forehead := head(f)
		paint(f, 40, 30, 80, 56, c.counts)
		_, skin := fitted(f, face, forehead)
		if skin.below < c.low || skin.below > c.high || (skin.below > maxBelow || skin.below < -maxAbove) != c.unlikeSkin {
			t.Errorf("%s: %+v", c.name, skin)
		}
	}
}

// A finger across the forehead leaves it with too much that is no skin.
func TestForeheadPatchy(t *testing.T) {
	f := newFrame(120, 160, 0)
	face, forehead := head(f)
	for x := 46; x < 74; x++ { // aslant
		y := 40 + (x-46)*10/28
		paint(f, x, y, x+1, y+4, 30400)
	}
	if _, skin := fitted(f, face, forehead); skin.share >= minSkin {
		t.Errorf("%+v", skin)
	}
}

// Whatever image and boxes come: the box that comes out lies in the image and
// in the drawn one, to whole pixels, and the share is one.
func TestForeheadAnything(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFrame(40, 30, 0)
		for i := range f.Counts {
			f.Counts[i] = uint16(rapid.SampledFrom([]int{0, 29500, 30600, 30700, 30710, 65535}).Draw(r, "counts"))
		}
		draw := func(name string) thermal.Box {
			x, y := rapid.Float64Range(0, 40).Draw(r, name+" x"), rapid.Float64Range(0, 30).Draw(r, name+" y")
			return thermal.Box{X0: x, Y0: y, X1: rapid.Float64Range(x, 40).Draw(r, name+" x1"), Y1: rapid.Float64Range(y, 30).Draw(r, name+" y1")}
		}
		face, drawn := draw("face"), draw("forehead")
		got, skin := fitted(f, face, drawn)
		const w, h = 1, 1 // whole pixels
		if got.X0 < max(0, drawn.X0-w) || got.X1 > min(40, drawn.X1+w) || got.Y0 < max(0, drawn.Y0-h) || got.Y1 > min(30, drawn.Y1+1) ||
			got.X0 > got.X1 || got.Y0 > got.Y1 || !(skin.share >= 0 && skin.share <= 1) {
			r.Fatalf("%v became %v, %+v", drawn, got, skin)
		}
	})
}
