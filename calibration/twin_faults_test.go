package calibration

import (
	"testing"
	"time"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

// befall is what befalls the reference of the twin from disturbedFrom on, for
// disturbedFor, and the fault it must have.
type befall struct {
	name  string
	set   func(c *sim.Config, disc thermal.Circle)
	want  []Fault
	named time.Duration // 0: within two frames
}

const (
	disturbedFrom = 3.0 // s
	disturbedFor  = 2.0
)

func disturb(d sim.Disturbance) func(*sim.Config, thermal.Circle) {
	return func(c *sim.Config, _ thermal.Circle) {
		d.From, d.Until = disturbedFrom, disturbedFrom+disturbedFor
		c.Disturbances = append(c.Disturbances, d)
	}
}

func befalls() []befall {
	before := func(dx, side float64) func(*sim.Config, thermal.Circle) {
		return func(c *sim.Config, disc thermal.Circle) {
			c.Objects = append(c.Objects, sim.Object{
				X: disc.X + dx, Y: disc.Y, Width: side, Height: 30, Temperature: 26, InFront: true,
				From: disturbedFrom, Until: disturbedFrom + disturbedFor,
			})
		}
	}
	return []befall{
		{"taken away", disturb(sim.Disturbance{Missing: true}), []Fault{FaultMissing}, 0},
		{"hidden", before(0, 40), []Fault{FaultMissing}, 0},
		{"half covered", before(-10, 20), []Fault{FaultOccluded}, 0},
		{"a quarter covered", before(-13, 20), []Fault{FaultOccluded}, 0},
		{"pushed aside", disturb(sim.Disturbance{X: 4, Y: -3}), []Fault{FaultMoved}, 0},
		{"a smaller one", disturb(sim.Disturbance{Size: 0.5}), []Fault{FaultTooSmall}, 0},
		{"seen askew", disturb(sim.Disturbance{Oval: 0.75}), []Fault{FaultMisshapen}, 0},
		{"uneven", disturb(sim.Disturbance{Uneven: 12}), []Fault{FaultMisshapen}, 0},
		{"another one, 1.5 K warmer", disturb(sim.Disturbance{Warmer: 1.5}), []Fault{FaultSwapped}, 0},
		{"another one, 1.5 K colder", disturb(sim.Disturbance{Warmer: -1.5}), []Fault{FaultSwapped}, 0},
		{"a lamp in its place", disturb(sim.Disturbance{Warmer: 30}), []Fault{FaultImplausibleOffset}, 0},
		{"beyond the camera's range", func(c *sim.Config, at thermal.Circle) {
			c.Camera.SaturatesAt = 39
			disturb(sim.Disturbance{Warmer: 6})(c, at)
		}, []Fault{FaultSaturated}, 0},
		{"warming", func(c *sim.Config, _ thermal.Circle) {
			c.Disturbances = []sim.Disturbance{{From: disturbedFrom, Warms: 1.5}}
		}, []Fault{FaultWarming}, 30 * time.Second},
		{"drifting", func(c *sim.Config, _ thermal.Circle) {
			c.Disturbances = []sim.Disturbance{{From: disturbedFrom, Warms: -1.5}}
		}, []Fault{FaultDrifting}, 30 * time.Second},
	}
}

// Whatever befalls the reference of the twin blocks within two frames, by its
// name, for as long as it lasts; and the reference is used again after the
// settling time, not before.
func TestEveryFaultOnTheTwin(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	const settle = 500 * time.Millisecond
	for _, b := range befalls() {
		for seed := range uint64(3) {
			config := sim.Config{Scene: "own", Seed: seed + 1}
			source, err := sim.Open(config)
			if err != nil {
				t.Fatal(err)
			}
			var f thermal.Frame
			if err := source.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			disc := source.Truth().Disc
			_ = source.Close()
			b.set(&config, disc)
			config.Scene = "own"
			b.play(t, config, settle)
		}
	}
}

func (b *befall) play(t *testing.T, config sim.Config, settle time.Duration) {
	t.Helper()
	source, err := sim.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	tr := tracker(t, source.Info(), func(c *Config) { c.Limit.Settle = settle })
	var f thermal.Frame
	first, last, named := -1, time.Duration(0), false
	for n := 0; f.Time < 8*time.Second+b.named; n++ {
		if err := source.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		r := tr.Observe(&f).Reference
		at := f.Time.Seconds()
		switch {
		case at < disturbedFrom:
			if n > 2 && !r.OK {
				t.Fatalf("%s seed %d, before it: %v", b.name, config.Seed, r.Fault)
			}
		case b.named > 0:
			named = named || r.Fault == b.want[0]
			if named && r.OK || !r.OK && r.Fault != b.want[0] {
				t.Fatalf("%s seed %d at %.1f s: OK %v, %v", b.name, config.Seed, at, r.OK, r.Fault)
			}
		case at < disturbedFrom+disturbedFor:
			if first < 0 {
				first = n
			}
			if n > first && (r.OK || r.Fault != b.want[0]) {
				t.Errorf("%s seed %d, frame %d of it: OK %v, %v, want %v", b.name, config.Seed, n-first, r.OK, r.Fault, b.want[0])
			}
			last, named = f.Time, true
		default:
			if since := f.Time - last; r.OK && since < settle || !r.OK && since > settle+600*time.Millisecond {
				t.Errorf("%s seed %d, %v after it: OK %v, %v", b.name, config.Seed, since, r.OK, r.Fault)
			}
		}
	}
	if !named {
		t.Errorf("%s seed %d: never named", b.name, config.Seed)
	}
}

// What the image does not show, on the twin and on real recordings: a
// certificate that ends, a clock that is lost, a thermometer that falls silent or
// old. The very next frame is blocked, and those after the settling time are not.
func TestFaultsBesideTheImage(t *testing.T) {
	t.Parallel()
	source, err := sim.Open(sim.Config{Scene: "normal", Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var f thermal.Frame
	besideTheImage(t, "twin", source.Info(), func(n int, observe func(n int, f *thermal.Frame)) {
		for i := range n {
			if err := source.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			observe(i, &f)
		}
	})
}

func TestFaultsBesideTheImageOnRecordings(t *testing.T) {
	t.Parallel()
	files, _ := recordings(t)
	for _, path := range files {
		var info thermal.Info
		play(t, path, func(_ int, i thermal.Info, _ *thermal.Frame) { info = i })
		besideTheImage(t, clipName(path), info, func(frames int, observe func(n int, f *thermal.Frame)) {
			play(t, path, func(n int, _ thermal.Info, f *thermal.Frame) {
				if n < frames {
					observe(n, f)
				}
			})
		})
	}
}

// besideTheImage plays frames to trackers that each meet one fault.
func besideTheImage(t *testing.T, name string, info thermal.Info, play func(frames int, observe func(n int, f *thermal.Frame))) {
	t.Helper()
	const from, until, frames = 8, 14, 26
	live := Live{Temperature: 37, Age: time.Second}
	silent := false
	read := func() (Live, bool) { return live, !silent }
	holds, ended := Date{2027, 3, 31}, Date{2027, 4, 1}
	cases := []struct {
		fault Fault
		live  bool
		on    func(tr *Tracker, bad bool)
	}{
		{FaultExpired, false, func(tr *Tracker, bad bool) { tr.Today(map[bool]Date{true: ended, false: holds}[bad]) }},
		{FaultNoDate, false, func(tr *Tracker, bad bool) { tr.Today(map[bool]Date{true: {}, false: holds}[bad]) }},
		{FaultNoReading, true, func(_ *Tracker, bad bool) { silent = bad }},
		{FaultNoReading, true, func(_ *Tracker, bad bool) { live.Age = map[bool]time.Duration{true: time.Minute, false: 0}[bad] }},
		{FaultWarming, true, func(_ *Tracker, bad bool) { live.Temperature = map[bool]thermal.Celsius{true: 36, false: 37}[bad] }},
		{FaultDrifting, true, func(_ *Tracker, bad bool) { live.Temperature = map[bool]thermal.Celsius{true: 38, false: 37}[bad] }},
	}
	trackers := make([]*Tracker, len(cases))
	for i, c := range cases {
		trackers[i] = tracker(t, info, func(cfg *Config) {
			cfg.Reference.Expires = holds
			if c.live {
				cfg.Reference.Live = read
			}
		})
		trackers[i].Today(holds)
	}
	play(frames, func(n int, f *thermal.Frame) {
		for i, c := range cases {
			bad := n >= from && n < until
			c.on(trackers[i], bad)
			r := trackers[i].Observe(f).Reference
			switch {
			case bad && (r.OK || r.Fault != c.fault):
				t.Errorf("%s frame %d: OK %v, %v, want %v", name, n, r.OK, r.Fault, c.fault)
			case n == until && r.OK:
				t.Errorf("%s: used again at once after %v", name, c.fault)
			case (n > 2 && n < from || n > until+5) && !r.OK:
				t.Errorf("%s frame %d: %v", name, n, r.Fault)
			}
			c.on(trackers[i], false)
		}
	})
}
