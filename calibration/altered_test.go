package calibration

import (
	"math"
	"testing"

	"lintel/firmware/thermal"
)

// alteration changes the disc in a real frame.
type alteration struct {
	name  string
	apply func(f *thermal.Frame, c thermal.Circle)
	known Fault // once the reference is known
	also  Fault // likewise: a disc that looks oval has another shape than a lamp
	fresh Fault // where the search starts with it; unknown where it may be taken for the reference or not
}

// paste takes the disc out and puts it back dx, dy aside, at another size.
func paste(f *thermal.Frame, c thermal.Circle, dx, dy, size float64) {
	from := thermal.Frame{Width: f.Width, Height: f.Height, Counts: append([]uint16(nil), f.Counts...)}
	hole := c
	hole.R *= 1.5
	paintOut(f, hole)
	p := newProbe(20)
	p.frame = &from
	for y := range f.Height {
		for x := range f.Width {
			px, py := (float64(x)+0.5-c.X-dx)/size, (float64(y)+0.5-c.Y-dy)/size
			if math.Hypot(px, py) > 1.4*c.R {
				continue
			}
			if v, ok := p.at(c.X+px, c.Y+py); ok {
				f.Counts[y*f.Width+x] = uint16(math.Round(v))
			}
		}
	}
}

// cover puts a thing of one temperature over the part of the disc left of
// column c.X + part*c.R.
func cover(f *thermal.Frame, c thermal.Circle, part float64, t thermal.Celsius) {
	for y := max(int(c.Y-3*c.R), 0); y < min(int(c.Y+3*c.R), f.Height); y++ {
		for x := max(int(c.X-2.5*c.R), 0); float64(x)+0.5 < c.X+part*c.R; x++ {
			f.Counts[y*f.Width+x] = uint16(thermal.CentiKelvin.Counts(t)) + uint16((x*7+y*13)%9)
		}
	}
}

// heat draws a round hot thing beside the disc.
func heat(f *thermal.Frame, c thermal.Circle, t thermal.Celsius) {
	x, y := 60.0, c.Y-30
	for j := range f.Height {
		for i := range f.Width {
			out := math.Hypot(float64(i)+0.5-x, float64(j)+0.5-y) - 8
			k := 1 / (1 + math.Exp(out/0.45))
			v := float64(f.Counts[j*f.Width+i])
			noise := float64((i*7+j*13)%9 - 4)
			f.Counts[j*f.Width+i] = uint16(math.Round(v + k*(thermal.CentiKelvin.Counts(t)+noise-v)))
		}
	}
}

// replace takes the disc out and draws another warm thing, an ellipse of the
// temperature that the disc read less k, in its place or dx to the middle.
func replace(f *thermal.Frame, c thermal.Circle, dx, rx, ry, k float64) {
	level := float64(f.At(int(c.X), int(c.Y))) - 100*k
	hole := c
	hole.R *= 1.5
	paintOut(f, hole)
	x := c.X + math.Copysign(dx, float64(f.Width)/2-c.X)
	for j := range f.Height {
		for i := range f.Width {
			px, py := float64(i)+0.5-x, float64(j)+0.5-c.Y
			out := (math.Hypot(px/rx, py/ry) - 1) * math.Min(rx, ry)
			v := float64(f.Counts[j*f.Width+i])
			noise := float64((i*7+j*13)%9 - 4)
			f.Counts[j*f.Width+i] = uint16(math.Round(v + (level+noise-v)/(1+math.Exp(out/0.45))))
		}
	}
}

// shift makes the disc warmer and leaves its surround.
func shift(f *thermal.Frame, c thermal.Circle, k float64) {
	reach := c.R + 8
	for y := max(int(c.Y-reach), 0); y < min(int(c.Y+reach), f.Height); y++ {
		for x := max(int(c.X-reach), 0); x < min(int(c.X+reach), f.Width); x++ {
			out := math.Hypot(float64(x)+0.5-c.X, float64(y)+0.5-c.Y) - c.R
			v := &f.Counts[y*f.Width+x]
			*v = uint16(math.Round(float64(*v) + 100*k/(1+math.Exp(out/0.45))))
		}
	}
}

