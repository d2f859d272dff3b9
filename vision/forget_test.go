package vision

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// After Forget a face has to be confirmed anew and gets a new number.
func TestForgetBeginsAnew(t *testing.T) {
	frame, g, _, _ := onePerson()
	f := newFinder(t, &fakeDetector{out: g.out})
	var first, second Result
	for n := range 3 {
		frame.Time = time.Duration(n) * period
		if err := f.Find(frame, thermal.Circle{}, &first); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Forget(); err != nil {
		t.Fatal(err)
	}
	if err := f.Find(frame, thermal.Circle{}, &second); err != nil || len(second.Faces) != 0 {
		t.Errorf("right after Forget: %v, %v", second.Faces, err)
	}
	if err := f.Find(frame, thermal.Circle{}, &second); err != nil || len(second.Faces) != 1 || second.Faces[0].Track != 2 {
		t.Errorf("after Forget: %+v, %v", second.Faces, err)
	}
}

// Forget leaves nothing of the image or the people in any field, spare
// capacity included, and gives the network an input of zeros.
func TestForgetLeavesNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		frame, g, _, _ := onePerson()
		paint(frame, 0, 0, 30, 160, 28900) // a window: the coolest fifth is not the median
		for range 30 {
			frame.Counts[rapid.IntRange(0, len(frame.Counts)-1).Draw(r, "pixel")] = rapid.Uint16().Draw(r, "count")
		}
		d := &fakeDetector{out: g.out}
		f := newFinder(t, d)
		var result Result
		for n := range rapid.IntRange(1, 4).Draw(r, "frames") {
			frame.Time = time.Duration(n) * period
			if err := f.Find(frame, thermal.Circle{X: 100, Y: 20, R: 6}, &result); err != nil {
				r.Fatal(err)
			}
		}
		if err := f.Forget(); err != nil {
			r.Fatal(err)
		}
		result.Wipe()
		for name, in := range map[string][]float32{"network": d.in, "second network": d.crop} {
			for i, v := range in {
				if v != 0 {
					r.Fatalf("the %s was given %v at %d", name, v, i)
				}
			}
		}
		for _, kept := range residues("finder", reflect.ValueOf(f).Elem()) {
			r.Error(kept)
		}
		for _, kept := range residues("result", reflect.ValueOf(&result).Elem()) {
			r.Error(kept)
		}
	})
}

// notImage names the fields that say nothing of what was seen: sizes, the
// configuration and the last number given.
var notImage = map[string]bool{
	"finder.cfg": true, "finder.kelvin": true, "finder.tracker.next": true,
	"finder.plane.factor": true, "finder.plane.width": true, "finder.plane.height": true, "finder.plane.left": true,
	"finder.plane.top": true, "finder.plane.innerW": true, "finder.plane.innerH": true, "finder.plane.imageW": true, "finder.plane.imageH": true, "finder.shape.width": true, "finder.shape.height": true, "finder.shape.words": true, "finder.plane.total": true,
	"result.Body.Width": true, "result.Body.Height": true,
}

// residues lists what is not zero in v.
func residues(name string, v reflect.Value) []string {
	if notImage[name] {
		return nil
	}
	var found []string
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, residues(name+"."+v.Type().Field(i).Name, v.Field(i))...)
		}
	case reflect.Slice:
		v = v.Slice3(0, v.Cap(), v.Cap())
		for i := range v.Len() {
			if !v.Index(i).IsZero() {
				return append(found, fmt.Sprintf("%s holds %v at %d", name, v.Index(i), i))
			}
		}
	default:
		if !v.IsZero() {
			found = append(found, fmt.Sprintf("%s is %v", name, v))
		}
	}
	return found
}

func TestForgetBeforeTheFirstFrame(t *testing.T) {
	d := &fakeDetector{err: errors.New("must not be asked")}
	if err := newFinder(t, d).Forget(); err != nil || d.in != nil {
		t.Errorf("%v, %v", d.in, err)
	}
}

func TestForgetReportsTheNetwork(t *testing.T) {
	frame, g, _, _ := onePerson()
	d := &fakeDetector{out: g.out}
	f := newFinder(t, d)
	var r Result
	if err := f.Find(frame, thermal.Circle{}, &r); err != nil {
		t.Fatal(err)
	}
	d.err = errors.New("broken")
	if err := f.Forget(); !errors.Is(err, d.err) {
		t.Errorf("%v", err)
	}
	d.err, d.bareErr = nil, errors.New("broken too")
	if err := f.Forget(); !errors.Is(err, d.bareErr) {
		t.Errorf("%v", err)
	}
	if kept := residues("finder", reflect.ValueOf(f).Elem()); kept != nil {
		t.Errorf("after a failure: %v", kept)
	}
}
