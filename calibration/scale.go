package calibration

import (
	"errors"
	"math"
	"time"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"
)

// Errors of Scale.Measure.
var (
	// ErrNoScale means that the Scale is not valid or belongs to another frame.
	ErrNoScale = errors.New("no valid scale: wait until the reference is in order")
	// ErrROI means that the region cannot be measured.
	ErrROI = errors.New("the region cannot be measured: choose one inside the image in which at least three quarters of the pixels work")
)

// Scale turns the counts of one frame into degrees Celsius. The zero Scale is
// invalid.
type Scale struct {
	valid         bool
	conv          *conversion
	gain, added   float64 // of the radiance
	path          radiometry.Path
	corrected     bool // for the path
	offset        thermal.Kelvin
	width, height int
	sequence      uint64
	time          time.Duration
	field         *Field
	mask          []bool
	perK          float64 // counts per kelvin at the reference
	size          float64 // of source, corrected
	terms         terms
	bridge        bridge
}

// scale returns the Scale of the frame by one reference or two.
func (t *Tracker) scale(f *thermal.Frame, a, b *point) Scale {
	s := Scale{
		valid: true, conv: t.conv, gain: 1, offset: a.offset,
		width: f.Width, height: f.Height, sequence: f.Sequence, time: f.Time,
		field: t.cfg.Field, mask: t.mask, perK: t.first.perK, size: t.cfg.Correction.SizeOfSource,
	}
	if b != nil {
		s.gain = (a.truth - b.truth) / (a.seen - b.seen)
	}
	s.added = a.truth - s.gain*a.seen
	if e := t.cfg.Correction.Emissivity; e > 0 {
		s.path = radiometry.Path{Emissivity: e, Reflected: t.cfg.Terms.Surround, Transmittance: 1}
		s.corrected = true
	}
	s.terms = newTerms(&t.cfg, t.conv.curve, 1/t.first.perK, a, b)
	return s
}

// Valid says whether the Scale may be used.
func (s Scale) Valid() bool { return s.valid }

// Offset returns what is added to the reading of the camera at the temperature
// of the reference.
func (s Scale) Offset() thermal.Kelvin { return s.offset }

// Usual returns the budget of a usual forehead in this frame, whoever is there:
// 35 degC, 10x10 px of a face of 15 px, at the place of the reference.
func (s Scale) Usual() Budget {
	const forehead, side, face = 35, 10, 15
	if !s.valid {
		return Budget{}
	}
	b := s.terms.budget(forehead, side*side, face*face)
	if w := s.bridge.weight; w > 0 {
		b.Drift = min(b.Drift, thermal.Kelvin(w*math.Hypot(bridgeU, float64(s.bridge.scatter))+(1-w)*float64(b.Drift)))
	}
	return b
}

// Bridging says that the change of pattern by a flat-field correction is being
// taken away.
func (s Scale) Bridging() bool { return s.valid && s.bridge.weight > 0 }

// Celsius turns counts into a corrected temperature, NaN where the Scale is
// not valid.
func (s Scale) Celsius(counts float64) thermal.Celsius {
	if !s.valid {
		return thermal.Celsius(math.NaN())
	}
	return s.temperature(s.conv.radiance(counts))
}

// temperature corrects the radiance that the camera takes a target for.
func (s *Scale) temperature(radiance float64) thermal.Celsius {
	l := s.gain*radiance + s.added
	if s.corrected {
		l = s.path.Object(s.conv.curve, l)
	}
	return s.conv.curve.Celsius(l)
}
