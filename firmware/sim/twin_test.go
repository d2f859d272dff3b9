package sim

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// perfect is a camera whose optics blur and that does nothing else wrong.
func perfect(scene string) Config {
	c := Defaults()
	c.Scene, c.Seed, c.Ideal, c.Camera.Halo = scene, 3, true, 0
	return c
}

// readMiddle returns the mean over the middle of the target in one frame.
func readMiddle(t testing.TB, c Config) (celsius float64, truth Truth) {
	t.Helper()
	s := open(t, c)
	var f thermal.Frame
	truth = next(t, s, &f)
	celsius, n := mean(&f, truth.Target.Inset(0.3))
	if n < 9 {
		t.Fatalf("%d pixels in %v", n, truth.Target)
	}
	return celsius, truth
}

// apparent is the temperature that a blackbody would need to look like a
// surface of emissivity e at celsius among the surroundings, found by bisection
// on the exact integral.
func apparent(celsius, e, surroundings float64) float64 {
	want := e*inBand(celsius) + (1-e)*inBand(surroundings)
	low, high := -80.0, 250.0
	for range 60 {
		if m := (low + high) / 2; inBand(m) < want {
			low = m
		} else {
			high = m
		}
	}
	return low
}

// A camera set to 1 reads apparent temperatures.
func TestEmissivityAndReflection(t *testing.T) {
	for _, c := range []struct{ celsius, emissivity, surroundings float64 }{
		{37, 1, 22}, {37, 0.98, 22}, {37, 0.95, 22}, {37, 0.9, 12}, {34, 0.9, 45}, {59, 0.5, -10},
	} {
		config := perfect("target")
		config.Target, config.Reflected = thermal.Celsius(c.celsius), thermal.Celsius(c.surroundings)
		config.Emissivity.Target, config.Camera.Emissivity = c.emissivity, 1
		got, truth := readMiddle(t, config)
		if want := apparent(c.celsius, c.emissivity, c.surroundings); math.Abs(got-want) > 0.006 {
			t.Errorf("%+v reads %.3f, want %.3f", c, got, want)
		}
		if math.Abs(float64(truth.TargetTemperature)-c.celsius) > 1e-5 || float64(truth.Reflected) != c.surroundings {
			t.Errorf("%+v: the truth is %v among %v", c, truth.TargetTemperature, truth.Reflected)
		}
	}
	// One that is set to the target's emissivity reads the truth.
	config := perfect("target")
	config.Target, config.Emissivity.Target, config.Camera.Emissivity = 39, 0.9, 0.9
	if got, _ := readMiddle(t, config); math.Abs(got-39) > 0.006 {
		t.Errorf("set to 0.9 it reads %.3f, want 39", got)
	}
}

// Referred to the disc, a target of the disc's emissivity reads its true
// temperature within a few hundredths, even as apparent temperatures.
func TestReferredToTheDisc(t *testing.T) {
	for target := thermal.Celsius(35); target <= 40; target++ {
		c := perfect("target")
		c.Target, c.Camera.Emissivity = target, 1
		s := open(t, c)
		var f thermal.Frame
		truth := next(t, s, &f)
		got, _ := mean(&f, truth.Target.Inset(0.3))
		disc := discMean(&f, truth.Disc)
		if off := got + float64(truth.Reference) - disc - float64(target); math.Abs(off) > 0.05 {
			t.Errorf("%v degC, referred to the disc, is off by %.3f K", target, off)
		}
	}
}

// Truth.Offset is what the disc reads too high, whatever the camera does.
func TestOffsetIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Defaults()
		unit := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(t, name) }
		c.Scene, c.Seed, c.NETD, c.Drift = "empty", rapid.Uint64().Draw(t, "seed"), 0, 1
		c.Room, c.Reference = thermal.Celsius(unit("room", 10, 35)), thermal.Celsius(unit("reference", 30, 45))
		c.Reflected = thermal.Celsius(unit("reflected", 0, 50))
		c.CameraOffset = thermal.Kelvin(unit("offset", -5, 5))
		c.Emissivity.Reference = unit("emissivity", 0.9, 1)
		k := &c.Camera
		k.Emissivity, k.Blur, k.Halo, k.Pattern, k.Correlated = unit("setting", 0.9, 1), 0.3, 0, 0, 0
		k.CalibratedAt, k.Responsivity = thermal.Celsius(unit("calibrated at", 15, 30)), unit("responsivity", -0.005, 0.005)
		s, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		var f thermal.Frame
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		truth := s.Truth()
		if got, want := discMean(&f, truth.Disc), float64(truth.Reference.Add(truth.Offset)); math.Abs(got-want) > 0.006 {
			t.Fatalf("the disc reads %.4f, want %.4f", got, want)
		}
	})
}

// What is small reads low, the less the larger; around what is hot there is a
// tail.
func TestSizeOfSource(t *testing.T) {
	last := 99.0
	for _, size := range []float64{4, 6, 8, 10, 14, 20, 30} {
		c := perfect("")
		c.Reference, c.Camera.Halo = 37, 0.1
		c.Objects = []Object{{X: 60, Y: 60, Width: size, Height: size, Round: true, Temperature: 37}}
		s := open(t, c)
		var f thermal.Frame
		next(t, s, &f)
		loss := 37 - float64(thermal.CentiKelvin.Celsius(float64(f.At(59, 59))))
		if loss > last+0.005 || size <= 10 && loss < 0.3 || size == 30 && loss > 0.05 {
			t.Errorf("a disc of %v px reads %.3f K low, one smaller %.3f", size, loss, last)
		}
		last = loss
		if size == 14 {
			tail := func(r int) float64 {
				bare := c
				bare.Camera.Halo = 0
				var g thermal.Frame
				next(t, open(t, bare), &g)
				return 0.01 * (float64(f.At(60+r, 60)) - float64(g.At(60+r, 60)))
			}
			if near, far := tail(9), tail(12); near < 0.3 || near > 0.8 || far < 0.05 || far >= near {
				t.Errorf("the tail is %.3f K at 9 px and %.3f K at 12 px from the middle", near, far)
			}
		}
	}
}

