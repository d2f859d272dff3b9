package vision

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

// fakeDetector answers what it is told and keeps what it is given.
type fakeDetector struct {
	out  []float32
	err  error
	in   []float32
	crop []float32

	bare    func(crop []float32) float64 // sure of bare skin by default
	sure    *thermal.Box                 // where; all of the forehead by default
	bareErr error
	plane   plane
}

func (d *fakeDetector) Detect(in []float32, _, _ int) ([]float32, error) {
	d.in = append(d.in[:0], in...)
	return d.out, d.err
}

// Look draws the forehead that Detect drew on the same face.
func (d *fakeDetector) Look(crop []float32, at thermal.Box) (Look, error) {
	d.crop = append(d.crop[:0], crop...)
	look := Look{Bare: 6}
	if d.bare != nil {
		look.Bare = d.bare(crop)
	}
	p := &d.plane
	p.shape(upright.Width, upright.Height)
	cells := p.width / cellSide * (p.height / cellSide)
	for i := range cells {
		c, ok := p.candidate(d.out, cells, i, upright.Width, upright.Height)
		if ok && c.score > 0.5 && math.Abs(c.box.Centre().X-at.Centre().X) < 1 {
			look.Forehead, look.Sure = c.forehead, c.forehead
		}
	}
	if d.sure != nil {
		look.Sure = *d.sure
	}
	return look, d.bareErr
}

var upright = thermal.Info{Width: 120, Height: 160, Scale: thermal.CentiKelvin}

func newFinder(tb testing.TB, d Detector) *Finder {
	tb.Helper()
	f, err := New(Config{Detector: d, Info: upright})
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// onePerson returns a frame with a person, what the network says of it, and
// the face and its forehead.
func onePerson() (*thermal.Frame, *grid, thermal.Box, thermal.Box) {
	f := newFrame(120, 160, 0)
	face := person(f)
	forehead := thermal.Box{X0: 50, Y0: 38, X1: 70, Y1: 48}
	g := newGrid(120, 160)
	g.face(8, 7, 3, face, forehead, 3, 3)
	return f, g, face, forehead
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{Info: upright}, "no detector"},
		{Config{Detector: &fakeDetector{}, Info: thermal.Info{Width: 120, Height: 160}}, "camera.scale"},
		{Config{Detector: &fakeDetector{}, Info: thermal.Info{Width: 7, Height: 160, Scale: thermal.Kelvin64}}, "7x160"},
		{Config{Detector: &fakeDetector{}, Info: thermal.Info{Width: 120, Height: 2049, Scale: thermal.Kelvin64}}, "120x2049"},
	} {
		if f, err := New(c.cfg); f != nil || err == nil || !strings.HasPrefix(err.Error(), "cannot find faces") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.cfg.Info, err, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	frame, g, face, forehead := onePerson()
	d := &fakeDetector{out: g.out}
	f := newFinder(t, d)
	var r Result
	frame.Time = time.Minute
	if err := f.Find(frame, thermal.Circle{}, &r); err != nil || len(r.Faces) != 0 {
		t.Fatalf("in the first frame: %v, %v", r.Faces, err)
	}
	frame.Time += period
	if err := f.Find(frame, thermal.Circle{}, &r); err != nil || len(r.Faces) != 1 {
		t.Fatalf("in the second frame: %v, %v", r.Faces, err)
	}
	got := r.Faces[0]
	if got.Track != 1 || got.Since != time.Minute+period || !got.Usable() || got.Score < 0.95 || !nearBox(got.Box, face, 1e-3) || !nearBox(got.Forehead, forehead, 1e-3) {
		t.Errorf("%+v, %v", got, got.Reject)
	}
	if !r.Body.At(60, 50) || !r.Body.At(40, 150) || r.Body.At(10, 10) {
		t.Error("the silhouette is not the person's")
	}
	// Skin is 12 K above the median, which is the room's.
	if v := d.in[50*128+60+4]; v != 12./inputKelvin {
		t.Errorf("the network sees skin as %v units", v)
	}
}

// skinAndFloor is all as warm as skin but for the floor.
func skinAndFloor() *thermal.Frame {
	f := newFrame(120, 160, 30700)
	paint(f, 0, 120, 120, 160, 29500)
	return f
}

