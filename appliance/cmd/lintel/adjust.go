package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/setup"
	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/ui/staff"
)

// Why a kiosk does not screen before it was told what it needs.
const (
	reasonNoCertificate = "reference_no_certificate"
	reasonOtherRecord   = "commissioned_otherwise"
)

// unready names what keeps a kiosk from being built that staff can put right on
// the page; empty for what they cannot.
func unready(err error) string {
	switch {
	case errors.Is(err, calibration.ErrNoReferenceTemperature):
		return reasonNoCertificate
	case errors.Is(err, setup.ErrOtherReference), errors.Is(err, commissioning.ErrOtherCamera):
		return reasonOtherRecord
	default:
		return ""
	}
}

// asideName is a commissioning record that no longer describes the kiosk.
const asideName = "commissioning.before.json"

// Settings returns what was set at this kiosk, beside the owner's values.
func (i *installer) Settings() []staff.Setting {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := []staff.Setting{}
	for _, c := range i.own.Changed(&i.owners) {
		list = append(list, staff.Setting(c))
	}
	return list
}

// Adjust keeps settings in state.dir and has the frame loop built anew with
// them. What it would not understand at its next start is refused.
func (i *installer) Adjust(s staff.Adjustment) error {
	i.accepting.Lock()
	defer i.accepting.Unlock()
	i.mu.Lock()
	own := config.Own{}
	for key, value := range i.own {
		own[key] = value
	}
	c, was, info := i.owners, *i.cfg, i.info
	i.mu.Unlock()
	if s.Reset {
		own = config.Own{}
	}
	for _, e := range entries(s) {
		if e.value == nil {
			delete(own, e.key)
			continue
		}
		own[e.key] = e.value
		if err := (config.Own{e.key: e.value}).Apply(&config.Config{}); err != nil {
			return &staff.EntryError{Name: e.name, Err: err}
		}
	}
	if err := i.options.settings.ApplyWith(&c, own); err != nil {
		return errors.Join(staff.ErrEntry, err)
	}
	if c.Reference.Expires != was.Reference.Expires && i.clock.Known() {
		if err := c.CheckReferences(i.clock.Now()); err != nil {
			return &staff.EntryError{Name: "expires", Err: err}
		}
	}
	if c.Camera.Rotate%180 != was.Camera.Rotate%180 {
		info.Width, info.Height = info.Height, info.Width
	}
	if err := setup.CheckReference(&c, info); err != nil && unready(err) == "" {
		return errors.Join(staff.ErrEntry, err)
	}
	return i.keep(own, &was, c)
}

// keep writes the settings and hands them to the frame loop. A record that is
// about another reference or mounting is set aside first: no kiosk measures by
// it, whatever happens in between.
func (i *installer) keep(own config.Own, was *config.Config, c config.Config) error {
	text, err := own.TOML()
	if err != nil {
		return err
	}
	if !sameInstallation(was, &c) {
		path := setup.RecordPath(&c)
		if err := os.Rename(path, filepath.Join(filepath.Dir(path), asideName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot set the commissioning record aside: %w", err)
		}
	}
	if err := os.MkdirAll(c.State.Dir, 0o700); err != nil {
		return err
	}
	if err := replace(filepath.Join(c.State.Dir, config.OwnName), text); err != nil {
		return err
	}
	i.mu.Lock()
	i.own = own
	i.mu.Unlock()
	i.seat.adjust(func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		if !sameInstallation(i.cfg, &c) {
			i.record, i.newer = nil, false
		}
		// Only what can be set here: other parts of the program read the rest.
		i.cfg.Camera.Rotate, i.cfg.Camera.Mirror, i.cfg.Reference = c.Camera.Rotate, c.Camera.Mirror, c.Reference
		i.wipe()
		i.now = staff.Sight{}
	})
	return nil
}

// sameInstallation says whether a record made with one configuration is one for
// the other, too.
func sameInstallation(one, other *config.Config) bool {
	a, b := &one.Reference, &other.Reference
	return one.Camera.Rotate == other.Camera.Rotate && one.Camera.Mirror == other.Camera.Mirror && a.TemperatureC == b.TemperatureC && a.UncertaintyK == b.UncertaintyK && a.Emissivity == b.Emissivity && a.Serial == b.Serial && a.Expires == b.Expires
}

// temperature is the reference's, as it is set now.
func (i *installer) temperature() float64 {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.cfg.Reference.TemperatureC
}

// present is the record that holds now, nil for none.
func (i *installer) present() *commissioning.Record {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.record
}

// entry is one setting: its name on the page, its key and its value, nil for
// the owner's.
type entry struct {
	name, key string
	value     any
}

// entries lists what staff entered.
func entries(s staff.Adjustment) []entry {
	var list []entry
	if s.Rotate != nil {
		list = append(list, entry{"rotate", "camera.rotate", int64(*s.Rotate)})
	}
	if s.Mirror != nil {
		list = append(list, entry{"mirror", "camera.mirror", *s.Mirror})
	}
	for _, f := range []struct {
		name, key string
		text      *string
		number    bool
	}{
		{"temperature", "reference.temperature_c", s.Temperature, true},
		{"uncertainty", "reference.uncertainty_k", s.Uncertainty, true},
		{"emissivity", "reference.emissivity", s.Emissivity, true},
		{"serial", "reference.serial", s.Serial, false},
		{"expires", "reference.expires", s.Expires, false},
	} {
		if f.text == nil {
			continue
		}
		e := entry{name: f.name, key: f.key}
		if *f.text != "" {
			e.value = *f.text
		}
		// What is no number stays a text, which the key refuses.
		if n, err := strconv.ParseFloat(*f.text, 64); f.number && err == nil {
			e.value = n
		}
		list = append(list, e)
	}
	return list
}

// lampFor is how long a lamp is tried.
const lampFor = 2 * time.Second

// Lamps names the lamps that can be tried.
func (i *installer) Lamps() []string { return i.lamps.Lamps() }

// TryLamp lights one of them for a moment.
func (i *installer) TryLamp(_ context.Context, name string) error { return i.lamps.Try(name, lampFor) }
