package screening

import (
	"math"
	"testing"
	"time"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

const frameTime = 114 * time.Millisecond

func newPolicy(t interface{ Fatal(...any) }) *policy.Policy {
	p, err := policy.New(policy.Config{Site: policy.Forehead, Threshold: 35.5, PlausibleMin: 32, PlausibleMax: 42.5, MaxU: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func newMachine(t interface{ Fatal(...any) }) *Machine {
	cfg := DefaultConfig()
	cfg.Judge, cfg.WarmUp = newPolicy(t), 0
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// script feeds a machine frame by frame.
type script struct {
	t *testing.T
	m *Machine
	o Observation
	// verdicts collects every step with an outcome.
	verdicts []Step
}

func newScript(t *testing.T) *script {
	return &script{t: t, m: newMachine(t), o: Observation{Reference: true}}
}

// frames feeds n frames with the given faces and returns the last step.
func (s *script) frames(n int, faces ...Face) (last Step) {
	s.t.Helper()
	for range n {
		s.o.Faces = faces
		step, err := s.m.Step(&s.o)
		if err != nil {
			s.t.Fatal(err)
		}
		if step.Verdict != 0 {
			s.verdicts = append(s.verdicts, step)
		}
		last = step
		s.o.Time += frameTime
		s.o.Uptime = s.o.Time
	}
	return last
}

func (s *script) wantState(got Step, want State) {
	s.t.Helper()
	if got.State != want {
		s.t.Fatalf("state %v, want %v", got.State, want)
	}
}

func (s *script) wantVerdicts(want ...Verdict) {
	s.t.Helper()
	if len(s.verdicts) != len(want) {
		s.t.Fatalf("%d outcomes %v, want %v", len(s.verdicts), s.verdicts, want)
	}
	for i, w := range want {
		if s.verdicts[i].Verdict != w {
			s.t.Errorf("outcome %d is %v, want %v", i, s.verdicts[i].Verdict, w)
		}
	}
}

func measured(track int, value thermal.Celsius) Face {
	return Face{Track: track, Width: 40, Cue: CueNone, Value: value, U: 0.35}
}

func unmeasured(track int, cue Cue) Face { return Face{Track: track, Width: 40, Cue: cue} }

func TestVisit(t *testing.T) {
	s := newScript(t)
	s.wantState(s.frames(1), Ready)
	far := unmeasured(1, CueTooFar)
	step := s.frames(3, far)
	s.wantState(step, Guiding)
	if step.Guidance != ComeCloser || step.Visit != 0 {
		t.Errorf("somebody far away: %+v", step)
	}
	s.wantState(s.frames(2, unmeasured(1, CueTurned)), Guiding)
	step = s.frames(2, measured(1, 34.8))
	s.wantState(step, Measuring)
	if step.Progress != 0.4 || step.Readings != 2 {
		t.Errorf("after two readings: %+v", step)
	}
	step = s.frames(1, measured(1, 34.8))
	s.wantState(step, Passed)
	s.wantVerdicts(Pass)
	if v := s.verdicts[0]; v.Value != 34.8 || v.Readings != 3 || v.Visit != 1 || v.U < 0.35 {
		t.Errorf("verdict %+v", v)
	}
	s.wantState(s.frames(30, measured(1, 39)), Clearing)
	s.wantState(s.frames(30), Ready)
	s.frames(10, measured(2, 38.5))
	s.wantVerdicts(Pass, Refer)
}

func TestNobodyIsJudgedTwice(t *testing.T) {
	s := newScript(t)
	s.frames(400, measured(1, 34.8))
	s.wantVerdicts(Pass)
}

func TestUnmeasured(t *testing.T) {
	for _, tt := range []struct {
		name   string
		face   Face
		frames int
		want   Reason
	}{
		{"hat", unmeasured(1, CueCovered), 40, ForeheadCovered},
		{"profile", unmeasured(1, CueTurned), 40, TurnedAway},
		{"restless", unmeasured(1, CueMoving), 40, KeptMoving},
		{"in front of the reference", unmeasured(1, CueAtReference), 40, OutOfPlace},
		{"never bares the forehead", unmeasured(1, CueCovered), 300, ForeheadCovered},
		{"just came in", measured(1, 30), 100, TooCold},
		{"hot drink", measured(1, 45), 100, TooHot},
		{"bad reading", Face{Track: 1, Width: 40, Cue: CueNone, Value: 35, U: 0.8}, 100, TooUncertain},
		{"no number", Face{Track: 1, Width: 40, Cue: CueNone, Value: thermal.Celsius(math.NaN()), U: 0.3}, 100, Unsteady},
		{"leaves early", measured(1, 35), 0, LeftEarly},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScript(t)
			s.frames(1)
			if tt.frames == 0 {
				// A camera that drops frames: long enough to count, too few
				// readings for a verdict.
				for range 3 {
					s.frames(1, tt.face)
					s.o.Time += 500 * time.Millisecond
				}
			}
			s.frames(tt.frames, tt.face)
			s.frames(60)
			s.wantVerdicts(NotMeasured)
			if got := s.verdicts[0].Reason; got != tt.want {
				t.Errorf("reason %v, want %v", got, tt.want)
			}
		})
	}
}

func TestWalkingPastIsNoVisit(t *testing.T) {
	s := newScript(t)
	s.frames(4, unmeasured(1, CueTurned))
	s.frames(50)
	s.wantVerdicts()
}

func TestCloserReadingsReplaceEarlierOnes(t *testing.T) {
	s := newScript(t)
	for _, v := range []thermal.Celsius{31, 31.5, 33, 34, 34.5, 34.8, 34.8, 34.8, 34.8} {
		s.frames(1, measured(1, v))
	}
	s.wantVerdicts(Pass)
	if v := s.verdicts[0].Value; v < 34.5 {
		t.Errorf("the verdict rests on %v", v)
	}
}

func TestNextVisitorAtOnce(t *testing.T) {
	s := newScript(t)
	waiting := Face{Track: 2, Width: 25, Cue: CueTurned}
	s.frames(10, measured(1, 34.8), waiting)
	s.frames(20, waiting)
	// The first has left; the one who waited is another visit.
	s.frames(20, measured(2, 38.5))
	s.wantVerdicts(Pass, Refer)
}

func TestTwoAtOnce(t *testing.T) {
	s := newScript(t)
	step := s.frames(20, measured(1, 34.8), measured(2, 38.5))
	if step.State != Guiding || step.Guidance != OneAtATime {
		t.Errorf("two people side by side: %+v", step)
	}
	s.wantVerdicts()
	small := measured(2, 38.5)
	small.Width = 20
	s.frames(8, measured(1, 34.8), small)
	s.wantVerdicts(Pass)
}

func TestLostTrackIsTheSamePerson(t *testing.T) {
	s := newScript(t)
	s.frames(8, measured(1, 34.8))
	s.frames(2)
	f := measured(2, 34.8)
	f.Since = s.o.Time
	s.frames(60, f)
	s.wantVerdicts(Pass)
}

func TestWarmUp(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Judge, cfg.WarmUp = newPolicy(t), 10*time.Second
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, m: m, o: Observation{Reference: true}}
	s.wantState(s.frames(20, measured(1, 34.8)), WarmingUp)
	s.wantVerdicts()
	s.wantState(s.frames(70), Ready)
}

func TestFaults(t *testing.T) {
	t.Run("at start", func(t *testing.T) {
		s := newScript(t)
		s.o.Reference, s.o.Fault = false, "reference_missing"
		s.wantState(s.frames(2), Starting)
		step := s.frames(10, measured(1, 34.8))
		s.wantState(step, OutOfService)
		if step.Fault != "reference_missing" {
			t.Errorf("fault %q", step.Fault)
		}
		s.o.Reference, s.o.Fault = true, ""
		s.wantState(s.frames(1), Ready)
	})
	t.Run("never found", func(t *testing.T) {
		s := newScript(t)
		s.o.Reference = false
		s.wantState(s.frames(20, measured(1, 34.8)), Starting)
		step := s.frames(20, measured(1, 34.8))
		s.wantState(step, OutOfService)
		if step.Fault != FaultReferenceNotFound {
			t.Errorf("fault %q", step.Fault)
		}
		s.wantVerdicts()
	})
	t.Run("while measuring", func(t *testing.T) {
		s := newScript(t)
		s.frames(2, measured(1, 34.8))
		s.o.Reference, s.o.Fault = false, "reference_moved"
		s.wantState(s.frames(10, measured(1, 34.8)), OutOfService)
		s.wantVerdicts()
		if s.m.InVisit() {
			t.Error("the visit is kept")
		}
	})
	t.Run("does not change an outcome on the screen", func(t *testing.T) {
		s := newScript(t)
		s.wantState(s.frames(6, measured(1, 34.8)), Passed)
		s.o.Reference, s.o.Fault = false, "reference_moved"
		s.wantState(s.frames(10, measured(1, 34.8)), Passed)
		s.wantState(s.frames(30), OutOfService)
		s.wantVerdicts(Pass)
	})
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(DefaultConfig()); err == nil {
		t.Error("a machine without a policy")
	}
	cfg := DefaultConfig()
	cfg.Judge, cfg.Readings = newPolicy(t), 1
	if _, err := New(cfg); err == nil {
		t.Error("a verdict from one reading")
	}
}

func TestStepDoesNotAllocate(t *testing.T) {
	m := newMachine(t)
	o := Observation{Reference: true, Faces: []Face{measured(1, 34.8), unmeasured(2, CueTooFar)}}
	if n := testing.AllocsPerRun(200, func() {
		o.Time += frameTime
		if _, err := m.Step(&o); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}
