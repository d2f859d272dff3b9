package apply

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lintel/appliance/update"
)

// Machine is where things are, and how other programs are started. The zero
// fields of one from [This] are the image's own.
type Machine struct {
	// Program is the run folder of the kiosk's program, System root's.
	Program, System string
	// Media has a folder for each medium, read-only.
	Media string
	// Notes survives a restart.
	Notes string
	// Forget is the note that the state is to be wiped.
	Forget string
	// Image is the root's own image.json, Owner the owner's certificate, Config
	// RAUC's settings.
	Image, Owner, Config string
	// CommandLine and Mounts are the kernel's own files.
	CommandLine, Mounts string
	// Start runs a program to its end.
	Start func(ctx context.Context, out, messages io.Writer, name string, args ...string) error
	// Log takes what is worth a line in the journal.
	Log io.Writer
	// HealthWithin is how long a version may take to show its health, WarmWithin
	// how long once it warms up.
	HealthWithin, WarmWithin time.Duration
}

// This is the machine that runs.
func This() *Machine {
	return &Machine{
		Program: "/run/lintel", System: update.SystemFolder, Media: update.BundleFolder, Notes: update.NotesFolder, Forget: "/efi/forget",
		Image: update.ImageFile, Owner: update.OwnerFile, Config: "/etc/rauc/system.conf",
		CommandLine: "/proc/cmdline", Mounts: "/proc/self/mountinfo",
		Start: start, Log: os.Stderr, HealthWithin: 5 * time.Minute, WarmWithin: 3 * time.Hour,
	}
}

func start(ctx context.Context, out, messages io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = out, messages
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("cannot run %s: %w", name, err)
	}
	return nil
}

// run runs a program; what it says is in the error where it fails.
func (m *Machine) run(ctx context.Context, name string, args ...string) (string, error) {
	var out, messages bytes.Buffer
	if err := m.Start(ctx, &out, &messages, name, args...); err != nil {
		return out.String(), fmt.Errorf("%w: %s", err, lastLine(messages.String()))
	}
	return out.String(), nil
}

// lastLine is the last line of what a program said that is not empty.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndex(text, "\n")+1:]
}

func (m *Machine) logf(format string, args ...any) { fmt.Fprintf(m.Log, format+"\n", args...) }

func (m *Machine) report(r *update.Report) error {
	if r.Offers == nil {
		r.Offers = []update.Offer{}
	}
	return update.WriteJSON(filepath.Join(m.System, update.ReportName), r)
}

// Serve does what the kiosk's program asks. The request is taken away first, so
// that one that cannot be done is not met again.
//
// Errors: what could not be told in the report.
func (m *Machine) Serve(ctx context.Context) error {
	name := filepath.Join(m.Program, update.RequestName)
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the request: %w", err)
	}
	request, wrong := update.ParseRequest(f, m.Media)
	if err := errors.Join(f.Close(), os.Remove(name)); err != nil {
		return fmt.Errorf("cannot take the request: %w", err)
	}
	last, _ := update.ReadReport(m.System) // one that cannot be read is written anew
	if wrong != nil {
		m.logf("refused a request: %v", wrong)
		last.Phase, last.Reason, last.Detail = update.Failed, update.ReasonRequest, ""
		return m.report(&last)
	}
	m.logf("asked to %s %s", request.Act, request.Bundle)
	switch request.Act {
	case update.ActLook:
		return m.look(ctx, last)
	case update.ActInstall:
		return m.install(ctx, last, request)
	case update.ActForget:
		return m.forget(ctx)
	default:
		_, err := m.run(ctx, "systemctl", "reboot")
		return err
	}
}
