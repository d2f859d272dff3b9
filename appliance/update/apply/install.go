package apply

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"lintel/appliance/update"
)

// trialName is the note of a version that was installed and has not shown its
// health.
const trialName = "trial.json"

// trial is that note.
type trial struct {
	Version string `json:"version"`
	Slot    string `json:"slot"` // that it was installed into
}

// install installs a bundle into the other slot.
func (m *Machine) install(ctx context.Context, last update.Report, request update.Request) error {
	r := update.Report{Phase: update.Installing, Offers: last.Offers}
	refuse := func(reason string, err error) error {
		m.logf("not installed: %v", err)
		r.Phase, r.Reason, r.Detail = update.Failed, reason, lastLine(err.Error())
		return m.report(&r)
	}
	b, said, err := m.examine(ctx, request.Bundle)
	if said != nil {
		r.Version = said.Version
	}
	if errors.Is(err, update.ErrOlder) && request.Older {
		m.logf("older, and staff allowed it: %v", err)
		err = nil
	}
	if err != nil {
		return refuse(update.Why(err).String(), err)
	}
	if err := m.report(&r); err != nil {
		return err
	}
	slot, err := m.bootedSlot()
	if err != nil {
		return refuse(update.ReasonInstall, err)
	}
	if err := m.note(trial{Version: said.Version, Slot: other(slot)}); err != nil {
		return refuse(update.ReasonInstall, err)
	}
	if err := m.rauc(ctx, request.Bundle, &r); err != nil {
		reason := update.ReasonInstall
		if payload := b.CheckPayload(ctx, func(int64, int64) {}); payload != nil {
			// The kernel met it as an error of the disk.
			reason, err = update.Why(payload).String(), errors.Join(payload, err)
		}
		return errors.Join(refuse(reason, err), os.Remove(filepath.Join(m.Notes, trialName)))
	}
	m.logf("installed %s into slot %s", said.Version, other(slot))
	r.Phase, r.Percent = update.Installed, 100
	return m.report(&r)
}

// percent is RAUC's line of progress.
var percent = regexp.MustCompile(`^\s*(\d+)%`)

// rauc runs RAUC's installation, which checks the signature, the board and every
// block once more, and has the other slot started next.
func (m *Machine) rauc(ctx context.Context, bundle string, r *update.Report) error {
	in, out := io.Pipe()
	read := make(chan string)
	go func() {
		said := ""
		for lines := bufio.NewScanner(in); lines.Scan(); {
			said = lines.Text()
			if n := percent.FindStringSubmatch(said); n != nil {
				r.Percent, _ = strconv.Atoi(n[1]) // it is a number
				_ = m.report(r)                   // the page sees the next one
			}
		}
		_, _ = io.Copy(io.Discard, in) // of a line that is too long
		read <- said
	}()
	err := m.Start(ctx, out, out, "rauc", "--conf="+m.Config, "install", bundle)
	_ = out.Close() // of a pipe: never fails
	if said := <-read; err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	return nil
}

// other is the slot that does not run.
func other(slot string) string {
	if slot == "A" {
		return "B"
	}
	return "A"
}

// note keeps what is on trial, on the disk before RAUC changes anything.
func (m *Machine) note(t trial) error {
	if err := os.MkdirAll(m.Notes, 0o700); err != nil {
		return fmt.Errorf("cannot note what is installed: %w", err)
	}
	return update.WriteJSON(filepath.Join(m.Notes, trialName), t)
}
