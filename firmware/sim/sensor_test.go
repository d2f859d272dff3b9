package sim

import (
	"math"
	"slices"
	"testing"

	"lintel/firmware/thermal"
)

// noise plays an even view and returns each pixel's readings, frame by frame.
func noise(t *testing.T, c Config, frames int) [][]float64 {
	t.Helper()
	c.Scene = "uniform"
	s := open(t, c)
	var f thermal.Frame
	all := make([][]float64, frames)
	for i := range all {
		next(t, s, &f)
		for _, v := range f.Counts {
			all[i] = append(all[i], float64(thermal.CentiKelvin.Celsius(float64(v))))
		}
	}
	return all
}

// covariance returns that of the frame-to-frame changes of pixels that lie so
// many columns apart, halved: that of the noise of one frame.
func covariance(frames [][]float64, width, apart int) float64 {
	sum, n := 0.0, 0
	for i := 1; i < len(frames); i++ {
		for j := range frames[i] {
			if j%width+apart < width {
				sum += (frames[i][j] - frames[i-1][j]) * (frames[i][j+apart] - frames[i-1][j+apart])
				n++
			}
		}
	}
	return sum / float64(n) / 2
}

func TestNoise(t *testing.T) {
	c := Defaults()
	c.Drift, c.NETD, c.Camera.Halo = 0, 0.06, 0
	c.Camera.Correlated = 0.02
	frames := noise(t, c, 30)
	// The rounding to 0.01 K adds 0.003 K.
	for _, apart := range []struct {
		pixels    int
		want, tol float64 // K
	}{{0, math.Hypot(0.06, 0.0197), 0.002}, {1, 0.0195, 0.003}, {20, 0, 0.006}} {
		got := covariance(frames, 120, apart.pixels)
		if sd := math.Copysign(math.Sqrt(math.Abs(got)), got); math.Abs(sd-apart.want) > apart.tol {
			t.Errorf("%d pixels apart share %.4f K, want %.4f", apart.pixels, sd, apart.want)
		}
	}
}

func TestFixedPatternAndShading(t *testing.T) {
	c := Defaults()
	c.Drift, c.NETD, c.Camera.Correlated, c.Camera.Halo, c.Camera.Pattern = 0, 0, 0, 0, 0.05
	frames := noise(t, c, 2)
	if !slices.Equal(frames[0], frames[1]) {
		t.Error("the pattern is not fixed")
	}
	sum, squares := 0.0, 0.0
	for _, v := range frames[0] {
		sum, squares = sum+v, squares+v*v
	}
	n := float64(len(frames[0]))
	if sd := math.Sqrt(squares/n - sum*sum/n/n); math.Abs(sd-0.05) > 0.005 {
		t.Errorf("the pattern has a standard deviation of %.4f K, want 0.05", sd)
	}
	c.Camera.Pattern, c.Camera.Shading = 0, 0.4
	frames = noise(t, c, 1)
	if fall := frames[0][80*120+60] - frames[0][0]; math.Abs(fall-0.4) > 0.02 {
		t.Errorf("the corner reads %.3f K lower, want 0.4", fall)
	}
}

func TestStuckPixels(t *testing.T) {
	c := Config{Scene: "training", Seed: 4, Camera: Camera{Stuck: 60}}
	s := open(t, c)
	stuck := s.Stuck(nil)
	if len(stuck) != 60 {
		t.Fatalf("%d stuck pixels, want 60", len(stuck))
	}
	var f thermal.Frame
	next(t, s, &f)
	first := slices.Clone(f.Counts)
	moved := make([]bool, len(first))
	for range 12 {
		next(t, s, &f)
		for i, v := range f.Counts {
			moved[i] = moved[i] || v != first[i]
		}
	}
	for i, m := range moved {
		if m == slices.Contains(stuck, i) {
			t.Fatalf("pixel %d follows the scene: %v", i, m)
		}
	}
}

// The other scale shows the same scene.
func TestKelvin64(t *testing.T) {
	c := perfect("target")
	c.Camera.Scale = "kelvin64"
	s := open(t, c)
	var f thermal.Frame
	truth := next(t, s, &f)
	m := truth.Target.Centre()
	if got := s.Info().Scale.Celsius(float64(f.At(int(m.X), int(m.Y)))); s.Info().Scale != thermal.Kelvin64 || math.Abs(float64(got-37)) > 0.016 {
		t.Errorf("the target reads %v in %v", got, s.Info().Scale)
	}
}
