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

// Fewer frames never make U smaller: with the same uncertainty and scatter of
// the single readings.
func TestFewerFramesNeverMakeUSmaller(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := thermal.Kelvin(rapid.Float64Range(0, 1).Draw(t, "u"))
		scatter := thermal.Kelvin(rapid.Float64Range(0, 1).Draw(t, "scatter"))
		n := rapid.IntRange(2, 100).Draw(t, "n")
		fewer := rapid.IntRange(1, n-1).Draw(t, "fewer")
		if all, some := expanded(u, scatter, n), expanded(u, scatter, fewer); some < all || all < u {
			t.Fatalf("U is %v with %d frames and %v with %d, %v each", all, n, some, fewer, u)
		}
	})
}
