package calibration

import (
	"math"
	"slices"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

// ffcScene plays a room with a correction at frame at, after which the camera
// reads higher by step K and its rows change by lines(y) K against each other,
// both fading over fadeTime.
type ffcScene struct {
	*scene
	at    int
	lines func(y int) float64
	// turned says that the camera is mounted on its side: columns change.
	turned bool
}

func (s *ffcScene) show(f *thermal.Frame, n int) {
	s.render(f, n)
	f.Telemetry.HasSinceFFC = true
	f.Telemetry.SinceFFC = 5*time.Minute + f.Time
	if n < s.at {
		return
	}
	f.Time += 2 * time.Second
	since := time.Duration(n-s.at) * 114 * time.Millisecond
	f.Telemetry.SinceFFC = since + 900*time.Millisecond
	part := math.Exp(-since.Seconds() / 12)
	for y := range f.Height {
		row := f.Row(y)
		for x := range row {
			line := y
			if s.turned {
				line = x
			}
			row[x] += uint16(math.Round(100 * part * (1 + s.lines(line))))
		}
	}
}

// halves is what the field recordings show: the upper half reads 0.5 K low,
// nothing at the reference.
func halves(y int) float64 { return -0.5 / (1 + math.Exp(float64(y-85)/6)) }

func face(t thermal.Celsius) shape { return shape{65, 60, 22, 30, t} }

// errors returns how far a forehead is off, frame by frame, from its reading
// before the correction, and the largest that its uncertainty after it explains.
func (s *ffcScene) errors(t *testing.T, tr *Tracker, frames int, change func(n int)) (off []float64, drift float64) {
	t.Helper()
	var f thermal.Frame
	var before []float64
	for n := range frames {
		if change != nil {
			change(n)
		}
		s.show(&f, n)
		o := tr.Observe(&f)
		if !o.Scale.Valid() {
			if n > 3 {
				t.Fatalf("frame %d: %v", n, o.Reference.Fault)
			}
			continue
		}
		m, err := o.Scale.Measure(&f, thermal.Box{X0: 55, Y0: 40, X1: 75, Y1: 52})
		if err != nil {
			t.Fatal(err)
		}
		if n < s.at {
			before = append(before, float64(m.Mean))
			continue
		}
		off = append(off, float64(m.Mean)-middle(before))
		drift = math.Max(drift, float64(m.Budget.Drift))
	}
	return off, drift
}

func largest(v []float64) float64 { return math.Max(slices.Max(v), -slices.Min(v)) }

// What a correction does to the lines of the camera is taken away, and the
// uncertainty is small; without the bridge it is not, and the uncertainty large.
func TestCorrectionIsBridged(t *testing.T) {
	for _, turned := range []bool{false, true} {
		s := ffcScene{scene: steady(), at: 60, lines: halves, turned: turned}
		if turned {
			s.shapes[0] = disk(98.3, 120.6, 6.5, 36)
			s.lines = func(x int) float64 { return halves(x + 5) }
		}
		s.shapes = append(s.shapes, face(34))
		off, drift := s.errors(t, tracker(t, s.info, nil), 200, nil)
		plain, loose := s.errors(t, tracker(t, s.info, func(c *Config) { c.Correction.NoBridge = true }), 200, nil)
		t.Logf("%.3f K +- %.3f K, without the bridge %.3f K +- %.3f K", largest(off), 2*drift, largest(plain), 2*loose)
		if largest(off) > 0.06 || drift > 0.08 || largest(plain) < 0.3 || loose < 0.2 {
			t.Errorf("turned %v: %.3f K +- %.3f K, without the bridge %.3f K +- %.3f K", turned, largest(off), 2*drift, largest(plain), 2*loose)
		}
	}
}

// Nobody's temperature has a part in the bridge: the same visitor, warmer by d,
// reads warmer by d in every frame, whoever stood there when the camera was
// corrected.
func TestBridgeIsNotPulledByVisitors(t *testing.T) {
	read := func(skin thermal.Celsius, other thermal.Celsius) []float64 {
		s := ffcScene{scene: steady(), at: 60, lines: halves}
		s.noise = 0.02
		off, _ := s.errors(t, tracker(t, s.info, nil), 150, func(n int) {
			s.shapes = s.shapes[:1]
			s.shapes = append(s.shapes, face(skin))
			if other != 0 && n > 40 && n < 100 {
				s.shapes = append(s.shapes, shape{100, 70, 14, 20, other})
			}
		})
		return off
	}
	base := read(34, 0)
	for _, c := range []struct{ skin, other thermal.Celsius }{{39, 0}, {33, 0}, {34, 36}, {34, 40}, {34, 26}, {34, 22.8}} {
		got := read(c.skin, c.other)
		worst := 0.0
		for i := range got {
			worst = math.Max(worst, math.Abs(got[i]-base[i]))
		}
		// The step is added in counts here, so it is worth a little less radiance on
		// colder skin.
		if worst > 0.06 {
			t.Errorf("skin of %g degC, another of %g degC beside: up to %.3f K apart", c.skin, c.other, worst)
		}
	}
}

// A visitor who leaves while the camera is corrected takes cold things out of
// view, spectacles, a cap, a coat. In some lines they are the most of what was
// known, and they tell nothing of the camera.
func TestBridgeIsNotPulledByWhatLeaves(t *testing.T) {
	read := func(leaves bool, turned bool) (float64, float64) {
		s := ffcScene{scene: steady(), at: 60, lines: halves}
		s.noise = 0.02
		off, drift := s.errors(t, tracker(t, s.info, nil), 120, func(n int) {
			s.shapes = append(s.shapes[:1], shape{65, 46, 18, 14, 34})
			if n >= s.at && leaves {
				return
			}
			coat := shape{92, 100, 26, 34, 22.8}
			spectacles := shape{98, 46, 14, 10, 21.1}
			if turned {
				coat.t, spectacles.t = 23.2, 22.9
			}
			s.shapes = append(s.shapes, shape{98, 46, 20, 24, 33}, spectacles, coat)
		})
		return largest(off), drift
	}
	for _, turned := range []bool{false, true} {
		stays, _ := read(false, turned)
		leaves, drift := read(true, turned)
		if leaves > math.Max(0.06, stays+0.03) {
			t.Errorf("a forehead beside one who leaves is off by %.3f K +- %.3f K, %.3f K beside one who stays", leaves, 2*drift, stays)
		}
	}
}

// Where the background does not tell, nothing is taken away and the uncertainty
// says so: a room as warm as skin, one that changes all over, one not seen for
// long enough.
func TestBridgeIsLeftOut(t *testing.T) {
	for name, c := range map[string]struct {
		at     int
		wall   thermal.Celsius
		change func(s *scene, n int)
	}{
		"warm room":         {60, 33.4, nil},
		"another room":      {60, 22, func(s *scene, n int) { s.wall = 22 + thermal.Celsius(3*min(max(n-59, 0), 1)) }},
		"corrected at once": {8, 22, nil},
	} {
		s := ffcScene{scene: steady(), at: c.at, lines: halves}
		s.wall = c.wall
		s.shapes = append(s.shapes, face(34.5))
		tr := tracker(t, s.info, func(c *Config) { c.Limit.Contrast = 1; c.Terms.Surround = 30 })
		_, drift := s.errors(t, tr, c.at+30, func(n int) {
			if c.change != nil {
				c.change(s.scene, n)
			}
		})
		if tr.pattern.made.weight != 0 || drift < 0.2 {
			t.Errorf("%s: weight %g, drift %.3f K", name, tr.pattern.made.weight, drift)
		}
	}
}

// A wall that warms up for good is not taken for a pattern for ever.
func TestBridgeEnds(t *testing.T) {
	s := ffcScene{scene: steady(), at: 60, lines: halves}
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	weights := map[int]float64{}
	for n := range 640 {
		s.show(&f, n)
		tr.Observe(&f)
		weights[n] = tr.pattern.made.weight
	}
	if weights[59] != 0 || weights[61] != 1 || weights[300] != 1 || weights[639] != 0 {
		t.Errorf("weights %g before, %g at once, %g after 27 s, %g after 66 s", weights[59], weights[61], weights[300], weights[639])
	}
	tr.Forget()
	for i := range tr.pattern.before {
		if tr.pattern.before[i] != 0 || tr.pattern.profiles.change[i] != 0 {
			t.Fatal("the background is still known")
		}
	}
}

// What is kept of the background is nobody's skin.
func TestBackgroundHoldsNoSkin(t *testing.T) {
	s := steady()
	s.shapes = append(s.shapes, face(33))
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	o := s.run(tr, &f, 0, 40)
	skin := tr.conv.curve.Radiance(coldBelow)
	known := 0
	for i, l := range tr.pattern.before {
		if l > skin {
			t.Fatalf("cell %d holds %.2f degC", i, tr.conv.curve.Celsius(l))
		}
		if l > 0 {
			known++
		}
	}
	if !o.Reference.OK || known < len(tr.pattern.before)/2 {
		t.Errorf("%d of %d cells known", known, len(tr.pattern.before))
	}
}

func TestBridgeDoesNotAllocate(t *testing.T) {
	s := ffcScene{scene: steady(), at: 40, lines: halves}
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	for n := range 50 {
		s.show(&f, n)
		tr.Observe(&f)
	}
	if n := testing.AllocsPerRun(20, func() { tr.Observe(&f) }); n != 0 || tr.pattern.made.weight == 0 {
		t.Errorf("%v allocations, weight %g", n, tr.pattern.made.weight)
	}
}

func BenchmarkBridge(b *testing.B) {
	for _, size := range [][2]int{{120, 160}, {512, 640}} {
		s := ffcScene{scene: steady(), at: 40, lines: halves}
		s.info.Width, s.info.Height = size[0], size[1]
		s.shapes[0] = disk(40.3, 55.6, 0.06*float64(size[0]), 36)
		tr := tracker(b, s.info, nil)
		var f thermal.Frame
		for n := range 50 {
			s.show(&f, n)
			tr.Observe(&f)
		}
		b.Run(map[int]string{120: "160x120", 512: "640x512"}[size[0]], func(b *testing.B) {
			for b.Loop() {
				tr.Observe(&f)
			}
		})
	}
}
