package calibration

import (
	"math"
	"testing"

	"lintel/firmware/thermal"
)

// stick sets pixels of a frame.
func stick(f *thermal.Frame, at []Pixel, count uint16) {
	for _, p := range at {
		f.Counts[p.Y*f.Width+p.X] = count
	}
}

// Pixels that are stuck on the disc, on its edge or beside it cost neither the
// disc nor a hundredth of a kelvin, known or not, from the start or later on.
func TestStuckPixelsOnTheDisc(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		at   []Pixel
		// unknown: so few that they are found without a list.
		unknown bool
	}{
		{"one in the middle", []Pixel{{30, 120}}, true},
		{"two in the middle", []Pixel{{30, 120}, {31, 120}}, true},
		{"two on the edge", []Pixel{{36, 120}, {37, 120}}, true},
		{"two on the edge, one above the other", []Pixel{{24, 120}, {24, 121}}, true},
		{"two on the lower edge", []Pixel{{30, 126}, {31, 127}}, true},
		{"two in the ring", []Pixel{{30, 111}, {31, 111}}, true},
		{"three in a row", []Pixel{{28, 118}, {29, 118}, {30, 118}}, true},
		{"a row through it", []Pixel{{24, 121}, {25, 121}, {26, 121}, {27, 121}, {28, 121}, {29, 121}, {30, 121}, {31, 121}, {32, 121}, {33, 121}, {34, 121}, {35, 121}, {36, 121}}, false},
		{"a block", []Pixel{{28, 118}, {29, 118}, {28, 119}, {29, 119}, {30, 118}, {30, 119}}, false},
	} {
		for _, count := range []uint16{0, 30200, 30900, 31500, 65535} {
			for _, listed := range []bool{true, false} {
				if !listed && !c.unknown {
					continue
				}
				s := steady()
				configure := func(cfg *Config) {
					if listed {
						cfg.Field = &Field{Width: 120, Height: 160, Offset: make([]float32, 120*160), Bad: c.at}
					}
				}
				later, always, clean := tracker(t, s.info, configure), tracker(t, s.info, configure), tracker(t, s.info, nil)
				var f thermal.Frame
				for n := range 14 {
					s.render(&f, n)
					want := clean.Observe(&f)
					var o Observation
					if n < 5 {
						later.Observe(&f)
						stick(&f, c.at, count)
					} else {
						stick(&f, c.at, count)
						o = later.Observe(&f)
						if !o.Reference.OK || math.Abs(float64(o.Reference.Offset-want.Reference.Offset)) > 0.02 {
							t.Errorf("%s of %d, listed %v, frame %d: %v, offset %.3f, want %.3f", c.name, count, listed, n, o.Reference.Fault, o.Reference.Offset, want.Reference.Offset)
						}
					}
					if a := always.Observe(&f); n > 3 && !a.Reference.OK {
						t.Errorf("%s of %d from the start, listed %v, frame %d: %v", c.name, count, listed, n, a.Reference.Fault)
					}
				}
			}
		}
	}
}

// On real frames, too: two adjacent stuck pixels anywhere on the disc or its
// edge are no fault.
func TestStuckPixelsOnRecordings(t *testing.T) {
	t.Parallel()
	files, discs := recordings(t)
	for i, path := range files {
		c := anyDisc(discs[clipName(path)])
		var tr *Tracker
		turn := float64(i)
		play(t, path, func(n int, info thermal.Info, f *thermal.Frame) {
			if n >= 30 {
				return
			}
			if tr == nil {
				tr = tracker(t, info, nil)
			}
			if n >= 5 {
				// Another place in each recording and every few frames.
				sin, cos := math.Sincos(turn + float64(n/5))
				r := c.R * []float64{0.2, 0.6, 1, 1.2}[(i+n/5)%4]
				x, y := int(c.X+r*cos), int(c.Y+r*sin)
				count := []uint16{0, 30300, 65535}[(i+n)%3]
				stick(f, []Pixel{{x, y}, {x + 1, y}}, count)
			}
			if o := tr.Observe(f); n > 2 && !o.Reference.OK {
				t.Errorf("%s frame %d: %v", clipName(path), n, o.Reference.Fault)
			}
		})
	}
}
