package uvc

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// plugged writes what the kernel shows of a camera: its USB device, the
// interface below it, and its video devices, the second for metadata.
func plugged(t *testing.T, sys, node, usb string, files map[string]string) {
	t.Helper()
	device := filepath.Join(sys, "devices", "pci0", "usb1", usb)
	write := func(path, text string) {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		write(filepath.Join(device, name), text)
	}
	face := filepath.Join(device, usb+":1.0")
	write(filepath.Join(face, "bInterfaceNumber"), "00\n")
	for i, name := range []string{node, node + "9"} {
		folder := filepath.Join(face, "video4linux", name)
		write(filepath.Join(folder, "index"), string(rune('0'+i))+"\n")
		class := filepath.Join(sys, "class", "video4linux")
		if err := errors.Join(os.MkdirAll(class, 0o700), os.Symlink(folder, filepath.Join(class, name)), os.Symlink(face, filepath.Join(folder, "device"))); err != nil {
			t.Fatal(err)
		}
	}
}

// descriptors is a configuration with extension units, and one that is not of
// video control.
func descriptors() []byte {
	unit := func(id byte, guid string) []byte {
		d := append([]byte{26, classInterface, extensionUnit, id}, guid...)
		return append(d, 3, 1, 1, 1, 7, 0)
	}
	return slices.Concat(
		[]byte{18, 1, 0, 2, 0xef, 2, 1, 64, 0x4e, 0x1e, 0, 1, 0, 1, 1, 2, 3, 1},
		[]byte{9, 2, 0, 1, 2, 1, 0, 0x80, 50},
		[]byte{9, interfaceDescriptor, 0, 0, 1, videoClass, videoControl, 0, 0},
		unit(5, unitRadiometry), unit(6, unitSystem),
		[]byte{9, interfaceDescriptor, 1, 0, 0, videoClass, 2, 0, 0},
		unit(7, "not-a-unit-atall"),
	)
}

func TestList(t *testing.T) {
	sys := t.TempDir()
	if got, err := List(Roots{Sys: sys}); got != nil || err != nil {
		t.Errorf("without any: %v, %v", got, err)
	}
	plugged(t, sys, "video2", "1-3", map[string]string{
		"idVendor": "1e4e\n", "idProduct": "0100\n", "serial": "8003-0011\n", "product": "PureThermal (fw:v1.3.0)\n",
		"busnum": "1\n", "devnum": "7\n", "descriptors": string(descriptors()),
	})
	plugged(t, sys, "video0", "1-4", map[string]string{"idVendor": "046d\n", "idProduct": "0825\n"})
	plugged(t, sys, "video5", "platform", nil)
	got, err := List(Roots{Sys: sys, Dev: "/other"})
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	web, pure := got[0], got[1]
	if web.Node != "/other/video0" || web.Known() || web.String() != "046d:0825" {
		t.Errorf("%+v", web)
	}
	if pure.Node != "/other/video2" || !pure.Known() || pure.String() != "1e4e:0100:8003-0011" || pure.Product != "PureThermal (fw:v1.3.0)" ||
		pure.bus != 1 || pure.number != 7 || pure.unit(unitSystem) != 6 || pure.unit(unitRadiometry) != 5 || len(pure.Units) != 2 {
		t.Errorf("%+v", pure)
	}
	for name, want := range map[string]string{
		"": "video2", "1e4e:0100": "video2", "1e4e:0100:8003-0011": "video2", "/other/video0": "video0", "046d:0825": "video0",
		"1e4e:0100:8003-0012": "", "1e4e:0101": "", "/dev/video2": "",
	} {
		c, err := ParseChoice(name)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.pick(got)
		if want == "" && !errors.Is(err, ErrNoCamera) || want != "" && (err != nil || filepath.Base(found.Node) != want) {
			t.Errorf("%q chooses %v, %v", name, found, err)
		}
	}
	second := pure
	second.Serial = "8003-0012"
	if _, err := (Choice{}).pick(append(got, second)); !errors.Is(err, ErrSeveral) || !strings.Contains(err.Error(), "8003-0011 and 1e4e:0100:8003-0012") {
		t.Errorf("of two: %v", err)
	}
}

func FuzzUnits(f *testing.F) {
	f.Add(descriptors())
	f.Add(descriptors()[:60])
	f.Add([]byte{0, 0})
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if n := len(parseUnits(b)); 20*n > len(b) {
			t.Errorf("%d units in %d bytes", n, len(b))
		}
	})
}

func FuzzParseChoice(f *testing.F) {
	for _, s := range []string{"", "/dev/video0", "1e4e:0100", "1e4e:0100:a:b", "0000:0000", "zzzz:0000", ":"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		c, err := ParseChoice(name)
		if err != nil && !errors.Is(err, ErrNoCamera) || err == nil && name != "" && c == (Choice{}) {
			t.Errorf("%q: %+v, %v", name, c, err)
		}
	})
}

// A reset goes through sysfs where the device file cannot be used, and never to
// another device that has taken the place.
func TestResetThroughSysfs(t *testing.T) {
	sys, dev := t.TempDir(), t.TempDir()
	plugged(t, sys, "video0", "1-3", map[string]string{"idVendor": "1e4e\n", "idProduct": "0100\n", "busnum": "1\n", "devnum": "7\n", "authorized": "1\n"})
	m := machine{Roots{Sys: sys, Dev: dev}}
	all, err := m.list()
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if err := m.reset(&all[0]); err != nil {
		t.Fatal(err)
	}
	if got := word(all[0].folder, "authorized"); !strings.HasPrefix(got, "1") {
		t.Errorf("authorized is %q at last", got)
	}
	all[0].number = 8
	if err := m.reset(&all[0]); !errors.Is(err, ErrNoCamera) {
		t.Errorf("another device was reset: %v", err)
	}
}
