package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lintel/appliance/update"
)

// errUnwell means that a version did not show its health in time.
var errUnwell = errors.New("the kiosk was neither ready nor out of service for a reason it knows")

// lookEvery is how often the kiosk's sign of health is looked for.
const lookEvery = time.Second

// CheckHealth waits until the kiosk is ready or out of service for a reason that
// it knows, and has the slot marked good. A version on trial that does not get
// so far is marked bad, and the machine restarted into the slot that was good.
//
// Errors: that the version is not well, or what could not be done about it.
func (m *Machine) CheckHealth(ctx context.Context) error {
	slot, err := m.bootedSlot()
	if err != nil {
		return err
	}
	note := filepath.Join(m.Notes, trialName)
	var t trial
	if data, err := os.ReadFile(note); err == nil {
		_ = json.Unmarshal(data, &t) // a note that cannot be read is none
	}
	state, err := m.healthy(ctx)
	switch {
	case err == nil:
		m.logf("the kiosk is %s: slot %s is good", state, slot)
		if _, err := m.run(ctx, "rauc", "--conf="+m.Config, "status", "mark-good"); err != nil {
			return err
		}
		if t.Slot == slot {
			return os.Remove(note)
		}
		return nil
	case t.Slot != slot || ctx.Err() != nil:
		return err
	}
	m.logf("version %s does not come up: back to slot %s", t.Version, other(slot))
	_, bad := m.run(ctx, "rauc", "--conf="+m.Config, "status", "mark-bad")
	_, restarted := m.run(ctx, "systemctl", "reboot")
	return errors.Join(err, bad, restarted)
}

// healthy waits for the kiosk's sign.
func (m *Machine) healthy(ctx context.Context) (string, error) {
	within := time.NewTimer(m.HealthWithin)
	defer within.Stop()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if data, err := os.ReadFile(filepath.Join(m.Program, update.HealthName)); err == nil {
			if state := strings.TrimSpace(string(data)); update.Healthy(state) {
				return state, nil
			}
		}
		select {
		case <-tick.C:
		case <-within.C:
			return "", fmt.Errorf("cannot call this version good: %w within %v", errUnwell, m.HealthWithin)
		case <-ctx.Done():
			return "", fmt.Errorf("cannot finish looking at the kiosk's health: %w", ctx.Err())
		}
	}
}