// The largest face comes first, and each reports its own reason.
func TestFindSeveral(t *testing.T) {
	frame := skinAndFloor()
	g := newGrid(120, 160)
	box := func(x, y, w, h float64) thermal.Box { return thermal.Box{X0: x, Y0: y, X1: x + w, Y1: y + h} }
	g.face(2, 3, 4, box(10, 20, 18, 25), box(12, 22, 14, 6), 3, 3)
	g.face(7, 5, 3, box(40, 20, 40, 55), box(46, 25, 28, 12), 3, 3)
	g.face(12, 14, 2, box(85, 90, 30, 45), box(90, 95, 20, 9), -3, 3)
	f := newFinder(t, &fakeDetector{out: g.out})
	var r Result
	for n := range 2 {
		frame.Time = time.Duration(n) * period
		if err := f.Find(frame, thermal.Circle{}, &r); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.Faces) != 3 || r.Faces[0].Reject != Usable || r.Faces[1].Reject != Covered || r.Faces[2].Reject != TooFar {
		t.Errorf("%+v", r.Faces)
	}
}

// Somebody half out of the image is told so, on every side.
func TestFindCutOff(t *testing.T) {
	for _, c := range []struct {
		name           string
		face, forehead thermal.Box
		want           Reject
	}{
		{"whole", thermal.Box{X0: 40, Y0: 20, X1: 80, Y1: 70}, thermal.Box{X0: 48, Y0: 25, X1: 72, Y1: 37}, Usable},
		{"two pixels from the edge", thermal.Box{X0: 40, Y0: 1, X1: 80, Y1: 50}, thermal.Box{X0: 48, Y0: 2, X1: 72, Y1: 14}, Usable},
		{"flush with the top", thermal.Box{X0: 40, Y0: 0, X1: 80, Y1: 40}, thermal.Box{X0: 48, Y0: 0.4, X1: 72, Y1: 9}, CutOff},
		{"over the top", thermal.Box{X0: 40, Y0: -9, X1: 80, Y1: 40}, thermal.Box{X0: 48, Y0: -6, X1: 72, Y1: 7}, CutOff},
		{"beyond the top", thermal.Box{X0: 40, Y0: -9, X1: 80, Y1: 40}, thermal.Box{X0: 48, Y0: -9, X1: 72, Y1: -2}, CutOff},
		{"left", thermal.Box{X0: -10, Y0: 40, X1: 30, Y1: 90}, thermal.Box{X0: -3, Y0: 45, X1: 24, Y1: 57}, CutOff},
		{"right", thermal.Box{X0: 90, Y0: 40, X1: 130, Y1: 90}, thermal.Box{X0: 97, Y0: 45, X1: 124, Y1: 57}, CutOff},
		{"right, a strip", thermal.Box{X0: 94, Y0: 40, X1: 134, Y1: 90}, thermal.Box{X0: 114, Y0: 45, X1: 128, Y1: 57}, CutOff},
		{"below", thermal.Box{X0: 40, Y0: 140, X1: 80, Y1: 190}, thermal.Box{X0: 48, Y0: 150, X1: 72, Y1: 162}, CutOff},
	} {
		g := newGrid(120, 160)
		g.face(8, 7, 3, c.face, c.forehead, 3, 3)
		f := newFinder(t, &fakeDetector{out: g.out})
		var r Result
		frame := skinAndFloor()
		for n := range 2 {
			frame.Time = time.Duration(n) * period
			if err := f.Find(frame, thermal.Circle{}, &r); err != nil {
				t.Fatal(err)
			}
		}
		if len(r.Faces) != 1 || r.Faces[0].Reject != c.want {
			t.Errorf("%s: %+v, want %v", c.name, r.Faces, c.want)
		}
	}
}

