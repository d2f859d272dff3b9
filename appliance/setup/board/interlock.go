package board

import "lintel/firmware/gpio"

// interlock is what keeps a kiosk out of service by its board: an opened
// housing, which stays a fault until staff press the button, or where there is
// none until it is shut; staff, who switch with each press; and lost lines.
type interlock struct {
	button           bool // there is one
	tampered, paused bool
	lost             bool
	presses          uint64
	openings         uint64
}

// take follows the inputs.
func (i *interlock) take(in gpio.Inputs) {
	if in.Tamper || in.Openings != i.openings {
		i.tampered = true
	}
	presses := in.Presses - i.presses
	i.presses, i.openings = in.Presses, in.Openings
	if i.tampered {
		// The button means "all is well" then, and not "pause".
		if !in.Tamper && (presses > 0 || !i.button) {
			i.tampered = false
		}
		return
	}
	if presses%2 == 1 {
		i.paused = !i.paused
	}
}

// fault names what there is, the gravest first.
func (i *interlock) fault() string {
	switch {
	case i.tampered:
		return FaultTampered
	case i.lost:
		return FaultLampsLost
	case i.paused:
		return FaultPaused
	default:
		return ""
	}
}
