package screening

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// face draws any face at all.
func face(t *rapid.T) Face {
	return Face{
		Track: rapid.IntRange(1, 4).Draw(t, "track"),
		Width: rapid.Float64Range(5, 90).Draw(t, "width"),
		Cue:   Cue(rapid.IntRange(0, int(cueCount)-1).Draw(t, "cue")),
		Value: thermal.Celsius(rapid.Float64Range(20, 50).Draw(t, "value")),
		U:     thermal.Kelvin(rapid.Float64Range(0, 1).Draw(t, "u")),
	}
}

// Whatever is observed: no illegal transition, no verdict but in a healthy
// frame with enough readings of this visit, one outcome a visit, and nothing
// kept of those who left.
func TestPromisesHoldForAnyObservations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t)
		outcome := map[int]Verdict{}
		readings := 0
		var now time.Duration
		var o Observation
		for range rapid.IntRange(1, 60).Draw(t, "runs") {
			o.Reference = rapid.IntRange(0, 9).Draw(t, "reference") > 0
			o.Fault = ""
			if !o.Reference {
				o.Fault = rapid.SampledFrom([]string{"", "reference_missing"}).Draw(t, "fault")
			}
			o.Faces = rapid.SliceOfN(rapid.Custom(face), 0, 3).Draw(t, "faces")
			if rapid.IntRange(0, 3).Draw(t, "gap") == 0 {
				now += time.Duration(rapid.Int64Range(0, int64(8*time.Second)).Draw(t, "without frames"))
			}
			for range rapid.IntRange(1, 20).Draw(t, "frames") {
				now += frameTime
				o.Time, o.Uptime = now, now
				step, err := m.Step(&o)
				if err != nil {
					t.Fatal(err)
				}
				if step.State == 0 {
					t.Fatal("unknown state")
				}
				if m.visit.count > readings {
					readings = m.visit.count
				}
				if step.Verdict == Pass || step.Verdict == Refer {
					if !o.Reference || o.Fault != "" {
						t.Fatalf("%v without a reference", step.Verdict)
					}
					if step.Readings < m.cfg.Early || readings < m.cfg.Early {
						t.Fatalf("%v from %d readings", step.Verdict, step.Readings)
					}
					if step.U > 0.5 || step.Value < 32 || step.Value > 42.5 || (step.Value < 35.5) != (step.Verdict == Pass) {
						t.Fatalf("%v at %v degC with U = %v", step.Verdict, step.Value, step.U)
					}
				}
				if step.Verdict != 0 {
					if before, ok := outcome[step.Visit]; ok {
						t.Fatalf("visit %d ended as %v and as %v", step.Visit, before, step.Verdict)
					}
					outcome[step.Visit] = step.Verdict
				}
				if !m.InVisit() {
					readings = 0
					if m.visit != (visit{}) {
						t.Fatal("something of a visit is kept")
					}
				}
			}
		}
	})
}

// A verdict depends on nobody who came before.
func TestOrderOfVisitorsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Float64Range(33, 40), 1, 6).Draw(t, "values")
		last := values[len(values)-1]
		screen := func(values []float64) (v Verdict) {
			m := newMachine(t)
			var now time.Duration
			for i, value := range values {
				for n := range 60 {
					now += frameTime
					o := Observation{Time: now, Uptime: now, Reference: true}
					if n < 20 {
						o.Faces = []Face{measured(i+1, thermal.Celsius(value))}
					}
					step, err := m.Step(&o)
					if err != nil {
						t.Fatal(err)
					}
					if step.Verdict != 0 {
						v = step.Verdict
					}
				}
			}
			return v
		}
		if a, b := screen(values), screen([]float64{last}); a != b {
			t.Fatalf("%v after others, %v alone", a, b)
		}
	})
}

// outcome is how a visitor with these readings ends, one a frame; NaN is a
// frame without one.
func outcome(t *rapid.T, readings []float64, shift float64) Verdict {
	m := newMachine(t)
	o := Observation{Reference: true, Faces: make([]Face, 1)}
	for _, v := range readings {
		o.Time += frameTime
		o.Uptime = o.Time
		o.Faces[0] = measured(1, thermal.Celsius(v+shift))
		if math.IsNaN(v) {
			o.Faces[0] = unmeasured(1, CueTurned)
		}
		step, err := m.Step(&o)
		if err != nil {
			t.Fatal(err)
		}
		if step.Verdict != 0 {
			return step.Verdict
		}
	}
	return 0
}

