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
		finder.tracker.tracks = []track{{id: 1, hits: confirmHits, now: candidate{box: face}}}
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

// Every cell that is set is warm and hangs together with a face.
func TestSilhouetteHangsTogether(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := newFrame(40, 30, 29500)
		for range rapid.IntRange(0, 12).Draw(r, "patches") {
			x, y := rapid.IntRange(0, 39).Draw(r, "x"), rapid.IntRange(0, 29).Draw(r, "y")
			paint(f, x, y, min(40, x+rapid.IntRange(1, 12).Draw(r, "w")), min(30, y+rapid.IntRange(1, 12).Draw(r, "h")), 30700)
		}
		face := thermal.Box{X0: 12, Y0: 8, X1: 20, Y1: 18}
		m := draw(t, f, thermal.Circle{}, face)
		reached := make([]bool, 40*30)
		for y := 8; y < 18; y++ {
			for x := 12; x < 20; x++ {
				reached[y*40+x] = m.At(x, y)
			}
		}
		for grown := true; grown; {
			grown = false
			for i := range reached {
				x, y := i%40, i/40
				if !reached[i] && m.At(x, y) && (x > 0 && reached[i-1] || x < 39 && reached[i+1] || y > 0 && reached[i-40] || y < 29 && reached[i+40]) {
					reached[i], grown = true, true
				}
			}
		}
		for i, ok := range reached {
			if m.At(i%40, i/40) && (!ok || f.Counts[i] != 30700) {
				r.Fatalf("cell %d, %d does not belong to the face", i%40, i/40)
			}
		}
	})
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
