package screening

import (
	"testing"
	"time"
)

func TestPuttingItRightGivesAnotherTry(t *testing.T) {
	s := newScript(t)
	s.wantState(s.frames(110, unmeasured(1, CueCovered)), Unmeasured)
	s.wantVerdicts(NotMeasured)
	// The words stay readable for as long as any outcome.
	s.wantState(s.frames(10, measured(1, 38)), Unmeasured)
	s.frames(30, measured(1, 38))
	s.wantVerdicts(NotMeasured, Refer)
	if first, second := s.verdicts[0].Visit, s.verdicts[1].Visit; second != first+1 {
		t.Errorf("visits %d and %d", first, second)
	}
	s.frames(300, measured(1, 34.8))
	s.wantVerdicts(NotMeasured, Refer)
}

// A visitor who never puts it right gets no further try, and one who cannot
// (cold skin) is asked to wait, not measured on and on.
func TestTriesEnd(t *testing.T) {
	for name, f := range map[string]Face{"hat": unmeasured(1, CueCovered), "cold": measured(1, 30), "hot drink": measured(1, 45)} {
		s := newScript(t)
		s.frames(600, f)
		if len(s.verdicts) != 1 || s.verdicts[0].Verdict != NotMeasured {
			t.Errorf("%s: outcomes %v", name, s.verdicts)
		}
	}
	s := newScript(t)
	for range 6 {
		s.frames(150, unmeasured(1, CueCovered))
		s.frames(5, measured(1, 34.8))
		s.frames(1, unmeasured(1, CueCovered))
	}
	if n := len(s.verdicts); n > 1+s.m.cfg.Tries {
		t.Errorf("%d outcomes of one visitor", n)
	}
}

// Somebody who steps into the visitor's place is neither judged by the
// visitor's readings nor shown the visitor's outcome as an own one.
func TestSecondPersonStepsIn(t *testing.T) {
	t.Run("beside the visitor", func(t *testing.T) {
		s := newScript(t)
		s.frames(2, measured(1, 34.8))
		step := s.frames(10, measured(1, 34.8), measured(2, 38.5))
		if step.Guidance != OneAtATime {
			t.Errorf("two people: %+v", step)
		}
		s.wantVerdicts()
		s.frames(20)
		s.frames(10, measured(2, 38.5))
		if v := s.verdicts[len(s.verdicts)-1]; v.Verdict != Refer || v.Value != 38.5 {
			t.Errorf("the second person: %+v", v)
		}
	})
	t.Run("after the outcome", func(t *testing.T) {
		s := newScript(t)
		s.frames(6, measured(1, 34.8))
		s.frames(5, measured(1, 34.8), measured(2, 38.5))
		s.wantVerdicts(Pass)
		s.frames(60, measured(2, 38.5))
		s.wantVerdicts(Pass, Refer)
	})
}

func TestFramesThatStayAway(t *testing.T) {
	// A verdict needs readings of one stretch: what was read before a
	// flat-field correction of two seconds is not used after it.
	t.Run("flat-field correction in mid visit", func(t *testing.T) {
		s := newScript(t)
		s.frames(2, measured(1, 39))
		s.o.Time += 2 * time.Second
		s.frames(2, measured(1, 34.8))
		s.wantVerdicts()
		s.frames(5, measured(1, 34.8))
		s.wantVerdicts(Pass)
		if v := s.verdicts[0]; v.Visit != 1 || v.Value != 34.8 {
			t.Errorf("verdict %+v", v)
		}
	})
	t.Run("the camera stalls in mid visit", func(t *testing.T) {
		s := newScript(t)
		s.frames(2, measured(1, 39))
		s.o.Time += 10 * time.Second
		s.frames(10, measured(1, 34.8))
		s.wantVerdicts(Pass)
		if s.verdicts[0].Visit != 2 {
			t.Errorf("after ten seconds it is the same visit: %+v", s.verdicts[0])
		}
	})
	t.Run("the camera stalls on an outcome", func(t *testing.T) {
		s := newScript(t)
		s.wantState(s.frames(6, measured(1, 34.8)), Passed)
		s.o.Time += 10 * time.Second
		s.frames(10, measured(1, 38.5))
		s.wantVerdicts(Pass, Refer)
	})
	t.Run("the camera stalls while beckoning", func(t *testing.T) {
		s := newScript(t)
		s.wantState(s.frames(3, unmeasured(1, CueTooFar)), Guiding)
		s.o.Time += time.Minute
		s.wantState(s.frames(1), Ready)
	})
}

func TestOutOfServiceAndBack(t *testing.T) {
	s := newScript(t)
	s.frames(2, measured(1, 38.5))
	s.o.Reference, s.o.Fault = false, "reference_occluded"
	s.wantState(s.frames(10, measured(1, 38.5)), OutOfService)
	s.wantState(s.frames(300, measured(1, 38.5)), OutOfService)
	s.wantVerdicts()
	s.o.Reference, s.o.Fault = true, ""
	s.wantState(s.frames(1, measured(1, 34.8)), Measuring)
	s.frames(5, measured(1, 34.8))
	s.wantVerdicts(Pass)
}

// A reference that is hidden for a moment costs its frames and nothing else.
func TestMomentaryFaultInMidVisit(t *testing.T) {
	s := newScript(t)
	s.frames(2, measured(1, 34.8))
	s.o.Reference, s.o.Fault = false, "reference_occluded"
	s.wantState(s.frames(3, measured(1, 39)), Measuring)
	s.o.Reference, s.o.Fault = true, ""
	s.frames(3, measured(1, 34.8))
	s.wantVerdicts(Pass)
	if v := s.verdicts[0]; v.Value != 34.8 {
		t.Errorf("a frame without a reference was measured: %+v", v)
	}
}
