package sim

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lintel/firmware/thermal"
	"lintel/firmware/thermal/thermaltest"
)

func open(t testing.TB, c Config) *Source {
	t.Helper()
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func next(t testing.TB, s *Source, f *thermal.Frame) Truth {
	t.Helper()
	if err := s.Next(context.Background(), f); err != nil {
		t.Fatal(err)
	}
	return s.Truth()
}

func TestConformance(t *testing.T) {
	for _, c := range []Config{
		{Seed: 1, Width: 80, Height: 107},
		{Scene: "training", Seed: 2, Width: 80, Height: 80},
		{Scene: "ffc", Seed: 3, Rate: 2, Width: 107, Height: 80},
	} {
		name := c.Scene
		if name == "" {
			name = "default"
		}
		t.Run(name, func(t *testing.T) {
			thermaltest.Run(t, func(t *testing.T) thermal.Source { return open(t, c) },
				thermaltest.Endless(), thermaltest.Deterministic())
		})
	}
}

func TestEverySceneRuns(t *testing.T) {
	if got := Scenes()[0].Name; got != "visitors" {
		t.Errorf("the first scene is %q, want the default, visitors", got)
	}
	for _, scene := range Scenes() {
		t.Run(scene.Name, func(t *testing.T) {
			if scene.Explanation == "" || strings.Contains(scene.Explanation, "\n") {
				t.Errorf("the explanation is %q, want one line", scene.Explanation)
			}
			s := open(t, Config{Scene: scene.Name, Seed: 11, Rate: 1})
			var f thermal.Frame
			for range 16 {
				checkTruth(t, next(t, s, &f))
			}
		})
	}
}

// checkTruth checks what holds for every frame.
func checkTruth(t *testing.T, truth Truth) {
	t.Helper()
	for _, p := range truth.People {
		if p.Pose.String() == "unknown" || p.Size.String() == "unknown" {
			t.Errorf("a person is %v and %v", p.Pose, p.Size)
		}
		if p.Head.Area() == 0 || p.Head != p.Head.Clip(120, 160) {
			t.Errorf("a head is at %v", p.Head)
		}
		if p.Face.Area() > 0 && p.Face != p.Face.Intersect(p.Head) {
			t.Errorf("the face %v is not in the head %v", p.Face, p.Head)
		}
		in := p.Forehead.Intersect(p.Face)
		if math.Abs(in.Area()-p.Forehead.Area()) > 0.15*p.Forehead.Area() {
			t.Errorf("the forehead %v is not in the face %v", p.Forehead, p.Face)
		}
		if p.Visit > truth.Visit {
			t.Errorf("a person has visit %d of %d", p.Visit, truth.Visit)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		config Config
		want   error
		says   string
	}{
		{Config{Scene: "nowhere"}, ErrScene, "visitors"},
		{Config{Rate: 0.5}, ErrConfig, "Rate"},
		{Config{Rate: nan}, ErrConfig, "Rate"},
		{Config{Width: 79}, ErrConfig, "Width"},
		{Config{Height: 641}, ErrConfig, "Height"},
		{Config{Reference: -273}, ErrConfig, "Reference"},
		{Config{CameraOffset: 11}, ErrConfig, "CameraOffset"},
		{Config{Drift: -1}, ErrConfig, "Drift"},
		{Config{NETD: thermal.Kelvin(nan)}, ErrConfig, "NETD"},
		{Config{Room: 41}, ErrConfig, "Room"},
		{Config{Target: 61}, ErrConfig, "Target"},
	} {
		s, err := Open(c.config)
		if !errors.Is(err, c.want) || s != nil {
			t.Errorf("Open(%+v) returned %v, want %v", c.config, err, c.want)
			continue
		}
		if !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("Open(%+v) says %q, want a word of %q", c.config, err, c.says)
		}
	}
}

// A frame depends on its number, not on whether the frames before it were
// fetched: a paced source may drop some.
func TestFramesDoNotDependOnThoseBefore(t *testing.T) {
	all, some := open(t, Config{Seed: 7, Rate: 3}), open(t, Config{Seed: 7, Rate: 3})
	var f, g thermal.Frame
	for n := range uint64(100) {
		want := next(t, all, &f)
		if n%13 != 0 {
			continue
		}
		some.next = n
		got := next(t, some, &g)
		if len(got.People) != len(want.People) || f.Time != g.Time {
			t.Fatalf("frame %d differs when frames before it are left out", n)
		}
		for i, c := range f.Counts {
			if g.Counts[i] != c {
				t.Fatalf("frame %d, pixel %d: %d, and %d when frames before it are left out", n, i, c, g.Counts[i])
			}
		}
	}
}

func TestPacedFollowsTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Scene: "empty", Paced: true, Rate: 10})
		var f thermal.Frame
		start := time.Now()
		for range 5 {
			next(t, s, &f)
		}
		if got := time.Since(start); got != 400*time.Millisecond || f.Sequence != 4 {
			t.Errorf("frame %d came after %v, want frame 4 after 400 ms", f.Sequence, got)
		}
		time.Sleep(time.Second)
		next(t, s, &f)
		if late := time.Since(start) - f.Time; f.Sequence < 13 || late > 100*time.Millisecond {
			t.Errorf("after a second of absence came frame %d, %v old", f.Sequence, late)
		}
		next(t, s, &f)
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		if err := s.Next(ctx, &f); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Next returned %v, want the deadline", err)
		}
		before := f.Sequence
		next(t, s, &f)
		if f.Sequence != before+1 {
			t.Errorf("after frame %d and a cancelled Next came frame %d", before, f.Sequence)
		}
		_ = s.Close()
	})
}

func TestFlatFieldCorrection(t *testing.T) {
	c := Defaults()
	c.Scene, c.Seed, c.Drift, c.Camera.Correlated = "ffc", 1, 0, 0
	s := open(t, c)
	var f thermal.Frame
	var last thermal.Frame
	var before float64
	for range 150 {
		truth := next(t, s, &f)
		disc := discMean(&f, truth.Disc)
		if gap := f.Time - last.Time; f.Sequence > 0 && gap > time.Second {
			if math.Abs(gap.Seconds()-2-1/8.76) > 0.01 {
				t.Errorf("frames stopped for %v, want 2 s", gap)
			}
			if step := disc - before; math.Abs(step-1) > 0.05 {
				t.Errorf("the disc jumped by %.3f K, want 1", step)
			}
			if f.Telemetry.SinceFFC > time.Second/4 {
				t.Errorf("the camera says that its correction was %v ago", f.Telemetry.SinceFFC)
			}
			return
		}
		last.Time, before = f.Time, disc
	}
	t.Error("no flat-field correction within 150 frames")
}

func BenchmarkNext(b *testing.B) {
	for _, scene := range []string{"empty", "mannequin", "crowd", "training"} {
		b.Run(scene, func(b *testing.B) {
			s := open(b, Config{Scene: scene, Seed: 1})
			var f thermal.Frame
			b.ReportAllocs()
			for b.Loop() {
				next(b, s, &f)
			}
		})
	}
}
