package board

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"

	"lintel/firmware/gpio"
	"lintel/firmware/uvc"
)

// update makes the goldens anew.
const update = "LINTEL_UPDATE_GOLDEN"

// machine unpacks a tree of testdata. A name "a -> b" is a link.
func machine(t *testing.T, name string) Machine {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, f := range archive.Files {
		path, target, isLink := strings.Cut(f.Name, " -> ")
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if isLink {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, f.Data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return Machine{
		roots:  uvc.Roots{Sys: filepath.Join(root, "sys"), Dev: filepath.Join(root, "dev")},
		offers: func(c *uvc.Camera) ([]uvc.Size, error) { return offered(filepath.Base(c.Node)) },
		look:   func(context.Context, *uvc.Camera) error { return nil },
		chips:  func() []gpio.Chip { return nil },
		check:  func(gpio.Config) map[gpio.Role]error { return nil },
	}
}

// offered stands in for the drivers of the tree's cameras.
func offered(node string) ([]uvc.Size, error) {
	switch node {
	case "video0": // a PureThermal 2 with a Lepton 3.5
		return []uvc.Size{{Format: "UYVY", Width: 160, Height: 120}, {Format: "Y16 ", Width: 160, Height: 120}, {Format: "Y16 ", Width: 160, Height: 122}}, nil
	case "video2": // an ordinary camera
		return []uvc.Size{{Format: "YUYV", Width: 640, Height: 480}, {Format: "MJPG", Width: 1280, Height: 720}}, nil
	case "video4": // a P2 Pro
		return []uvc.Size{{Format: "YUYV", Width: 256, Height: 384}}, nil
	default:
		return nil, fmt.Errorf("cannot open the camera %s: %w", node, uvc.ErrAccess)
	}
}

// chips are those of a board with named lines and one that may not be used.
func chips() []gpio.Chip {
	return []gpio.Chip{
		{Name: "gpiochip0", Label: "pinctrl-bcm2711", Lines: []gpio.Line{
			{Number: 0, Name: "ID_SDA"},
			{Number: 1, Name: "GPIO17", Used: true, Output: true, Consumer: "lintel pass_lamp"},
			{Number: 2, Used: true, Consumer: "led0"},
		}},
		{Name: "gpiochip1", Err: fmt.Errorf("cannot open /dev/gpiochip1: %w", gpio.ErrAccess)},
	}
}

func TestDevices(t *testing.T) {
	for name, c := range map[string]struct {
		tree   string
		sets   []string
		change func(*Machine)
	}{
		"none": {tree: "empty.txtar"},
		"board": {
			tree: "board.txtar", change: func(m *Machine) { m.chips = chips },
			sets: []string{"ambient.sensor=auto"},
		},
		"unfit": {tree: "several.txtar", change: func(m *Machine) {
			m.look = func(_ context.Context, c *uvc.Camera) error {
				if filepath.Base(c.Node) == "video4" {
					return fmt.Errorf("cannot use the camera: %w", uvc.ErrBusy)
				}
				return fmt.Errorf("cannot set the format of the camera: %w", os.ErrDeadlineExceeded)
			}
		}},
		"wrong": {
			tree: "several.txtar",
			sets: []string{
				"ambient.sensor=sht4x", "gpio.pass_lamp=gpiochip0:17", "gpio.refer_lamp=gpiochip9:1", "gpio.tamper=gpiochip0:3",
				"gpio.door_relay=gpiochip0:4", "gpio.door=fail_secure", "gpio.buzzer=gpiochip0:5",
				"reference.live=/dev/no-such-port", "reference.live_timeout_s=1",
			},
			change: func(m *Machine) {
				m.check = func(gpio.Config) map[gpio.Role]error {
					return map[gpio.Role]error{
						gpio.ReferLamp: fmt.Errorf("cannot use gpiochip9:1 for the refer_lamp: %w", gpio.ErrNoChip),
						gpio.DoorRelay: fmt.Errorf("cannot use gpiochip0:4 for the door_relay: %w by %q; stop that program", gpio.ErrBusy, "led0"),
						gpio.Tamper:    fmt.Errorf("cannot use gpiochip0:3 for the tamper: %w; its lines are 0 to 2", gpio.ErrNoLine),
						gpio.Buzzer:    fmt.Errorf("cannot use gpiochip0:5 for the buzzer: %w", gpio.ErrAccess),
					}
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := machine(t, c.tree)
			if c.change != nil {
				c.change(&m)
			}
			devices, err := m.Devices(t.Context(), settings(t, c.sets...))
			if err != nil {
				t.Fatal(err)
			}
			var text, lines bytes.Buffer
			if err := WriteText(&text, devices); err != nil {
				t.Fatal(err)
			}
			encoder := json.NewEncoder(&lines)
			for _, d := range devices {
				if err := encoder.Encode(d); err != nil {
					t.Fatal(err)
				}
				if d.OK != (d.Problem == "") || d.Problem != "" && d.Remedy == "" {
					t.Errorf("what is wrong has a word and a remedy: %+v", d)
				}
			}
			golden(t, name+".txt", strings.ReplaceAll(text.String(), m.roots.Dev, "/dev"))
			golden(t, name+".jsonl", strings.ReplaceAll(lines.String(), m.roots.Dev, "/dev"))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv(update) != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got; %s=1 makes it anew):\n%s", name, update, d)
	}
}

// A controller that reports is told with what it reports.
func TestBlackbodyIsAsked(t *testing.T) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("SKIPPED: no pseudo-terminal may be made here: %v", err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	m := machine(t, "empty.txtar")
	ask := func(sets ...string) Device {
		t.Helper()
		all, err := m.Devices(t.Context(), settings(t, append(sets, fmt.Sprintf("reference.live=/dev/pts/%d", n))...))
		if err != nil {
			t.Fatal(err)
		}
		return all[len(all)-1]
	}
	if d := ask("reference.live_timeout_s=1"); d.OK || !strings.Contains(d.Problem, "silent") || !strings.Contains(d.Remedy, "baud") {
		t.Errorf("%+v", d)
	}
	// A kiosk that runs is not disturbed.
	kiosk, err := unix.Open(fmt.Sprintf("/dev/pts/%d", n), unix.O_RDONLY|unix.O_NOCTTY, 0)
	if err == nil {
		err = unix.Flock(kiosk, unix.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d := ask(); !d.OK || !strings.Contains(d.Detail, "in use") {
		t.Errorf("%+v", d)
	}
	if err := unix.Close(kiosk); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				written <- nil
				return
			default:
			}
			if _, err := master.WriteString("$PLNTL,BB,BB-1207,36.984,37.000,S*18\r\n"); err != nil {
				written <- err
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if d := ask(); !d.OK || d.Kind != Blackbody || d.Detail != `serial number "BB-1207"; 36.984 degC, set to 37.000 degC, steady` {
		t.Errorf("%+v", d)
	}
	if d := ask("reference.serial=BB-1"); d.OK || !strings.Contains(d.Problem, "BB-1207") {
		t.Errorf("%+v", d)
	}
	close(stop)
	if err := errors.Join(<-written, master.Close()); err != nil {
		t.Error(err)
	}
}

// Whatever this machine has can be listed, and what is wrong has a remedy.
func TestThisMachine(t *testing.T) {
	devices, err := ThisMachine().Devices(t.Context(), settings(t, "ambient.sensor=auto", "gpio.pass_lamp=gpiochip0:1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices {
		if d.Kind.String() == "unknown" || d.Name == "" || d.OK != (d.Problem == "") || d.Problem != "" && d.Remedy == "" {
			t.Errorf("%+v", d)
		}
	}
	var text bytes.Buffer
	if err := WriteText(&text, devices); err != nil {
		t.Fatal(err)
	}
	t.Logf("\n%s", &text)
}
