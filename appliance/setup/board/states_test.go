package board

import (
	"testing"

	"lintel/appliance/screening"
	"lintel/firmware/gpio"
)

// The lamps know every state of the kiosk by its name: the out-of-service lamp
// is lit in those, and only those, in which nobody can be screened.
func TestLampsKnowTheStates(t *testing.T) {
	serving := map[screening.State]bool{
		screening.Ready: true, screening.Guiding: true, screening.Measuring: true, screening.Passed: true,
		screening.Referred: true, screening.Unmeasured: true, screening.Clearing: true,
	}
	n := 0
	for s := screening.State(1); s.String() != "unknown"; s++ {
		n++
		if gpio.InService(s.String()) != serving[s] {
			t.Errorf("the lamps take %v as in service: %v", s, !serving[s])
		}
	}
	if n < 10 {
		t.Errorf("only %d states were looked at", n)
	}
}
