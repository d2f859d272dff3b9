package calibration

import (
	"errors"
	"math"
	"testing"
	"time"

	"lintel/firmware/thermal"

	"pgregory.net/rapid"
)

func TestReferenceIsAcquiredInThreeFrames(t *testing.T) {
	s := steady()
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	for i := range 10 {
		o := s.run(tr, &f, i, 1)
		if got, want := o.Reference.OK, i >= 2; got != want {
			t.Errorf("frame %d: OK %v, want %v (%v)", i, got, want, o.Reference.Fault)
		}
		if o.Scale.Valid() != o.Reference.OK {
			t.Errorf("frame %d: scale valid %v, OK %v", i, o.Scale.Valid(), o.Reference.OK)
		}
	}
	o := s.run(tr, &f, 10, 1)
	if off := math.Hypot(o.Reference.Circle.X-30.3, o.Reference.Circle.Y-120.6); off > 0.1 {
		t.Errorf("centre is off by %.2f px", off)
	}
	if math.Abs(o.Reference.Circle.R-6.5) > 0.2 {
		t.Errorf("radius %.2f, want 6.5", o.Reference.Circle.R)
	}
	if math.Abs(float64(o.Reference.Offset)-1) > 0.03 || o.Reference.Fault != FaultNone {
		t.Errorf("offset %.3f, fault %v, want 1 and none", o.Reference.Offset, o.Reference.Fault)
	}
}

// Any place, radius, contrast, offset and sensor within the stated ranges.
func TestReferenceIsFoundOnAnyCamera(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	sizes := [][2]int{{60, 80}, {80, 60}, {120, 160}, {160, 120}, {240, 320}, {384, 288}, {512, 640}, {640, 512}}
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.SampledFrom(sizes).Draw(rt, "size")
		info := lepton()
		info.Width, info.Height = size[0], size[1]
		if rapid.Bool().Draw(rt, "kelvin64") {
			info.Scale = thermal.Kelvin64
		}
		tr := tracker(t, info, nil)
		c := tr.cfg.Reference
		r := rapid.Float64Range(c.MinRadius*1.05, min(25, c.MaxRadius*0.95)).Draw(rt, "r")
		edge := 1.5*r + 3
		x := rapid.Float64Range(edge, float64(info.Width)-edge).Draw(rt, "x")
		y := rapid.Float64Range(edge, float64(info.Height)-edge).Draw(rt, "y")
		reading := thermal.Celsius(rapid.Float64Range(27.5, 46.5).Draw(rt, "reading"))
		above := thermal.Celsius(rapid.Float64Range(5, 20).Draw(rt, "above"))
		s := scene{
			info: info, wall: reading - above, noise: 0.05, slope: 0.5,
			shapes: []shape{disk(x, y, r, reading)}, seed: rapid.Uint64().Draw(rt, "seed"),
		}
		var f thermal.Frame
		o := s.run(tr, &f, 0, 3)
		if !o.Reference.OK {
			rt.Fatalf("not found: %v", o.Reference.Fault)
		}
		if off := math.Hypot(o.Reference.Circle.X-x, o.Reference.Circle.Y-y); off > 0.3 {
			rt.Errorf("centre is off by %.2f px", off)
		}
		// A small disc reads low by the blur of its edge: 3 % of the contrast
		// at a radius of 3.5 pixels, nothing at 10.
		if e := math.Abs(float64(o.Reference.Reading - reading)); e > 0.05+0.4*float64(above)/(r*r) {
			rt.Errorf("reads %.2f, want %.2f", o.Reference.Reading, reading)
		}
	})
}

// The same scene, some pixels aside and some counts warmer, gives the same
// observation aside and warmer.
func TestObservationMovesWithTheScene(t *testing.T) {
	skipWithRace(t)
	rapid.Check(t, func(rt *rapid.T) {
		s := steady()
		s.shapes[0].x, s.shapes[0].y = 60, 80
		dx := rapid.IntRange(-45, 45).Draw(rt, "dx")
		dy := rapid.IntRange(-60, 60).Draw(rt, "dy")
		counts := rapid.IntRange(-800, 800).Draw(rt, "counts")
		var f, g thermal.Frame
		a, b := tracker(t, s.info, nil), tracker(t, s.info, nil)
		var oa, ob Observation
		for i := range 4 {
			s.render(&f, i)
			g.Resize(f.Width, f.Height)
			g.Sequence, g.Time = f.Sequence, f.Time
			for y := range g.Height {
				for x := range g.Width {
					sx, sy := mod(x-dx, f.Width), mod(y-dy, f.Height)
					g.Counts[y*g.Width+x] = uint16(int(f.At(sx, sy)) + counts)
				}
			}
			oa, ob = a.Observe(&f), b.Observe(&g)
		}
		if !oa.Reference.OK || !ob.Reference.OK {
			rt.Fatalf("not in order: %v, %v", oa.Reference.Fault, ob.Reference.Fault)
		}
		ca, cb := oa.Reference.Circle, ob.Reference.Circle
		for _, v := range []struct {
			name      string
			got, want float64
			tolerance float64
		}{
			{"x", cb.X, ca.X + float64(dx), 0.02},
			{"y", cb.Y, ca.Y + float64(dy), 0.02},
			{"r", cb.R, ca.R, 0.02},
			{"offset", float64(ob.Reference.Offset), float64(oa.Reference.Offset) - float64(counts)/100, 1e-2},
		} {
			if math.Abs(v.got-v.want) > v.tolerance {
				rt.Errorf("%s = %.4f, want %.4f", v.name, v.got, v.want)
			}
		}
	})
}

