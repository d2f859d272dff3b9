package trial

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// design is how a model is fitted.
type design struct {
	name string
	site policy.Site
	// features may get a weight; the first is the one that has it all unless
	// another earns a share.
	features []policy.Feature
	// contrasts lets weights be of any sign.
	contrasts bool
}

func spots() []policy.Feature {
	return []policy.Feature{policy.SpotCentre, policy.SpotRight, policy.SpotLeft, policy.SpotBottom, policy.SpotTop}
}

// designs are those that the tables have the columns for. Face and maximum need
// nothing but the maximum.
func designs(site policy.Site, cameras []Camera) []design {
	alone := design{name: "maximum alone", site: site, features: []policy.Feature{policy.Maximum}}
	if site != policy.Forehead {
		return []design{alone}
	}
	with := func(name string, contrasts bool, features ...policy.Feature) design {
		return design{name: name, site: site, features: features, contrasts: contrasts}
	}
	every := policy.Features()
	all := []design{
		alone,
		with("centre maximum alone", false, policy.CentreMaximum),
		with("five spots", false, spots()...),
		with("maximum and five spots", false, append([]policy.Feature{policy.Maximum}, spots()...)...),
		with("both maxima and five spots", false, every...),
		with("both maxima and five spots, weights of any sign", true, every...),
	}
	return slices.DeleteFunc(all, func(d design) bool {
		return slices.ContainsFunc(cameras, func(c Camera) bool {
			of := c.Table.Features(site)
			return slices.ContainsFunc(d.features, func(f policy.Feature) bool { return !slices.Contains(of, f) })
		})
	})
}

// fit fits weights and room slope on the subjects that only chooses (nil:
// all). The room slope is that of the line through the readings of those
// without fever over the temperature of their room, by least squares. The
// febrile have no part in it, so that the room can only take away what it puts
// there, and never stands in for fever.
func (d design) fit(cameras []Camera, only func(id string) bool) (policy.Model, error) {
	m := policy.Model{Version: Version, Site: d.site}
	m.Weights[d.features[0]] = 1
	if len(d.features) > 1 {
		s, err := newSample(d.site, cameras, d.features, only)
		if err != nil {
			return m, err
		}
		if !d.contrasts {
			m.Weights = s.monotoneWeights()
		} else if m.Weights, err = s.contrastWeights(); err != nil {
			return m, err
		}
	}
	var rooms, readings, centres, hottest []float64
	for _, c := range cameras {
		for i := range c.Table.Subjects {
			s := &c.Table.Subjects[i]
			reading, room := s.Reading(&m), s.Room()
			if math.IsNaN(reading) || !room.Known() || !(s.Oral() < float64(policy.Fever375.Oral())) || only != nil && !only(s.ID) || !s.Whole(&m) {
				continue
			}
			rooms = append(rooms, float64(room.Temperature()))
			readings = append(readings, reading)
			centres = differ(centres, reading, s.without([]policy.Feature{policy.CentreMaximum}).Reading(&m))
			hottest = differ(hottest, reading, s.without(spots()).Reading(&m))
		}
	}
	if len(rooms) < 3 || slices.Max(rooms)-slices.Min(rooms) < 1 {
		return m, fmt.Errorf("cannot fit %v: %w", d.site, ErrNoRooms)
	}
	_, slope := stat.LinearRegression(rooms, readings, nil, false)
	m.RoomSlope = rounded(slope)
	m.CentreShift, m.SpotShift = meanShift(centres), meanShift(hottest)
	return m, nil
}

// differ appends how far a reading stands above what a part of the pattern
// gives, if it gives anything.
func differ(to []float64, reading, part float64) []float64 {
	if math.IsNaN(part) {
		return to
	}
	return append(to, reading-part)
}

func meanShift(differences []float64) thermal.Kelvin {
	if len(differences) == 0 {
		return 0
	}
	return thermal.Kelvin(rounded(stat.Mean(differences, nil)))
}

// rounded has the four decimals that the table holds.
func rounded(v float64) float64 { return math.Round(v*1e4) / 1e4 }