// The map of true temperatures is that of the scene: without blur and noise,
// and, where nothing moves and no edge is near, what an ideal camera reads.
func TestTemperatures(t *testing.T) {
	c := perfect("mannequin")
	c.Target, c.Camera.Emissivity, c.Emissivity.Walls = 38, 0.98, 0.98
	s := open(t, c)
	var f thermal.Frame
	truth := next(t, s, &f)
	scene := s.Temperatures(nil)
	if n := testing.AllocsPerRun(5, func() { scene = s.Temperatures(scene) }); n != 0 || len(scene) != 120*160 {
		t.Errorf("%v allocations, %d pixels", n, len(scene))
	}
	even := 0
	for y := 4; y < 156; y++ {
		for x := 4; x < 116; x++ {
			low, high := float32(999), float32(-999)
			for dy := -4; dy <= 4; dy++ {
				for _, v := range scene[(y+dy)*120+x-4 : (y+dy)*120+x+5] {
					low, high = min(low, v), max(high, v)
				}
			}
			if high-low > 0.25 {
				continue
			}
			even++
			if got := thermal.CentiKelvin.Celsius(float64(f.At(x, y))); math.Abs(float64(got)-float64(scene[y*120+x])) > 0.15 {
				t.Fatalf("pixel %d, %d reads %.3f, the scene is at %.3f", x, y, got, scene[y*120+x])
			}
		}
	}
	if even < 1000 {
		t.Errorf("%d even pixels", even)
	}
	middle := truth.Disc
	if got := scene[int(middle.Y)*120+int(middle.X)]; got != 37 {
		t.Errorf("the disc is at %v, want 37", got)
	}
	sum, n := 0.0, 0
	forehead := truth.People[0].Forehead
	for y := int(forehead.Y0) + 1; y < int(forehead.Y1); y++ {
		for x := int(forehead.X0) + 1; x < int(forehead.X1); x++ {
			sum, n = sum+float64(scene[y*120+x]), n+1
		}
	}
	if math.Abs(sum/float64(n)-38) > 0.1 {
		t.Errorf("the forehead is at %.3f, want 38", sum/float64(n))
	}
}

// A second blackbody stands over the first.
func TestSecondReference(t *testing.T) {
	c := perfect("normal")
	c.Second = 32
	s := open(t, c)
	var f thermal.Frame
	for range 60 {
		truth := next(t, s, &f)
		d, e := truth.Disc, truth.SecondDisc
		if truth.Second != 32 || e.Y+e.R >= d.Y-d.R || e.Bounds() != e.Bounds().Clip(120, 160) {
			t.Fatalf("the second disc is at %v, the first at %v", e, d)
		}
		if got := discMean(&f, e); math.Abs(got-32) > 0.02 {
			t.Fatalf("the second disc reads %.3f", got)
		}
	}
}

// What befalls the blackbody is seen in the frames and told in the truth.
func TestDisturbances(t *testing.T) {
	frame := func(d Disturbance, saturates thermal.Celsius) (f thermal.Frame, truth Truth) {
		c := perfect("")
		c.Rate, c.Camera.SaturatesAt, c.Disturbances = 1, saturates, []Disturbance{d}
		s := open(t, c)
		for range 4 { // the last at 3 s
			truth = next(t, s, &f)
		}
		return f, truth
	}
	at := func(f *thermal.Frame, truth Truth, dx, dy float64) float64 {
		return float64(thermal.CentiKelvin.Celsius(float64(f.At(int(truth.Disc.X+dx), int(truth.Disc.Y+dy)))))
	}
	for _, c := range []struct {
		d           Disturbance
		saturates   thermal.Celsius
		celsius, dx float64
		radius      float64
	}{
		{d: Disturbance{}, celsius: 37, radius: 6.5},
		{d: Disturbance{Warmer: 5}, celsius: 42, radius: 6.5},
		{d: Disturbance{Warmer: 5, Until: 2}, celsius: 37, radius: 6.5},
		{d: Disturbance{From: 1, Warms: 30}, celsius: 38, radius: 6.5},
		{d: Disturbance{Size: 2, X: 5}, celsius: 37, radius: 13},
		{d: Disturbance{Uneven: 2}, dx: 3, celsius: 37 + 3/6.5, radius: 6.5},
		{d: Disturbance{Warmer: 40}, saturates: 60, celsius: 60, radius: 6.5},
	} {
		f, truth := frame(c.d, c.saturates)
		if got := at(&f, truth, c.dx, 0); math.Abs(got-c.celsius) > 0.1 || math.Abs(truth.Disc.R-c.radius) > 1e-5 {
			t.Errorf("%+v: the disc of %.1f px reads %.2f, want %.2f", c.d, truth.Disc.R, got, c.celsius)
		}
	}
	f, truth := frame(Disturbance{Oval: 0.4}, 0)
	if got := at(&f, truth, 0, 5); got > 30 {
		t.Errorf("over an oval disc it reads %.2f", got)
	}
	if _, truth := frame(Disturbance{Missing: true}, 0); truth.Disc.R != 0 {
		t.Errorf("the missing disc is at %v", truth.Disc)
	}
}