// After an error nobody is there, in the list or in the silhouette, and the
// next good frame goes on.
func TestFindErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, c := range []struct {
		name  string
		spoil func(*thermal.Frame, *fakeDetector)
		want  error
	}{
		{"narrower", func(f *thermal.Frame, _ *fakeDetector) { f.Resize(119, 160) }, ErrFrame},
		{"on its side", func(f *thermal.Frame, _ *fakeDetector) { f.Resize(160, 120) }, ErrFrame},
		{"empty", func(f *thermal.Frame, _ *fakeDetector) { f.Resize(0, 0) }, ErrFrame},
		{"a count short", func(f *thermal.Frame, _ *fakeDetector) { f.Counts = f.Counts[1:] }, ErrFrame},
		{"all zero", func(f *thermal.Frame, _ *fakeDetector) { fillWith(f, 0, len(f.Counts)) }, ErrBlank},
		{"all saturated", func(f *thermal.Frame, _ *fakeDetector) { fillWith(f, 65535, len(f.Counts)) }, ErrBlank},
		{"mostly saturated", func(f *thermal.Frame, _ *fakeDetector) { fillWith(f, 65535, len(f.Counts)/2+1) }, ErrBlank},
		{"no readings, as a signed number", func(f *thermal.Frame, _ *fakeDetector) { fillWith(f, 0x8000, len(f.Counts)) }, ErrBlank},
		{"the largest signed number", func(f *thermal.Frame, _ *fakeDetector) { fillWith(f, 0x7fff, len(f.Counts)) }, ErrBlank},
		{"answer too short", func(_ *thermal.Frame, d *fakeDetector) { d.out = d.out[1:] }, ErrDetector},
		{"no answer", func(_ *thermal.Frame, d *fakeDetector) { d.out = nil }, ErrDetector},
		{"network fails", func(_ *thermal.Frame, d *fakeDetector) { d.err = broken }, broken},
	} {
		frame, g, _, _ := onePerson()
		d := &fakeDetector{out: g.out}
		f := newFinder(t, d)
		var r Result
		for range 3 {
			if err := f.Find(frame, thermal.Circle{}, &r); err != nil {
				t.Fatal(err)
			}
		}
		c.spoil(frame, d)
		if err := f.Find(frame, thermal.Circle{}, &r); !errors.Is(err, c.want) || !strings.HasPrefix(err.Error(), "cannot") {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if len(r.Faces) != 0 || r.Body.At(60, 50) {
			t.Errorf("%s: somebody is still there", c.name)
		}
		frame, _, _, _ = onePerson()
		d.out, d.err = g.out, nil
		if err := f.Find(frame, thermal.Circle{}, &r); err != nil || len(r.Faces) != 1 || r.Faces[0].Track != 1 {
			t.Errorf("%s: afterwards %v, %v", c.name, r.Faces, err)
		}
	}
}

func fillWith(f *thermal.Frame, counts uint16, n int) {
	for i := range n {
		f.Counts[i] = counts
	}
}

// Whatever counts come, of whatever scale, there is an answer or a named error,
// and every face that may be measured has its regions inside the image.
func FuzzFind(f *testing.F) {
	f.Add([]byte{0, 0}, uint8(0))
	f.Add([]byte{255, 255}, uint8(1))
	f.Add([]byte{0x77, 0x10, 0x78, 0x20, 0xff, 0xff, 0, 0}, uint8(2))
	f.Fuzz(func(t *testing.T, pattern []byte, kind uint8) {
		frame, g, _, _ := onePerson()
		for i := range frame.Counts {
			if len(pattern) > 1 {
				at := 2 * (i % (len(pattern) / 2))
				v := uint16(pattern[at])<<8 | uint16(pattern[at+1])
				switch kind % 3 {
				case 0:
					frame.Counts[i] = v
				case 1:
					frame.Counts[i] += v % 4096
				default:
					if v%7 == 0 {
						frame.Counts[i] = v
					}
				}
			}
		}
		finder := newFinder(t, &fakeDetector{out: g.out})
		var r Result
		for n := range 3 {
			frame.Time = time.Duration(n) * period
			if err := finder.Find(frame, thermal.Circle{X: 100, Y: 140, R: 6}, &r); err != nil {
				if !errors.Is(err, ErrBlank) || len(r.Faces) > 0 {
					t.Fatal(err)
				}
				continue
			}
			for i := range r.Faces {
				b := r.Faces[i].Regions.Forehead
				if r.Faces[i].Usable() && !(b.Area() > 0 && b == b.Clip(120, 160)) {
					t.Fatalf("%+v is measured", r.Faces[i])
				}
			}
		}
	})
}

// An image of extreme shape is no reason to stop.
func TestFindExtremeShapes(t *testing.T) {
	for _, c := range []struct{ width, height int }{{8, 8}, {2048, 8}, {8, 2048}, {1000, 9}, {2048, 2048}} {
		g := newGrid(c.width, c.height)
		f, err := New(Config{Detector: &fakeDetector{out: g.out}, Info: thermal.Info{Width: c.width, Height: c.height, Scale: thermal.Kelvin64}})
		if err != nil {
			t.Fatal(err)
		}
		var r Result
		if err := f.Find(newFrame(c.width, c.height, 19000), thermal.Circle{X: 4, Y: 4, R: 3}, &r); err != nil {
			t.Errorf("%dx%d: %v", c.width, c.height, err)
		}
	}
}

