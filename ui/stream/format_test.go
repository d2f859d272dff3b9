package stream

import (
	"encoding/binary"
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// message is what a message says.
type message struct {
	seq           uint32
	width, height int
	faces         [][4]uint16
	body          []byte
}

// failer is a test, of testing or of rapid.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// decode reads a message as the page does, and fails the test unless it is
// whole.
func decode(t failer, b []byte) message {
	t.Helper()
	if len(b) < headerBytes || b[0] != formatVersion {
		t.Fatalf("message begins %v", b[:min(len(b), headerBytes)])
	}
	m := message{
		seq:    binary.BigEndian.Uint32(b[2:]),
		width:  int(binary.BigEndian.Uint16(b[6:])),
		height: int(binary.BigEndian.Uint16(b[8:])),
	}
	at := headerBytes
	for range b[1] {
		var f [4]uint16
		for i := range f {
			f[i] = binary.BigEndian.Uint16(b[at:])
			at += 2
		}
		m.faces = append(m.faces, f)
	}
	m.body = b[at:]
	if len(m.body) != rowBytes(m.width)*m.height {
		t.Fatalf("body of %d x %d cells has %d bytes", m.width, m.height, len(m.body))
	}
	return m
}

func (m message) at(x, y int) bool { return cell(m.body, m.width, x, y) }

func cell(body []byte, width, x, y int) bool {
	return body[y*rowBytes(width)+x/8]&(0x80>>(x%8)) != 0
}

// anyMirror draws a valid mirror of up to side cells a side. The bits beyond
// the end of a row may be set.
func anyMirror(t *rapid.T, side int) Mirror {
	m := Mirror{Width: rapid.IntRange(1, side).Draw(t, "width"), Height: rapid.IntRange(1, side).Draw(t, "height")}
	seed := rapid.Uint64().Draw(t, "seed")
	m.Body = make([]byte, rowBytes(m.Width)*m.Height)
	for i := range m.Body {
		seed = seed*6364136223846793005 + 1442695040888963407
		m.Body[i] = byte(seed >> 56)
	}
	edge := rapid.Float64Range(-10, float64(side)+10)
	for range rapid.IntRange(0, MaxFaces+3).Draw(t, "faces") {
		m.Faces = append(m.Faces, thermal.Box{X0: edge.Draw(t, "x0"), Y0: edge.Draw(t, "y0"), X1: edge.Draw(t, "x1"), Y1: edge.Draw(t, "y1")})
	}
	return m
}

func TestEveryCellArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// 512 x 256 cells and fewer fit as they are.
		m := anyMirror(t, 256)
		seq := rapid.Uint32().Draw(t, "seq")
		got := decode(t, appendMessage(nil, m, seq))
		if got.seq != seq || got.width != m.Width || got.height != m.Height {
			t.Fatalf("message %d has %d x %d cells, sent %d with %d x %d", got.seq, got.width, got.height, seq, m.Width, m.Height)
		}
		if want := min(len(m.Faces), MaxFaces); len(got.faces) != want {
			t.Fatalf("%d faces arrive, want %d", len(got.faces), want)
		}
		for y := range m.Height {
			for x := range m.Width {
				if got.at(x, y) != cell(m.Body, m.Width, x, y) {
					t.Fatalf("cell %d, %d is wrong", x, y)
				}
			}
		}
	})
}

// A data channel refuses more than 65,536 bytes, so a fine silhouette is
// thinned out and keeps its shape.
func TestFineSilhouettesAreThinned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMirror(t, thermal.MaxSide)
		b := appendMessage(nil, m, 1)
		if len(b) > maxMessage {
			t.Fatalf("%d x %d cells make a message of %d bytes", m.Width, m.Height, len(b))
		}
		got := decode(t, b)
		step := thinning(m.Width, m.Height)
		for y := range got.height {
			for x := range got.width {
				if got.at(x, y) != cell(m.Body, m.Width, x*step, y*step) {
					t.Fatalf("cell %d, %d is not cell %d, %d of the silhouette", x, y, x*step, y*step)
				}
			}
		}
	})
}

func TestThinning(t *testing.T) {
	for _, c := range []struct{ width, height, step int }{
		{160, 120, 1},
		{384, 288, 1},
		{512, 256, 1},
		{640, 512, 2},
		{thermal.MaxSide, thermal.MaxSide, 6},
	} {
		if step := thinning(c.width, c.height); step != c.step {
			t.Errorf("%d x %d cells are thinned by %d, want %d", c.width, c.height, step, c.step)
		}
	}
}

func TestFraction(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want uint16
	}{
		{0, 0},
		{120, math.MaxUint16},
		{60, 32768},
		{-1, 0},
		{1e300, math.MaxUint16},
		{math.Inf(1), math.MaxUint16},
		{math.Inf(-1), 0},
		{math.NaN(), 0},
	} {
		if got := fraction(c.v, 120); got != c.want {
			t.Errorf("%v of 120 is sent as %d, want %d", c.v, got, c.want)
		}
	}
}

func TestValid(t *testing.T) {
	face := []thermal.Box{{X1: 1, Y1: 1}}
	for _, c := range []struct {
		name string
		m    Mirror
		want bool
	}{
		{"whole", Mirror{Width: 9, Height: 2, Body: make([]byte, 4)}, true},
		{"zero", Mirror{}, true},
		{"faces without cells", Mirror{Faces: face}, false},
		{"cells without size", Mirror{Body: make([]byte, 4)}, false},
		{"short", Mirror{Width: 9, Height: 2, Body: make([]byte, 3)}, false},
		{"long", Mirror{Width: 9, Height: 2, Body: make([]byte, 5)}, false},
		{"no rows", Mirror{Width: 9}, false},
		{"negative", Mirror{Width: -8, Height: -1, Body: make([]byte, 1)}, false},
		{"too wide", Mirror{Width: thermal.MaxSide + 1, Height: 1, Body: make([]byte, rowBytes(thermal.MaxSide+1))}, false},
	} {
		if got := c.m.valid(); got != c.want {
			t.Errorf("%s: valid is %v, want %v", c.name, got, c.want)
		}
	}
}

func TestEncodingAllocatesNothing(t *testing.T) {
	for _, size := range [][2]int{{160, 120}, {640, 512}} {
		m := Mirror{
			Width: size[0], Height: size[1], Body: make([]byte, rowBytes(size[0])*size[1]),
			Faces: make([]thermal.Box, MaxFaces),
		}
		buffer := make([]byte, 0, maxMessage)
		if n := testing.AllocsPerRun(100, func() { buffer = appendMessage(buffer[:0], m, 1) }); n != 0 {
			t.Errorf("%d x %d cells: %v allocations a message", size[0], size[1], n)
		}
	}
}
