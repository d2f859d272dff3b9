package vision

import (
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// What the second network does not take for bare is covered, in this frame and
// until enough frames say otherwise; it is not asked about what is refused
// anyway.
func TestSecondNetwork(t *testing.T) {
	frame, g, _, _ := onePerson()
	asked, answer := 0, -6.0
	d := &fakeDetector{out: g.out, bare: func(crop []float32) float64 {
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
	for range 5 {
		next()
	}
	if got := next(); got != Usable {
		t.Errorf("bared %v", got)
	}
	before := asked
	for range 4 * lookPlaces {
		if got := next(); got != Usable {
			t.Errorf("%v", got)
		}
	}
	if asked != before+4*lookPlaces {
		t.Errorf("asked %d times in %d frames", asked-before, 4*lookPlaces)
	}
	answer = -6
	for range lookPlaces {
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

// What is measured is what the second network is sure of, and never more than
// the forehead that it drew, less a margin.
func TestMeasuredIsWhatIsSure(t *testing.T) {
	frame, g, _, forehead := onePerson()
	for _, c := range []struct {
		name       string
		sure, want thermal.Box
		usable     bool
	}{
		{"all of it", forehead, forehead.Inset(foreheadInset), true},
		{"more than all of it", forehead.Inset(-1), forehead.Inset(foreheadInset), true},
		{"a part", at(56, 41, 8, 4), at(56-towardsDrawn*6, 41-towardsDrawn*3, 8+towardsDrawn*12, 4+towardsDrawn*6), true},
		{"hardly anything", at(56, 43.5, 8, -1), forehead.Inset(foreheadInset), false},
		{"something else", at(10, 10, 20, 8), forehead.Inset(foreheadInset), false},
	} {
		f := newFinder(t, &fakeDetector{out: g.out, sure: &c.sure})
		var r Result
		for range 3 {
			frame.Time += period
			if err := f.Find(frame, thermal.Circle{}, &r); err != nil {
				t.Fatal(err)
			}
		}
		if got := r.Faces[0]; got.Usable() != c.usable || !nearBox(got.Regions.Forehead, c.want, 1e-3) {
			t.Errorf("%s: %v, %v is measured; want %v, %v", c.name, got.Reject, got.Regions.Forehead, c.usable, c.want)
		}
	}
}

// A box in widths of a face comes back where it was, and moves with the face.
func TestBoxesMoveWithTheFace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(t, name) }
		face, b := at(draw("x", 0, 90), draw("y", 0, 90), draw("w", 5, 90), draw("h", 5, 90)), at(draw("bx", -9, 99), draw("by", -9, 99), 9, 5)
		l := looks{}
		for i := range l.places {
			l.places[i] = Look{Forehead: onFace(b, face), Sure: onFace(b, face)}
		}
		x, y := draw("dx", -9, 9), draw("dy", -9, 9)
		forehead, sure := l.boxes(face.Moved(x, y))
		if want := b.Moved(x, y); !nearBox(forehead, want, 1e-9) || !nearBox(sure, want, 1e-9) {
			t.Fatalf("%v and %v, want %v", forehead, sure, want)
		}
	})
}

// Whatever the second network says, what is measured lies in the forehead, that
// in the image, and nothing that is no number is measured.
func TestAnyLook(t *testing.T) {
	frame, g, _, _ := onePerson()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Float64Range(-50, 200), rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)}))
		box := func(name string) thermal.Box {
			return thermal.Box{X0: number.Draw(t, name+"x0"), Y0: number.Draw(t, name+"y0"), X1: number.Draw(t, name+"x1"), Y1: number.Draw(t, name+"y1")}
		}
		d := &anything{fakeDetector: fakeDetector{out: g.out}, look: Look{Bare: number.Draw(t, "bare"), Forehead: box("f"), Sure: box("s")}}
		f, err := New(Config{Detector: d, Info: upright})
		if err != nil {
			t.Fatal(err)
		}
		var r Result
		for range 4 {
			frame.Time += period
			if err := f.Find(frame, thermal.Circle{}, &r); err != nil {
				t.Fatal(err)
			}
			for _, face := range r.Faces {
				in, m := face.Forehead, face.Regions.Forehead
				if !(in.X0 >= 0 && in.Y0 >= 0 && in.X1 <= 120 && in.Y1 <= 160) {
					t.Fatalf("the forehead %v", in)
				}
				if face.Usable() && !(m.Width() >= minMeasured && m.Height() >= minMeasured && m.X0 >= in.X0 && m.Y0 >= in.Y0 && m.X1 <= in.X1 && m.Y1 <= in.Y1) {
					t.Fatalf("%v of %v is measured", m, in)
				}
			}
		}
	})
}

// anything is a detector whose second network says anything.
type anything struct {
	fakeDetector

	look Look
}

func (a *anything) Look([]float32, thermal.Box) (Look, error) { return a.look, nil }
