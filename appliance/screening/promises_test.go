package screening

import (
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
