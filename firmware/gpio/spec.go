package gpio

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrSpec means that a text names no line.
var ErrSpec = errors.New("not a line; write CHIP:LINE, such as gpiochip0:17 or pinctrl-bcm2711:GPIO17, and after it :active_low, :pull_up or :pull_down where needed")

// Bias is the resistor that the chip itself connects to an input. The zero
// value leaves it as it is.
type Bias uint8

// The resistors.
const (
	PullUp Bias = iota + 1
	PullDown
)

// String names the bias as the configuration does; empty for none.
func (b Bias) String() string {
	switch b {
	case PullUp:
		return "pull_up"
	case PullDown:
		return "pull_down"
	default:
		return ""
	}
}

// Spec names a line.
type Spec struct {
	// Chip is the name (gpiochip0), the device (/dev/gpiochip0) or the label
	// (pinctrl-bcm2711) of the chip. The kernel numbers chips as it finds them,
	// so the label is the safer name.
	Chip string
	// Line is the number of the line on the chip, or its name.
	Line string
	// ActiveLow: the low level means active.
	ActiveLow bool
	// Bias is for inputs alone.
	Bias Bias
}

// ParseSpec reads CHIP:LINE with its options. A chip's label may have colons
// in it, a line's name may not.
//
// Errors: [ErrSpec].
func ParseSpec(text string) (Spec, error) {
	var s Spec
	refuse := func() (Spec, error) { return Spec{}, fmt.Errorf("cannot use %q: %w", text, ErrSpec) }
	parts := strings.Split(text, ":")
	for len(parts) > 2 {
		switch last := parts[len(parts)-1]; {
		case last == "active_low" && !s.ActiveLow:
			s.ActiveLow = true
		case last == PullUp.String() && s.Bias == 0:
			s.Bias = PullUp
		case last == PullDown.String() && s.Bias == 0:
			s.Bias = PullDown
		default:
			s.Line = last
		}
		if s.Line != "" {
			break
		}
		parts = parts[:len(parts)-1]
	}
	if len(parts) < 2 {
		return refuse()
	}
	s.Line = parts[len(parts)-1]
	s.Chip = strings.Join(parts[:len(parts)-1], ":")
	// What is printed must stay one line, and a name of the kernel's is plain.
	for _, name := range []string{s.Chip, s.Line} {
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
			return refuse()
		}
	}
	for _, word := range []string{"active_low", PullUp.String(), PullDown.String()} {
		if s.Line == word {
			return refuse()
		}
	}
	return s, nil
}

// String writes the line as [ParseSpec] reads it.
func (s Spec) String() string {
	text := s.Chip + ":" + s.Line
	if s.ActiveLow {
		text += ":active_low"
	}
	if b := s.Bias.String(); b != "" {
		text += ":" + b
	}
	return text
}

// number returns the number of the line, where Line is one.
func (s Spec) number() (int, bool) {
	n, err := strconv.ParseUint(s.Line, 10, 16)
	return int(n), err == nil
}
