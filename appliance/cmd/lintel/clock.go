package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
)

// clockBegin and clockEnd bound a clock that somebody has set.
var (
	clockBegin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clockEnd   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// clockName is the file in state.dir by which a kiosk that may not set the clock
// asks for it: seconds since 1970, and nothing else.
const clockName = "clock.wanted"

const (
	// clockWithin is how long the system may take to follow.
	clockWithin = 4 * time.Second
	// clockNear is how near the clock is then.
	clockNear = 10 * time.Second
)

// systemClock is the clock of this machine. Where the program may not set it, it
// asks for it in the folder wish; see [clockCommand].
type systemClock struct {
	wish string
	set  func(time.Time) error // nil for setClock
}

// Now is the present time.
func (systemClock) Now() time.Time { return time.Now() }

// Known says whether the clock has been set.
func (systemClock) Known() bool {
	now := time.Now()
	return now.After(clockBegin) && now.Before(clockEnd)
}

// Set sets the clock, or has it set.
func (c systemClock) Set(t time.Time) error {
	set := c.set
	if set == nil {
		set = setClock
	}
	err := set(t)
	if c.wish == "" || !errors.Is(err, unix.EPERM) {
		return err
	}
	path := filepath.Join(c.wish, clockName)
	if err := replace(path, strconv.AppendInt(nil, t.Unix(), 10)); err != nil {
		return fmt.Errorf("cannot ask for the clock: %w", err)
	}
	// Whether anybody listens shows in what becomes of the wish.
	for end := time.Now().Add(clockWithin); time.Until(end) > 0 && time.Until(end) <= clockWithin; time.Sleep(50 * time.Millisecond) {
		if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) {
			break
		}
	}
	if off := time.Since(t).Abs(); off > clockNear {
		return errors.Join(err, ignoreMissing(os.Remove(path)))
	}
	return ignoreMissing(os.Remove(path))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// checkClock says whether a time is one that a kiosk can live in.
func checkClock(t time.Time) error {
	if t.Before(clockBegin) || t.After(clockEnd) {
		return fmt.Errorf("cannot set the clock to %s: it must be in %d to %d", t.UTC().Format(time.RFC3339), clockBegin.Year(), clockEnd.Year()-1)
	}
	return nil
}

// setClock sets the clock, and that which runs on while the power is off, where
// there is one.
func setClock(t time.Time) error {
	if err := checkClock(t); err != nil {
		return err
	}
	ts := unix.NsecToTimespec(t.UnixNano())
	if err := unix.ClockSettime(unix.CLOCK_REALTIME, &ts); err != nil {
		return fmt.Errorf("cannot set the clock: %w: set it in the system", err)
	}
	if rtc, err := os.OpenFile("/dev/rtc0", os.O_WRONLY, 0); err == nil {
		u := t.UTC()
		_ = unix.IoctlSetRTCTime(int(rtc.Fd()), &unix.RTCTime{
			Sec: int32(u.Second()), Min: int32(u.Minute()), Hour: int32(u.Hour()),
			Mday: int32(u.Day()), Mon: int32(u.Month()) - 1, Year: int32(u.Year()) - 1900,
		})
		_ = rtc.Close()
	}
	return nil
}

// clockCommand sets the clock as the kiosk asked for it. It is what
// firmware/image/lintel-clock.service runs, so that the kiosk itself needs no
// right to do so.
func clockCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "clock FILE",
		Short:  "Set the clock as a kiosk asked for it",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			wanted, err := readWish(args[0])
			// A wish is granted once, or never.
			err = errors.Join(err, ignoreMissing(os.Remove(args[0])))
			if err != nil {
				return err
			}
			return setClock(wanted)
		},
	}
}

// readWish reads the file by which a kiosk asks for a time. It belongs to a
// program that is not trusted: no link is followed, nothing waits, and only
// digits are understood.
func readWish(path string) (time.Time, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot open %s: %w", path, err)
	}
	file := os.NewFile(uintptr(fd), path)
	defer func() { _ = file.Close() }()
	var text [24]byte
	n, err := file.Read(text[:])
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot read %s: %w", path, err)
	}
	return parseWish(string(text[:n]))
}

// parseWish reads seconds since 1970.
func parseWish(text string) (time.Time, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return time.Time{}, fmt.Errorf("cannot take %q for a time: seconds since 1970 are wanted", text)
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot take %q for a time: %w", text, err)
	}
	t := time.Unix(seconds, 0)
	return t, checkClock(t)
}