// squeeze makes the disc narrower.
func squeeze(f *thermal.Frame, c thermal.Circle, width float64) {
	from := thermal.Frame{Width: f.Width, Height: f.Height, Counts: append([]uint16(nil), f.Counts...)}
	p := newProbe(20)
	p.frame = &from
	for y := max(int(c.Y-1.5*c.R), 0); y < min(int(c.Y+1.5*c.R), f.Height); y++ {
		for x := max(int(c.X-1.6*c.R), 0); x < min(int(c.X+1.6*c.R), f.Width); x++ {
			dx := float64(x) + 0.5 - c.X
			if v, ok := p.at(c.X+dx/width, float64(y)+0.5); ok {
				f.Counts[y*f.Width+x] = uint16(math.Round(v))
			}
		}
	}
}

// label puts something of 2 K less on the disc.
func label(f *thermal.Frame, c thermal.Circle) {
	for y := range f.Height {
		for x := range f.Width {
			if math.Hypot(float64(x)+0.5-c.X-1.5, float64(y)+0.5-c.Y-1) < 0.4*c.R {
				f.Counts[y*f.Width+x] -= 200
			}
		}
	}
}

// clip ends the camera's range at half a kelvin below the disc.
func clip(f *thermal.Frame, c thermal.Circle) {
	end := f.At(int(c.X), int(c.Y)) - 50
	for i, v := range f.Counts {
		f.Counts[i] = min(v, end)
	}
}

// lower makes the whole image colder.
func lower(f *thermal.Frame, k int) {
	for i := range f.Counts {
		f.Counts[i] -= uint16(100 * k)
	}
}

func alterations() []alteration {
	return []alteration{
		{"half covered, cool", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, 0, 24) }, FaultOccluded, FaultUnknown, FaultMissing},
		{"half covered by a hand", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, 0, 32) }, FaultOccluded, FaultUnknown, FaultMissing},
		{"a quarter covered", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, -0.4, 24) }, FaultOccluded, FaultUnknown, FaultMissing},
		{"covered whole", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, 3, 30) }, FaultMissing, FaultUnknown, FaultMissing},
		{"5 px aside", func(f *thermal.Frame, c thermal.Circle) { paste(f, c, 3, -4, 1) }, FaultMoved, FaultUnknown, FaultNone},
		{"half the size", func(f *thermal.Frame, c thermal.Circle) { paste(f, c, 0, 0, 0.5) }, FaultTooSmall, FaultUnknown, FaultTooSmall},
		{"hot cup beside", func(f *thermal.Frame, c thermal.Circle) { heat(f, c, 65) }, FaultNone, FaultUnknown, FaultNone},
		{"another disc 1 K colder in its place", func(f *thermal.Frame, c thermal.Circle) { shift(f, c, -1) }, FaultSwapped, FaultUnknown, FaultNone},
		{"a lamp in its place", func(f *thermal.Frame, c thermal.Circle) { replace(f, c, 0, c.R, c.R, -25) }, FaultImplausibleOffset, FaultMisshapen, FaultImplausibleOffset},
		{"a cup in its place", func(f *thermal.Frame, c thermal.Circle) { replace(f, c, 0, 5, 8.5, 0) }, FaultOccluded, FaultUnknown, FaultMissing},
		{"a face beside its place", func(f *thermal.Frame, c thermal.Circle) { replace(f, c, 11, 9, 13.5, 2) }, FaultMissing, FaultUnknown, FaultMissing},
		{"seen askew", func(f *thermal.Frame, c thermal.Circle) { squeeze(f, c, 0.8) }, FaultMisshapen, FaultUnknown, FaultUnknown},
		{"a label on it", func(f *thermal.Frame, c thermal.Circle) { label(f, c) }, FaultMisshapen, FaultUnknown, FaultMissing},
		{"beyond the camera's range", func(f *thermal.Frame, c thermal.Circle) { clip(f, c) }, FaultSaturated, FaultUnknown, FaultSaturated},
		{"15 K colder", func(f *thermal.Frame, _ thermal.Circle) { lower(f, 15) }, FaultImplausibleOffset, FaultUnknown, FaultMissing},
		{"warm cup beside", func(f *thermal.Frame, c thermal.Circle) { heat(f, c, 36) }, FaultNone, FaultUnknown, FaultAmbiguous},
	}
}

