package hwsim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// folder is the camera's USB device in sysfs.
func (e *emulated) folder() string {
	e.t.Helper()
	all, err := filepath.Glob("/sys/bus/usb/devices/*/serial")
	if err != nil {
		e.t.Fatal(err)
	}
	for _, f := range all {
		if b, err := os.ReadFile(f); err == nil && strings.TrimSpace(string(b)) == "SIM-"+e.name {
			return filepath.Dir(f)
		}
	}
	e.t.Fatal("the camera is not on the USB")
	return ""
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o200); err != nil {
		t.Fatal(err)
	}
}

// line reads a file of one line.
func line(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(b))
}

// Whoever resets the camera, or takes it and its hub away from the drivers and
// gives them back, finds the stream begun anew and the kiosk ready by itself.
func TestResets(t *testing.T) {
	appliance(t)
	e := plug(t, "lepton")
	e.command(rarely)
	k := start(t)
	_, n := k.await(0, "ready")
	for _, c := range []struct {
		name  string
		reset func(t *testing.T, folder string)
	}{
		{"by another program", func(t *testing.T, folder string) {
			const usbdevfsReset = 0x5514
			pad := func(s string) string { return strings.Repeat("0", 3-len(s)) + s }
			node := filepath.Join("/dev/bus/usb", pad(line(t, filepath.Join(folder, "busnum"))), pad(line(t, filepath.Join(folder, "devnum"))))
			fd, err := unix.Open(node, unix.O_WRONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = unix.Close(fd) }()
			if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), usbdevfsReset, 0); e != 0 {
				t.Fatal(e)
			}
		}},
		{"not authorized for a moment", func(t *testing.T, folder string) {
			put(t, filepath.Join(folder, "authorized"), "0")
			put(t, filepath.Join(folder, "authorized"), "1")
		}},
		{"its hub reset", func(t *testing.T, folder string) {
			hub := line(t, filepath.Join(folder, "busnum")) + "-0:1.0"
			put(t, "/sys/bus/usb/drivers/hub/unbind", hub)
			put(t, "/sys/bus/usb/drivers/hub/bind", hub)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n = k.now()
			begun := len(e.events("start"))
			c.reset(t, e.folder())
			within(t, "the stream to begin anew", func() bool { return len(e.events("start")) > begun })
			sent := len(e.events("frame"))
			within(t, "frames", func() bool { return len(e.events("frame")) > sent+3 })
			within(t, "the kiosk to be ready", func() bool { return k.at(time.Now()) == "ready" })
			t.Logf("the page was told%s", brief(k.since(n)))
			for _, v := range k.since(n) {
				if v.State == "passed" || v.State == "referred" {
					t.Errorf("a verdict: %s", brief(k.since(n)))
				}
			}
		})
	}
}
