package kiosk

import (
	"encoding/json"
	"io/fs"
	"testing"

	"lintel/appliance/screening"
	"lintel/calibration"
	"lintel/firmware/uvc"
	"lintel/ui/web"
)

// Whatever the kiosk can say has words on the page.
func TestEveryWordIsInTheCatalogue(t *testing.T) {
	text, err := fs.ReadFile(web.Files(), "words.en.json")
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct{ States, Guidance, Reasons, Faults map[string]json.RawMessage }
	if err := json.Unmarshal(text, &catalogue); err != nil {
		t.Fatal(err)
	}
	need := func(group map[string]json.RawMessage, word string) {
		t.Helper()
		if _, ok := group[word]; !ok && word != "" {
			t.Errorf("words.en.json has none for %s", word)
		}
	}
	for s := screening.Starting; s.String() != "unknown"; s++ {
		need(catalogue.States, s.String())
	}
	for g := screening.Guidance(1); g.String() != ""; g++ {
		need(catalogue.Guidance, g.String())
	}
	for r := screening.Reason(1); r.String() != ""; r++ {
		need(catalogue.Reasons, r.String())
	}
	for f := calibration.FaultNone; f == calibration.FaultNone || f.String() != "unknown"; f++ {
		need(catalogue.Faults, FaultName(f))
	}
	need(catalogue.Faults, FaultCameraLost)
	need(catalogue.Faults, FaultRecordingEnded)
	for f := uvc.Missing; f.String() != "unknown"; f++ {
		need(catalogue.Faults, f.String())
	}
	need(catalogue.Faults, screening.FaultReferenceNotFound)
}
