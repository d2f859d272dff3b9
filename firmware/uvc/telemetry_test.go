package uvc

import (
	"math"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

func rowsOf(state ffcState, uptime, lastFFC time.Duration) []byte {
	rows := make([]byte, 640)
	putFooter(rows, 7, state, uptime, lastFFC)
	return rows
}

func TestFooter(t *testing.T) {
	f, ok := parseFooter(rowsOf(ffcDone, 20*time.Minute, 15*time.Minute))
	if !ok || f.counter != 7 || !f.linear || !f.fine || f.lowGain || !f.hasModes {
		t.Fatalf("%+v, %v", f, ok)
	}
	tel := f.telemetry()
	if tel.Uptime != 20*time.Minute || tel.SinceFFC != 5*time.Minute || !tel.HasSinceFFC || math.Abs(float64(tel.Sensor)-30) > 1e-9 {
		t.Errorf("%+v", tel)
	}
	for _, state := range []ffcState{ffcNever, ffcImminent, ffcRunning} {
		f, ok := parseFooter(rowsOf(state, time.Minute, 0))
		if tel := f.telemetry(); !ok || f.ffc() != state || tel.HasSinceFFC {
			t.Errorf("state %d: %+v, %v", state, tel, ok)
		}
	}
	rows := rowsOf(ffcDone, time.Hour, time.Minute)
	rows[2*wordStatus] |= 1 << 3
	if f, _ := parseFooter(rows); !f.wantsFFC() {
		t.Error("the camera's wish is not heard")
	}
}

// Rows of a Lepton 2 are one after another in a narrower image; row C is there,
// too.
func TestFooterThatIsNone(t *testing.T) {
	pixels := make([]byte, 640)
	fillCounts(pixels, 29500)
	for name, rows := range map[string][]byte{
		"none": nil, "cut": make([]byte, 2*rowWords-1), "zero": make([]byte, 640), "pixels": pixels,
		"corrected in the future": rowsOf(ffcDone, time.Minute, time.Hour),
	} {
		if f, ok := parseFooter(rows); ok {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if f, ok := parseFooter(rowsOf(ffcDone, time.Minute, 0)[:2*rowWords]); !ok || f.hasModes {
		t.Errorf("one row: %+v, %v", f, ok)
	}
}

func FuzzFooter(f *testing.F) {
	f.Add(rowsOf(ffcDone, time.Hour, time.Minute))
	f.Add([]byte{})
	f.Add(make([]byte, 159))
	f.Fuzz(func(t *testing.T, rows []byte) {
		footer, ok := parseFooter(rows)
		if !ok {
			return
		}
		tel := footer.telemetry()
		if tel.Uptime <= 0 || tel.SinceFFC < 0 || tel.SinceFFC > tel.Uptime || tel.Sensor < thermal.Celsius(-41) || tel.Sensor > 101 {
			t.Errorf("%+v", tel)
		}
	})
}
