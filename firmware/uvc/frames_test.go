package uvc

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// Rows, byte order and place of the temperatures are those of the profile.
func TestUnpack(t *testing.T) {
	for _, p := range Profiles() {
		if p.Width == 0 {
			p.Width, p.Height = 16, 12
		}
		for _, p.BigEndian = range []bool{false, true} {
			order := binary.ByteOrder(binary.LittleEndian)
			if p.BigEndian {
				order = binary.BigEndian
			}
			frame := make([]byte, p.bytes())
			for i := range len(frame) / 2 {
				order.PutUint16(frame[2*i:], uint16(i*7))
			}
			c := make([]uint16, p.Width*p.rows())
			p.unpack(c, frame)
			for i, v := range c {
				if v != uint16((p.Top*p.Width+i)*7) {
					t.Fatalf("%s: count %d is %d", p.Name, i, v)
				}
			}
			if n := len(p.footerRows(frame)); p.Footer == 0 && n != 0 || p.Footer != 0 && n != 2*p.Width*(p.Height-p.Top-p.Rows) {
				t.Errorf("%s: a footer of %d bytes", p.Name, n)
			}
		}
	}
}

// Whatever bytes a camera sends, they are judged without a panic, and a frame
// that does not have the right length never passes.
func FuzzFrame(f *testing.F) {
	p, err := FindProfile("lepton2-telemetry")
	if err != nil {
		f.Fatal(err)
	}
	whole := make([]byte, p.bytes())
	drawRoom(&p, 3, whole)
	f.Add(whole, false)
	f.Add(whole[:len(whole)-1], false)
	f.Add(append(slices.Clone(whole), 1), true)
	f.Add([]byte{}, false)
	f.Fuzz(func(t *testing.T, frame []byte, wrong bool) {
		h := newFakeHost(p.Name)
		s, err := open(Config{}, h)
		if err != nil {
			t.Fatal(err)
		}
		d := s.examine(&buffer{bytes: frame, wrong: wrong})
		if d == none && (len(frame) != p.bytes() || wrong) {
			t.Errorf("%d bytes pass, wrong: %v", len(frame), wrong)
		}
		if d == none {
			s.mender.mend(s.pixels)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

// A seam of a few pixels is seen in any room, and no room has one.
func TestShiftedImages(t *testing.T) {
	p, err := FindProfile("infiray-256")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		// A wall that gets warmer, with a warm thing somewhere.
		slope := rapid.Float64Range(0.5, 4).Draw(r, "slope") * rapid.SampledFrom([]float64{-1, 1}).Draw(r, "sign")
		x0, size := rapid.IntRange(0, p.Width-1).Draw(r, "x"), rapid.IntRange(3, 80).Draw(r, "size")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 2))
		c := make([]uint16, p.Width*p.Rows)
		for i := range c {
			x, y := i%p.Width, i/p.Width
			v := 19000 + slope*float64(x) + 3*rng.NormFloat64()
			if x >= x0 && x < x0+size && y > 60 && y < 150 {
				v += 600
			}
			c[i] = uint16(v)
		}
		in := newInspector(&p)
		if in.seam(c) {
			r.Fatal("a good image looks shifted")
		}
		copy(c[extraPixels:], slices.Clone(c))
		if x0 < 20 || x0+size > p.Width-20 {
			return // the thing is at the seam
		}
		if !in.seam(c) {
			r.Fatal("a shifted image does not")
		}
	})
}

func TestPlausible(t *testing.T) {
	for _, c := range []struct {
		name  string
		scale thermal.CountScale
		count uint16
		want  defect
	}{
		{"a room", thermal.CentiKelvin, 29515, none},
		{"frost", thermal.CentiKelvin, 25315, none},
		{"low gain, 0.1 K", thermal.CentiKelvin, 2951, wrongGain},
		{"raw counts of a Lepton", thermal.CentiKelvin, 8000, notRadiometric},
		{"raw counts, low", thermal.CentiKelvin, 600, notRadiometric},
		{"nothing", thermal.CentiKelvin, 0, notRadiometric},
		{"saturated", thermal.CentiKelvin, 65535, notRadiometric},
		{"a room", thermal.Kelvin64, 18890, none},
		{"low gain, 1/16 K", thermal.Kelvin64, 4722, wrongGain},
		{"centikelvin as 1/64", thermal.Kelvin64, 29515, notRadiometric},
		{"1/64 as centikelvin", thermal.CentiKelvin, 18890, notRadiometric},
	} {
		counts := slices.Repeat([]uint16{c.count}, 100)
		if got := plausible(counts, c.scale); got != c.want {
			t.Errorf("%s: defect %d, want %d", c.name, got, c.want)
		}
	}
}

// Pixels that stand out for long are filled in from their neighbours, a point
// that the lens spread is left alone.
func TestMending(t *testing.T) {
	p := Profile{Width: 60, Height: 50, Scale: thermal.CentiKelvin}
	m := newMender(&p, []Pixel{{5, 6}, {5, 6}, {99, 1}})
	rng := rand.New(rand.NewPCG(1, 2))
	var c []uint16
	draw := func() {
		c = make([]uint16, p.Width*p.Height)
		for i := range c {
			c[i] = uint16(29500 + rng.IntN(20))
		}
		c[6*p.Width+5] = 40000 // listed
		for x := 20; x < 36; x++ {
			c[30*p.Width+x] = 30400 // a run of stuck pixels
		}
		c[10*p.Width+40] = 28000
		for dy, line := range [][]uint16{{250, 500, 250}, {500, 1000, 500}, {250, 500, 250}} { // a warm point, blurred
			for dx, v := range line {
				c[(39+dy)*p.Width+29+dx] += v
			}
		}
	}
	for range lookEvery * (badAfter + 1) {
		draw()
		m.mend(c)
	}
	if got := m.pixels(); len(got) != 18 || got[1] != (Pixel{40, 10}) || got[2] != (Pixel{20, 30}) {
		t.Errorf("found %v", got)
	}
	for i, v := range c {
		x, y := i%p.Width, i/p.Width
		if warm := y > 38 && y < 42 && x > 28 && x < 32; !warm && (v < 29495 || v > 29525) {
			t.Errorf("pixel %d,%d reads %d", x, y, v)
		}
	}
	if c[40*p.Width+30] < 30400 {
		t.Error("the warm point is gone")
	}
	// They are forgotten when they work again.
	for range 2 * lookEvery * badAfter {
		for i := range c {
			c[i] = 29500
		}
		m.mend(c)
	}
	if got := m.pixels(); len(got) != 0 {
		t.Errorf("still %v", got)
	}
}