// A warmer visitor is never judged milder: a shift of every plausible reading
// upward turns no REFER into a PASS, however the readings scatter.
func TestWarmerIsNeverJudgedMilder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.Float64Range(33, 38).Draw(t, "level")
		scatter := rapid.SampledFrom([]float64{0.02, 0.1, 0.3, 1}).Draw(t, "scatter")
		readings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 {
			if rapid.IntRange(0, 9).Draw(t, "turned") == 0 {
				return math.NaN()
			}
			return level + scatter*rapid.Float64Range(-1, 1).Draw(t, "reading")
		}), 3, 45).Draw(t, "readings")
		shift := rapid.Float64Range(0, 3).Draw(t, "shift")
		if outcome(t, readings, 0) == Refer && outcome(t, readings, shift) == Pass {
			t.Fatalf("REFER became PASS when every reading rose by %v K", shift)
		}
	})
}

// anyReading draws any reading at all.
func anyReading(t *rapid.T) reading {
	return reading{
		value: thermal.Celsius(rapid.Float64Range(20, 50).Draw(t, "value")),
		u:     thermal.Kelvin(rapid.Float64Range(0, 2).Draw(t, "u")),
	}
}

// Leaving readings out never makes U smaller, whichever they are and whatever
// they read.
func TestFewerReadingsNeverMakeUSmaller(t *testing.T) {
	c := DefaultConfig()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(anyReading), 1, maxReadings).Draw(t, "readings")
		var some []reading
		for _, r := range all {
			if rapid.Bool().Draw(t, "kept") {
				some = append(some, r)
			}
		}
		if len(some) == 0 {
			return
		}
		if a, b := stated(all, &c), stated(some, &c); b < a {
			t.Fatalf("U is %v of %d readings and %v of %d of them", a, len(all), b, len(some))
		}
	})
}

// The same of a whole visit: a kiosk that misses frames never states a smaller
// U than one that saw them all.
func TestMissedFramesNeverMakeUSmaller(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		level := rapid.Float64Range(35, 36).Draw(t, "level")
		scatter := rapid.SampledFrom([]float64{0.02, 0.3, 2}).Draw(t, "scatter")
		frames := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Face {
			if rapid.IntRange(0, 9).Draw(t, "turned") == 0 {
				return unmeasured(1, CueTurned)
			}
			f := measured(1, thermal.Celsius(level+scatter*rapid.Float64Range(-1, 1).Draw(t, "reading")))
			f.U = thermal.Kelvin(rapid.Float64Range(0.2, 0.6).Draw(t, "u"))
			return f
		}), 1, 40).Draw(t, "frames")
		whole, thinned := newMachine(t), newMachine(t)
		for i, f := range frames {
			o := Observation{Time: time.Duration(i) * frameTime, Uptime: time.Hour, Reference: true, Faces: []Face{f}}
			a, err := whole.Step(&o)
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && rapid.IntRange(0, 2).Draw(t, "missed") == 0 {
				continue
			}
			b, err := thinned.Step(&o)
			if err != nil {
				t.Fatal(err)
			}
			if a.Readings > 0 && b.Readings > 0 && b.U < a.U {
				t.Fatalf("frame %d: U is %v with every frame and %v with some", i, a.U, b.U)
			}
			if whole.visit.decided || thinned.visit.decided {
				return
			}
		}
	})
}

// Every reading that has a part in the value is at least as certain as U says,
// and U is never less than the best of them.
func TestUIsThatOfTheReadingsUsed(t *testing.T) {
	c := DefaultConfig()
	rapid.Check(t, func(t *rapid.T) {
		var v visit
		v.count = rapid.IntRange(1, maxReadings).Draw(t, "n")
		best := thermal.Kelvin(math.Inf(1))
		for i := range v.count {
			v.readings[i] = anyReading(t)
			best = min(best, v.readings[i].u)
		}
		e := v.weigh(&c)
		within := 0
		for _, r := range v.readings[:v.count] {
			if r.u <= e.u {
				within++
			}
		}
		if e.u < best || e.n < 1 || e.n > within || within >= c.Readings && e.n < c.Readings {
			t.Fatalf("U %v, the best %v; %d of %d readings used, %d are as certain", e.u, best, e.n, v.count, within)
		}
	})
}