func mod(a, n int) int { return (a%n + n) % n }

func TestNewRefusesWhatItCannotUse(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config, *thermal.Info)
		want   error
	}{
		{"no temperature", func(c *Config, _ *thermal.Info) { c.Reference.Temperature = 0 }, ErrNoReferenceTemperature},
		{"temperature is no number", func(c *Config, _ *thermal.Info) { c.Reference.Temperature = thermal.Celsius(math.NaN()) }, ErrNoReferenceTemperature},
		{"cold", func(c *Config, _ *thermal.Info) { c.Reference.Temperature = 19.9 }, ErrConfig},
		{"hot", func(c *Config, _ *thermal.Info) { c.Reference.Temperature = 60.1 }, ErrConfig},
		{"offset", func(c *Config, _ *thermal.Info) { c.Reference.MaxOffset = 21 }, ErrConfig},
		{"uncertainty is no number", func(c *Config, _ *thermal.Info) { c.Reference.Expanded = thermal.Kelvin(math.NaN()) }, ErrConfig},
		{"place", func(c *Config, _ *thermal.Info) { c.Reference.Place.X = 121 }, ErrConfig},
		{"radii", func(c *Config, _ *thermal.Info) { c.Reference.MinRadius, c.Reference.MaxRadius = 9, 8 }, ErrConfig},
		{"persistence", func(c *Config, _ *thermal.Info) { c.Limit.Persistence = 1 }, ErrConfig},
		{"loss", func(c *Config, _ *thermal.Info) { c.Limit.LossAfter = -time.Second }, ErrConfig},
		{"camera scale", func(_ *Config, i *thermal.Info) { i.Scale = 0 }, ErrCamera},
		{"camera size", func(_ *Config, i *thermal.Info) { i.Width = 4 }, ErrCamera},
	} {
		cfg, info := DefaultConfig(), lepton()
		cfg.Reference.Temperature = 37
		c.change(&cfg, &info)
		if _, err := New(cfg, info); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := New(Config{Reference: ReferenceConfig{Certificate: Certificate{Temperature: 37}}}, lepton()); err != nil {
		t.Errorf("a zero configuration with a temperature: %v", err)
	}
}

func TestObserveDoesNotAllocate(t *testing.T) {
	s := steady()
	var f thermal.Frame
	s.render(&f, 0)
	tracking := tracker(t, s.info, nil)
	if n := testing.AllocsPerRun(50, func() { tracking.Observe(&f) }); n != 0 {
		t.Errorf("following allocates %v times", n)
	}
	s.shapes = nil
	s.render(&f, 0)
	searching := tracker(t, s.info, nil)
	if n := testing.AllocsPerRun(50, func() { searching.Observe(&f) }); n != 0 {
		t.Errorf("searching allocates %v times", n)
	}
	if n := testing.AllocsPerRun(50, func() { tracking.Observe(&f) }); n != 0 {
		t.Errorf("losing allocates %v times", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	for _, size := range [][2]int{{120, 160}, {512, 640}} {
		s := steady()
		s.info.Width, s.info.Height = size[0], size[1]
		s.shapes[0] = disk(40.3, 55.6, 0.06*float64(size[0]), 36)
		var f thermal.Frame
		name := map[int]string{120: "160x120", 512: "640x512"}[size[0]]
		b.Run("follow/"+name, func(b *testing.B) {
			tr := tracker(b, s.info, nil)
			s.run(tr, &f, 0, 4)
			for b.Loop() {
				tr.Observe(&f)
			}
		})
		b.Run("search/"+name, func(b *testing.B) {
			tr := tracker(b, s.info, nil)
			empty := *s
			empty.shapes = nil
			empty.wall, empty.slope = 26, 8
			empty.render(&f, 0)
			for b.Loop() {
				tr.Observe(&f)
			}
		})
	}
}
