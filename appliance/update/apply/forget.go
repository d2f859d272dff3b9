package apply

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// forget notes on the boot medium that the state is to be wiped, and restarts the
// machine: before anything of the state is mounted, the image discards all of its
// partition and makes a new one. The note goes last, so that a power cut in
// between has it done again.
func (m *Machine) forget(ctx context.Context) error {
	f, err := os.OpenFile(m.Forget, os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil {
		err = fmt.Errorf("cannot note that the state is to be wiped: %w", err)
	}
	m.logf("the state is wiped at the next start")
	_, restarted := m.run(ctx, "systemctl", "reboot")
	return errors.Join(err, restarted)
}
