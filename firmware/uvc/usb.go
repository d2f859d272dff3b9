package uvc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Camera is a video device as the kernel's files describe it.
type Camera struct {
	// Node is its file, as in /dev/video0.
	Node string
	// USB and Serial tell it from others; Serial is empty where it has none.
	USB    USBID
	Serial string
	// Product is its name for people.
	Product string
	// Units are the extension units that take commands.
	Units []Unit

	bus, number int    // on the USB
	folder      string // of the USB device in sysfs
}

// Known says that a profile is about this camera.
func (c *Camera) Known() bool { return known(c.USB) }

// String names the camera with its USB number and serial.
func (c Camera) String() string {
	if c.Serial == "" {
		return c.USB.String()
	}
	return c.USB.String() + ":" + c.Serial
}

// Roots are the folders in which the kernel shows its devices. A field left
// empty is the usual one.
type Roots struct{ Sys, Dev string }

func (r Roots) sys() string {
	if r.Sys == "" {
		return "/sys"
	}
	return r.Sys
}

func (r Roots) dev() string {
	if r.Dev == "" {
		return "/dev"
	}
	return r.Dev
}

// List returns the USB cameras that are plugged in, by the names of their
// files.
//
// Errors: those of reading the list of video devices. A machine without any has
// no such list, and that is no error.
func List(r Roots) ([]Camera, error) {
	class := filepath.Join(r.sys(), "class", "video4linux")
	entries, err := os.ReadDir(class)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot list the cameras: %w", err)
	}
	var all []Camera
	for _, e := range entries {
		// What vanishes meanwhile was unplugged.
		if c, ok := describe(r, filepath.Join(class, e.Name()), e.Name()); ok {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Camera) int { return strings.Compare(a.Node, b.Node) })
	return all, nil
}

// describe reads what the kernel says of a video device. ok is false where it is
// no camera on USB, or the second file of one, which carries no images.
func describe(r Roots, folder, name string) (c Camera, ok bool) {
	if word(folder, "index") != "0" {
		return c, false
	}
	face, err := filepath.EvalSymlinks(filepath.Join(folder, "device"))
	if err != nil {
		return c, false
	}
	device := filepath.Dir(face)
	vendor, errV := strconv.ParseUint(word(device, "idVendor"), 16, 16)
	product, errP := strconv.ParseUint(word(device, "idProduct"), 16, 16)
	if errV != nil || errP != nil {
		return c, false
	}
	c = Camera{
		Node: filepath.Join(r.dev(), name), USB: USBID{uint16(vendor), uint16(product)},
		Serial: word(device, "serial"), Product: word(device, "product"), folder: device,
	}
	c.bus, _ = strconv.Atoi(word(device, "busnum"))
	c.number, _ = strconv.Atoi(word(device, "devnum"))
	if b, err := os.ReadFile(filepath.Join(device, "descriptors")); err == nil {
		c.Units = parseUnits(b)
	}
	return c, true
}

// word reads a file of one line; empty where there is none.
func word(folder, name string) string {
	b, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// Choice says which camera to use. The zero Choice is the only one that is
// plugged in.
type Choice struct {
	node   string
	usb    USBID
	serial string
}

// ParseChoice reads the name of a camera: its file, or its USB number with or
// without its serial, as in /dev/video0, 1e4e:0100 and 1e4e:0100:SERIAL.
//
// Errors: [ErrNoCamera].
func ParseChoice(name string) (Choice, error) {
	if name == "" {
		return Choice{}, nil
	}
	if strings.HasPrefix(name, "/") {
		return Choice{node: name}, nil
	}
	parts := strings.SplitN(name, ":", 3)
	if len(parts) >= 2 && len(parts[0]) == 4 && len(parts[1]) == 4 {
		vendor, errV := strconv.ParseUint(parts[0], 16, 16)
		product, errP := strconv.ParseUint(parts[1], 16, 16)
		if errV == nil && errP == nil && vendor != 0 {
			c := Choice{usb: USBID{uint16(vendor), uint16(product)}}
			if len(parts) == 3 {
				c.serial = parts[2]
			}
			return c, nil
		}
	}
	return Choice{}, fmt.Errorf("cannot use the camera %q: write its file, as in /dev/video0, or its USB number and serial, as in 1e4e:0100:SERIAL: %w", name, ErrNoCamera)
}

// matches says that the camera is the one chosen. Without a choice it is any
// that a profile is about.
func (c Choice) matches(camera *Camera) bool {
	switch {
	case c.node != "":
		return camera.Node == c.node
	case c.usb != USBID{}:
		return camera.USB == c.usb && (c.serial == "" || camera.Serial == c.serial)
	default:
		return camera.Known()
	}
}

// pick returns the one camera that is chosen.
//
// Errors: [ErrNoCamera], [ErrSeveral].
func (c Choice) pick(cameras []Camera) (Camera, error) {
	var found []Camera
	var names []string
	for i := range cameras {
		if c.matches(&cameras[i]) {
			found = append(found, cameras[i])
			names = append(names, cameras[i].String())
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Camera{}, fmt.Errorf("cannot open the camera: %w", ErrNoCamera)
	default:
		return Camera{}, fmt.Errorf("cannot choose between %s: %w", strings.Join(names, " and "), ErrSeveral)
	}
}
