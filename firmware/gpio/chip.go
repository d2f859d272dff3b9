package gpio

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	"github.com/warthog618/gpiod"
)

var (
	// ErrNoChip means that there is no such chip.
	ErrNoChip = errors.New("there is no such GPIO chip; see lintel devices for those that there are, and check that its driver is loaded")
	// ErrNoLine means that the chip has no such line.
	ErrNoLine = errors.New("the chip has no such line")
	// ErrBusy means that somebody else has the line.
	ErrBusy = errors.New("the line is in use")
	// ErrAccess means that this user may not use the chip.
	ErrAccess = errors.New("this user may not use the chip; install the udev rules of firmware/image and join the group gpio")
	// ErrKernel means that the kernel or the chip cannot do what is asked for.
	ErrKernel = errors.New("the kernel or the chip cannot do that; inputs need Linux 5.10 or newer")
)

// line is one requested line.
type line interface {
	Set(active bool) error
	Active() (bool, error)
	Close() error
}

// driver requests lines. An output is requested inactive. Edges of an input are
// told to edge, from another goroutine.
type driver interface {
	output(spec Spec, role Role) (line, error)
	input(spec Spec, role Role, debounce time.Duration, edge func(active bool)) (line, error)
}

// kernel is the driver of the GPIO character device.
type kernel struct{}

var _ driver = kernel{}

func (kernel) output(s Spec, role Role) (line, error) {
	return request(s, role, gpiod.AsOutput(0))
}

func (kernel) input(s Spec, role Role, debounce time.Duration, edge func(bool)) (line, error) {
	options := []gpiod.LineReqOption{
		gpiod.WithBothEdges, gpiod.WithDebounce(debounce),
		gpiod.WithEventHandler(func(e gpiod.LineEvent) { edge(e.Type == gpiod.LineEventRisingEdge) }),
	}
	switch s.Bias {
	case PullUp:
		options = append(options, gpiod.WithPullUp)
	case PullDown:
		options = append(options, gpiod.WithPullDown)
	default:
	}
	return request(s, role, options...)
}

// consumer begins the name under which the kernel lists the kiosk's lines.
const consumer = "lintel "

// request asks the kernel for the line.
//
// Errors: [ErrNoChip], [ErrNoLine], [ErrBusy], [ErrAccess], [ErrKernel].
func request(s Spec, role Role, options ...gpiod.LineReqOption) (line, error) {
	chip, err := openChip(s.Chip)
	if err != nil {
		return nil, err
	}
	// The line stays without the chip.
	defer func() { _ = chip.Close() }()
	offset, err := find(chip, s)
	if err != nil {
		return nil, err
	}
	options = append(options, gpiod.WithConsumer(consumer+role.String()))
	if s.ActiveLow {
		options = append(options, gpiod.AsActiveLow)
	}
	l, err := chip.RequestLine(offset, options...)
	switch {
	case err == nil:
		return requested{l}, nil
	case errors.Is(err, syscall.EBUSY):
		info, _ := chip.LineInfo(offset) // without a word on who has it
		return nil, busy(info)
	case forbidden(err):
		return nil, ErrAccess
	default:
		return nil, fmt.Errorf("%w: %w", ErrKernel, err)
	}
}

// openChip opens the chip with that name, device or label.
func openChip(name string) (*gpiod.Chip, error) {
	chip, err := gpiod.NewChip(name)
	if err == nil {
		return chip, nil
	}
	if forbidden(err) {
		return nil, ErrAccess
	}
	for _, other := range gpiod.Chips() {
		chip, err := gpiod.NewChip(other)
		if err != nil {
			continue
		}
		if chip.Label == name {
			return chip, nil
		}
		_ = chip.Close()
	}
	return nil, ErrNoChip
}

func forbidden(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, gpiod.ErrPermissionDenied)
}

// find returns the number of the line on the chip.
func find(chip *gpiod.Chip, s Spec) (int, error) {
	if n, ok := s.number(); ok {
		if n >= chip.Lines() {
			return 0, fmt.Errorf("%w; its lines are 0 to %d", ErrNoLine, chip.Lines()-1)
		}
		return n, nil
	}
	for n := range chip.Lines() {
		if info, err := chip.LineInfo(n); err == nil && info.Name == s.Line {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w; lintel devices lists those that it has", ErrNoLine)
}

// busy says who has the line.
func busy(info gpiod.LineInfo) error {
	return fmt.Errorf("%w by %q; stop that program, unload that driver or choose another line", ErrBusy, info.Consumer)
}

// requested is a line that the kernel has granted.
type requested struct{ *gpiod.Line }

func (r requested) Set(active bool) error {
	value := 0
	if active {
		value = 1
	}
	return r.SetValue(value)
}

func (r requested) Active() (bool, error) {
	value, err := r.Value()
	return value == 1, err
}
