package main

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
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
