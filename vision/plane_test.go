package vision

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// centi is the size of a Lepton's count in kelvin.
const centi = 0.01

// newFrame returns a frame in which every pixel reads count.
func newFrame(width, height int, count uint16) *thermal.Frame {
	f := new(thermal.Frame)
	f.Resize(width, height)
	for i := range f.Counts {
		f.Counts[i] = count
	}
	return f
}

// paint sets the pixels of a box.
func paint(f *thermal.Frame, x0, y0, x1, y1 int, count uint16) {
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			f.Row(y)[x] = count
		}
	}
}

// The camera's offset moves every count alike, and nothing of it reaches the
// network or the silhouette: not a bit.
func TestPlaneForgetsTheOffset(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		width, height := rapid.IntRange(8, 200).Draw(r, "width"), rapid.IntRange(8, 40).Draw(r, "height")
		dice := rapid.Uint16Range(20000, 40000)
		f := newFrame(width, height, dice.Draw(r, "room"))
		for range 20 {
			x, y := rapid.IntRange(0, width-1).Draw(r, "x"), rapid.IntRange(0, height-1).Draw(r, "y")
			paint(f, x, y, min(width, x+9), min(height, y+9), dice.Draw(r, "count"))
		}
		disc := thermal.Circle{X: rapid.Float64Range(-5, 50).Draw(r, "disc"), Y: 10, R: 5}
		var a, b plane
		a.load(f, centi, disc)
		offset := rapid.IntRange(-20000, 25535).Draw(r, "offset")
		for i := range f.Counts {
			f.Counts[i] = uint16(int(f.Counts[i]) + offset)
		}
		b.load(f, centi, disc)
		if !slices.Equal(a.cells, b.cells) || !slices.Equal(a.kelvin, b.kelvin) || a.room != b.room {
			r.Fatal("an offset changes the input")
		}
	})
}

func TestPlaneSizes(t *testing.T) {
	for _, c := range []struct {
		width, height int // of the image
		factor        int
		w, h          int // of the input
		left, top     int
	}{
		{160, 120, 1, 160, 128, 0, 4}, // Lepton 3.5
		{120, 160, 1, 128, 160, 4, 0}, // the same on its side
		{80, 60, 1, 80, 64, 0, 2},     // Lepton 2.5
		{256, 192, 2, 128, 96, 0, 0},  // P2 Pro, TC001
		{320, 240, 2, 160, 128, 0, 4},
		{384, 288, 2, 192, 144, 0, 0},
		{640, 512, 4, 160, 128, 0, 0}, // Boson
		{8, 8, 1, 16, 16, 4, 4},
		{2048, 8, 8, 256, 16, 0, 7},
		{2048, 2048, 13, 160, 160, 1, 1},
	} {
		var p plane
		p.load(newFrame(c.width, c.height, 30000), centi, thermal.Circle{})
		if p.factor != c.factor || p.width != c.w || p.height != c.h || p.left != c.left || p.top != c.top {
			t.Errorf("%dx%d: factor %d, input %dx%d, padding %d, %d; want factor %d, input %dx%d, padding %d, %d",
				c.width, c.height, p.factor, p.width, p.height, p.left, p.top, c.factor, c.w, c.h, c.left, c.top)
		}
	}
}

// Every size from MinSide to MaxSide gives an input that the detector takes:
// multiples of 16, at most 256 a side.
func TestPlaneAnySize(t *testing.T) {
	side := rapid.Custom(func(r *rapid.T) int {
		if rapid.Bool().Draw(r, "small") {
			return rapid.IntRange(thermal.MinSide, 64).Draw(r, "side")
		}
		return rapid.IntRange(thermal.MinSide, thermal.MaxSide).Draw(r, "side")
	})
	rapid.Check(t, func(r *rapid.T) {
		var p plane
		width, height := side.Draw(r, "width"), side.Draw(r, "height")
		p.shape(width, height)
		if p.width%inputGrain != 0 || p.height%inputGrain != 0 || p.width < inputGrain || p.height < inputGrain || max(p.width, p.height) > 256 {
			r.Fatalf("%dx%d becomes %dx%d", width, height, p.width, p.height)
		}
		whole := p.image(thermal.Box{X0: float64(p.left), Y0: float64(p.top), X1: float64(p.left + p.innerW), Y1: float64(p.top + p.innerH)})
		if whole.X0 != 0 || whole.Y0 != 0 || whole.X1 > float64(width) || whole.Y1 > float64(height) ||
			whole.X1 <= float64(width-p.factor) || whole.Y1 <= float64(height-p.factor) {
			r.Fatalf("the input covers %v of %dx%d", whole, width, height)
		}
	})
}

