package calibration

import (
	"errors"
	"math"
	"testing"
	"time"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"

	"pgregory.net/rapid"
)

// observed returns a Scale and its frame: a reference of 37 degC and a wall.
func observed(t testing.TB, change func(*scene)) (Scale, *thermal.Frame) {
	t.Helper()
	s := steady()
	if change != nil {
		change(s)
	}
	f := &thermal.Frame{}
	o := s.run(tracker(t, s.info, nil), f, 0, 10)
	if !o.Scale.Valid() {
		t.Fatalf("no scale: %v", o.Reference.Fault)
	}
	return o.Scale, f
}

func TestZeroScaleMeasuresNothing(t *testing.T) {
	var s Scale
	_, f := observed(t, nil)
	if s.Valid() || !math.IsNaN(float64(s.Celsius(30000))) {
		t.Error("a zero Scale is valid")
	}
	if m, err := s.Measure(f, thermal.Box{X1: 20, Y1: 20}); !errors.Is(err, ErrNoScale) || m != (Measurement{}) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestMeasureReadsATarget(t *testing.T) {
	s, f := observed(t, func(s *scene) { s.shapes = append(s.shapes, shape{60, 60, 20, 20, 34.2}) })
	m, err := s.Measure(f, thermal.Box{X0: 50, Y0: 52, X1: 70, Y1: 66})
	if err != nil {
		t.Fatal(err)
	}
	// The camera reads one kelvin low: 36 on the reference of 37.
	if math.Abs(float64(m.Mean)-35.2) > 0.03 || m.Pixels != 20*14 {
		t.Errorf("mean %.3f of %d pixels, want 35.2 of 280", m.Mean, m.Pixels)
	}
	if m.Max < m.Mean || m.Max > m.Mean+0.15 {
		t.Errorf("max %.3f, mean %.3f", m.Max, m.Mean)
	}
	if m.U < 0.3 || m.U > 0.4 {
		t.Errorf("U = %.3f, want 0.3 to 0.4", m.U)
	}
}

func TestMeasureTakesPixelsWhoseCentresAreInside(t *testing.T) {
	s, f := observed(t, nil)
	for _, c := range []struct {
		box  thermal.Box
		want int
	}{
		{thermal.Box{X0: 10, Y0: 10, X1: 14, Y1: 13}, 12},
		{thermal.Box{X0: 10.4, Y0: 10.4, X1: 13.6, Y1: 12.6}, 12},
		{thermal.Box{X0: 10.6, Y0: 10.6, X1: 13.6, Y1: 12.6}, 6},
		{thermal.Box{X1: 120, Y1: 160}, 19200},
	} {
		m, err := s.Measure(f, c.box)
		if err != nil || m.Pixels != c.want {
			t.Errorf("%v: %d pixels, want %d (%v)", c.box, m.Pixels, c.want, err)
		}
	}
}

func TestMeasureRefusesRegions(t *testing.T) {
	s, f := observed(t, nil)
	nan, inf := math.NaN(), math.Inf(1)
	for _, b := range []thermal.Box{
		{},
		{X0: 10, Y0: 10, X1: 11, Y1: 12},       // too small
		{X0: 20, Y0: 20, X1: 10, Y1: 10},       // inside out
		{X0: -1, Y0: 0, X1: 10, Y1: 10},        // outside
		{X0: 100, Y0: 100, X1: 120.1, Y1: 120}, // outside
		{X0: 100, Y0: 100, X1: 110, Y1: 160.1}, // outside
		{X0: nan, Y0: 0, X1: 10, Y1: 10},
		{X0: 0, Y0: 0, X1: 10, Y1: nan},
		{X0: -inf, Y0: -inf, X1: inf, Y1: inf},
	} {
		if m, err := s.Measure(f, b); !errors.Is(err, ErrROI) || m != (Measurement{}) {
			t.Errorf("%v: %+v, %v", b, m, err)
		}
	}
}

// Dead and stuck pixels are left out, and too many of them refuse the region.
func TestMeasureLeavesOutWhatDoesNotWork(t *testing.T) {
	s, f := observed(t, nil)
	box := thermal.Box{X0: 45, Y0: 45, X1: 55, Y1: 55}
	want, err := s.Measure(f, box)
	if err != nil || want.LeftOut != 0 || want.Pixels != 100 {
		t.Fatalf("%+v, %v", want, err)
	}
	for _, broken := range []uint16{0, 65535, 30800} {
		g := *f
		g.Counts = append([]uint16(nil), f.Counts...)
		g.Counts[50*f.Width+50] = broken
		got, err := s.Measure(&g, box)
		if err != nil || got.LeftOut != 1 || got.Pixels != 99 || math.Abs(float64(got.Mean-want.Mean)) > 0.01 {
			t.Errorf("a pixel of %d: %+v, want %.3f, %v", broken, got, want.Mean, err)
		}
		for y := 45; y < 49; y++ {
			for x := 45; x < 55; x++ {
				g.Counts[y*f.Width+x] = broken
			}
		}
		if _, err := s.Measure(&g, box); broken != 30800 && !errors.Is(err, ErrROI) {
			t.Errorf("forty pixels of %d: %v", broken, err)
		}
	}
}

func TestMeasureRefusesAnotherFrame(t *testing.T) {
	s, f := observed(t, nil)
	for name, change := range map[string]func(*thermal.Frame){
		"sequence": func(f *thermal.Frame) { f.Sequence++ },
		"time":     func(f *thermal.Frame) { f.Time += time.Millisecond },
		"size":     func(f *thermal.Frame) { f.Width, f.Height = f.Height, f.Width },
		"counts":   func(f *thermal.Frame) { f.Counts = f.Counts[:100] },
	} {
		g := *f
		change(&g)
		if _, err := s.Measure(&g, thermal.Box{X1: 10, Y1: 10}); !errors.Is(err, ErrNoScale) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Measure(nil, thermal.Box{X1: 10, Y1: 10}); !errors.Is(err, ErrNoScale) {
		t.Errorf("no frame: %v", err)
	}
}

// A stuck pixel, or three in a row, never make the maximum.
func TestMaxIgnoresStuckPixels(t *testing.T) {
	s, f := observed(t, func(s *scene) { s.noise = 0 })
	box := thermal.Box{X0: 50, Y0: 50, X1: 70, Y1: 70}
	want, err := s.Measure(f, box)
	if err != nil {
		t.Fatal(err)
	}
	for x := 58; x < 61; x++ {
		f.Counts[60*f.Width+x] += 1000
		got, err := s.Measure(f, box)
		if err != nil || got.Max != want.Max {
			t.Errorf("max %.2f, want %.2f (%v)", got.Max, want.Max, err)
		}
	}
}

func TestMaxFallsBackToTheMean(t *testing.T) {
	s, f := observed(t, nil)
	m, err := s.Measure(f, thermal.Box{X0: 50, Y0: 50, X1: 60, Y1: 52})
	if err != nil || m.Max != m.Mean || m.Pixels != 20 {
		t.Errorf("%+v, %v", m, err)
	}
}

// The bias of Max on an even region, as its documentation states it.
func TestMaxBiasOnAnEvenRegion(t *testing.T) {
	skipWithRace(t)
	for _, c := range []struct {
		side      float64
		want, tol float64 // in standard deviations of a pixel
	}{{5, 0.4, 0.1}, {20, 1.1, 0.15}} {
		sum, n := 0.0, 0
		for seed := range uint64(4) {
			s, f := observed(t, func(s *scene) { s.noise, s.seed = 0.1, seed })
			for x := 5.0; x+c.side < 115; x += c.side {
				for y := 5.0; y+c.side < 95; y += c.side {
					m, err := s.Measure(f, thermal.Box{X0: x, Y0: y, X1: x + c.side, Y1: y + c.side})
					if err != nil {
						t.Fatal(err)
					}
					sum += float64(m.Max-m.Mean) / 0.1
					n++
				}
			}
		}
		if mean := sum / float64(n); math.Abs(mean-c.want) > c.tol {
			t.Errorf("%v px: Max is %.2f s above the Mean, want %.2f +- %.2f", c.side, mean, c.want, c.tol)
		}
	}
}

// Slope one in the target, and in every pixel never falling.
func TestMeasureRisesWithTheTarget(t *testing.T) {
	s, f := observed(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		x, y := rapid.IntRange(0, 110).Draw(rt, "x"), rapid.IntRange(0, 150).Draw(rt, "y")
		w, h := rapid.IntRange(2, 10).Draw(rt, "w"), rapid.IntRange(2, 10).Draw(rt, "h")
		box := thermal.Box{X0: float64(x), Y0: float64(y), X1: float64(x + w), Y1: float64(y + h)}
		before, err := s.Measure(f, box)
		if err != nil {
			rt.Fatal(err)
		}
		g := *f
		g.Counts = append([]uint16(nil), f.Counts...)
		rise := rapid.IntRange(1, 150).Draw(rt, "rise")
		px, py := x+rapid.IntRange(0, w-1).Draw(rt, "px"), y+rapid.IntRange(0, h-1).Draw(rt, "py")
		g.Counts[py*g.Width+px] += uint16(rise)
		one, err := s.Measure(&g, box)
		if err != nil {
			rt.Fatal(err)
		}
		if !(one.Mean > before.Mean) || one.Max < before.Max {
			rt.Errorf("one pixel warmer: mean %.4f to %.4f, max %.4f to %.4f", before.Mean, one.Mean, before.Max, one.Max)
		}
		copy(g.Counts, f.Counts)
		for i := range g.Counts {
			g.Counts[i] += uint16(rise)
		}
		all, err := s.Measure(&g, box)
		if err != nil {
			rt.Fatal(err)
		}
		// The offset of the camera is a radiance, so a camera that reads one
		// kelvin low at 37 degC reads 1.1 K low at the wall's 22.
		want := float64(rise) * 0.01
		if math.Abs(float64(all.Mean-before.Mean)/want-1) > 0.012 || math.Abs(float64(all.Max-before.Max)/want-1) > 0.012 {
			rt.Errorf("all warmer by %g: mean by %g, max by %g", want, all.Mean-before.Mean, all.Max-before.Max)
		}
	})
}

// A reference that is truly warmer by d raises every reading by as much
// radiance: what reads as it does by d.
func TestMeasureHasSlopeOneInTheOffset(t *testing.T) {
	skipWithRace(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := thermal.Celsius(rapid.Float64Range(-5, 5).Draw(rt, "d"))
		sc := steady()
		var f thermal.Frame
		a := sc.run(tracker(t, sc.info, nil), &f, 0, 4)
		b := sc.run(tracker(t, sc.info, func(c *Config) { c.Reference.Temperature += d }), &f, 0, 4)
		box := thermal.Box{X0: 26, Y0: 116, X1: 34, Y1: 124}
		ma, err1 := a.Scale.Measure(&f, box)
		mb, err2 := b.Scale.Measure(&f, box)
		if err1 != nil || err2 != nil {
			rt.Fatal(err1, err2)
		}
		band := radiometry.LWIR()
		want := band.Radiance(37+d) - band.Radiance(37)
		for _, pair := range [][2]thermal.Celsius{{ma.Mean, mb.Mean}, {ma.Max, mb.Max}} {
			if got := band.Radiance(pair[1]) - band.Radiance(pair[0]); math.Abs(got-want) > 1e-3*math.Abs(want)+1e-6 {
				rt.Errorf("offset %+.3f: %.6f more radiance, want %.6f", d, got, want)
			}
		}
	})
}

func TestMeasureDoesNotAllocate(t *testing.T) {
	s, f := observed(t, nil)
	if n := testing.AllocsPerRun(50, func() {
		if _, err := s.Measure(f, thermal.Box{X0: 20, Y0: 20, X1: 60, Y1: 80}); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("Measure allocates %v times", n)
	}
}

func BenchmarkMeasure(b *testing.B) {
	s, f := observed(b, nil)
	for b.Loop() {
		if _, err := s.Measure(f, thermal.Box{X0: 20, Y0: 20, X1: 60, Y1: 80}); err != nil {
			b.Fatal(err)
		}
	}
}
