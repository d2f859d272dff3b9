package gpio

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Test makes the outputs active one after the other, each for that long, and
// tells which one it is. The door relay has its turn only where
// door says so. It takes the lines for itself, so the kiosk must not run.
// Every output is inactive when it returns.
//
// Errors: those of [Open], and ctx's.
func Test(ctx context.Context, cfg Config, each time.Duration, door bool, tell func(Role, Spec)) error {
	if err := cfg.complete(); err != nil {
		return err
	}
	for _, role := range Roles() {
		spec, ok := cfg.Lines[role]
		if !ok || !role.Output() || role == DoorRelay && !door {
			continue
		}
		if err := cfg.pulse(ctx, role, spec, each, tell); err != nil {
			return err
		}
	}
	return nil
}

// pulse makes one output active for that long.
func (c *Config) pulse(ctx context.Context, role Role, spec Spec, each time.Duration, tell func(Role, Spec)) (err error) {
	l, err := c.driver.output(spec, role)
	if err != nil {
		return fmt.Errorf("cannot use %v for the %v: %w", spec, role, err)
	}
	defer func() { err = errors.Join(err, l.Set(false), l.Close()) }()
	tell(role, spec)
	if err := l.Set(true); err != nil {
		return fmt.Errorf("cannot drive the %v at %v: %w", role, spec, err)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(each):
		return nil
	}
}

// Release makes every output inactive and gives it back: what a board does not
// do by itself after its program was killed. It tries all of them.
//
// Errors: those of [Open].
func Release(cfg Config) error {
	if err := cfg.complete(); err != nil {
		return err
	}
	var errs []error
	for _, role := range Roles() {
		spec, ok := cfg.Lines[role]
		if !ok || !role.Output() {
			continue
		}
		l, err := cfg.driver.output(spec, role)
		if err != nil {
			errs = append(errs, fmt.Errorf("cannot use %v for the %v: %w", spec, role, err))
			continue
		}
		errs = append(errs, l.Set(false), l.Close())
	}
	return errors.Join(errs...)
}

// Check says whether each line can be requested, by the role of those that
// cannot. It leaves the lines as they are: nothing is requested.
//
// Errors of a role: [ErrNoChip], [ErrNoLine], [ErrBusy], [ErrAccess].
func Check(cfg Config) map[Role]error {
	wrong := map[Role]error{}
	for role, spec := range cfg.Lines {
		if err := check(spec); err != nil {
			wrong[role] = fmt.Errorf("cannot use %v for the %v: %w", spec, role, err)
		}
	}
	return wrong
}
