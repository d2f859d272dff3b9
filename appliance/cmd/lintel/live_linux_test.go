package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"lintel/calibration/commissioning"
)

// controller is a blackbody's controller at a pseudo-terminal.
type controller struct {
	device string
	says   atomic.Pointer[string] // a sentence; nil for silence
}

func newController(t *testing.T) *controller {
	t.Helper()
	line, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED: no pseudo-terminal may be made here: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(line.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(line.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	c := &controller{device: fmt.Sprintf("/dev/pts/%d", n)}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			if s := c.says.Load(); s != nil {
				if _, err := line.WriteString(*s); err != nil {
					return
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
	}()
	t.Cleanup(func() {
		last := "\n"
		c.says.Store(&last)
		_ = line.Close()
		<-ended
	})
	return c
}

// The blackbody's own word decides whether there is a reference: with it
// visitors are measured, in silence the kiosk is out of service and says why,
// and when the controller is back so is the kiosk.
func TestRunWithLiveReference(t *testing.T) {
	t.Parallel()
	c := newController(t)
	r := start(t, "lintel", "--source", "sim:normal", "--set", "reference.live="+c.device, "--set", "reference.live_timeout_s=1")
	noReading := func() {
		t.Helper()
		for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			h := r.health(t)
			if h.State == "out_of_service" && slices.Equal(h.Faults, []string{"reference_no_reading"}) {
				return
			}
			if time.Since(begun) > patience {
				t.Fatalf("silent, but %+v", h)
			}
		}
	}
	noReading()
	steady := "$PLNTL,BB,BB-1207,37.000,37.000,S*1C\r\n"
	c.says.Store(&steady)
	r.until(t, "passed")
	c.says.Store(nil)
	noReading()
	c.says.Store(&steady)
	r.until(t, "passed")
	r.stop(t)
}

// controllerAt is what a controller of 37 degC says at a temperature.
func controllerAt(celsius float64) *string {
	body := fmt.Sprintf("PLNTL,BB,BB-1207,%.3f,37.000,S", celsius)
	sum := byte(0)
	for i := range len(body) {
		sum ^= body[i]
	}
	s := fmt.Sprintf("$%s*%02X\r\n", body, sum)
	return &s
}

// A kiosk is commissioned by what the blackbody's controller reads, not by its
// set point, and not at all while the controller is silent.
func TestCommissionWithLiveReference(t *testing.T) {
	t.Parallel()
	c := newController(t)
	offset := func(celsius float64) float64 {
		t.Helper()
		o := commissionOptions{
			source: "sim", role: "technician", date: "2026-11-20", frames: 150, seed: 1,
			ambient: commissioning.Ambient{TemperatureC: 22, Humidity: 0.4},
			in:      strings.NewReader(""), out: io.Discard, notices: io.Discard,
		}
		dir := t.TempDir()
		settings := []string{"state.dir=" + dir}
		if celsius != 0 {
			c.says.Store(controllerAt(celsius))
			settings = append(settings, "reference.live="+c.device, "reference.live_timeout_s=2")
		}
		flags := pflag.NewFlagSet("commission", pflag.ContinueOnError)
		o.settings.Register(flags)
		for _, s := range settings {
			if err := flags.Set("set", s); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(filepath.Join(dir, "commissioning.json"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		record, err := commissioning.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		return float64(record.Reference.OffsetK)
	}
	plain := offset(0)
	for _, celsius := range []float64{37.2, 36.9} {
		if got := offset(celsius) - plain; math.Abs(got-(celsius-37)) > 0.02 {
			t.Errorf("a controller at %g degC: the offset is %+.3f K from that at the set point", celsius, got)
		}
	}
}
