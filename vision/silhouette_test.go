package vision

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// draw runs the silhouette over a frame with one confirmed face.
func draw(tb testing.TB, f *thermal.Frame, reference thermal.Circle, face thermal.Box) *Mask {
	tb.Helper()
	finder := new(Finder)
	finder.plane.load(f, centi, reference)
	if face != (thermal.Box{}) {
		finder.tracker.tracks = []track{{id: 1, hits: confirmHits, score: 1, told: true, now: candidate{box: face}}}
	}
	m := new(Mask)
	finder.silhouette(m)
	return m
}

// person paints a warm head on warm shoulders into a room of 22 degC and
// returns the face.
func person(f *thermal.Frame) thermal.Box {
	paint(f, 0, 0, f.Width, f.Height, 29500)
	paint(f, 45, 30, 75, 80, 30700)  // head, 34 degC
	paint(f, 55, 80, 65, 90, 30600)  // neck
	paint(f, 30, 90, 90, 160, 29900) // clothes, 26 degC
	return thermal.Box{X0: 47, Y0: 35, X1: 73, Y1: 75}
}

func TestSilhouette(t *testing.T) {
	f := newFrame(120, 160, 0)
	face := person(f)
	paint(f, 5, 5, 20, 12, 31500) // a lamp on the wall
	disc := thermal.Circle{X: 105, Y: 140, R: 6}
	paint(f, 100, 135, 110, 145, 31000)
	m := draw(t, f, disc, face)
	if m.Width != 120 || m.Height != 160 || m.Stride() != 15 || len(m.Bits) != 15*160 {
		t.Fatalf("%dx%d, %d bytes", m.Width, m.Height, len(m.Bits))
	}
	for y := range 160 {
		for x := range 120 {
			want := y >= 30 && y < 80 && x >= 45 && x < 75 || y >= 80 && y < 90 && x >= 55 && x < 65 || y >= 90 && x >= 30 && x < 90
			if m.At(x, y) != want {
				t.Fatalf("cell %d, %d is %v", x, y, m.At(x, y))
			}
		}
	}
}

// Without a face nobody is drawn, however warm it is.
func TestSilhouetteNeedsAFace(t *testing.T) {
	f := newFrame(120, 160, 0)
	person(f)
	if m := draw(t, f, thermal.Circle{}, thermal.Box{}); !bytes.Equal(m.Bits, make([]byte, 15*160)) {
		t.Error("somebody is drawn")
	}
}

// Somebody who fills most of the image is drawn, and the cold room behind is
// not, though it is colder than the network's input can say.
func TestSilhouetteVeryClose(t *testing.T) {
	f := newFrame(120, 160, 30700)  // skin, 34 degC
	paint(f, 0, 0, 120, 50, 28800)  // 15 degC
	paint(f, 0, 50, 120, 52, 30000) // hair, 27 degC
	m := draw(t, f, thermal.Circle{}, thermal.Box{X0: 10, Y0: 50, X1: 110, Y1: 150})
	for _, c := range []struct {
		y    int
		want bool
	}{{0, false}, {49, false}, {50, true}, {52, true}, {159, true}} {
		if m.At(60, c.y) != c.want {
			t.Errorf("row %d is %v", c.y, m.At(60, c.y))
		}
	}
}

// Cells are those of the averaged image.
func TestSilhouetteCells(t *testing.T) {
	f := newFrame(640, 512, 29500)
	paint(f, 320, 0, 640, 200, 30700)
	m := draw(t, f, thermal.Circle{}, thermal.Box{X0: 400, Y0: 40, X1: 500, Y1: 150})
	if m.Width != 160 || m.Height != 128 {
		t.Fatalf("%dx%d cells", m.Width, m.Height)
	}
	if !m.At(80, 0) || !m.At(159, 49) || m.At(79, 0) || m.At(80, 50) {
		t.Error("the silhouette is elsewhere")
	}
}