// Real frames with an altered disc, in every recording: what must block blocks.
// By name on one recording of each camera; elsewhere people near by may make one
// fault look like another.
func TestAlteredRecordings(t *testing.T) {
	t.Parallel()
	files, discs := recordings(t)
	done := map[string]bool{}
	for _, path := range files {
		clip := clipName(path)
		var frames []thermal.Frame
		var camera thermal.Info
		play(t, path, func(n int, info thermal.Info, f *thermal.Frame) {
			camera = info
			if n < 12 && (n < 9 || !done[info.Serial]) {
				c := *f
				c.Counts = append([]uint16(nil), f.Counts...)
				frames = append(frames, c)
			}
		})
		byName := !done[camera.Serial]
		done[camera.Serial] = true
		disc := anyDisc(discs[clip])
		for _, a := range alterations() {
			known, fresh := tracker(t, camera, nil), tracker(t, camera, nil)
			for n := range frames {
				f := &frames[n]
				altered := *f
				altered.Counts = append([]uint16(nil), f.Counts...)
				a.apply(&altered, disc)
				shown := f
				if n >= 5 {
					shown = &altered
				}
				k, r := known.Observe(shown), fresh.Observe(&altered)
				if n > 5 && k.Scale.Valid() != (a.known == FaultNone) {
					t.Errorf("%s, %s, frame %d: valid %v, %v", clip, a.name, n, k.Scale.Valid(), k.Reference.Fault)
				}
				// Of two that look alike the true one may be told by what is before the other.
				right := a.fresh == FaultAmbiguous && near(r.Reference.Circle, disc)
				if r.Reference.OK && a.fresh != FaultNone && a.fresh != FaultUnknown && !right {
					t.Errorf("%s, %s, frame %d: in order from the start", clip, a.name, n)
				}
				if !byName {
					continue
				}
				if n >= 5 && (k.Reference.Fault != a.known && k.Reference.Fault != a.also || k.Scale.Valid() != (a.known == FaultNone)) {
					t.Errorf("camera %s, %s, frame %d: %v, want %v", camera.Serial, a.name, n, k.Reference.Fault, a.known)
				}
				if n == len(frames)-1 && r.Reference.Fault != a.fresh && a.fresh != FaultUnknown {
					t.Errorf("camera %s, %s from the start: %v, want %v", camera.Serial, a.name, r.Reference.Fault, a.fresh)
				}
			}
		}
	}
	if len(done) < 3 && !raceEnabled {
		t.Errorf("recordings of %d cameras, want 3", len(done))
	}
}

// A reference that warms or cools in a real recording is named, once it is in
// view for long enough, and is not blocked before.
func TestSlopesOnRecordings(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	files, discs := recordings(t)
	played := 0
	for _, path := range files {
		circle := anyDisc(discs[clipName(path)])
		rises := []float64{1.5, -1.5} // K/min
		trackers, first := make([]*Tracker, len(rises)), make([]float64, len(rises))
		last := 0.0
		play(t, path, func(_ int, info thermal.Info, f *thermal.Frame) {
			last = f.Time.Seconds()
			for i, rise := range rises {
				if trackers[i] == nil {
					trackers[i] = tracker(t, info, nil)
				}
				g := *f
				g.Counts = append([]uint16(nil), f.Counts...)
				shift(&g, circle, rise*f.Time.Minutes())
				r := trackers[i].Observe(&g).Reference
				if want := map[bool]Fault{true: FaultWarming, false: FaultDrifting}[rise > 0]; r.Fault == want && first[i] == 0 {
					first[i] = f.Time.Seconds()
				}
			}
		})
		if last < 28 {
			continue
		}
		played++
		for i, rise := range rises {
			if first[i] == 0 {
				t.Errorf("%s, %g K/min: not named in %.0f s", clipName(path), rise, last)
			}
		}
		t.Logf("%s: named after %.0f and %.0f s", clipName(path), first[0], first[1])
	}
	if played < 5 {
		t.Errorf("%d recordings are long enough, want 5", played)
	}
}
