package screening

import (
	"errors"
	"fmt"
)

// Event is what moves the machine from state to state. The zero value is
// unknown.
type Event uint8

// The events.
const (
	// ReferenceSeen: a frame with a valid reference.
	ReferenceSeen Event = iota + 1
	// Warm: the camera has been on for long enough.
	Warm
	// Fault: a fault has lasted.
	Fault
	// Approached: somebody is there who cannot be measured yet.
	Approached
	// Readable: the visitor's forehead is being measured.
	Readable
	// DecidedPass and DecidedRefer: the evidence is in.
	DecidedPass
	DecidedRefer
	// GaveUp: no verdict can be had of this visit.
	GaveUp
	// Shown: the outcome has been on the screen for long enough.
	Shown
	// Corrected: who was not measured can be measured now.
	Corrected
	// Gone: the visitor has left.
	Gone

	eventCount
)

// String names the event.
func (e Event) String() string {
	switch e {
	case ReferenceSeen:
		return "reference_seen"
	case Warm:
		return "warm"
	case Fault:
		return "fault"
	case Approached:
		return "approached"
	case Readable:
		return "readable"
	case DecidedPass:
		return "decided_pass"
	case DecidedRefer:
		return "decided_refer"
	case GaveUp:
		return "gave_up"
	case Shown:
		return "shown"
	case Corrected:
		return "corrected"
	case Gone:
		return "gone"
	default:
		return "unknown"
	}
}

// Transition is one row of the table.
type Transition struct {
	From State
	On   Event
	To   State
}

// Transitions returns the whole table. What is not in it is illegal. No row
// leads to Passed or Referred but from Measuring, and a fault never changes an
// outcome that is being shown.
func Transitions() []Transition {
	return []Transition{
		{Starting, ReferenceSeen, WarmingUp},
		{Starting, Fault, OutOfService},
		{WarmingUp, Warm, Ready},
		{WarmingUp, Fault, OutOfService},
		{Ready, Approached, Guiding},
		{Ready, Readable, Measuring},
		{Ready, Fault, OutOfService},
		{Guiding, Readable, Measuring},
		{Guiding, GaveUp, Unmeasured},
		{Guiding, Gone, Ready},
		{Guiding, Fault, OutOfService},
		{Measuring, Approached, Guiding},
		{Measuring, DecidedPass, Passed},
		{Measuring, DecidedRefer, Referred},
		{Measuring, GaveUp, Unmeasured},
		{Measuring, Gone, Ready},
		{Measuring, Fault, OutOfService},
		{Passed, Shown, Clearing},
		{Referred, Shown, Clearing},
		{Unmeasured, Shown, Clearing},
		{Clearing, Corrected, Measuring},
		{Clearing, Gone, Ready},
		{Clearing, Fault, OutOfService},
		{OutOfService, ReferenceSeen, WarmingUp},
	}
}

// ErrTransition marks a programming fault: an event that the table does not
// know in the state the machine is in.
var ErrTransition = errors.New("internal error: illegal transition")

// table is the transitions by state and event; zero is illegal.
type table [stateCount][eventCount]State

func newTable() (t table) {
	for _, r := range Transitions() {
		t[r.From][r.On] = r.To
	}
	return t
}

// next returns the state that follows.
func (t *table) next(from State, on Event) (State, error) {
	if from >= stateCount || on >= eventCount || t[from][on] == 0 {
		return from, fmt.Errorf("cannot go on from %v on %v: %w", from, on, ErrTransition)
	}
	return t[from][on], nil
}
