package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"

	"lintel/appliance/update"
	"lintel/ui/staff"
)

// runFolder is the program's own run folder, which systemd makes for the image's
// unit (RuntimeDirectory, systemd.exec(5)); empty elsewhere.
func runFolder() string { return os.Getenv("RUNTIME_DIRECTORY") }

// partsFile is the list of what the image is made of (CycloneDX).
const partsFile = "/usr/lib/lintel/sbom.json"

// updates asks root for what the program may not do itself, by a file in its run
// folder, and reads what root found.
type updates struct {
	program string // the run folder; empty where there is none
	system  string // root's
	parts   string // the list of parts
}

func newUpdates() updates {
	return updates{program: runFolder(), system: update.SystemFolder, parts: partsFile}
}

// State is what runs, and how an update is getting on.
func (u updates) State() (staff.UpdateState, error) {
	slot, err := update.ReadSlot(u.system)
	if errors.Is(err, update.ErrNoImage) {
		return staff.UpdateState{Version: builtVersion()}, nil
	}
	report, unread := update.ReadReport(u.system)
	if err := errors.Join(err, unread); err != nil {
		return staff.UpdateState{}, err
	}
	s := staff.UpdateState{
		Image: true, Version: slot.Version, Board: slot.Board, Slot: slot.Name, RootHash: slot.RunningHash,
		Owner: slot.Owner, OwnerName: slot.OwnerName, FellBack: slot.FellBack, StateRemade: slot.StateRemade,
		Phase: string(report.Phase), Percent: report.Percent, Reason: report.Reason, Detail: report.Detail, Installing: report.Version,
	}
	found, wrong := slot.Check()
	if s.Root, s.RootOK = found, wrong == nil; wrong != nil {
		s.Root = wrong.Error()
	}
	for _, o := range report.Offers {
		s.Offers = append(s.Offers, staff.Offer{Bundle: o.Bundle, File: o.File, Version: o.Version, Changes: o.Changes, Signer: o.Signer, Refused: o.Refused, Same: o.Same})
	}
	return s, nil
}

// builtVersion is the program's own version, where there is no image.
func builtVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

const maxParts = 8 << 20

// Parts lists what the image is made of.
func (u updates) Parts() ([]staff.Part, error) {
	data, err := os.ReadFile(u.parts)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || len(data) > maxParts {
		return nil, errors.Join(errors.New("cannot read what the image is made of: write it anew"), err)
	}
	var bom struct {
		Components []staff.Part `json:"components"`
	}
	if err := json.Unmarshal(data, &bom); err != nil {
		return nil, fmt.Errorf("cannot read what the image is made of: %w", err)
	}
	return bom.Components, nil
}

// errNoRoot means that nobody is there to be asked.
var errNoRoot = errors.New("cannot ask for that: only the image can be updated and restarted from here")

func (u updates) ask(r update.Request) error {
	if u.program == "" {
		return errNoRoot
	}
	return update.Ask(u.program, r)
}

// Look has the media looked at for updates.
func (u updates) Look() error { return u.ask(update.Request{Act: update.ActLook}) }

// Install has a bundle installed.
func (u updates) Install(bundle string, older bool) error {
	return u.ask(update.Request{Act: update.ActInstall, Bundle: bundle, Older: older})
}

// Restart restarts the machine.
func (u updates) Restart() error { return u.ask(update.Request{Act: update.ActRestart}) }

// checkImage holds the running root against the one that was built. Elsewhere
// than in an image there is nothing to hold: that is told, and is no failure.
func checkImage(system string) (string, error) {
	slot, err := update.ReadSlot(system)
	if errors.Is(err, update.ErrNoImage) {
		return "not an image: nobody vouches for the files around this program", nil
	}
	if err != nil {
		return "", err
	}
	return slot.Check()
}
