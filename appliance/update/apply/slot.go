package apply

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lintel/appliance/update"
	"lintel/appliance/update/owner"
)

// errSlot means that the machine was not started by the image's boot loader.
var errSlot = errors.New("the kernel's command line names no slot A or B: start the image by its own boot loader")

// argument is the value of a word on the kernel's command line.
func (m *Machine) argument(name string) string {
	line, err := os.ReadFile(m.CommandLine)
	if err != nil {
		return ""
	}
	for _, word := range strings.Fields(string(line)) {
		if value, found := strings.CutPrefix(word, name+"="); found {
			return value
		}
	}
	return ""
}

// bootedSlot is A or B.
func (m *Machine) bootedSlot() (string, error) {
	switch slot := m.argument("rauc.slot"); slot {
	case "A", "B":
		return slot, nil
	default:
		return "", fmt.Errorf("cannot tell which slot runs: %w", errSlot)
	}
}

// TellSlot finds out about the running slot and writes it for the kiosk's
// program. What cannot be found out is left empty, which its selftest tells.
//
// Errors: that it cannot be written, or that there is no slot.
func (m *Machine) TellSlot(ctx context.Context) error {
	name, err := m.bootedSlot()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.Media, 0o755); err != nil { //nolint:gosec // everybody may look
		return fmt.Errorf("cannot make root's run folder: %w", err)
	}
	s := update.Slot{Name: name}
	if s.Image, err = update.ReadImage(m.Image); err != nil {
		m.logf("%v", err)
	}
	if c, err := owner.Certificate(m.Owner); err == nil {
		s.Owner, s.OwnerName = owner.Fingerprint(c), c.Subject.CommonName
	}
	if s.RootHash, s.Signed, err = m.built(&s); err != nil {
		m.logf("%v", err)
	}
	s.RunningHash, s.Corrupt = m.running(ctx)
	var t trial
	if data, err := os.ReadFile(filepath.Join(m.Notes, trialName)); err == nil && json.Unmarshal(data, &t) == nil && t.Slot != name {
		s.FellBack = t.Version
	}
	_, err = os.Stat(filepath.Join(m.System, "state-remade"))
	s.StateRemade = err == nil
	m.logf("slot %s, version %s, root %s, built %s, signed %v, fell back from %q", s.Name, s.Version, s.RunningHash, s.RootHash, s.Signed, s.FellBack)
	return update.WriteJSON(filepath.Join(m.System, update.SlotName), s)
}

// built reads the root's hash as it was built, out of what the slot's boot
// partition holds, and whether the owner signed it.
func (m *Machine) built(s *update.Slot) (hash string, signed bool, err error) {
	data, err := os.ReadFile(filepath.Join(m.System, update.BuiltName))
	if err != nil {
		return "", false, fmt.Errorf("cannot read what was built: %w", err)
	}
	var i update.Image
	if err := json.Unmarshal(data, &i); err != nil {
		return "", false, fmt.Errorf("cannot read what was built: %w", err)
	}
	if i.Version != s.Version || i.Board != s.Board {
		return "", false, fmt.Errorf("cannot rely on the boot slot: it is of version %.40q for %.40q", i.Version, i.Board)
	}
	signature, err := os.ReadFile(filepath.Join(m.System, update.BuiltName+".sig"))
	if errors.Is(err, os.ErrNotExist) {
		return i.RootHash, false, nil
	}
	c, missing := owner.Certificate(m.Owner)
	if err := errors.Join(err, missing); err != nil {
		return i.RootHash, false, err
	}
	err = owner.Verify(c, data, signature)
	return i.RootHash, err == nil, err
}

// rootName is dm-verity's device under the root.
const rootName = "lintel-root"

// running asks the kernel which hash it checks the root with. It is empty where
// the root is not that device.
func (m *Machine) running(ctx context.Context) (hash string, corrupt bool) {
	if !m.rootIsVerity(ctx) {
		return "", false
	}
	// The table's words (kernel, admin-guide/device-mapper/verity): start,
	// length, verity, version, data, hash device, two block sizes, blocks, start
	// of the hashes, algorithm, root hash, salt.
	table, err := m.run(ctx, "dmsetup", "table", rootName)
	words := strings.Fields(table)
	if err != nil || len(words) < 12 || words[2] != "verity" || words[10] != "sha256" {
		m.logf("the root's table is %.200q: %v", table, err)
		return "", false
	}
	// V for all blocks read so far in order, C for a damaged one.
	status, err := m.run(ctx, "dmsetup", "status", rootName)
	state := strings.Fields(status)
	return words[11], err != nil || len(state) < 4 || state[3] != "V"
}

// rootIsVerity says whether the file system at / lies on that device.
func (m *Machine) rootIsVerity(ctx context.Context) bool {
	mounts, err := os.ReadFile(m.Mounts)
	if err != nil {
		return false
	}
	device := ""
	for line := range strings.Lines(string(mounts)) {
		// proc(5): the third field is the device's number, the fifth the place.
		if words := strings.Fields(line); len(words) > 5 && words[4] == "/" {
			device = words[2]
		}
	}
	number, err := m.run(ctx, "dmsetup", "info", "-c", "--noheadings", "--separator=:", "-o", "major,minor", rootName)
	return err == nil && device != "" && strings.TrimSpace(number) == device
}
