package setup

import (
	"time"

	"lintel/appliance/config"
	"lintel/appliance/kiosk"
	"lintel/appliance/policy"
	"lintel/appliance/screening"
	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
	"lintel/vision"
)

// Outputs are where a kiosk's results go; each may be nil.
type Outputs struct {
	Screen    kiosk.Screen
	Tally     kiosk.Tally
	Observer  kiosk.Observer
	Stopwatch kiosk.Stopwatch
	Label     string
	// Health is told once a second how the measuring is.
	Health func(kiosk.Health)
	// Now tells the time, by default that of the machine.
	Now   func() time.Time
	Board Board
}

// Board is what a kiosk has beside camera and screen; the zero Board is none.
type Board struct {
	Lamps     kiosk.Lamps
	Interlock kiosk.Interlock
	// Presence says that somebody stands in front of the kiosk; nil without a
	// sensor.
	Presence func() bool
	// Room is the room as its sensor has it; nil without one.
	Room func() policy.Room
	// Live is the last reading of the blackbody's own thermometer; nil where it
	// has none.
	Live func() (calibration.Live, bool)
}

// Kiosk builds the frame loop over an open source. The record, nil where the
// kiosk was not commissioned, says where the reference is; the caller verified
// it.
//
// Errors: what the rooms say of their settings, [ErrOtherReference] and
// [commissioning.ErrOtherCamera].
func Kiosk(c *config.Config, source thermal.Source, detector vision.Detector, record *commissioning.Record, out Outputs) (*kiosk.Kiosk, error) {
	info := source.Info()
	judge, room, err := Policy(c)
	if err != nil {
		return nil, err
	}
	day := today(out.Now, record)
	// A certificate that has expired is a fault and no error: the pages, where
	// staff enter the new one, need a kiosk that runs.
	if err := c.CheckReferences(time.Time{}); err != nil {
		return nil, err
	}
	cfg := calibrationConfig(c)
	if record != nil {
		if err := commissioned(&cfg, c, record, info); err != nil {
			return nil, err
		}
	}
	cfg.Reference.Live = out.Board.Live
	reference, err := calibration.New(cfg, info)
	if err != nil {
		return nil, err
	}
	finder, err := vision.New(vision.Config{Detector: detector, Info: info})
	if err != nil {
		return nil, err
	}
	steps := screening.DefaultConfig()
	steps.Judge = judge
	steps.WarmUp = time.Duration(c.Camera.WarmUpS * float64(time.Second))
	machine, err := screening.New(steps)
	if err != nil {
		return nil, err
	}
	return kiosk.New(kiosk.Config{
		Source: source, Reference: reference, Finder: finder, Machine: machine, Site: judge.Site(), Reader: judge,
		Room: room, RoomNow: out.Board.Room, Lamps: out.Board.Lamps, Interlock: out.Board.Interlock, Presence: out.Board.Presence,
		Screen: out.Screen, Tally: out.Tally, Observer: out.Observer, Stopwatch: out.Stopwatch,
		Today: day, Health: out.Health, Label: out.Label, Voluntary: c.Screening.Mode == config.Voluntary, Temperature: c.Page.Temperature,
	})
}

// Policy builds the policy, and the room as far as it is configured.
//
// Errors: what the policy says of its settings.
func Policy(c *config.Config) (*policy.Policy, policy.Room, error) {
	site, err := policy.ParseSite(c.Policy.Site)
	if err != nil {
		return nil, policy.Room{}, err
	}
	judge, err := policy.New(policy.Config{
		Site: site, Sensitivity: c.Policy.Sensitivity, Threshold: thermal.Celsius(c.Policy.ThresholdC),
		PlausibleMin: thermal.Celsius(c.Policy.PlausibleMinC), PlausibleMax: thermal.Celsius(c.Policy.PlausibleMaxC),
		MaxU: thermal.Kelvin(c.Policy.MaxUK),
	})
	if err != nil || c.Ambient.RoomC == 0 {
		return judge, policy.Room{}, err
	}
	room, err := policy.NewRoom(thermal.Celsius(c.Ambient.RoomC))
	return judge, room, err
}

func calibrationConfig(c *config.Config) calibration.Config {
	cfg := calibration.DefaultConfig()
	r := &cfg.Reference
	r.MaxOffset = thermal.Kelvin(c.Reference.MaxOffsetK)
	if c.Ambient.RoomC != 0 {
		cfg.Terms.Surround = thermal.Celsius(c.Ambient.RoomC)
	}
	cfg.Limit.LiveAge = time.Duration(c.Live.TimeoutS * float64(time.Second))
	cfg.Limit.SetPoint = thermal.Kelvin(c.Reference.LiveOffK)
	certificate(r, &c.Reference)
	if c.Second.TemperatureC != 0 {
		cfg.Second = &calibration.ReferenceConfig{MaxOffset: r.MaxOffset}
		certificate(cfg.Second, &c.Second)
	}
	return cfg
}

// CheckReference says whether a kiosk can be built with those settings of the
// reference over a camera; one that is not known yet, of no size, has no say.
//
// Errors: those of [calibration.New].
func CheckReference(c *config.Config, info thermal.Info) error {
	if info.Width == 0 {
		return nil
	}
	_, err := calibration.New(calibrationConfig(c), info)
	return err
}

// certificate enters what the settings say of a reference.
func certificate(to *calibration.ReferenceConfig, from *config.Reference) {
	to.Temperature = thermal.Celsius(from.TemperatureC)
	to.Expanded = thermal.Kelvin(from.UncertaintyK)
	to.Stability = thermal.Kelvin(from.StabilityK)
	to.Emissivity, to.Serial = from.Emissivity, from.Serial
	to.Expires, _ = calibration.ParseDate(from.Expires) // the settings were checked; empty is none
	if p := from.Place; len(p) == 3 {
		to.Place = thermal.Circle{X: p[0], Y: p[1], R: p[2]}
	}
}
