package trial

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// ErrNoRooms means that the room temperatures do not tell how skin follows
// them: the column T_atm is missing or always the same.
var ErrNoRooms = errors.New("the table's room temperatures show no slope: it needs a column T_atm with several temperatures")

// Version is the version of the model that [Fit] makes. Count it up with every
// change to what is fitted.
const Version = 1

// The points of a curve are those at these sensitivities.
const (
	lowestPercent, highestPercent = 60, 99
)

// Camera is one camera's table of the study.
type Camera struct {
	Name  string
	Table *Table
}

// Fit fits the model of a site and works out what its thresholds are worth.
// The result depends on the tables alone; its SHA256 is left empty. Errors
// wrap [ErrNoReadings], [ErrNoRooms] or [ErrNoTruth].
func Fit(site policy.Site, cameras []Camera) (policy.Model, error) {
	for _, c := range cameras {
		if !c.Table.Has(site) {
			return policy.Model{}, fmt.Errorf("cannot fit %v on %s: %w", site, c.Name, ErrNoReadings)
		}
	}
	m, err := fitModel(site, cameras, nil)
	if err != nil {
		return m, err
	}
	if m.With, err = curve(m, cameras, false); err != nil {
		return m, err
	}
	m.Without, err = curve(m, cameras, true)
	return m, err
}

// fitModel fits the room slope on the subjects that only chooses: the line
// through the readings of those without fever over the temperature of their
// room, by least squares. The febrile have no part in it, so that the room
// can only take away what it puts there, and never stands in for fever.
func fitModel(site policy.Site, cameras []Camera, only func(id string) bool) (policy.Model, error) {
	var rooms, readings []float64
	for _, c := range cameras {
		for i := range c.Table.Subjects {
			s := &c.Table.Subjects[i]
			reading, room := s.Reading(site), s.Room()
			if math.IsNaN(reading) || !room.Known() || !(s.Oral() < float64(policy.Fever375.Oral())) || only != nil && !only(s.ID) {
				continue
			}
			rooms = append(rooms, float64(room.Temperature()))
			readings = append(readings, reading)
		}
	}
	if len(rooms) < 3 || slices.Max(rooms)-slices.Min(rooms) < 1 {
		return policy.Model{}, fmt.Errorf("cannot fit %v: %w", site, ErrNoRooms)
	}
	_, slope := stat.LinearRegression(rooms, readings, nil, false)
	// Four decimals are what the table holds.
	return policy.Model{Version: Version, Site: site, RoomSlope: math.Round(slope*1e4) / 1e4}, nil
}

// curve works out a model's receiver operating characteristic.
func curve(m policy.Model, cameras []Camera, blind bool) (policy.Curve, error) {
	byFever := make([][]Scores, len(policy.Fevers()))
	var singles []Scores
	for _, c := range cameras {
		for _, f := range policy.Fevers() {
			byFever[f] = append(byFever[f], scoring{model: m, blind: blind, fever: f}.of(c.Table))
		}
		singles = append(singles, scoring{model: m, blind: blind, single: true}.of(c.Table))
	}
	var out policy.Curve
	for percent := highestPercent; percent >= lowestPercent; percent-- {
		threshold, err := OperatingPoint(byFever[policy.Fever375], float64(percent)/100)
		if err != nil {
			return out, err
		}
		if n := len(out.Points); n > 0 && out.Points[n-1].Threshold == thermal.Celsius(threshold) {
			continue
		}
		p := policy.Point{Threshold: thermal.Celsius(threshold)}
		for k := range cameras {
			var caught, cleared [2]int
			for _, f := range policy.Fevers() {
				caught[f], cleared[f] = byFever[f][k].Caught(threshold), byFever[f][k].Cleared(threshold)
			}
			p.Caught, p.Cleared = append(p.Caught, caught), append(p.Cleared, cleared)
		}
		out.Points = append(out.Points, p)
	}
	held, err := crossValidate(m.Site, cameras, blind)
	if err != nil {
		return out, err
	}
	for k, c := range cameras {
		camera := policy.Camera{Name: c.Name, AUC: byFever[policy.Fever375][k].AUC(), HeldOutAUC: held.auc[k]}
		for _, f := range policy.Fevers() {
			camera.Febrile[f], camera.Healthy[f] = len(byFever[f][k].Febrile), len(byFever[f][k].Healthy)
		}
		out.Cameras = append(out.Cameras, camera)
	}
	threshold, err := OperatingPoint(byFever[policy.Fever375], policy.DefaultSensitivity)
	if err != nil {
		return out, err
	}
	out.SingleSensitivity = meanOf(singles, func(s Scores) float64 { return s.Sensitivity(threshold) })
	out.SingleSpecificity = meanOf(singles, func(s Scores) float64 { return s.Specificity(threshold) })
	out.HeldOutSensitivity, out.HeldOutSpecificity = held.sensitivity, held.specificity
	return out, nil
}
