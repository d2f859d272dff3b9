package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/counts"
	"lintel/appliance/kiosk"
	"lintel/appliance/setup"
	"lintel/ui/staff"
)

// office is what the staff pages show and ask of this program.
type office struct {
	*staff.Staff
	health staff.Ring
	store  atomic.Pointer[counts.Store]
	room   float64
	begun  time.Time

	oblivion oblivion
	updates  updates
}

// openOffice reads the staff's PIN, if there is one.
//
// Errors: those of [staff.New].
func openOffice(o *runOptions, c *config.Config, installer *installer) (*office, error) {
	f := &office{room: math.NaN(), begun: time.Now(), oblivion: newOblivion(), updates: newUpdates()}
	if c.Ambient.RoomC != 0 {
		f.room = c.Ambient.RoomC
	}
	cfg := staff.Config{
		Vault: pinFile(filepath.Join(c.State.Dir, pinName)), Clock: installer.clock, Media: media{}, Health: &f.health,
		Installation: installer, Updates: f.updates, Forget: f.oblivion.ask,
		Operating: func() ([]byte, error) { return operating(c) },
		SelfTest:  func(ctx context.Context) []staff.Line { return selftestLines(ctx, o, installer.temperature()) },
	}
	if c.Screening.Mode != config.Voluntary {
		cfg.Tallies = f
	}
	var err error
	f.Staff, err = staff.New(cfg)
	return f, err
}

// note keeps how the measuring is. It is told once a second.
func (f *office) note(h kiosk.Health) {
	p := staff.Point{OffsetK: math.NaN(), UncertaintyK: math.NaN(), RoomC: f.room, Fault: h.Fault}
	var terms staff.Budget
	if h.Fault == "" && h.R > 0 {
		p.OffsetK, p.UncertaintyK = h.OffsetK, h.ExpandedK
		for i, t := range h.Budget {
			terms[i] = staff.Term(t)
		}
	}
	f.health.Note(time.Since(f.begun), p)
	f.health.NoteBudget(&terms)
}

// prevalence is the share of visitors with fever that the page begins with.
const prevalence = 0.01

// operating says what each threshold is worth.
func operating(c *config.Config) ([]byte, error) {
	p, room, err := setup.Policy(c)
	if err != nil {
		return nil, err
	}
	return json.Marshal(p.Report(room, prevalence))
}

// errNotOpen means that the counts are not open yet.
var errNotOpen = errors.New("the counts are not open yet")

// Export writes the table of visits.
func (f *office) Export(ctx context.Context, w io.Writer, from, to time.Time) error {
	store := f.store.Load()
	if store == nil {
		return errNotOpen
	}
	return store.Export(ctx, w, from, to)
}

// ExportChecks writes the table of second checks.
func (f *office) ExportChecks(ctx context.Context, w io.Writer) error {
	store := f.store.Load()
	if store == nil {
		return errNotOpen
	}
	return store.ExportChecks(ctx, w)
}

// NoteCheck counts a second check.
func (f *office) NoteCheck(outcome string) error {
	store := f.store.Load()
	if store == nil {
		return errNotOpen
	}
	for _, o := range []counts.Outcome{counts.Cleared, counts.Confirmed, counts.NotDone} {
		if o.String() == outcome {
			return store.Add(o)
		}
	}
	return counts.ErrOutcome
}

// selftestLines runs the self-test as lintel selftest does.
func selftestLines(ctx context.Context, o *runOptions, t float64) []staff.Line {
	var out bytes.Buffer
	settings := o.settings
	if t != 0 {
		// It may go without saying for the source.
		settings.Sets = append(slices.Clone(settings.Sets), fmt.Sprintf("reference.temperature_c=%g", t))
	}
	// What failed stands in its line.
	_ = selftest(ctx, &settings, &out)
	var lines []staff.Line
	for in := json.NewDecoder(&out); ; {
		var line staff.Line
		if err := in.Decode(&line); err != nil {
			return lines
		}
		lines = append(lines, line)
	}
}

// pinName is the file of the staff's PIN in the folder state.dir.
const pinName = "staff.json"

// pinFile keeps the hash of the PIN in a file of the kiosk's user alone.
type pinFile string

// Load returns what the file holds, nil where there is none.
func (p pinFile) Load() ([]byte, error) {
	data, err := os.ReadFile(string(p))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// Save replaces the file, whole or not at all.
func (p pinFile) Save(data []byte) error {
	if err := os.MkdirAll(filepath.Dir(string(p)), 0o700); err != nil {
		return err
	}
	return replace(string(p), data)
}

// replace writes a file beside the one of that name and puts it in its place.
func replace(name string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// media are the file systems mounted where desktops and udisks mount what is
// plugged in.
type media struct{}

var mediaFolders = [...]string{"/media/", "/run/media/", "/mnt/"}

// List names the media that can be written.
func (media) List() ([]string, error) {
	mounts, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, fmt.Errorf("cannot see what is plugged in: %w", err)
	}
	defer func() { _ = mounts.Close() }()
	return mounted(mounts), nil
}

// mounted reads the format of /proc/self/mountinfo (proc(5)): the fifth field
// is the mount point, in which octal escapes stand for spaces.
func mounted(in io.Reader) []string {
	var found []string
	for lines := bufio.NewScanner(in); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 6 {
			continue
		}
		place := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\134`, `\`).Replace(fields[4])
		writable := slices.Contains(strings.Split(fields[5], ","), "rw")
		if writable && slices.ContainsFunc(mediaFolders[:], func(f string) bool { return strings.HasPrefix(place, f) }) {
			found = append(found, place)
		}
	}
	return found
}

// Write writes a file to one of the media.
func (m media) Write(medium, name string, data []byte) error {
	list, err := m.List()
	if err != nil {
		return err
	}
	if !slices.Contains(list, medium) {
		return fmt.Errorf("cannot write to %s: nothing is plugged in there", medium)
	}
	return replace(filepath.Join(medium, filepath.Base(name)), data)
}
