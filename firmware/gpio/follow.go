package gpio

import "time"

// The states that end a visit.
const (
	statePassed     = "passed"
	stateReferred   = "referred"
	stateUnmeasured = "unmeasured"
)

// InService says whether the kiosk can screen in that state. One that is not
// known here counts as out of service.
func InService(state string) bool {
	switch state {
	case "ready", "guiding", "measuring", statePassed, stateReferred, stateUnmeasured, "clearing":
		return true
	default:
		return false
	}
}

// Patience is how long the outputs follow the last view when no other comes:
// the page is out of service within two seconds, and so are they.
const Patience = 1900 * time.Millisecond

// levels are the outputs, active or not, by their role.
type levels [DoorRelay + 1]bool

// follower turns states into levels. It has no clock: times run from any zero.
type follower struct {
	door             Door
	doorTime, buzzer time.Duration
	dark, idle       bool

	state    string
	shown    bool // a view has come
	at       time.Duration
	released time.Duration // when the door was released last
	open     bool          // it was, and nothing has shut it
	sounded  time.Duration // when the buzzer began
	sounding bool
}

// show takes the state of the view at the time now.
func (f *follower) show(state string, now time.Duration) {
	ended := state == statePassed || state == stateReferred || state == stateUnmeasured
	if ended && state != f.state {
		f.sounded, f.sounding = now, true
	}
	switch {
	case state == statePassed:
		if f.state != statePassed {
			f.released, f.open = now, true
		}
	case ended, !InService(state):
		f.open = false
	}
	f.state, f.shown, f.at = state, true, now
}

// levels returns the outputs at the time now.
func (f *follower) levels(now time.Duration) levels {
	var out levels
	if f.dark {
		return out
	}
	if !f.shown || now-f.at >= Patience || f.idle || !InService(f.state) {
		f.open, f.sounding = false, false
		out[OutOfServiceLamp] = true
		return out
	}
	f.open = f.open && now-f.released < f.doorTime
	f.sounding = f.sounding && now-f.sounded < f.buzzer
	out[PassLamp] = f.state == statePassed
	out[ReferLamp] = f.state == stateReferred
	out[Buzzer] = f.sounding
	switch f.door {
	case FailSecure:
		out[DoorRelay] = f.open
	case FailSafe:
		out[DoorRelay] = !f.open
	default:
	}
	return out
}
