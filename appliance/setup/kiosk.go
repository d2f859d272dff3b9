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
	cfg := calibrationConfig(c)
	if record != nil {
		if err := commissioned(&cfg, c, record, info); err != nil {
			return nil, err
		}
	}
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
		Source: source, Reference: reference, Finder: finder, Machine: machine, Site: judge.Site(), Room: room,
		Screen: out.Screen, Tally: out.Tally, Observer: out.Observer, Stopwatch: out.Stopwatch,
		Label: out.Label, Voluntary: c.Screening.Mode == config.Voluntary, Temperature: c.Page.Temperature,
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
	r.Temperature = thermal.Celsius(c.Reference.TemperatureC)
	r.Expanded = thermal.Kelvin(c.Reference.UncertaintyK)
	r.Stability = thermal.Kelvin(c.Reference.StabilityK)
	r.MaxOffset = thermal.Kelvin(c.Reference.MaxOffsetK)
	if p := c.Reference.Place; len(p) == 3 {
		r.Place = thermal.Circle{X: p[0], Y: p[1], R: p[2]}
	}
	return cfg
}
