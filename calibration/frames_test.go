package calibration

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

// scene is a synthetic image: a wall, a disc and other shapes, in degrees
// Celsius as the camera reads them, with an edge blurred over about two pixels.
type scene struct {
	info   thermal.Info
	wall   thermal.Celsius
	slope  float64 // kelvin from the left to the right side
	noise  float64 // kelvin
	shapes []shape
	seed   uint64
	clip   thermal.Celsius // highest reading of the camera; 0: none
}

// shape is an ellipse of one temperature.
type shape struct {
	x, y, rx, ry float64
	t            thermal.Celsius
}

func disk(x, y, r float64, t thermal.Celsius) shape { return shape{x, y, r, r, t} }

func lepton() thermal.Info {
	return thermal.Info{Width: 120, Height: 160, Rate: 8.76, Scale: thermal.CentiKelvin}
}

// render draws the scene as frame number n.
func (s *scene) render(f *thermal.Frame, n int) {
	dice := rand.New(rand.NewPCG(s.seed, uint64(n)))
	f.Resize(s.info.Width, s.info.Height)
	f.Sequence = uint64(n)
	f.Time = time.Duration(n) * 114 * time.Millisecond
	for y := range f.Height {
		for x := range f.Width {
			px, py := float64(x)+0.5, float64(y)+0.5
			t := float64(s.wall) + s.slope*px/float64(f.Width)
			for _, d := range s.shapes {
				dx, dy := px-d.x, py-d.y
				// Distance to the edge along the ray from the centre.
				out := (math.Hypot(dx/d.rx, dy/d.ry) - 1) * math.Min(d.rx, d.ry)
				if out > 8 {
					continue
				}
				inside := 1 / (1 + math.Exp(out/0.45))
				t += (float64(d.t) - t) * inside
			}
			t += s.noise * dice.NormFloat64()
			if s.clip > 0 {
				t = math.Min(t, float64(s.clip))
			}
			f.Counts[y*f.Width+x] = uint16(math.Round(s.info.Scale.Counts(thermal.Celsius(t))))
		}
	}
}

// tracker returns a Tracker for a reference of 37 degC, or as changed.
func tracker(t testing.TB, info thermal.Info, change func(*Config)) *Tracker {
	t.Helper()
	cfg := DefaultConfig()
	cfg.Reference.Temperature = 37
	if change != nil {
		change(&cfg)
	}
	tr, err := New(cfg, info)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// run shows n frames of the scene, from frame number from on, and returns the
// last observation.
func (s *scene) run(tr *Tracker, f *thermal.Frame, from, n int) Observation {
	var o Observation
	for i := from; i < from+n; i++ {
		s.render(f, i)
		o = tr.Observe(f)
	}
	return o
}

// steady returns a scene with a disc that reads 36 degC.
func steady() *scene {
	return &scene{info: lepton(), wall: 22, noise: 0.05, shapes: []shape{disk(30.3, 120.6, 6.5, 36)}}
}

// skipWithRace skips a test of figures that takes minutes with the race
// detector: everything here runs on one goroutine, and the quick tests go through
// the same code.
func skipWithRace(t *testing.T) {
	t.Helper()
	if raceEnabled {
		t.Skip("SKIPPED: takes minutes with the race detector")
	}
}
