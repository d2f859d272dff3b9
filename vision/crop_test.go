package vision

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// slope returns a plane whose temperature rises by so many kelvin a cell.
func slope(t *testing.T, across, down float64) *plane {
	t.Helper()
	p := &plane{}
	p.shape(120, 160)
	for y := range p.height {
		for x := range p.width {
			p.cells[y*p.width+x] = float32((across*(float64(x)+0.5-60) + down*(float64(y)+0.5-60)) / inputKelvin)
		}
	}
	return p
}

// The crop shows what vision/train/crops.py shows: the same numbers stand in its
// test.
func TestCrop(t *testing.T) {
	p := slope(t, 0.05, -0.02)
	crop := p.crop(thermal.Box{X0: 46, Y0: 44, X1: 86, Y1: 98}, thermal.Box{X0: 50, Y0: 50, X1: 80, Y1: 62}, 0) // 40 wide
	at := func(row, column int) float64 { return float64(crop[row*CropColumns+column]) }
	for _, c := range []struct {
		name string
		got  float64
		want float64
	}{
		{"across", at(20, 30) - at(20, 29), 0.05 * cropWide * 40 / CropColumns / cropKelvin},
		{"down", at(31, 10) - at(30, 10), -0.02 * cropTall * 40 / CropRows / cropKelvin},
		// A plane's middle is as far below the level as the slope says.
		{"corner", at(0, 0), -0.896},
		{"other corner", at(CropRows-1, CropColumns-1), -0.2127},
	} {
		if math.Abs(c.got-c.want) > 0.02 {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

// A face has the same crop however many pixels it has, wherever it is.
func TestCropDoesNotKnowTheSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []float32
		for range 2 {
			wide := rapid.Float64Range(24, 60).Draw(t, "wide")
			x, y := rapid.Float64Range(0, 60).Draw(t, "x"), rapid.Float64Range(10, 60).Draw(t, "y")
			p := &plane{}
			p.shape(120, 160)
			for row := range p.height {
				for column := range p.width {
					u, v := (float64(column)+0.5-float64(p.left)-x)/wide, (float64(row)+0.5-float64(p.top)-y)/wide
					p.cells[row*p.width+column] = float32(math.Sin(3*u) + math.Cos(2*v))
				}
			}
			got := append([]float32(nil), p.crop(thermal.Box{X0: x, Y0: y - 4, X1: x + wide, Y1: y + 1.2*wide}, thermal.Box{X0: x, Y0: y, X1: x + wide, Y1: y + 9}, 0)...)
			if want == nil {
				want = got
				continue
			}
			for i := range got {
				// Beyond the image the edge goes on.
				if inside := math.Abs(float64(i%CropColumns)-CropColumns/2) < 10 && i/CropColumns > 10 && i/CropColumns < 40; inside && math.Abs(float64(got[i]-want[i])) > 0.2 {
					t.Fatalf("value %d: %v and %v", i, got[i], want[i])
				}
			}
		}
	})
}

// Any box that a detector can draw has a crop within bounds.
func TestCropOfAnyBox(t *testing.T) {
	p := slope(t, 3, 1)
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Float64Range(0, 115).Draw(t, "x"), rapid.Float64Range(0, 155).Draw(t, "y")
		b := thermal.Box{X0: x, Y0: y, X1: rapid.Float64Range(x+minFace, 120).Draw(t, "x1"), Y1: rapid.Float64Range(y+minFace, 160).Draw(t, "y1")}
		for _, v := range p.crop(b, b, 0.1) {
			if !(v >= cropLow && v <= cropHigh) {
				t.Fatalf("%v in the crop of %v", v, b)
			}
		}
	})
}

// What the second network does not take for bare is covered, in this frame and
// until enough frames say otherwise; it is not asked about what is refused
// anyway.
func TestSecondNetwork(t *testing.T) {
	frame, g, _, _ := onePerson()
	asked, answer := 0, float32(-6)
	d := &fakeDetector{out: g.out, bare: func(crop []float32) float32 {
		if asked++; len(crop) != CropRows*CropColumns {
			t.Errorf("%d values", len(crop))
		}
		return answer
	}}
	f := newFinder(t, d)
	var r Result
	next := func() Reject {
		t.Helper()
		frame.Time += period
		if err := f.Find(frame, thermal.Circle{}, &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Faces) == 0 {
			return 0
		}
		return r.Faces[0].Reject
	}
	next()
	for range 3 {
		if got := next(); got != Covered {
			t.Fatalf("%v", got)
		}
	}
	answer = 6
	for range 2 * lookEvery {
		next()
	}
	if got := next(); got != Usable {
		t.Errorf("bared %v", got)
	}
	before := asked
	for range 4 * lookEvery {
		if got := next(); got != Usable {
			t.Errorf("%v", got)
		}
	}
	if asked != before+4*3 { // a look at three crops
		t.Errorf("asked %d times in %d frames", asked-before, 4*lookEvery)
	}
	answer = -6
	for range lookEvery {
		next()
	}
	if got := next(); got != Covered {
		t.Errorf("with a hat on %v", got)
	}
	before = asked
	g.face(8, 7, 3, thermal.Box{X0: 40, Y0: 30, X1: 80, Y1: 84}, thermal.Box{X0: 50, Y0: 38, X1: 70, Y1: 48}, -3, 3)
	if got := next(); got != Covered || asked != before {
		t.Errorf("what the first network calls covered: %v, asked %d times", got, asked-before)
	}
	d.bareErr = errors.New("broken")
	g.face(8, 7, 3, thermal.Box{X0: 40, Y0: 30, X1: 80, Y1: 84}, thermal.Box{X0: 50, Y0: 38, X1: 70, Y1: 48}, 9, 3)
	frame.Time += time.Minute
	_ = f.Find(frame, thermal.Circle{}, &r)
	frame.Time += period
	if err := f.Find(frame, thermal.Circle{}, &r); !errors.Is(err, d.bareErr) || len(r.Faces) != 0 {
		t.Errorf("%v with %d faces", err, len(r.Faces))
	}
}
