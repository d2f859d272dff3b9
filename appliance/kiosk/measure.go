package kiosk

import (
	"lintel/appliance/policy"
	"lintel/appliance/screening"
	"lintel/calibration"
	"lintel/firmware/thermal"
	"lintel/vision"
)

// Reader says what is read on a face, and what speaks against judging it.
// [policy.Policy] is the real one.
type Reader interface {
	Read(s policy.Surface) (thermal.Celsius, policy.Objection)
	// Hot says whether something is hotter than skin.
	Hot(t thermal.Celsius) bool
}

var _ Reader = (*policy.Policy)(nil)

// measure reads the temperature of a face at the site into s and returns the
// cue that goes with it. Whatever the site, both the forehead and the whole face
// are looked at: what is no face must not be judged as one.
func (k *Kiosk) measure(s *screening.Face, f *vision.Face, scale calibration.Scale) screening.Cue {
	if !scale.Valid() {
		// Nothing is measured without a reference; the machine knows why.
		return screening.CueMoving
	}
	forehead, err := scale.Measure(&k.frame, f.Regions.Forehead)
	if err != nil {
		return screening.CueCutOff
	}
	face, err := scale.Measure(&k.frame, f.Regions.Face)
	if err != nil {
		return screening.CueCutOff
	}
	site := forehead
	if k.cfg.Site == policy.FaceMax {
		site = face
	}
	value, objection := k.cfg.Reader.Read(policy.Surface{
		Pattern:     policy.Pattern{policy.Maximum: site.Max},
		ForeheadMax: forehead.Max, ForeheadMean: forehead.Mean, FaceMax: face.Max,
	})
	c := objectionCue(objection)
	if c == screening.CueNone {
		s.Value, s.U, k.measured = value, site.U, site
	}
	return c
}

// hot says whether something in a face is hotter than skin. It is asked of faces
// whose forehead seems to be covered: beside a cup or a lamp a bare forehead is
// cold.
func (k *Kiosk) hot(f *vision.Face, scale calibration.Scale) bool {
	face, err := scale.Measure(&k.frame, f.Regions.Face)
	return err == nil && k.cfg.Reader.Hot(face.Max)
}

// objectionCue turns the policy's word into the state machine's.
func objectionCue(o policy.Objection) screening.Cue {
	switch o {
	case policy.NoObjection:
		return screening.CueNone
	case policy.Uneven:
		return screening.CueCovered
	case policy.HotObject:
		return screening.CueHot
	case policy.ColdForehead:
		return screening.CueCold
	case policy.Incomplete:
		return screening.CueCutOff
	default:
		return 0
	}
}
