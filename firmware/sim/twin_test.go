package sim

import (
	"math"
	"slices"
	"testing"
	"time"

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

// A camera in a warm housing reads high: 0.6 K on the disc for each kelvin.
func TestHousing(t *testing.T) {
	read := func(room thermal.Celsius, responsivity float64, target thermal.Celsius) float64 {
		c := Defaults()
		c.Scene, c.Target, c.Room, c.Camera.CalibratedAt = "target", target, room, 22
		c.CameraOffset, c.Drift, c.NETD = 0, 0, 0
		c.Camera.Pattern, c.Camera.Correlated, c.Camera.Halo, c.Camera.Responsivity = 0, 0, 0, responsivity
		got, truth := readMiddle(t, c)
		if target == 37 && math.Abs(got-float64(target)-float64(truth.Offset)) > 0.01 {
			t.Errorf("a target like the disc is off by %.3f K, the truth says %.3f", got-float64(target), truth.Offset)
		}
		return got - float64(target)
	}
	for _, room := range []thermal.Celsius{18, 22, 25, 32} {
		if got, want := read(room, 0, 37), 0.6*float64(room-22); math.Abs(got-want) > 0.01 {
			t.Errorf("in a room of %v degC it reads %.3f K too high, want %.3f", room, got, want)
		}
	}
	// Ten kelvin of 0.002 stretch differences by 2 %: 0.08 K in four.
	stretch := func(target thermal.Celsius) float64 { return read(32, 0.002, target) - read(32, 0, target) }
	if got := stretch(39) - stretch(35); math.Abs(got-0.076) > 0.015 {
		t.Errorf("from 35 to 39 degC the error grows by %.3f K, want 0.08", got)
	}
	s := open(t, Config{Scene: "empty", Rate: 1, Drift: 1e-9, Camera: Camera{HousingSwing: 2}})
	var f thermal.Frame
	low, high := 99.0, -99.0
	for n := range uint64(24) {
		s.next = n * 50
		truth := next(t, s, &f)
		low, high = min(low, float64(truth.Offset)), max(high, float64(truth.Offset))
		if math.Abs(float64(truth.Housing-f.Telemetry.Sensor)) > 0.01 {
			t.Errorf("the sensor is at %v, the housing at %v", f.Telemetry.Sensor, truth.Housing)
		}
	}
	if math.Abs(high-low-2.4) > 0.1 {
		t.Errorf("a swing of 2 K moves the reading by %.3f K, want 2.4", high-low)
	}
}

func TestFFCSettles(t *testing.T) {
	c := Defaults()
	c.Scene, c.Drift, c.CameraOffset = "empty", 0, -1
	c.FFC = FFC{Every: 20, First: 5, Stop: 1.5, Step: 0.8, Settle: 3, Fade: 10000, Silent: true}
	s := open(t, c)
	var f thermal.Frame
	last, gaps := time.Duration(0), 0
	for f.Time < 12*time.Second {
		truth := next(t, s, &f)
		if f.Telemetry.HasSinceFFC {
			t.Fatal("the camera tells of its corrections")
		}
		if f.Time-last > time.Second {
			gaps++
			if math.Abs((f.Time-last).Seconds()-1.5-1/8.76) > 0.01 {
				t.Errorf("frames stopped for %v", f.Time-last)
			}
		}
		last = f.Time
		since, got := f.Time.Seconds()-6.5, float64(truth.Offset)+1
		want := 0.0
		if since >= 0 {
			want = 0.8 * (1 - math.Exp(-since))
		}
		if math.Abs(got-want) > 0.02 {
			t.Fatalf("%.2f s after the correction the camera is off by %.3f K more, want %.3f", since, got, want)
		}
	}
	if gaps != 1 {
		t.Errorf("%d gaps, want 1", gaps)
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
