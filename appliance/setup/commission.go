package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"lintel/appliance/config"
	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
)

// recordName is the commissioning record in the folder state.dir.
const recordName = "commissioning.json"

// ErrOtherReference means that the settings describe another reference than the
// commissioning record.
var ErrOtherReference = errors.New("the settings describe another reference than the commissioning record: commission the kiosk anew")

// RecordPath is where the commissioning record is kept.
func RecordPath(c *config.Config) string { return filepath.Join(c.State.Dir, recordName) }

// Commission watches the reference over that many frames and returns a record,
// not signed off, of where it is and how far the camera is off. A finite source
// may end before. The room and the serial of the reference are the caller's to
// enter.
//
// Errors: those of the calibration's settings and of the source, and
// [commissioning.ErrUnsettled].
func Commission(ctx context.Context, c *config.Config, source thermal.Source, frames int) (*commissioning.Record, error) {
	cfg := calibrationConfig(c)
	info := source.Info()
	tracker, err := calibration.New(cfg, info)
	if err != nil {
		return nil, err
	}
	var settle commissioning.Settle
	var frame thermal.Frame
	begun := false
	for n := range frames {
		if err := source.Next(ctx, &frame); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		seen := tracker.Observe(&frame)
		// Until it is found the reference is not in order, for a part of the
		// frames at most.
		begun = begun || seen.Reference.OK || n >= frames/4
		if begun {
			settle.Add(seen, frame.Time)
		}
	}
	accepted, err := settle.Accept()
	if err != nil {
		return nil, err
	}
	return NewRecord(c, info, accepted)
}

// NewRecord returns a record, not signed off, of an accepted reference. The
// room and the serial of the reference are the caller's to enter.
//
// Errors: those of the calibration's settings.
func NewRecord(c *config.Config, info thermal.Info, accepted commissioning.Accepted) (*commissioning.Record, error) {
	cfg := calibrationConfig(c)
	r := commissioning.NewRecord(info, cfg.Reference.Certificate, accepted, commissioning.Ambient{})
	// What the kiosk will make of the record must be in order, too.
	if err := r.Apply(&cfg, info); err != nil {
		return nil, err
	}
	tracker, err := calibration.New(cfg, info)
	if err != nil {
		return nil, err
	}
	r.Model = tracker.Digest()
	return r, nil
}

// LoadRecord returns the kiosk's commissioning record, nil where it has none.
//
// Errors: [commissioning.ErrRecord], [commissioning.ErrUnsigned],
// [commissioning.ErrChanged], or the operating system's.
func LoadRecord(c *config.Config) (_ *commissioning.Record, err error) {
	path := RecordPath(c)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open the commissioning record: %w; set state.dir to a folder that this user may read", err)
	}
	defer func() { _ = file.Close() }()
	r, err := commissioning.Read(file)
	if err == nil {
		err = r.Verify()
	}
	if err != nil {
		return nil, fmt.Errorf("cannot rely on %s: %w", path, err)
	}
	return r, nil
}

// SaveRecord replaces the kiosk's commissioning record, whole or not at all.
//
// Errors: those of [commissioning.Record.Verify] and the operating system's.
func SaveRecord(c *config.Config, r *commissioning.Record) (err error) {
	if err := r.Verify(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("cannot keep the commissioning record: %w", err)
		}
	}()
	if err := os.MkdirAll(c.State.Dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(c.State.Dir, recordName+".*")
	if err != nil {
		return err
	}
	err = errors.Join(r.Write(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), RecordPath(c))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// commissioned enters a record into the calibration's settings.
func commissioned(cfg *calibration.Config, c *config.Config, r *commissioning.Record, info thermal.Info) error {
	of, set := &r.Reference, &c.Reference
	if set.TemperatureC != 0 && set.TemperatureC != of.TemperatureC || set.UncertaintyK != of.ExpandedK || set.StabilityK != of.StabilityK ||
		set.Serial != "" && set.Serial != of.Serial || set.Expires != "" && set.Expires != of.Expires.String() {
		return fmt.Errorf("cannot use the record of a reference of %g degC (uncertainty %g K, stability %g K, serial %q, expires %q) for one of %g degC (%g K, %g K, %q, %q): %w",
			of.TemperatureC, of.ExpandedK, of.StabilityK, of.Serial, of.Expires, set.TemperatureC, set.UncertaintyK, set.StabilityK, set.Serial, set.Expires, ErrOtherReference)
	}
	return r.Apply(cfg, info)
}
