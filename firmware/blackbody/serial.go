package blackbody

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// bauds are the rates that a serial device takes, with the kernel's words for
// them.
func bauds() map[int]uint32 {
	return map[int]uint32{
		1200: unix.B1200, 2400: unix.B2400, 4800: unix.B4800, 9600: unix.B9600,
		19200: unix.B19200, 38400: unix.B38400, 57600: unix.B57600, 115200: unix.B115200,
	}
}

// Bauds lists the rates that may be configured.
func Bauds() []int { return slices.Sorted(maps.Keys(bauds())) }

// speed is the kernel's word for a rate, zero for one that is none.
func speed(baud int) uint32 { return bauds()[baud] }

// openSerial opens a serial device raw: 8 data bits, no parity, 1 stop bit, no
// flow control. It is only read. What it had in store from before is dropped.
//
// Errors: [ErrOpen], [ErrInUse].
func openSerial(path string, baud int) (*os.File, error) {
	refuse := func(err error) (*os.File, error) {
		return nil, fmt.Errorf("cannot open %s: %w: %w", path, err, ErrOpen)
	}
	// It is not to become the terminal of this program, nor to wait for a modem;
	// and without blocking, Go can wait for it with a deadline.
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.EBUSY) {
		return nil, fmt.Errorf("cannot read %s: %w", path, ErrInUse)
	}
	if err != nil {
		return refuse(err)
	}
	// Two readers would take each other's sentences away. TIOCEXCL keeps other
	// programs out, but not root's.
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("cannot read %s: %w", path, ErrInUse)
	}
	if err := raw(fd, baud); err != nil {
		_ = unix.Close(fd)
		return refuse(err)
	}
	return os.NewFile(uintptr(fd), path), nil
}

func raw(fd, baud int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err // no serial device
	}
	if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
		return err
	}
	rate := speed(baud)
	t.Iflag, t.Oflag, t.Lflag = unix.IGNBRK|unix.IGNPAR, 0, 0
	t.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | rate
	t.Ispeed, t.Ospeed = rate, rate
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return err
	}
	return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
}
