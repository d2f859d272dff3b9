package hwsim

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lintel/firmware/uvc"
)

// patience bounds every wait in the guest. It is no promise.
const patience = 60 * time.Second

// inGuest skips outside of the guest.
func inGuest(t *testing.T) {
	t.Helper()
	if os.Getenv("HWSIM") == "" {
		t.Skip("skipped: this test runs in the guest of make hwsim")
	}
}

// TestMain keeps the guest's time in the shared folder: the camera goes by it.
func TestMain(m *testing.M) {
	folder := os.Getenv("HWSIM")
	if folder == "" {
		os.Exit(m.Run())
	}
	f, err := os.Create(filepath.Join(folder, "clock"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot keep the time:", err)
		os.Exit(1)
	}
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			_, _ = f.WriteAt(fmt.Appendf(nil, "%020d", time.Now().UnixNano()), 0)
		}
	}()
	os.Exit(m.Run())
}

// appliance is the path of the program; the test skips where the guest has none.
func appliance(t *testing.T) string {
	t.Helper()
	inGuest(t)
	path := os.Getenv("LINTEL")
	if path == "" {
		t.Skip("skipped: this guest has the reader alone")
	}
	return path
}

// emulated is a camera that the host plays.
type emulated struct {
	t    *testing.T
	name string
	sent int // commands
}

// plug plugs a camera in for one test.
func plug(t *testing.T, name string) *emulated {
	t.Helper()
	e := &emulated{t: t, name: name}
	e.sent = strings.Count(e.read("commands"), "\n")
	t.Cleanup(func() {
		e.command("unplug")
		for _, c := range []string{"spoil 0", "shift off", "fix 0", "keep nothing", "gain high", "ignore off", "every 1", "scene empty"} {
			e.command(c)
		}
		within(t, "the driver to let the camera go", func() bool { return !e.seen() })
	})
	e.command("plug")
	return e
}

func (e *emulated) path(kind string) string {
	return filepath.Join(os.Getenv("HWSIM"), e.name+"."+kind)
}

func (e *emulated) read(kind string) string {
	b, err := os.ReadFile(e.path(kind))
	if err != nil {
		e.t.Fatal(err)
	}
	return string(b)
}

// command lets the camera do something and waits until it has.
func (e *emulated) command(text string) {
	e.t.Helper()
	f, err := os.OpenFile(e.path("commands"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		e.t.Fatal(err)
	}
	if _, err := fmt.Fprintln(f, text); err != nil {
		e.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		e.t.Fatal(err)
	}
	e.sent++
	within(e.t, "the camera to "+text, func() bool { return len(e.events("obeyed")) >= e.sent })
}

// event is a line of what the camera did.
type event struct {
	at   int64 // ms
	kind string
	rest []string
}

// events returns what the camera did, of some kinds.
func (e *emulated) events(kinds ...string) []event {
	var all []event
	in := bufio.NewScanner(strings.NewReader(e.read("events")))
	for in.Scan() {
		f := strings.Fields(in.Text())
		if len(f) < 2 {
			continue
		}
		for _, k := range kinds {
			if f[1] == k {
				at, _ := strconv.ParseInt(f[0], 10, 64)
				all = append(all, event{at, f[1], f[2:]})
			}
		}
	}
	return all
}

// seen says that the driver has the camera.
func (e *emulated) seen() bool {
	e.t.Helper()
	all, err := uvc.List(uvc.Roots{})
	if err != nil {
		e.t.Fatal(err)
	}
	for _, c := range all {
		if c.Serial == "SIM-"+e.name {
			return true
		}
	}
	return false
}

// within waits for something.
func within(t *testing.T, what string, so func() bool) time.Duration {
	t.Helper()
	begin := time.Now()
	for !so() {
		if time.Since(begin) > patience {
			t.Fatalf("waited %v for %s", patience, what)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(begin)
}
