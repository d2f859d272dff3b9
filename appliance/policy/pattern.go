package policy

import (
	"math"

	"lintel/firmware/thermal"
)

// Feature is one of the temperatures of a [Pattern].
type Feature uint8

// The features. The spots are 3x3 means on the forehead; right and left are the
// person's.
const (
	// Maximum is the hottest 3x3 mean of the site.
	Maximum Feature = iota
	// CentreMaximum is that of the middle of the forehead.
	CentreMaximum
	SpotCentre
	SpotRight
	SpotLeft
	SpotBottom
	SpotTop

	features
)

// Features returns every feature in a fixed order.
func Features() []Feature {
	return []Feature{Maximum, CentreMaximum, SpotCentre, SpotRight, SpotLeft, SpotBottom, SpotTop}
}

// String names the feature as the fit's table does.
func (f Feature) String() string {
	switch f {
	case Maximum:
		return "maximum"
	case CentreMaximum:
		return "centre_maximum"
	case SpotCentre:
		return "centre"
	case SpotRight:
		return "right"
	case SpotLeft:
		return "left"
	case SpotBottom:
		return "bottom"
	case SpotTop:
		return "top"
	default:
		return "unknown"
	}
}

// Pattern is what was read on a face, indexed by [Feature]. A feature of 0 degC
// was not measured: no skin has it.
type Pattern [features]thermal.Celsius

// Weights are the shares of the features in a reading, indexed by [Feature].
// None is below zero, so that a reading falls with no temperature, and they add
// up to 1, so that it rises by a kelvin with the whole face.
type Weights [features]float64

// Read is the reading of a pattern in degrees Celsius: the weighted mean of its
// features. Where one that has a weight is missing, whole is false and the
// reading is what such a face mostly reads: the centre maximum and CentreShift,
// or, where that is missing too, the hottest spot and SpotShift. ok is false
// where nothing was measured.
//
// Either way it rises with every temperature in it, and by a kelvin with the
// whole face.
func (m *Model) Read(p Pattern) (reading thermal.Celsius, whole, ok bool) {
	whole = true
	for i, w := range m.Weights {
		if w != 0 {
			whole = whole && p[i] != 0
			reading += thermal.Celsius(w) * p[i]
		}
	}
	switch spot := p.hottestSpot(); {
	case whole && m.Weights != Weights{}:
		return reading, true, true
	case m.Site != Forehead:
		return 0, false, false
	case p[CentreMaximum] != 0:
		return p[CentreMaximum].Add(m.CentreShift), false, true
	case spot != 0:
		return spot.Add(m.SpotShift), false, true
	default:
		return 0, false, false
	}
}

// hottestSpot is 0 where no spot was measured.
func (p *Pattern) hottestSpot() (hottest thermal.Celsius) {
	for f := SpotCentre; f < features; f++ {
		if p[f] != 0 && (hottest == 0 || p[f] > hottest) {
			hottest = p[f]
		}
	}
	return hottest
}

// MaxHot and MaxUneven are how far above the skin around it the hottest place
// of a face is believed to be skin.
const (
	// MaxHot is over the hottest place of the forehead. Of 3,457 images of the
	// study the hottest of the whole face is 2.98 K above it at most (99 in 100:
	// 2.0 K). A cup, a lamp or a cigarette is hotter.
	MaxHot thermal.Kelvin = 3
	// MaxUneven is over the mean of the forehead. In the field recordings 999
	// of 1,000 bare foreheads stay below 0.9 K; more is a fringe, a hat's rim,
	// or a lamp or a cup in front of it.
	MaxUneven thermal.Kelvin = 2
)

// Surface is what was read on one face in one frame.
type Surface struct {
	// Pattern is that of the measurement site.
	Pattern Pattern
	// ForeheadMax and ForeheadMean are the hottest 3x3 mean and the mean of the
	// bare forehead, whatever the site.
	ForeheadMax, ForeheadMean thermal.Celsius
	// FaceMax is the hottest 3x3 mean of the whole face, whatever the site; 0
	// where it was not measured.
	FaceMax thermal.Celsius
}

// Objection is why a surface is no face that can be judged. The zero Objection
// is unknown, and nothing is judged with it.
type Objection uint8

// The objections.
const (
	// NoObjection: it may be judged.
	NoObjection Objection = iota + 1
	// Incomplete: nothing was read, or no forehead.
	Incomplete
	// Uneven: the forehead is not all forehead.
	Uneven
	// HotObject: there is something in the face that is too hot for skin, or,
	// where the hottest place is what is judged, too far above the forehead.
	HotObject
	// ColdForehead: the forehead is colder than skin is indoors.
	ColdForehead
)

// String names the objection.
func (o Objection) String() string {
	switch o {
	case NoObjection:
		return "none"
	case Incomplete:
		return "incomplete"
	case Uneven:
		return "uneven"
	case HotObject:
		return "hot_object"
	case ColdForehead:
		return "cold_forehead"
	default:
		return "unknown"
	}
}

// Hot says whether something is hotter than skin is believed to be.
func (p *Policy) Hot(t thermal.Celsius) bool { return t > p.max }

// Read is the reading of a surface, as [Model.Read] has it, and what speaks
// against judging it. Whatever the site, the forehead must be that of somebody
// who has been indoors: a face whose forehead is cold is warm in its corners
// alone, and a face whose hottest place is far above the forehead holds
// something that is no skin.
func (p *Policy) Read(s Surface) (thermal.Celsius, Objection) {
	reading, _, ok := p.model.Read(s.Pattern)
	above, over := reading.Sub(s.ForeheadMax), s.ForeheadMax.Sub(s.ForeheadMean)
	switch {
	case !ok, !finite(float64(reading)), !(s.ForeheadMean > 0), math.IsNaN(float64(s.FaceMax)), !finite(float64(over)), !finite(float64(above)):
		return reading, Incomplete
	case over > MaxUneven:
		return reading, Uneven
	case p.model.Site == FaceMax && s.ForeheadMax < p.min:
		return reading, ColdForehead
	case above > MaxHot, p.Hot(s.FaceMax) && !p.Hot(s.ForeheadMax):
		return reading, HotObject
	default:
		return reading, NoObjection
	}
}
