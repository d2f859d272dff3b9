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
}

var _ Reader = (*policy.Policy)(nil)

// foreheadInset is the share of the forehead box that is left out at each side:
// a pixel or two of hair below the hairline reads low, one of an eye socket
// reads high.
const foreheadInset = 0.15

// measure reads the temperature of a face at the site into s and returns the
// cue that goes with it. Whatever the site, both the forehead and the whole face
// are looked at: what is no face must not be judged as one.
func (k *Kiosk) measure(s *screening.Face, f *vision.Face, scale calibration.Scale) screening.Cue {
	if !scale.Valid() {
		// Nothing is measured without a reference; the machine knows why.
		return screening.CueMoving
	}
	forehead, err := scale.Measure(&k.frame, f.Forehead.Inset(foreheadInset))
	if err != nil {
		return screening.CueCutOff
	}
	face, err := scale.Measure(&k.frame, f.Box)
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
		s.Value, s.U = value, site.U
	}
	return c
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

// tooNear is the share of the image's width or height that a face cut off by
// its edge must fill for the visitor to be too near rather than at the side.
const tooNear = 0.75

// cue turns vision's word for a face into the state machine's.
func (k *Kiosk) cue(f *vision.Face) screening.Cue {
	c := cue(f.Reject)
	if c == screening.CueCutOff && (f.Box.Width() >= tooNear*float64(k.frame.Width) || f.Box.Height() >= tooNear*float64(k.frame.Height)) {
		return screening.CueTooNear
	}
	return c
}