// From the second frame on nothing is allocated, however many faces come and
// go.
func TestFindAllocatesNothing(t *testing.T) {
	frame, g, _, _ := onePerson()
	crowd := newGrid(120, 160)
	for n := range maxCandidates {
		x, y := float64(n%4*30+2), float64(n/4*40+2)
		b := thermal.Box{X0: x, Y0: y, X1: x + 26, Y1: y + 36}
		crowd.face(n%4*4, n/4*5, float32(n%5), b, b.Inset(0.2), 3, 3)
	}
	d := &fakeDetector{out: g.out, in: make([]float32, 0, len(g.out)*64)}
	f := newFinder(t, d)
	var r Result
	n, most := 0, 0
	find := func() {
		n++
		frame.Time = time.Duration(n) * period
		if d.out = g.out; n > 10 {
			d.out = crowd.out
		}
		if err := f.Find(frame, thermal.Circle{X: 100, Y: 20, R: 6}, &r); err != nil {
			t.Fatal(err)
		}
		most = max(most, len(r.Faces))
	}
	find()
	if allocs := testing.AllocsPerRun(40, find); allocs != 0 {
		t.Errorf("%v allocations a frame", allocs)
	}
	if most != maxFaces {
		t.Errorf("at most %d faces, want %d", most, maxFaces)
	}
}

func BenchmarkFind(b *testing.B) {
	for _, c := range []struct{ width, height int }{{120, 160}, {256, 192}, {640, 512}} {
		b.Run(fmt.Sprintf("%dx%d", c.width, c.height), func(b *testing.B) {
			g := newGrid(c.width, c.height)
			k := float64(g.factor)
			frame := newFrame(c.width, c.height, 29500)
			face := thermal.Box{X0: 30 * k, Y0: 20 * k, X1: 70 * k, Y1: 80 * k}
			paint(frame, 30*g.factor, 10*g.factor, 70*g.factor, 80*g.factor, 30700)
			g.face(6, 5, 3, face, thermal.Box{X0: 36 * k, Y0: 26 * k, X1: 64 * k, Y1: 40 * k}, 3, 3)
			f, err := New(Config{Detector: &fakeDetector{out: g.out}, Info: thermal.Info{Width: c.width, Height: c.height, Scale: thermal.CentiKelvin}})
			if err != nil {
				b.Fatal(err)
			}
			var r Result
			b.ReportAllocs()
			for b.Loop() {
				frame.Time += period
				if err := f.Find(frame, thermal.Circle{X: 100 * k, Y: 20 * k, R: 6 * k}, &r); err != nil {
					b.Fatal(err)
				}
			}
			if len(r.Faces) != 1 {
				b.Fatalf("%d faces", len(r.Faces))
			}
		})
	}
}

func TestNobodyIsSaidOnlyWhereNothingMayBeAFace(t *testing.T) {
	frame, _, _, _ := onePerson()
	far := newGrid(120, 160)
	far.face(8, 7, 3, thermal.Box{X0: 60, Y0: 60, X1: 68, Y1: 70}, thermal.Box{X0: 61, Y0: 60, X1: 67, Y1: 63}, 3, 3)
	empty := newGrid(120, 160)
	d := &fakeDetector{out: far.out}
	f := newFinder(t, d)
	var r Result
	look := func(out []float32) {
		t.Helper()
		d.out = out
		frame.Time += period
		if err := f.Find(frame, thermal.Circle{}, &r); err != nil || len(r.Faces) != 0 {
			t.Fatalf("%v, %v", r.Faces, err)
		}
	}
	for range 3 {
		if look(far.out); r.Nobody {
			t.Error("who is too far away to be reported is nobody")
		}
	}
	if look(empty.out); r.Nobody {
		t.Error("who was there a moment ago is nobody")
	}
	frame.Time += 2 * trackLifetime
	if look(empty.out); !r.Nobody {
		t.Error("somebody is in an empty room")
	}
	d.err = errors.New("fails")
	if err := f.Find(frame, thermal.Circle{}, &r); err == nil || r.Nobody {
		t.Errorf("nobody, and %v", err)
	}
}
