package kiosk

import (
	"fmt"
	"time"

	"lintel/appliance/screening"
	"lintel/ui"
)

// Outage is the error of a source that has no frame at present and goes on
// trying, so that the loop does too. The source returns one several times a
// second while that lasts.
type Outage interface {
	error
	// Fault is the name of what is wrong, as the page has it.
	Fault() string
	// At is the time on the clock of the frames.
	At() time.Duration
}

// Corrector is a source whose camera corrects its flat field when told to.
type Corrector interface {
	// MayCorrect says after every frame whether nobody is in view, and whether no
	// visit is under way. A correction is made now or not at all.
	MayCorrect(nobody, between bool)
}

// without takes note that there is no frame. Nothing is left of the last one.
func (k *Kiosk) without(o Outage) error {
	k.frame.Wipe()
	k.found.Wipe()
	k.seen.Time, k.seen.Uptime = o.At(), o.At()
	k.seen.Reference, k.seen.Fault, k.seen.Faces = false, o.Fault(), k.seen.Faces[:0]
	step, err := k.cfg.Machine.Step(&k.seen)
	if err != nil {
		return fmt.Errorf("cannot go on screening: %w", err)
	}
	k.tell(step)
	if k.cfg.Screen != nil {
		k.cfg.Screen.ShowMirror(ui.Mirror{})
	}
	return nil
}

// correct lets the source correct itself where that disturbs nobody.
func (k *Kiosk) correct(step screening.Step) {
	c, ok := k.cfg.Source.(Corrector)
	if !ok {
		return
	}
	between := true
	switch step.State {
	case screening.Guiding, screening.Measuring, screening.Passed, screening.Referred, screening.Unmeasured:
		between = false
	default:
	}
	somebody := len(k.found.Faces) > 0 || k.cfg.Presence != nil && k.cfg.Presence()
	c.MayCorrect(between && !somebody && !k.cfg.Machine.InVisit(), between)
}
