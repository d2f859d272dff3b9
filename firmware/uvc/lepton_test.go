package uvc

import (
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

func withLepton(name string) *fakeHost {
	h := newFakeHost(name)
	h.lens = newFakeLepton()
	h.cameras[0].Units = leptonUnits()
	return h
}

// A Lepton that was switched on with radiometry off and in low gain is set right,
// and its corrections are taken over and given back.
func TestLeptonIsSetUp(t *testing.T) {
	h := withLepton("lepton3")
	s := openFake(t, h, Config{})
	value := func(unit, selector byte) uint32 {
		return binary.LittleEndian.Uint32(h.lens.values[[2]byte{unit, selector}])
	}
	for name, c := range map[string]struct {
		unit, selector byte
		want           uint32
	}{
		"radiometry": {5, radEnable, 1}, "TLinear": {5, radLinear, 1}, "its resolution": {5, radLinearRes, 1},
		"gain": {6, sysGain, 0}, "correction mode": {6, sysFFCMode, ffcManual},
	} {
		if got := value(c.unit, c.selector); got != c.want {
			t.Errorf("%s is %d, want %d", name, got, c.want)
		}
	}
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	if tel := f.Telemetry; tel.Uptime < 90*time.Second || tel.Uptime > 91*time.Second || !tel.HasSinceFFC || tel.SinceFFC > time.Second || h.lens.ffc != 1 {
		t.Errorf("%+v after %d corrections", tel, h.lens.ffc)
	}
	if err := s.Close(); err != nil || value(6, sysFFCMode) != ffcAuto {
		t.Errorf("closed: %v, correction mode %d", err, value(6, sysFFCMode))
	}
}

// The serial of the Lepton stands in where the board has none.
func TestLeptonSerial(t *testing.T) {
	h := withLepton("lepton3")
	h.cameras[0].Serial = ""
	if got := openFake(t, h, Config{}).Info().Serial; got != "deadbeef" {
		t.Errorf("serial %q", got)
	}
}

// A board that takes no commands is used as it is; what it refuses is counted.
func TestLeptonThatRefuses(t *testing.T) {
	for name, refuse := range map[string]func(unit, selector, request byte) error{
		"everything": func(_, _, _ byte) error { return errors.New("stall") },
		"to be set": func(_, _, request byte) error {
			if request == setCurrent {
				return errors.New("stall")
			}
			return nil
		},
	} {
		h := withLepton("lepton3")
		h.refuse = refuse
		s := openFake(t, h, Config{})
		read(t, s, 5)
		s.MayCorrect(true, true)
		if s.Counts().Refused == 0 || h.lens.ffc != 0 {
			t.Errorf("%s: %v", name, s.Counts())
		}
	}
}

// What the telemetry says of mode and gain is believed at once, whatever the
// counts look like.
func TestTelemetryTellsTheMode(t *testing.T) {
	for name, c := range map[string]struct {
		word  int
		value uint16
		want  Fault
	}{
		"not linear": {wordLinear, 0, NotRadiometric}, "coarse": {wordFine, 0, Gain}, "low gain": {wordGain, 1, Gain},
	} {
		h := newFakeHost("lepton3-telemetry")
		s := openFake(t, h, Config{})
		read(t, s, 3)
		h.spoil = func(_ uint32, b *buffer) bool {
			binary.LittleEndian.PutUint16(b.bytes[2*(160*120+c.word):], c.value)
			return true
		}
		var f thermal.Frame
		var o *OutageError
		if err := s.Next(t.Context(), &f); !errors.As(err, &o) || o.Fault() != c.want.String() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The camera's own telemetry reaches the frame; frames with the shutter closed do
// not, and the gap they leave is no outage.
func TestShutterIsBridged(t *testing.T) {
	h := newFakeHost("lepton3-telemetry")
	s := openFake(t, h, Config{})
	read(t, s, 10)
	start := h.clock
	h.spoil = func(n uint32, b *buffer) bool {
		state, last := ffcDone, time.Minute
		up := time.Duration(n)*time.Second/9 + 10*time.Minute
		if since := h.clock - start; since < 2*time.Second {
			state = ffcRunning
		} else if since < 20*time.Second {
			last = 10*time.Minute + 2*time.Second
		}
		putFooter(b.bytes[2*160*120:], n, state, up, min(last, up))
		return true
	}
	numbers, outages := read(t, s, 5)
	if len(outages) > 0 || numbers[0] < 25 || s.Counts().Shutter < 15 {
		t.Errorf("%d outages, frames %v, %v", len(outages), numbers, s.Counts())
	}
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err != nil || !f.Telemetry.HasSinceFFC || f.Telemetry.SinceFFC > 5*time.Second || math.Abs(float64(f.Telemetry.Sensor)-30) > 1e-9 {
		t.Errorf("%+v, %v", f.Telemetry, err)
	}
}

// Corrections: when nobody has been there for a while, when the camera wants
// one, within the longest time as soon as no visit is under way, and never in
// one.
func TestCorrectionsAreDue(t *testing.T) {
	h := withLepton("lepton3")
	s := openFake(t, h, Config{CorrectWithin: 5 * time.Minute})
	at := func(d time.Duration) { h.clock = time.Hour + d }
	step := func(name string, nobody, between bool, want int) {
		t.Helper()
		s.MayCorrect(nobody, between)
		if h.lens.ffc != want {
			t.Errorf("%s at %v: %d corrections, want %d", name, h.clock-time.Hour, h.lens.ffc, want)
		}
	}
	at(10 * time.Second)
	step("soon after the first", true, true, 1)
	at(2 * time.Minute)
	step("in a visit", false, false, 1)
	at(2*time.Minute + time.Second)
	step("nobody, for a moment", true, true, 1)
	at(2*time.Minute + 5*time.Second)
	step("nobody for a while", true, true, 2)
	at(4 * time.Minute)
	step("somebody passes", false, true, 2)
	for d := 4 * time.Minute; d < 7*time.Minute; d += time.Second {
		at(d)
		step("a long queue", false, false, 2)
	}
	at(7*time.Minute + 6*time.Second)
	step("too late already", false, false, 2)
	step("between visits", false, true, 3)
	at(8 * time.Minute)
	s.correct.wanted = true
	step("wanted", true, true, 3)
	at(8*time.Minute + 3*time.Second)
	step("wanted, and nobody there", true, true, 4)
	s.correct.wanted = false
	if got := s.Counts(); got.Corrections != 4 || got.Refused != 0 {
		t.Errorf("%v", got)
	}
}

// A camera that refuses is asked again, but not with every frame.
func TestRefusedCorrectionIsRepeated(t *testing.T) {
	h := withLepton("lepton3")
	s := openFake(t, h, Config{})
	h.refuse = func(_, selector, request byte) error {
		if selector == sysRunFFC && request == setCurrent {
			return errors.New("busy")
		}
		return nil
	}
	for range 600 {
		h.clock += time.Second
		s.MayCorrect(true, true)
	}
	if n := s.Counts().Refused; n < 50 || n > 150 {
		t.Errorf("asked %d times in ten minutes", n)
	}
	h.refuse = nil
	h.clock += again
	s.MayCorrect(true, true)
	if s.Counts().Corrections != 2 {
		t.Errorf("%v", s.Counts())
	}
}

func TestWordsOfFaults(t *testing.T) {
	for f := Missing; f.String() != "unknown"; f++ {
		if o := (&OutageError{fault: f}); o.Fault() != f.String() || !strings.HasPrefix(o.Error(), "cannot ") || !strings.HasPrefix(f.String(), "camera_") {
			t.Errorf("%v: %v", f, o)
		}
	}
	if got := (Counts{Good: 3, Torn: 1, Resets: 2}).String(); got != "3 good, 1 torn, 2 resets" {
		t.Errorf("%q", got)
	}
}
