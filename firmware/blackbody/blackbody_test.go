package blackbody

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sentence frames a body as a controller does.
func sentence(body string) string { return fmt.Sprintf("$%s*%02X", body, checksum(body)) }

func TestParse(t *testing.T) {
	for line, want := range map[string]Reading{
		"$PLNTL,BB,BB-1207,36.984,37.000,S*18": {"BB-1207", 36.984, 37, Steady}, // the documented one
		sentence("PLNTL,BB,,22.4,37,W"):        {"", 22.4, 37, Warming},
		sentence("PLNTL,BB,a.B-9,-0.5,-40,F"):  {"a.B-9", -0.5, -40, Faulty},
	} {
		if got, err := Parse(line); err != nil || got != want {
			t.Errorf("%s: %+v, %v", line, got, err)
		}
	}
	for _, line := range []string{
		"", "$", "*", "$*00", "$PLNTL,BB,BB-1207,36.984,37.000,S", "PLNTL,BB,BB-1207,36.984,37.000,S*18",
		"$PLNTL,BB,BB-1207,36.984,37.000,S*19", "$PLNTL,BB,BB-1207,36.984,37.000,S*118", "$PLNTL,BB,BB-1207,36.984,37.000,S*+8",
		"$PLNTL,BB,BB-1207,36.984,37.000,S*18*18",
		sentence("GPGGA,1,2,3,4,5"), sentence("PLNTL,XX,,36,37,S"), sentence("PLNTL,BB,,36,37,S,more"), sentence("PLNTL,BB,,36,37"),
		sentence("PLNTL,BB,,,37,S"), sentence("PLNTL,BB,,36,,S"), sentence("PLNTL,BB,,nan,37,S"), sentence("PLNTL,BB,,3e1,37,S"),
		sentence("PLNTL,BB,,inf,37,S"), sentence("PLNTL,BB,,151,37,S"), sentence("PLNTL,BB,,36,-41,S"), sentence("PLNTL,BB,,0x24,37,S"),
		sentence("PLNTL,BB,,36,37,X"), sentence("PLNTL,BB,,36,37,"), sentence("PLNTL,BB,a b,36,37,S"), sentence("PLNTL,BB,\x00,36,37,S"),
		sentence("PLNTL,BB," + strings.Repeat("9", 21) + ",36,37,S"), sentence("PLNTL,BB,," + strings.Repeat("0", 80) + "36,37,S"),
	} {
		if got, err := Parse(line); !errors.Is(err, ErrSentence) || got != (Reading{}) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%q: %+v, %v", line, got, err)
		}
	}
}