// One pixel in 16 that is 16 K warmer is 1 K in the cell, a quarter of a unit.
func TestPlaneAverages(t *testing.T) {
	f := newFrame(640, 512, 30000)
	f.Row(203)[402] = 31600
	var p plane
	p.load(f, centi, thermal.Circle{})
	for i, v := range p.cells {
		want := float32(0)
		if i == 203/4*160+402/4 {
			want = 1. / inputKelvin
		}
		if math.Abs(float64(v-want)) > 1e-6 {
			t.Fatalf("cell %d, %d is %v, want %v", i%160, i/160, v, want)
		}
	}
}

func TestPlaneUnitsAndPadding(t *testing.T) {
	f := newFrame(120, 160, 30000)
	paint(f, 0, 0, 1, 160, 30400)    // the first column, 4 K above the median
	paint(f, 119, 0, 120, 160, 5000) // far below what is taught
	paint(f, 60, 80, 61, 81, 60000)  // and far above
	var p plane
	p.load(f, centi, thermal.Circle{})
	row := p.cells[80*128 : 81*128]
	for x, v := range row {
		var want float32
		switch {
		case x <= 4:
			want = 1
		case x >= 123:
			want = inputLow
		case x == 64:
			want = inputHigh
		}
		if math.Abs(float64(v-want)) > 1e-6 {
			t.Errorf("column %d is %v, want %v", x, v, want)
		}
	}
}

// A padded row repeats the outermost one.
func TestPlanePadsAbove(t *testing.T) {
	f := newFrame(160, 120, 30000)
	for x := range 160 {
		f.Row(0)[x] = uint16(30000 + x)
		f.Row(119)[x] = uint16(30000 - x)
	}
	var p plane
	p.load(f, centi, thermal.Circle{})
	for y := range p.height {
		from := min(max(y, p.top), p.top+119)
		if !slices.Equal(p.cells[y*160:(y+1)*160], p.cells[from*160:(from+1)*160]) {
			t.Errorf("row %d does not repeat row %d", y, from)
		}
	}
}

// The room is the temperature that a fifth of the image does not exceed.
func TestPlaneRoom(t *testing.T) {
	f := newFrame(100, 100, 30800)
	paint(f, 0, 0, 100, 25, 30000)
	var p plane
	p.load(f, centi, thermal.Circle{})
	if math.Abs(float64(p.room)+8) > 1e-5 {
		t.Errorf("the room is %v K above the median, want -8", p.room)
	}
}

// A disc as warm as skin leaves no trace in what the network sees, even with
// its blurred edge; the rest of the image stays.
func TestPlaneHidesTheReference(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFrame(120, 160, 29500)
		c := thermal.Circle{
			X: rapid.Float64Range(-10, 130).Draw(r, "x"), Y: rapid.Float64Range(-10, 170).Draw(r, "y"),
			R: rapid.Float64Range(2, 12).Draw(r, "r"),
		}
		paint(f, 0, 0, 10, 10, 29000)
		var bare, p plane
		bare.load(f, centi, thermal.Circle{})
		for y := range f.Height {
			for x := range f.Width {
				if math.Hypot(float64(x)+.5-c.X, float64(y)+.5-c.Y) <= c.R*1.3 {
					f.Row(y)[x] = 31000
				}
			}
		}
		p.load(f, centi, c)
		for i, v := range p.kelvin {
			x, y := float64(i%120)+.5, float64(i/120)+.5
			inside := math.Hypot(x-c.X, y-c.Y) <= c.R*hideMargin
			if inside && v > 0.001 {
				r.Fatalf("%v K are left at %v, %v", v, x, y)
			}
			if !inside && v != bare.kelvin[i] {
				r.Fatalf("the image is another at %v, %v", x, y)
			}
		}
	})
}

// A circle that is none changes nothing and ends nothing.
func TestPlaneHidesNothing(t *testing.T) {
	f := newFrame(120, 160, 29500)
	paint(f, 40, 40, 60, 60, 30500)
	var want plane
	want.load(f, centi, thermal.Circle{})
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []thermal.Circle{
		{},
		{X: 50, Y: 50, R: -1},
		{X: 500, Y: 500, R: 5},
		{X: nan, Y: 50, R: 5},
		{X: 50, Y: nan, R: 5},
		{X: 50, Y: 50, R: nan},
		{X: 50, Y: 50, R: inf},
		{X: inf, Y: 50, R: 5},
		{X: 50, Y: 50, R: 1e9},
	} {
		var p plane
		p.load(f, centi, c)
		if !slices.Equal(p.cells, want.cells) {
			t.Errorf("%v changes the image", c)
		}
	}
}

func TestPlaneAllocatesNothing(t *testing.T) {
	f := newFrame(160, 120, 30000)
	var p plane
	if n := testing.AllocsPerRun(20, func() { p.load(f, centi, thermal.Circle{X: 30, Y: 30, R: 7}) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
