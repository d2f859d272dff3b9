package kiosktest

import (
	"testing"

	"lintel/firmware/thermal"
	"lintel/firmware/thermal/thermaltest"
)

func TestStage(t *testing.T) {
	thermaltest.Run(t, func(t *testing.T) thermal.Source {
		t.Helper()
		s, err := Open("normal", 20)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}, thermaltest.Frames(20), thermaltest.Deterministic())
}
