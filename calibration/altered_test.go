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
	fresh Fault // where the search starts with it
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

func alterations() []alteration {
	return []alteration{
		{"half covered, cool", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, 0, 24) }, FaultOccluded, FaultMissing},
		{"half covered by a hand", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, 0, 32) }, FaultOccluded, FaultMissing},
		{"a quarter covered", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, -0.4, 24) }, FaultOccluded, FaultMissing},
		{"covered whole", func(f *thermal.Frame, c thermal.Circle) { cover(f, c, 3, 30) }, FaultMissing, FaultMissing},
		{"5 px aside", func(f *thermal.Frame, c thermal.Circle) { paste(f, c, 3, -4, 1) }, FaultMoved, FaultNone},
		{"half the size", func(f *thermal.Frame, c thermal.Circle) { paste(f, c, 0, 0, 0.5) }, FaultTooSmall, FaultTooSmall},
		{"hot cup beside", func(f *thermal.Frame, c thermal.Circle) { heat(f, c, 65) }, FaultNone, FaultNone},
		{"warm cup beside", func(f *thermal.Frame, c thermal.Circle) { heat(f, c, 36) }, FaultNone, FaultAmbiguous},
	}
}

// Real frames with an altered disc: one recording of each camera.
func TestAlteredRecordings(t *testing.T) {
	files, discs := recordings(t)
	done := map[string]bool{}
	for _, path := range files {
		clip := clipName(path)
		var frames []thermal.Frame
		var camera thermal.Info
		play(t, path, func(n int, info thermal.Info, f *thermal.Frame) {
			camera = info
			if n < 12 && !done[info.Serial] {
				c := *f
				c.Counts = append([]uint16(nil), f.Counts...)
				frames = append(frames, c)
			}
		})
		if done[camera.Serial] {
			continue
		}
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
				if n >= 5 && (k.Reference.Fault != a.known || k.Scale.Valid() != (a.known == FaultNone)) {
					t.Errorf("camera %s, %s, frame %d: %v, want %v", camera.Serial, a.name, n, k.Reference.Fault, a.known)
				}
				if r.Reference.OK && a.fresh != FaultNone {
					t.Errorf("camera %s, %s, frame %d: in order from the start", camera.Serial, a.name, n)
				}
				if n == len(frames)-1 && r.Reference.Fault != a.fresh {
					t.Errorf("camera %s, %s from the start: %v, want %v", camera.Serial, a.name, r.Reference.Fault, a.fresh)
				}
			}
		}
	}
	if len(done) < 3 && !raceEnabled {
		t.Errorf("recordings of %d cameras, want 3", len(done))
	}
}