// A sentence in which any one character was changed is no sentence: the digits
// of a temperature cannot flip unseen.
func TestNoByteFlipsUnseen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		good := sentence(fmt.Sprintf("PLNTL,BB,%d,%.3f,%.3f,S", rapid.IntRange(0, 99999).Draw(t, "serial"),
			rapid.Float64Range(20, 60).Draw(t, "temperature"), rapid.Float64Range(20, 60).Draw(t, "set point")))
		if _, err := Parse(good); err != nil {
			t.Fatal(err)
		}
		bad := []byte(good)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 127).Draw(t, "bits"))
		if got, err := Parse(string(bad)); err == nil && !strings.EqualFold(string(bad), good) {
			t.Fatalf("%q is taken as %+v", bad, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("$PLNTL,BB,BB-1207,36.984,37.000,S*18")
	f.Add("$PLNTL,BB,,,,*00")
	f.Add("$GPGGA*00")
	f.Fuzz(func(t *testing.T, line string) {
		r, err := Parse(line)
		if err != nil {
			return
		}
		if r.State.String() == "unknown" || !(r.Temperature >= minTemperature && r.Temperature <= maxTemperature) || len(r.Serial) > maxSerial {
			t.Errorf("%q is taken as %+v", line, r)
		}
	})
}

// terminal opens a pseudo-terminal: the controller's end and the device's name.
func terminal(t *testing.T) (*os.File, string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED: no pseudo-terminal may be made here: %v", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	return master, fmt.Sprintf("/dev/pts/%d", n)
}

// listen runs a thermometer at a device.
func listen(t *testing.T, cfg Config) *Thermometer {
	t.Helper()
	th, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- th.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return th
}

// until sends text again and again until ok.
func until(t *testing.T, what string, master *os.File, text string, ok func() bool) {
	t.Helper()
	for range 500 {
		if text != "" {
			if _, err := master.WriteString(text); err != nil {
				t.Fatal(err)
			}
		}
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("it never came: %s", what)
}

func TestThermometer(t *testing.T) {
	master, path := terminal(t)
	th := listen(t, Config{Path: path, Timeout: 500 * time.Millisecond, Serial: "BB-1"})
	if v, age, ok := th.Temperature(); ok || v != 0 || age != 0 {
		t.Errorf("%v before anything was sent", v)
	}
	reads := func(v thermal.Celsius) func() bool {
		return func() bool {
			got, age, ok := th.Temperature()
			return ok && got == v && age >= 0 && age < 500*time.Millisecond
		}
	}
	fails := func(reason error) func() bool {
		return func() bool {
			_, err := th.Latest()
			_, _, ok := th.Temperature()
			return errors.Is(err, reason) && !ok
		}
	}
	until(t, "a reading", master, sentence("PLNTL,BB,BB-1,36.98,37,S")+"\r\n", reads(36.98))
	until(t, "a line feed alone ends a sentence", master, sentence("PLNTL,BB,BB-1,36.97,37,W")+"\n", reads(36.97))
	until(t, "a fault", master, sentence("PLNTL,BB,BB-1,36.97,37,F")+"\r\n", fails(ErrFaulty))
	until(t, "another blackbody", master, sentence("PLNTL,BB,BB-2,36.97,37,S")+"\r\n", fails(ErrOther))
	until(t, "a reading again", master, sentence("PLNTL,BB,BB-1,37.01,37,S")+"\r\n", reads(37.01))
	until(t, "a reading without a serial number", master, sentence("PLNTL,BB,,37.03,37,S")+"\r\n", reads(37.03))
	// Noise is no reading, whatever its length, and leads to a time-out.
	noise := strings.Repeat("\xff\x00$PLNTL,BB,", 60) + "\r\n" + "$PLNTL,BB,BB-1,39.01,37,S*00\r\n"
	until(t, "a time-out", master, noise, fails(ErrSilent))
	until(t, "a reading after noise", master, sentence("PLNTL,BB,BB-1,37.02,37,S")+"\r\n", reads(37.02))
	until(t, "a time-out by silence", master, "", fails(ErrSilent))
}

// Two readers do not take each other's sentences away, not even root's.
func TestOneReader(t *testing.T) {
	_, path := terminal(t)
	first, err := openSerial(path, DefaultBaud)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := openSerial(path, DefaultBaud); second != nil || !errors.Is(err, ErrInUse) || !strings.HasPrefix(err.Error(), "cannot read "+path) {
		t.Errorf("a second reader: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := openSerial(path, DefaultBaud)
	if err != nil {
		t.Fatal(err)
	}
	_ = next.Close()
}

// The device goes away in operation: no reading after the time-out, and the
// reason is told.
func TestUnplugged(t *testing.T) {
	master, path := terminal(t)
	th := listen(t, Config{Path: path, Timeout: 500 * time.Millisecond})
	until(t, "a reading", master, sentence("PLNTL,BB,,37,37,S")+"\r\n", func() bool { _, _, ok := th.Temperature(); return ok })
	if err := master.Close(); err != nil {
		t.Fatal(err)
	}
	until(t, "it is gone", nil, "", func() bool { _, err := th.Latest(); return errors.Is(err, ErrOpen) })
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []Config{
		{}, {Path: "/dev/x", Baud: 9601}, {Path: "/dev/x", Baud: -1}, {Path: "/dev/x", Timeout: time.Millisecond}, {Path: "/dev/x", Timeout: time.Hour},
	} {
		if th, err := New(c); !errors.Is(err, ErrConfig) || th != nil || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if !slices.Contains(Bauds(), DefaultBaud) {
		t.Error("the default is not allowed")
	}
}

// A path that is no serial device is told as such, and nothing of it is read.
func TestNoSerialDevice(t *testing.T) {
	for _, path := range []string{"/dev/null", "/no/such/device", t.TempDir()} {
		if f, err := openSerial(path, DefaultBaud); !errors.Is(err, ErrOpen) || f != nil || !strings.HasPrefix(err.Error(), "cannot open "+path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	th, err := New(Config{Path: "/dev/null"})
	if err != nil {
		t.Fatal(err)
	}
	th.take(Reading{Temperature: 37, State: Steady})
	if n := testing.AllocsPerRun(100, func() { _, _, _ = th.Temperature() }); n != 0 {
		t.Errorf("%g allocations a frame", n)
	}
}
