package gpio

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// ErrConfig means that a setting is not allowed; the message names it.
var ErrConfig = errors.New("value not allowed")

// Config says which lines there are and how they are driven.
type Config struct {
	// Lines are those that there are, by their role; others are left out.
	Lines map[Role]Spec
	// Door is the kind of lock; required where there is a [DoorRelay].
	Door Door
	// DoorTime is how long PASS releases the door at most, 0.5 to 60 s; zero is
	// 5 s. A PASS within that time begins it anew.
	DoorTime time.Duration
	// BuzzerTime is how long the buzzer sounds, 50 ms to 2 s; zero is 0.2 s.
	BuzzerTime time.Duration
	// Debounce is how long an input must be steady to count, 1 ms to 1 s; zero
	// is 20 ms. The kernel does it.
	Debounce time.Duration
	// Dark keeps every output inactive: the result is for the visitor alone.
	Dark bool
	// Idle keeps the kiosk out of service: its visitors are simulated or
	// recorded, nobody is measured, and lamps cannot say so as the page does.
	Idle bool

	// driver stands in for the kernel in tests.
	driver driver
}

// complete fills in the defaults and refuses what cannot be.
func (c *Config) complete() error {
	for _, d := range []struct {
		name           string
		value          *time.Duration
		shipped        time.Duration
		least, largest time.Duration
	}{
		{"door time", &c.DoorTime, 5 * time.Second, 500 * time.Millisecond, time.Minute},
		{"buzzer time", &c.BuzzerTime, 200 * time.Millisecond, 50 * time.Millisecond, 2 * time.Second},
		{"debounce time", &c.Debounce, 20 * time.Millisecond, time.Millisecond, time.Second},
	} {
		if *d.value == 0 {
			*d.value = d.shipped
		}
		if *d.value < d.least || *d.value > d.largest {
			return fmt.Errorf("cannot take a %s of %v: %w: allowed are %v to %v", d.name, *d.value, ErrConfig, d.least, d.largest)
		}
	}
	taken := map[string]Role{}
	for _, role := range slices.Sorted(maps.Keys(c.Lines)) {
		spec := c.Lines[role]
		place := spec.Chip + ":" + spec.Line
		switch {
		case taken[place] != 0:
			return fmt.Errorf("cannot use %v for the %v: %w: it is the %v already", spec, role, ErrConfig, taken[place])
		case role == RoleUnknown || role >= roleCount:
			return fmt.Errorf("cannot use %v for a role that is not known: %w", spec, ErrConfig)
		case role.Output() && spec.Bias != 0:
			return fmt.Errorf("cannot use %v for the %v: %w: an output has no %v", spec, role, ErrConfig, spec.Bias)
		}
		taken[place] = role
	}
	if _, ok := c.Lines[DoorRelay]; ok && c.Door != FailSecure && c.Door != FailSafe {
		return fmt.Errorf("cannot drive the door relay: %w: say whether its lock is fail_secure or fail_safe", ErrConfig)
	}
	if c.driver == nil {
		c.driver = kernel{}
	}
	return nil
}
