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
const lookEvery = 500 * time.Millisecond

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
	state, err := m.healthy(ctx, t.Slot == slot)
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

// healthy waits for the kiosk's sign. A version that is on trial must be ready or
// out of service; of another one it is enough that it warms up.
func (m *Machine) healthy(ctx context.Context, onTrial bool) (string, error) {
	end := time.Now().Add(m.HealthWithin)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for warm := false; ; {
		data, _ := os.ReadFile(filepath.Join(m.Program, update.HealthName)) // none yet is nothing told
		state := strings.TrimSpace(string(data))
		switch h := update.ParseHealth(state); {
		case h == update.Well, h == update.WarmingUp && !onTrial:
			return state, nil
		case h == update.WarmingUp && !warm:
			warm, end = true, time.Now().Add(m.WarmWithin)
		}
		if time.Now().After(end) {
			return "", fmt.Errorf("cannot call this version good: %w in time", errUnwell)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", fmt.Errorf("cannot finish looking at the kiosk's health: %w", ctx.Err())
		}
	}
}
