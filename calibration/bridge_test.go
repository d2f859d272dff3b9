package calibration

import (
	"math"
	"slices"
	"testing"

	"lintel/firmware/thermal"
)

// warmBy makes a block of a real frame as warm as skin: what the camera does to
// the pixels stays, and the background there is no longer to be seen.
func warmBy(f *thermal.Frame, b thermal.Box, k float64) {
	for y := int(b.Y0); y < int(b.Y1); y++ {
		for x := int(b.X0); x < int(b.X1); x++ {
			f.Counts[y*f.Width+x] += uint16(100 * k)
		}
	}
}

// still is a place of a recording where nothing moves, and how long.
type still struct {
	block, inner  thermal.Box
	before, after []float64 // referred to the disc
	raw           [2][]float64
	u             []float64
}

// stillPlaces returns blocks of the size of a face in which, in the frames, no
// patch is as warm as people and none moves.
func stillPlaces(frames []thermal.Frame, disc thermal.Circle) []still {
	var places []still
	at := thermal.Box{X0: disc.X - 3, Y0: disc.Y - 3, X1: disc.X + 3, Y1: disc.Y + 3}
	limit := raw(&frames[0], at) - 4.5
	const side = 40.0
	for y := 0.0; y+side <= float64(frames[0].Height); y += 8 {
		for x := 0.0; x+side <= float64(frames[0].Width); x += 8 {
			p := still{
				block: thermal.Box{X0: x, Y0: y, X1: x + side, Y1: y + side},
				inner: thermal.Box{X0: x + 12, Y0: y + 10, X1: x + 28, Y1: y + 20},
			}
			if disc.X > x-2*disc.R && disc.X < x+side+2*disc.R && disc.Y > y-2*disc.R && disc.Y < y+side+2*disc.R {
				continue
			}
			if quietBlock(frames, p.block, limit) {
				places = append(places, p)
			}
		}
	}
	return places
}

// quietBlock says whether all patches of a block are colder than people and
// change alike over the frames.
func quietBlock(frames []thermal.Frame, b thermal.Box, limit float64) bool {
	const patch = 8
	first, last := &frames[0], &frames[len(frames)-1]
	var changes []float64
	for y := b.Y0; y < b.Y1; y += patch {
		for x := b.X0; x < b.X1; x += patch {
			part := thermal.Box{X0: x, Y0: y, X1: x + patch, Y1: y + patch}
			for i := range frames {
				if i%8 == 0 && raw(&frames[i], part) > limit {
					return false
				}
			}
			changes = append(changes, raw(last, part)-raw(first, part))
		}
	}
	return slices.Max(changes)-slices.Min(changes) < 0.9
}

// corrected returns the frames of a recording, and the number of the first one
// after its last flat-field correction; 0 where it has none.
func corrected(t *testing.T, path string) (frames []thermal.Frame, info thermal.Info, at int) {
	t.Helper()
	play(t, path, func(n int, i thermal.Info, f *thermal.Frame) {
		info = i
		g := *f
		g.Counts = slices.Clone(f.Counts)
		if n > 0 && g.Telemetry.SinceFFC < frames[n-1].Telemetry.SinceFFC {
			at = n
		}
		frames = append(frames, g)
	})
	return frames, info, at
}

// A warm place that stands still, as large as a face and anywhere in view, reads
// the same before and after a flat-field correction, though the camera's counts
// there change by most of a kelvin.
func TestFlatFieldCorrectionsAreBridged(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	files, discs := recordings(t)
	const warmth = 6.0
	for _, path := range files {
		frames, info, at := corrected(t, path)
		if at == 0 {
			continue
		}
		disc := anyDisc(discs[clipName(path)])
		from := max(at-120, 0)
		places := stillPlaces(frames[at-10:], disc)
		var moved, left, beyond, alone []float64
		for i := range places {
			p := &places[i]
			for _, bridged := range []bool{true, false} {
				tr := tracker(t, info, func(c *Config) { c.Correction.NoBridge = !bridged })
				p.before, p.after, p.raw, p.u = nil, nil, [2][]float64{}, nil
				for n := from; n < len(frames); n++ {
					g := frames[n]
					g.Counts = slices.Clone(frames[n].Counts)
					warmBy(&g, p.block, warmth)
					o := tr.Observe(&g)
					if !o.Scale.Valid() || n < at-12 {
						continue
					}
					m, err := o.Scale.Measure(&g, p.inner)
					if err != nil {
						t.Fatal(err)
					}
					side := 0
					if n >= at {
						side = 1
						p.after = append(p.after, float64(m.Mean))
						p.u = append(p.u, float64(m.Budget.Drift))
					} else {
						p.before = append(p.before, float64(m.Mean))
					}
					p.raw[side] = append(p.raw[side], raw(&g, p.inner))
				}
				change := math.Abs(middle(p.after) - middle(p.before))
				if !bridged {
					alone = append(alone, change)
					continue
				}
				moved = append(moved, math.Abs(middle(p.raw[1])-middle(p.raw[0])))
				left = append(left, change)
				beyond = append(beyond, change/middle(p.u))
			}
		}
		if len(left) == 0 {
			t.Logf("%s: nothing stands still", clipName(path))
			continue
		}
		slices.Sort(left)
		slices.Sort(beyond)
		t.Logf("%s: %d places: raw moves by %.2f K; referred to the disc %.3f K, at most %.3f K (without the bridge %.3f K); at most %.1f standard uncertainties",
			clipName(path), len(left), middle(moved), middle(left), left[len(left)-1], middle(alone), beyond[len(beyond)-1])
		if left[len(left)-1] > 0.1 || beyond[len(beyond)-1] > 2 {
			t.Errorf("%s: up to %.3f K against the disc, at most %.1f standard uncertainties", clipName(path), left[len(left)-1], beyond[len(beyond)-1])
		}
	}
}
