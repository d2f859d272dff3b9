package thermal_test

import (
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

func TestTemperatures(t *testing.T) {
	if d := thermal.Celsius(37).Sub(36.5); d != 0.5 {
		t.Errorf("37 - 36.5 degC is %v K", d)
	}
	if c := thermal.Celsius(36.5).Add(-0.5); c != 36 {
		t.Errorf("36.5 degC - 0.5 K is %v degC", c)
	}
}

func TestResizeKeepsItsMemory(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		side := rapid.IntRange(0, 40)
		var f thermal.Frame
		largest := 0
		for range 5 {
			before := cap(f.Counts)
			w, h := side.Draw(r, "width"), side.Draw(r, "height")
			f.Resize(w, h)
			if f.Width != w || f.Height != h || len(f.Counts) != w*h {
				r.Fatalf("%dx%d with %d counts, want %dx%d", f.Width, f.Height, len(f.Counts), w, h)
			}
			if w*h <= largest && cap(f.Counts) != before {
				r.Fatal("new memory where the old was large enough")
			}
			largest = max(largest, w*h)
		}
	})
}

func TestRowsAndPixels(t *testing.T) {
	var f thermal.Frame
	f.Resize(4, 3)
	for i := range f.Counts {
		f.Counts[i] = uint16(i)
	}
	if f.At(3, 1) != 7 || f.Row(1)[3] != 7 || len(f.Row(2)) != 4 {
		t.Errorf("At %d, Row %v", f.At(3, 1), f.Row(1))
	}
	f.Row(2)[0] = 99
	if f.At(0, 2) != 99 {
		t.Error("Row is a copy")
	}
}

// Wipe reaches the memory that a smaller image left behind.
func TestWipeLeavesNothing(t *testing.T) {
	var f thermal.Frame
	f.Resize(20, 10)
	for i := range f.Counts {
		f.Counts[i] = 30000
	}
	f.Resize(3, 3)
	f.Wipe()
	for i, c := range f.Counts[:cap(f.Counts)] {
		if c != 0 {
			t.Fatalf("count %d is %d", i, c)
		}
	}
	new(thermal.Frame).Wipe()
}
