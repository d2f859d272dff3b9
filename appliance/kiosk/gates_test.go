package kiosk

import (
	"testing"

	"lintel/appliance/screening"
	"lintel/vision"
)

// Whatever vision refuses, the visitor is asked for something and told why, and
// it is measured only where nothing is refused.
func TestEveryRejectHasGuidance(t *testing.T) {
	for r := vision.Usable + 1; r.String() != "unknown"; r++ {
		c := cue(r)
		if c == screening.CueNone || c.Guidance().String() == "" || c.Reason().String() == "" || c.Reason() == screening.LeftEarly {
			t.Errorf("%v: asked for %v, told %v", r, c.Guidance(), c.Reason())
		}
	}
	for _, r := range []vision.Reject{0, 200} {
		if cue(r) != 0 {
			t.Errorf("the unknown reject %d is measured", r)
		}
	}
}
