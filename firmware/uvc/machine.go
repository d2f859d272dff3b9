package uvc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// machine is the host that this program runs on.
type machine struct{ roots Roots }

func (m machine) list() ([]Camera, error) { return List(m.roots) }

func (m machine) offers(c *Camera) ([]Size, error) { return sizes(c.Node) }

func (m machine) open(c *Camera, p *Profile) (device, error) { return openCapture(c.Node, p) }

// usbdevfsReset is USBDEVFS_RESET of <linux/usbdevice_fs.h>.
const usbdevfsReset = 0x5514

// reset resets the USB device. Where its file must not be written, or the
// kernel refuses, sysfs is asked to let it go and take it again.
func (m machine) reset(c *Camera) error {
	node := filepath.Join(m.roots.dev(), "bus", "usb", fmt.Sprintf("%03d", c.bus), fmt.Sprintf("%03d", c.number))
	fd, err := unix.Open(node, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err == nil {
		err = ioctl(fd, usbdevfsReset, nil)
		_ = unix.Close(fd)
		if err == nil {
			return nil
		}
	}
	// The folder is that of another device once this one came back elsewhere.
	if word(c.folder, "devnum") != fmt.Sprint(c.number) {
		return fmt.Errorf("cannot reset the camera %v: %w", c, errors.Join(err, ErrNoCamera))
	}
	authorized := filepath.Join(c.folder, "authorized")
	for _, v := range []string{"0", "1"} {
		if e := os.WriteFile(authorized, []byte(v), 0o200); e != nil {
			return fmt.Errorf("cannot reset the camera %v: %w; let this user write to %s", c, errors.Join(err, e), node)
		}
	}
	return nil
}

// now is the monotonic clock, which the driver stamps frames with.
func (m machine) now() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

func (m machine) sleep(d time.Duration) { time.Sleep(d) }
