package board

import (
	"encoding/json"
	"io/fs"
	"testing"

	"lintel/appliance/screening"
	"lintel/firmware/ambient"
	"lintel/firmware/gpio"
	"lintel/ui/web"
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

// Whatever the board names has words on the page, and what to do for staff.
func TestEveryFaultIsInTheCatalogue(t *testing.T) {
	text, err := fs.ReadFile(web.Files(), "words.en.json")
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct {
		Faults map[string]struct{ Text, Staff string }
	}
	if err := json.Unmarshal(text, &catalogue); err != nil {
		t.Fatal(err)
	}
	names := []string{FaultTampered, FaultPaused, FaultLampsLost, FaultRoomSensor}
	for a := ambient.TooCold; a.String() != "unknown"; a++ {
		names = append(names, a.String())
	}
	for _, name := range names {
		if say := catalogue.Faults[name]; say.Text == "" || say.Staff == "" {
			t.Errorf("the page has no words for %s", name)
		}
	}
}
