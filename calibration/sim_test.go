package calibration

import (
	"math"
	"testing"
	"time"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

// simulate plays n frames of a simulated scene.
func simulate(t *testing.T, cfg sim.Config, n int, each func(i int, f *thermal.Frame, o Observation, truth sim.Truth)) {
	t.Helper()
	source, err := sim.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	tr := tracker(t, source.Info(), nil)
	var f thermal.Frame
	for i := range n {
		if err := source.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		each(i, &f, tr.Observe(&f), source.Truth())
	}
}

// With people in view, on small and large sensors, the reference is found and
// read, and nothing else is.
func TestReferenceInSimulation(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scene         string
		width, height int
		frames        int
	}{
		{"visitors", 120, 160, 300},
		{"crowd", 120, 160, 200},
		{"pair", 120, 160, 200},
		{"warm-up", 120, 160, 200},
		{"ffc", 120, 160, 400},
		{"mannequin", 120, 160, 20},
		{"visitors", 160, 120, 100},
		{"visitors", 80, 107, 150},
		{"visitors", 240, 320, 60},
		{"visitors", 512, 640, 25},
	} {
		for seed := range seeds() {
			bad, worst, worstOffset := 0, 0.0, 0.0
			simulate(t, sim.Config{Scene: c.scene, Seed: seed, Width: c.width, Height: c.height}, c.frames,
				func(i int, _ *thermal.Frame, o Observation, truth sim.Truth) {
					r := o.Reference
					if r.Found {
						worst = math.Max(worst, math.Hypot(r.Circle.X-truth.Disc.X, r.Circle.Y-truth.Disc.Y))
					}
					if r.OK {
						worstOffset = math.Max(worstOffset, math.Abs(float64(r.Offset+truth.Offset)))
					} else if i >= 2 && !truth.Occluded {
						bad++
					}
				})
			if bad > 0 || worst > 1 || worstOffset > 0.25 {
				t.Errorf("%s %dx%d seed %d: %d of %d frames without the reference, largest distance %.2f px, largest error of the offset %.3f K",
					c.scene, c.width, c.height, seed, bad, c.frames, worst, worstOffset)
			}
		}
	}
}

func TestDisturbedReferenceInSimulation(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	for _, c := range []struct {
		scene string
		want  Fault // while disturbed
	}{
		{"no-reference", FaultMissing}, {"reference-moves", FaultMoved}, {"reference-occluded", FaultOccluded},
	} {
		for seed := range seeds() {
			var home thermal.Circle
			disturbed, named := 0, 0
			simulate(t, sim.Config{Scene: c.scene, Seed: seed}, 160, func(i int, _ *thermal.Frame, o Observation, truth sim.Truth) {
				if i == 0 {
					home = truth.Disc
				}
				if truth.Disc == home && !truth.Occluded && home.R > 0 {
					return
				}
				disturbed++
				if o.Reference.Fault == c.want {
					named++
				}
				if o.Reference.OK || o.Scale.Valid() {
					t.Errorf("%s seed %d frame %d: in order", c.scene, seed, i)
				}
			})
			if disturbed == 0 || named < disturbed*9/10 {
				t.Errorf("%s seed %d: %v in %d of %d frames", c.scene, seed, c.want, named, disturbed)
			}
		}
	}
}

// A simulated target reads its temperature in rooms of 18 to 32 degC, on cameras
// that drift, just before and after a flat-field correction: slope one, strictly rising, and on a line within 0.06 K, half of
// what was published with a reference (doi 10.3390/s23188011).
func TestTargetInSimulation(t *testing.T) {
	t.Parallel()
	step := 0.25
	if raceEnabled || testing.Short() {
		step = 1
	}
	for _, room := range []thermal.Celsius{18, 25, 32} {
		var truth, read []float64
		for target := 35.0; target <= 40; target += step {
			mean, n := 0.0, 0
			simulate(t, sim.Config{Scene: "target", Seed: 4, Target: thermal.Celsius(target), Room: room, FFC: sim.FFC{Every: 600, First: 3.5}}, 45,
				func(_ int, f *thermal.Frame, o Observation, truth sim.Truth) {
					if !o.Scale.Valid() || f.Time < 3*time.Second {
						return
					}
					m, err := o.Scale.MeasureTarget(f, truth.Target.Inset(0.25), truth.Target)
					if err != nil {
						t.Fatal(err)
					}
					if math.Abs(float64(m.Mean)-target) > float64(m.U) {
						t.Errorf("room %g: %.2f reads %.3f +- %.2f", room, target, m.Mean, m.U)
					}
					mean += float64(m.Mean)
					n++
				})
			truth, read = append(truth, target), append(read, mean/float64(n))
		}
		slope, residual, rising := line(truth, read)
		t.Logf("room %g degC: slope %.4f, largest residual %.3f K, at 37 degC %+.3f K", room, slope, residual, read[len(read)*2/5]-truth[len(read)*2/5])
		if slope < 0.995 || slope > 1.005 || residual > 0.06 || !rising {
			t.Errorf("room %g degC: slope %.4f, largest residual %.3f K, rising %v", room, slope, residual, rising)
		}
	}
}

// line fits y over x.
func line(x, y []float64) (slope, residual float64, rising bool) {
	var mx, my, xx, xy float64
	n := float64(len(x))
	rising = true
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
		rising = rising && (i == 0 || y[i] > y[i-1])
	}
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		xy += (x[i] - mx) * (y[i] - my)
	}
	slope = xy / xx
	for i := range x {
		residual = math.Max(residual, math.Abs(y[i]-my-slope*(x[i]-mx)))
	}
	return slope, residual, rising
}
