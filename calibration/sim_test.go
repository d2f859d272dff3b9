package calibration

import (
	"math"
	"testing"

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

// A simulated target reads its temperature: slope one, within 0.1 K on a
// camera without drift and 0.25 K on a usual one.
func TestTargetInSimulation(t *testing.T) {
	t.Parallel()
	for _, ideal := range []bool{true, false} {
		tolerance := 0.25
		if ideal {
			tolerance = 0.1
		}
		last := math.Inf(-1)
		for target := 35.0; target <= 40; target += 0.5 {
			mean, n := 0.0, 0
			simulate(t, sim.Config{Scene: "target", Seed: 4, Target: thermal.Celsius(target), Ideal: ideal}, 12,
				func(_ int, f *thermal.Frame, o Observation, truth sim.Truth) {
					if !o.Scale.Valid() {
						return
					}
					box := truth.Target
					box.X0, box.Y0, box.X1, box.Y1 = box.X0+4, box.Y0+4, box.X1-4, box.Y1-4
					m, err := o.Scale.Measure(f, box)
					if err != nil {
						t.Fatal(err)
					}
					mean += float64(m.Mean)
					n++
				})
			mean /= float64(n)
			if math.Abs(mean-target) > tolerance || mean <= last {
				t.Errorf("ideal %v: a target of %.2f reads %.3f", ideal, target, mean)
			}
			last = mean
		}
	}
}
