package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"lintel/appliance/config"
	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
)

// RecordName is the name of the commissioning record in the folder state.dir.
const RecordName = "commissioning.json"

// ErrCold means that the camera has not been on for camera.warm_up_s.
var ErrCold = errors.New("the camera is not warm: leave it on and repeat")

// ErrOtherReference means that the settings describe another reference than the
// commissioning record.
var ErrOtherReference = errors.New("the settings describe another reference than the commissioning record: commission the kiosk anew")

// RecordPath is where the commissioning record is kept.
func RecordPath(c *config.Config) string { return filepath.Join(c.State.Dir, RecordName) }

// Commissioning says how a kiosk is commissioned.
type Commissioning struct {
	// Frames is how many frames of the reference are watched.
	Frames int
	// Field is the map of the field of view, nil where none was made, and Source
	// the size-of-source effect, nil where it was not measured.
	Field  *calibration.Field
	Source *float64
	// Ambient is the room, Day the day.
	Ambient commissioning.Ambient
	Day     calibration.Date
	// Live is the reading of the blackbody's controller; nil for the set point.
	Live func() (calibration.Live, bool)
	// Progress is told after every frame; it may be nil.
	Progress func(done, of int)
}

// MapField makes the map of the field of view from that many frames of a uniform
// target that fills the view, even within half widths of uniformity kelvin.
//
// Errors: those of the source, [commissioning.ErrFrames] and
// [commissioning.ErrNotUniform].
func MapField(ctx context.Context, c *config.Config, source thermal.Source, frames int, uniformity float64, progress func(done, of int)) (*calibration.Field, error) {
	cfg := calibrationConfig(c)
	u, err := commissioning.NewUniform(cfg.Camera, source.Info(), cfg.Reference.Temperature)
	if err != nil {
		return nil, err
	}
	var frame thermal.Frame
	defer frame.Wipe()
	for n := range frames {
		if err := source.Next(ctx, &frame); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if err := u.Add(&frame); err != nil {
			return nil, err
		}
		tell(progress, n+1, frames)
	}
	return u.Field(thermal.Kelvin(uniformity))
}

func tell(progress func(done, of int), done, of int) {
	if progress != nil {
		progress(done, of)
	}
}

// Found is what watching the references found: what was accepted of the first
// and of the second, and the uncertainty of a reading.
type Found struct {
	First, Second commissioning.Accepted
	Budget        calibration.Budget
}

// Commission watches the references and returns a record, not signed off, of
// where they are, how far the camera is off, what a reading is uncertain by, and
// what that comes to. A finite source may end before.
//
// Errors: those of the calibration's settings and of the source, and
// [commissioning.ErrUnsettled] and [ErrCold].
func Commission(ctx context.Context, c *config.Config, source thermal.Source, how Commissioning) (*commissioning.Record, error) {
	found, err := watch(ctx, commissioningConfig(c, &how), source, how, time.Duration(c.Camera.WarmUpS*float64(time.Second)))
	if err != nil {
		return nil, err
	}
	return NewRecord(c, source.Info(), how, found)
}

// NewRecord returns a record, not signed off, of what was found.
//
// Errors: those of the calibration's settings.
func NewRecord(c *config.Config, info thermal.Info, how Commissioning, found Found) (*commissioning.Record, error) {
	cfg := commissioningConfig(c, &how)
	r := commissioning.NewRecord(info, cfg.Reference.Certificate, found.First, how.Ambient)
	if cfg.Second != nil {
		other := commissioning.NewReference(cfg.Second.Certificate, found.Second)
		r.Second = &other
	}
	if how.Field != nil {
		r.SetField(how.Field)
	}
	r.Source = how.Source
	r.SetBudget(found.Budget)
	inspection := commissioning.Inspection{Accepted: found.First, Certificate: cfg.Reference.Certificate, Budget: found.Budget, Field: how.Field, Day: how.Day}
	r.Verdicts = inspection.Judge()
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

// commissioningConfig is the calibration's configuration while a kiosk is
// commissioned.
func commissioningConfig(c *config.Config, how *Commissioning) calibration.Config {
	cfg := calibrationConfig(c)
	cfg.Field, cfg.Reference.Live = how.Field, how.Live
	if how.Source != nil {
		cfg.Correction.SizeOfSource = *how.Source
	}
	if how.Ambient.TemperatureC != 0 {
		cfg.Terms.Surround = thermal.Celsius(how.Ambient.TemperatureC)
	}
	return cfg
}

// watch watches the references until they are settled. The camera must have been
// on for warm, where it tells.
func watch(ctx context.Context, cfg calibration.Config, source thermal.Source, how Commissioning, warm time.Duration) (found Found, err error) {
	tracker, err := calibration.New(cfg, source.Info())
	if err != nil {
		return found, err
	}
	tracker.Today(how.Day)
	var settle, other commissioning.Settle
	var frame thermal.Frame
	defer frame.Wipe()
	begun := false
	for n := range how.Frames {
		if err := source.Next(ctx, &frame); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return found, err
		}
		if on := frame.Telemetry; on.HasUptime && on.Uptime < warm {
			return found, fmt.Errorf("cannot commission with a camera that has been on for %v, %v are needed: %w", on.Uptime.Round(time.Second), warm, ErrCold)
		}
		seen := tracker.Observe(&frame)
		// Until it is found the reference is not in order, for a part of the
		// frames at most.
		begun = begun || seen.Reference.OK || n >= how.Frames/4
		if begun {
			settle.Add(seen.Reference, frame.Time)
			other.Add(seen.Second, frame.Time)
		}
		if seen.Scale.Valid() {
			found.Budget = seen.Scale.Usual()
		}
		tell(how.Progress, n+1, how.Frames)
	}
	if found.First, err = settle.Accept(); err == nil && cfg.Second != nil {
		if found.Second, err = other.Accept(); err != nil {
			err = fmt.Errorf("second_reference: %w", err)
		}
	}
	return found, err
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
	file, err := os.CreateTemp(c.State.Dir, RecordName+".*")
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
	if has := r.Second != nil; has != (c.Second.TemperatureC != 0) || has && r.Second.TemperatureC != c.Second.TemperatureC {
		return fmt.Errorf("cannot use the record for second_reference.temperature_c = %g: %w", c.Second.TemperatureC, ErrOtherReference)
	}
	return r.Apply(cfg, info)
}
