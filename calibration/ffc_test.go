package calibration

import (
	"math"
	"slices"
	"testing"

	"lintel/firmware/thermal"
)

// patch is a part of the background, and what it read before and after a
// flat-field correction.
type patch struct {
	box           thermal.Box
	before, after []float64 // referred to the reference, degC
	u             float64   // expanded uncertainty before
	raw           [2][]float64
}

// quiet says whether nothing happened in the patch but the correction: it is
// colder than people, and steady.
func (p *patch) quiet(below float64) bool {
	return len(p.before) > 4 && len(p.after) > 0 && spread(p.before) < 0.15 && spread(p.after) < 0.3 && middle(p.raw[0]) < below
}

func spread(v []float64) float64 { return slices.Max(v) - slices.Min(v) }

func middle(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return v[len(v)/2]
}

// On real recordings with a flat-field correction the counts move by about a
// kelvin; what is referred to the reference stays, everywhere in view, and what
// is left lies within the uncertainty.
func TestFlatFieldCorrectionsOnRecordings(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	files, discs := recordings(t)
	const window, settled = 25, 0.15
	corrections := 0
	for _, path := range files {
		var tr *Tracker
		var patches []patch
		var before []thermal.Frame
		var scales []Scale
		var last float64
		corrected := false
		covered, judged := 0, 0
		play(t, path, func(_ int, info thermal.Info, f *thermal.Frame) {
			if tr == nil {
				tr = tracker(t, info, nil)
			}
			o := tr.Observe(f)
			since := f.Telemetry.SinceFFC.Seconds()
			if since < last && !corrected {
				corrected = true
				corrections++
				patches = around(before, scales)
			}
			last = since
			if !o.Scale.Valid() {
				return
			}
			if !corrected {
				g := *f
				g.Counts = slices.Clone(f.Counts)
				before, scales = append(before, g), append(scales, o.Scale)
				if len(before) > window {
					before, scales = before[1:], scales[1:]
				}
				return
			}
			for i := range patches {
				p := &patches[i]
				m, err := o.Scale.Measure(f, p.box)
				if err != nil {
					t.Fatal(err)
				}
				if spread(p.before) < 0.15 {
					judged++
					if math.Abs(float64(m.Mean)-middle(p.before)) <= math.Hypot(float64(m.U), p.u) {
						covered++
					}
				}
				if float64(m.Budget.Drift) < settled {
					p.after = append(p.after, float64(m.Mean))
					p.raw[1] = append(p.raw[1], raw(f, p.box))
				}
			}
		})
		if !corrected {
			continue
		}
		var moved, left []float64
		disc := anyDisc(discs[clipName(path)])
		below := raw(&before[0], thermal.Box{X0: disc.X - 3, Y0: disc.Y - 3, X1: disc.X + 3, Y1: disc.Y + 3}) - 4.5
		for i := range patches {
			if p := &patches[i]; p.quiet(below) {
				moved = append(moved, math.Abs(middle(p.raw[1])-middle(p.raw[0])))
				change := math.Abs(middle(p.after) - middle(p.before))
				left = append(left, change)
			}
		}
		t.Logf("%s: %d of %d readings within U of those before the correction", clipName(path), covered, judged)
		// In some patches people move during the gap.
		if float64(covered) < 0.9*float64(judged) {
			t.Errorf("%s: only %d of %d readings lie within U of those before", clipName(path), covered, judged)
		}
		if len(left) < 5 {
			t.Logf("%s: ends before the correction has settled, or too little stands still", clipName(path))
			continue
		}
		t.Logf("%s: %d quiet patches move by %.2f K raw and %.3f K referred to the reference (medians)",
			clipName(path), len(left), middle(moved), middle(left))
		if middle(moved) < 0.3 || middle(left) > 0.1 {
			t.Errorf("%s: raw moves by %.2f K, referred to the reference by %.3f K", clipName(path), middle(moved), middle(left))
		}
	}
	t.Logf("%d recordings with a flat-field correction", corrections)
}

// around lays patches over the image and reads them in the frames before.
func around(frames []thermal.Frame, scales []Scale) []patch {
	var patches []patch
	const side = 10.0
	for y := 0.0; y+side <= float64(frames[0].Height); y += side {
		for x := 0.0; x+side <= float64(frames[0].Width); x += side {
			p := patch{box: thermal.Box{X0: x, Y0: y, X1: x + side, Y1: y + side}}
			for i := range frames {
				if m, err := scales[i].Measure(&frames[i], p.box); err == nil {
					p.before = append(p.before, float64(m.Mean))
					p.u = float64(m.U)
					p.raw[0] = append(p.raw[0], raw(&frames[i], p.box))
				}
			}
			patches = append(patches, p)
		}
	}
	return patches
}

// raw returns the mean of a box as the camera reads it.
func raw(f *thermal.Frame, b thermal.Box) float64 {
	sum := 0.0
	for y := int(b.Y0); y < int(b.Y1); y++ {
		for x := int(b.X0); x < int(b.X1); x++ {
			sum += float64(f.At(x, y))
		}
	}
	return float64(thermal.CentiKelvin.Celsius(sum / b.Area()))
}