// slow is the silhouette cell by cell: what is warm and hangs together with a
// head, each row of the head from end to end, and what that encloses.
func slow(f *thermal.Frame, face thermal.Box) []bool {
	p := new(plane)
	p.load(f, centi, thermal.Circle{})
	w, h, head := f.Width, f.Height, p.head(face)
	flood := func(seed, free func(i int) bool) []bool {
		in := make([]bool, w*h)
		for i := range in {
			in[i] = seed(i) && free(i)
		}
		for grown := true; grown; {
			grown = false
			for i := range in {
				x := i % w
				if !in[i] && free(i) && (x > 0 && in[i-1] || x < w-1 && in[i+1] || i >= w && in[i-w] || i < w*(h-1) && in[i+w]) {
					in[i], grown = true, true
				}
			}
		}
		return in
	}
	inHead := func(i int) bool {
		return i%w >= head.x0 && i%w < head.x1 && i/w >= head.y0 && i/w < head.y1
	}
	level := max((p.room+bodyKelvin)/inputKelvin, inputLow)
	body := flood(inHead, func(i int) bool { return p.cells[(i/w+p.top)*p.width+i%w+p.left] > level })
	for y := head.y0; y < head.y1; y++ {
		first, last := -1, -2
		for x := head.x0; x < head.x1; x++ {
			if body[y*w+x] {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		for x := first; x <= last; x++ {
			body[y*w+x] = true
		}
	}
	outside := flood(func(i int) bool { return i%w == 0 || i%w == w-1 || i/w == 0 || i/w == h-1 }, func(i int) bool { return !body[i] })
	for i := range body {
		body[i] = !outside[i]
	}
	return body
}

// Words of cells make the same silhouette as single ones, on images of any
// width.
func TestSilhouetteCellByCell(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		width := rapid.SampledFrom([]int{8, 40, 63, 64, 65, 130}).Draw(r, "width")
		f := newFrame(width, 30, 29500)
		for range rapid.IntRange(0, 25).Draw(r, "patches") {
			x, y := rapid.IntRange(0, width-1).Draw(r, "x"), rapid.IntRange(0, 29).Draw(r, "y")
			counts := rapid.SampledFrom([]uint16{30700, 29500}).Draw(r, "counts")
			paint(f, x, y, min(width, x+rapid.IntRange(1, 30).Draw(r, "w")), min(30, y+rapid.IntRange(1, 12).Draw(r, "h")), counts)
		}
		x := rapid.Float64Range(0, float64(width-5)).Draw(r, "face")
		face := thermal.Box{X0: x, Y0: 8, X1: min(float64(width), x+10), Y1: 24}
		m, want := draw(t, f, thermal.Circle{}, face), slow(f, face)
		for i, ok := range want {
			if m.At(i%width, i/width) != ok {
				r.Fatalf("cell %d, %d is %v", i%width, i/width, !ok)
			}
		}
	})
}

// A face cannot be told from the silhouette: whatever is inside the outline of
// the head, glasses and mask and a nose cold from outside, the silhouette is
// the same as without a face, bit by bit.
func TestSilhouetteHasNoFace(t *testing.T) {
	for _, at := range []struct {
		name string
		up   int // by how much the head is higher
	}{{"whole", 0}, {"cut off by the edge", 36}} {
		plain := newFrame(120, 160, 0)
		face := person(plain)
		rapid.Check(t, func(r *rapid.T) {
			f, blank := newFrame(120, 160, 0), newFrame(120, 160, 0)
			person(f)
			for y := 32; y < 78; y++ {
				for x := 47; x < 73; x++ {
					f.Counts[y*120+x] = 30700
				}
			}
			for range rapid.IntRange(1, 12).Draw(r, "features") {
				x, y := rapid.IntRange(47, 72).Draw(r, "x"), rapid.IntRange(32, 77).Draw(r, "y")
				counts := uint16(rapid.IntRange(29000, 30900).Draw(r, "counts"))
				paint(f, x, y, min(73, x+rapid.IntRange(1, 26).Draw(r, "w")), min(78, y+rapid.IntRange(1, 20).Draw(r, "h")), counts)
			}
			person(blank)
			box := face
			for _, g := range []*thermal.Frame{f, blank} {
				copy(g.Counts, g.Counts[at.up*120:])
			}
			box.Y0, box.Y1 = max(0, box.Y0-float64(at.up)), box.Y1-float64(at.up)
			if got, want := draw(t, f, thermal.Circle{}, box), draw(t, blank, thermal.Circle{}, box); !bytes.Equal(got.Bits, want.Bits) {
				r.Fatalf("%s: the face shows", at.name)
			}
		})
	}
}

// The first cell of a byte is its highest bit, and each row begins a byte.
func TestMaskBits(t *testing.T) {
	var m Mask
	m.resize(11, 2)
	m.set(0, 0)
	m.set(9, 0)
	m.set(10, 1)
	if want := []byte{0x80, 0x40, 0x00, 0x20}; !bytes.Equal(m.Bits, want) || m.Stride() != 2 {
		t.Errorf("%08b, want %08b", m.Bits, want)
	}
	for y := range 2 {
		for x := range 11 {
			if want := y == 0 && (x == 0 || x == 9) || y == 1 && x == 10; m.At(x, y) != want {
				t.Errorf("cell %d, %d is %v", x, y, m.At(x, y))
			}
		}
	}
	m.resize(3, 1)
	if m.At(0, 0) || len(m.Bits) != 1 {
		t.Error("a mask of another size keeps old cells")
	}
}
