package calibration

import (
	"math"
	"testing"

	"lintel/firmware/thermal"
)

// swap takes the disc away and puts a hot thing where it was: half widths in
// radii of the disc, round or not.
func swap(f *thermal.Frame, c thermal.Circle, dx, wide, high float64, round bool, t thermal.Celsius) {
	hole := c
	hole.R *= 1.5
	paintOut(f, hole)
	x, rx, ry := c.X+dx*c.R, wide*c.R, high*c.R
	reach := 4 * c.R
	for j := max(int(c.Y-reach), 0); j < min(int(c.Y+reach), f.Height); j++ {
		for i := max(int(x-reach), 0); i < min(int(x+reach), f.Width); i++ {
			u, v := (float64(i)+0.5-x)/rx, (float64(j)+0.5-c.Y)/ry
			out := math.Max(math.Abs(u), math.Abs(v)) - 1
			if round {
				out = math.Hypot(u, v) - 1
			}
			k := 1 / (1 + math.Exp(out*math.Min(rx, ry)/0.45))
			noise := float64((i*7+j*13)%9 - 4)
			p := &f.Counts[j*f.Width+i]
			*p = uint16(math.Round(float64(*p) + k*(thermal.CentiKelvin.Counts(t)+noise-float64(*p))))
		}
	}
}

// What must never pass for the reference, in every recording: within two frames
// no scale, and none as long as it lasts; and afterwards back in service.
func TestDisturbedInEveryRecording(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	files, discs := recordings(t)
	type disturbance struct {
		name  string
		apply func(f *thermal.Frame, c thermal.Circle)
	}
	disturbances := []disturbance{
		{"painted out", func(f *thermal.Frame, c thermal.Circle) { c.R *= 1.4; paintOut(f, c) }},
		{"moved", func(f *thermal.Frame, c thermal.Circle) { paste(f, c, 4, 3, 1) }},
		{"half covered", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, 0, 30) }},
		{"a cup of 45 degC", func(f *thermal.Frame, c thermal.Circle) { swap(f, c, 0, 0.9, 1.1, false, 45) }},
		{"a lamp of 70 degC", func(f *thermal.Frame, c thermal.Circle) { swap(f, c, 0, 1, 1, true, 70) }},
		{"a lamp as warm as the disc", func(f *thermal.Frame, c thermal.Circle) { swap(f, c, 0, 1.5, 0.8, true, 36) }},
		{"another disc, 1.5 K warmer", func(f *thermal.Frame, c thermal.Circle) { shift(f, c, 1.5) }},
		{"a face beside the place", func(f *thermal.Frame, c thermal.Circle) { swap(f, c, 1.5, 1.5, 2, true, 34.5) }},
	}
	const good, bad, back = 6, 10, 8
	misses, late, frames := 0, 0, 0
	for _, path := range files {
		clip := clipName(path)
		circle := anyDisc(discs[clip])
		trackers := make([]*Tracker, len(disturbances))
		play(t, path, func(n int, info thermal.Info, f *thermal.Frame) {
			if n >= good+bad+back {
				return
			}
			for i, d := range disturbances {
				if trackers[i] == nil {
					trackers[i] = tracker(t, info, nil)
				}
				shown := *f
				if n >= good && n < good+bad {
					shown.Counts = append([]uint16(nil), f.Counts...)
					d.apply(&shown, circle)
				}
				o := trackers[i].Observe(&shown)
				if n < good {
					continue
				}
				if n >= good+bad {
					// Back after three good frames and the settling time of 0.3 s.
					if since := n - good - bad; o.Scale.Valid() != (since >= 2) && (since < 2 || since > 4) {
						late++
						t.Errorf("%s, %d frames after %s: %v", clip, since+1, d.name, o.Reference.Fault)
					}
					continue
				}
				frames++
				if o.Scale.Valid() && n > good {
					misses++
					t.Errorf("%s frame %d, %s: in order", clip, n, d.name)
				}
			}
		})
	}
	t.Logf("%d recordings, %d disturbed frames, %d misses; back in service too early or late %d times", len(files), frames, misses, late)
}

// On a still disc the centre is known to a fraction of a pixel.
func TestCentreIsStillOnRecordings(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	files, _ := recordings(t)
	largest := 0.0
	for _, path := range files {
		var sx, sy, sxx, syy, n float64
		var tr *Tracker
		play(t, path, func(_ int, info thermal.Info, f *thermal.Frame) {
			if tr == nil {
				tr = tracker(t, info, nil)
			}
			if r := tr.Observe(f).Reference; r.OK {
				n++
				sx, sy = sx+r.Circle.X, sy+r.Circle.Y
				sxx, syy = sxx+r.Circle.X*r.Circle.X, syy+r.Circle.Y*r.Circle.Y
			}
		})
		sd := math.Sqrt(math.Max(sxx/n-sx*sx/n/n, syy/n-sy*sy/n/n))
		largest = math.Max(largest, sd)
		if sd > 0.3 {
			t.Errorf("%s: standard deviation of the centre %.3f px", clipName(path), sd)
		}
	}
	t.Logf("%d recordings: standard deviation of the centre at most %.3f px", len(files), largest)
}
