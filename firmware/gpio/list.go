package gpio

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/warthog618/gpiod"
)

// Chip is a GPIO chip.
type Chip struct {
	// Name is the kernel's, such as gpiochip0, and Label the driver's.
	Name, Label string
	Lines       []Line
	// Err says why the chip cannot be used; nil where it can.
	Err error
}

// Line is a line of a chip.
type Line struct {
	Number int
	// Name is the board's name of the line; often empty.
	Name string
	// Consumer is who uses it; empty where nobody does or does not say.
	Consumer string
	Used     bool
	Output   bool
}

// List returns the GPIO chips of this machine, those too that this user may not
// use.
func List() []Chip {
	var chips []Chip
	// The pattern is a constant, and the only error is about the pattern.
	devices, _ := filepath.Glob("/dev/gpiochip*")
	for _, device := range devices {
		chips = append(chips, describe(device))
	}
	return chips
}

func describe(device string) Chip {
	c := Chip{Name: filepath.Base(device)}
	chip, err := gpiod.NewChip(device)
	if err != nil {
		c.Err = fmt.Errorf("cannot open %s: %w", device, err)
		if forbidden(err) {
			c.Err = fmt.Errorf("cannot open %s: %w", device, ErrAccess)
		}
		return c
	}
	defer func() { _ = chip.Close() }()
	c.Label = chip.Label
	for n := range chip.Lines() {
		info, err := chip.LineInfo(n)
		if err != nil {
			c.Err = fmt.Errorf("cannot ask %s for its line %d: %w", device, n, err)
			return c
		}
		c.Lines = append(c.Lines, Line{
			Number: n, Name: info.Name, Consumer: info.Consumer, Used: info.Used,
			Output: info.Config.Direction == gpiod.LineDirectionOutput,
		})
	}
	return c
}

// check says whether the line is there, and free or the kiosk's own.
func check(s Spec) error {
	chip, err := openChip(s.Chip)
	if err != nil {
		return err
	}
	defer func() { _ = chip.Close() }()
	n, err := find(chip, s)
	if err != nil {
		return err
	}
	info, err := chip.LineInfo(n)
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrKernel, err)
	case info.Used && !strings.HasPrefix(info.Consumer, consumer):
		return busy(info)
	}
	return nil
}