// A sensor with too many of them is not mended into something that looks right.
func TestTooManyBadPixels(t *testing.T) {
	p := Profile{Width: 60, Height: 50, Scale: thermal.CentiKelvin}
	m := newMender(&p, nil)
	c := make([]uint16, p.Width*p.Height)
	for range lookEvery * (badAfter + 1) {
		for i := range c {
			c[i] = 29500
			if i/p.Width%4 == 2 {
				c[i] = 35000
			}
		}
		m.mend(c)
	}
	if c[2*p.Width+30] != 35000 {
		t.Error("whole rows were filled in")
	}
}

func TestParsePixels(t *testing.T) {
	got, err := ParsePixels([]string{"7:1,2", "8:3,4", "7: 5, 6", "1:2:7,8"}, "7")
	if err != nil || !slices.Equal(got, []Pixel{{1, 2}, {5, 6}}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := ParsePixels([]string{"1:2:7,8"}, "1:2"); err != nil || !slices.Equal(got, []Pixel{{7, 8}}) {
		t.Errorf("a serial with a colon: %v, %v", got, err)
	}
	for _, e := range []string{"", "7", "7:", "7:1", "7:1,", "7:a,b", "7:-1,2", "7:1,99999", "1,2"} {
		if _, err := ParsePixels([]string{e}, "7"); err == nil || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%q: %v", e, err)
		}
	}
}

func FuzzParsePixels(f *testing.F) {
	f.Add("7:1,2")
	f.Add(":,")
	f.Fuzz(func(t *testing.T, entry string) {
		got, err := ParsePixels([]string{entry}, "7")
		if err != nil && got != nil || len(got) > 1 {
			t.Errorf("%q: %v, %v", entry, got, err)
		}
	})
}

// shared opens a file of the data beside the repository.
func shared(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "cameras", name))
	if err != nil {
		t.Skipf("skipped: the test on real frames of %s needs ../shared/data", name)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Real frames of a PureThermal pass, and the row of pixels in them that are
// stuck at the temperature of skin is found and filled in.
func TestRealLepton(t *testing.T) {
	b := shared(t, "purethermal_lepton_cK.pty16.gz")
	p, err := FindProfile("lepton3")
	if err != nil {
		t.Fatal(err)
	}
	const stamps = 24
	b = b[12+binary.LittleEndian.Uint32(b[8:]):]
	var frames [][]byte
	for ; len(b) >= stamps+p.bytes(); b = b[stamps+p.bytes():] {
		frames = append(frames, b[stamps:stamps+p.bytes()])
	}
	in := newInspector(&p)
	c := make([]uint16, p.Width*p.rows())
	for i, f := range frames {
		if d := in.bytes(f, false); d != none {
			t.Errorf("frame %d has defect %d", i, d)
		}
		p.unpack(c, f)
		if d := in.counts(c); d != none {
			t.Errorf("the counts of frame %d have defect %d", i, d)
		}
		if in.seam(c) {
			t.Errorf("frame %d looks shifted", i)
		}
	}
	m := newMender(&p, nil)
	for i := range lookEvery * (badAfter + 1) {
		p.unpack(c, frames[i%len(frames)])
		m.mend(c)
	}
	found := m.pixels()
	inRow := 0
	for _, f := range found {
		if f.Y == 76 {
			inRow++
		}
	}
	t.Logf("bad pixels: %v", found)
	if inRow < 10 || len(found)-inRow > 3 {
		t.Errorf("%d of %d pixels found are in row 76", inRow, len(found))
	}
}

// A real half-frame of a TC001 reads as a room; with 8 bytes before it, as
// another program wrote it, the seam shows.
func TestRealTC001(t *testing.T) {
	text := shared(t, "topdon_tc001_thermal.yml.gz")
	text = text[bytes.Index(text, []byte("data: [")):]
	var half []byte
	for _, n := range regexp.MustCompile(`\d+`).FindAll(text, -1) {
		v, err := strconv.Atoi(string(n))
		if err != nil {
			t.Fatal(err)
		}
		half = append(half, byte(v))
	}
	p, err := FindProfile("infiray-256")
	if err != nil {
		t.Fatal(err)
	}
	frame := make([]byte, p.bytes())
	copy(p.temperatureRows(frame), half)
	c := make([]uint16, p.Width*p.rows())
	p.unpack(c, frame)
	in := newInspector(&p)
	if d := in.counts(c); d != none || in.seam(c) {
		t.Errorf("defect %d, shifted: %v", d, in.seam(c))
	}
	slices.Sort(c)
	if m := p.Scale.Celsius(float64(c[len(c)/2])); m < 31 || m > 31.6 {
		t.Errorf("the median is %v degC", m)
	}
	copy(frame[8:], slices.Clone(frame))
	p.unpack(c, frame)
	if !in.seam(c) {
		t.Error("the extra bytes do not show")
	}
}
