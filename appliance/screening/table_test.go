package screening

import (
	"errors"
	"testing"
)

func TestTransitionTable(t *testing.T) {
	tab := newTable()
	legal := map[[2]int]State{}
	for _, r := range Transitions() {
		key := [2]int{int(r.From), int(r.On)}
		if _, ok := legal[key]; ok {
			t.Errorf("two rows for %v on %v", r.From, r.On)
		}
		legal[key] = r.To
		if (r.To == Passed || r.To == Referred) && r.From != Measuring {
			t.Errorf("a verdict is reached from %v", r.From)
		}
		if r.On == Fault && r.To != OutOfService {
			t.Errorf("a fault leads from %v to %v", r.From, r.To)
		}
	}
	for s := State(0); s <= stateCount; s++ {
		for e := Event(0); e <= eventCount; e++ {
			to, err := tab.next(s, e)
			want, ok := legal[[2]int{int(s), int(e)}]
			switch {
			case ok && (err != nil || to != want):
				t.Errorf("%v on %v: %v, %v; want %v", s, e, to, err, want)
			case !ok && !errors.Is(err, ErrTransition):
				t.Errorf("%v on %v: %v, want ErrTransition", s, e, err)
			}
		}
	}
}

func TestEveryWordHasAName(t *testing.T) {
	for s := Starting; s < stateCount; s++ {
		if s.String() == "unknown" {
			t.Errorf("state %d has no name", s)
		}
	}
	for e := ReferenceSeen; e < eventCount; e++ {
		if e.String() == "unknown" {
			t.Errorf("event %d has no name", e)
		}
	}
	for g := ComeCloser; g <= WarmUp; g++ {
		if g.String() == "" {
			t.Errorf("guidance %d has no name", g)
		}
	}
	for r := LeftEarly; r <= Unsteady; r++ {
		if r.String() == "" {
			t.Errorf("reason %d has no name", r)
		}
	}
}
