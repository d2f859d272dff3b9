package uvc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Requests to a control (USB Device Class Definition for Video Devices 1.5,
// table A-8).
const (
	setCurrent = 0x01
	getCurrent = 0x81
)

// The extension units of PureThermal, and their controls: the place of a Lepton
// command in its module, counted from 1 (groupgets/purethermal1-firmware,
// usbd_uvc_lepton_xu.c; FLIR Lepton Software IDD, SYS and RAD modules).
const (
	unitSystem     = "pt1-lep-sys-0000"
	unitRadiometry = "pt1-lep-rad-0000"

	sysSerial    = 3  // 8 bytes
	sysUptime    = 4  // 4 bytes, ms
	sysFFCMode   = 16 // 32 bytes
	sysRunFFC    = 17 // 1 byte, a command
	sysGain      = 19 // 4 bytes
	radEnable    = 5  // 4 bytes
	radLinear    = 49 // 4 bytes
	radLinearRes = 50 // 4 bytes

	ffcModeBytes = 32
	ffcManual    = 0
	ffcAuto      = 1
	gainHigh     = 0
	linearFine   = 1 // 0.01 K
)

var (
	// errGain means that a Lepton stays in low gain, in which it is good to 5 K.
	errGain = errors.New("it stays in low gain")
	// errDeaf means that a Lepton did not answer the command before.
	errDeaf = errors.New("it does not answer")
)

// answerWithin is how long an answer takes at most. The kernel waits 5 s for it.
const answerWithin = 3 * time.Second

// lepton commands a Lepton on a PureThermal board.
type lepton struct {
	device             device
	system, radiometry byte // numbers of the units, 0 where there is none
	manual             bool // corrections are made on command alone
	deaf               bool // it did not answer
	now                func() time.Duration
	data               [ffcModeBytes]byte
}

func newLepton(d device, c *Camera, now func() time.Duration) *lepton {
	return &lepton{device: d, now: now, system: c.unit(unitSystem), radiometry: c.unit(unitRadiometry)}
}

// commands says that the camera takes any.
func (l *lepton) commands() bool { return l.system != 0 && l.radiometry != 0 }

// query asks once of a camera that does not answer: the frame loop waits
// meanwhile, and its watchdog must not wait for ten answers that never come.
func (l *lepton) query(unit, selector, request byte, b []byte) error {
	if l.deaf {
		return errDeaf
	}
	begin := l.now()
	err := l.device.query(unit, selector, request, b)
	// What the kernel says then depends on the request.
	l.deaf = err != nil && l.now()-begin > answerWithin
	return err
}

func (l *lepton) get(unit, selector byte, n int) ([]byte, error) {
	b := l.data[:n]
	clear(b)
	if err := l.query(unit, selector, getCurrent, b); err != nil {
		return nil, fmt.Errorf("cannot read control %d of unit %d: %w", selector, unit, err)
	}
	return b, nil
}

func (l *lepton) number(unit, selector byte) (uint32, error) {
	b, err := l.get(unit, selector, 4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

func (l *lepton) set(unit, selector byte, b []byte) error {
	if err := l.query(unit, selector, setCurrent, b); err != nil {
		return fmt.Errorf("cannot set control %d of unit %d: %w", selector, unit, err)
	}
	return nil
}

// hold sets a control to a value unless it has it, and sees to it that it stays.
func (l *lepton) hold(unit, selector byte, value uint32) error {
	for range 2 {
		n, err := l.number(unit, selector)
		if err != nil || n == value {
			return err
		}
		if err := l.set(unit, selector, binary.LittleEndian.AppendUint32(nil, value)); err != nil {
			return err
		}
	}
	n, err := l.number(unit, selector)
	if err == nil && n != value {
		err = fmt.Errorf("cannot set control %d of unit %d to %d: it stays at %d", selector, unit, value, n)
	}
	return err
}

// prepare switches radiometry on, high gain, and corrections on command alone.
// A camera that does not take a part of that tells by its counts.
func (l *lepton) prepare() error {
	var errs []error
	for _, c := range []struct {
		unit, selector byte
		value          uint32
	}{
		{l.radiometry, radEnable, 1},
		{l.radiometry, radLinear, 1},
		{l.radiometry, radLinearRes, linearFine},
	} {
		errs = append(errs, l.hold(c.unit, c.selector, c.value))
	}
	if err := l.hold(l.system, sysGain, gainHigh); err != nil {
		errs = append(errs, fmt.Errorf("%w: %w", errGain, err))
	}
	errs = append(errs, l.setFFCMode(ffcManual))
	return errors.Join(errs...)
}

// setFFCMode says who decides about corrections.
func (l *lepton) setFFCMode(mode uint32) error {
	b, err := l.get(l.system, sysFFCMode, ffcModeBytes)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(b, mode)
	if err := l.set(l.system, sysFFCMode, b); err != nil {
		return err
	}
	l.manual = mode == ffcManual
	return nil
}

// correct lets the camera correct its flat field now.
func (l *lepton) correct() error { return l.set(l.system, sysRunFFC, []byte{1}) }

// serial returns the number of the Lepton itself.
func (l *lepton) serial() (string, error) {
	b, err := l.get(l.system, sysSerial, 8)
	if err != nil {
		return "", err
	}
	return strconv.FormatUint(binary.LittleEndian.Uint64(b), 16), nil
}

// uptime returns how long the Lepton has been on.
func (l *lepton) uptime() (time.Duration, error) {
	n, err := l.number(l.system, sysUptime)
	return time.Duration(n) * time.Millisecond, err
}

// leave hands the corrections back to the camera.
func (l *lepton) leave() error {
	if !l.manual {
		return nil
	}
	return l.setFFCMode(ffcAuto)
}
