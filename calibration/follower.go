package calibration

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

// follower finds one reference and follows it.
type follower struct {
	*shared
	ref    *ReferenceConfig
	least  float64 // smallest contrast in counts
	perK   float64 // counts per kelvin at the reference
	search *search

	locked   bool
	known    disc // the disc as it was accepted, at its mean place
	pending  pending
	offset   estimator
	steady   steadiness
	anchor   anchor
	good     int           // good frames in a row since the last fault
	ended    time.Duration // time of the last frame with a fault
	fault    Fault         // the last fault of a locked reference
	faulty   bool          // a fault since it was last in order
	lostAt   time.Duration
	lost     bool
	idle     int     // frames without anything to follow
	searched pending // a disc elsewhere, after a long loss
}

// point is what a reference in order gives to the scale: radiances seen and
// true, and what its uncertainty is made of.
type point struct {
	seen, truth float64 // in-band radiance
	temperature thermal.Celsius
	offset      thermal.Kelvin
	estimate    estimate
	disc        disc
	ref         *ReferenceConfig
}

func (r *follower) init(s *shared, ref *ReferenceConfig) {
	r.shared, r.ref = s, ref
	r.perK = 1 / s.conv.kelvinPerCount(ref.Temperature)
	r.least = float64(s.cfg.Limit.Contrast) * r.perK
	// The disc stands out by itself at every level between its surround and its
	// reading; those just below the reading do.
	low := s.conv.counts(ref.Temperature.Add(-ref.MaxOffset - 4))
	high := s.conv.counts(ref.Temperature.Add(ref.MaxOffset + 2))
	r.search = newSearch(s.info.Width, s.info.Height, ref.MinRadius, ref.MaxRadius, low, high, levelStep*r.perK)
}

func (r *follower) reset() {
	r.locked, r.known, r.lost, r.good = false, disc{}, false, 0
	r.fault, r.faulty, r.pending, r.searched = FaultUnknown, false, pending{}, pending{}
	r.anchor, r.steady = anchor{}, steadiness{}
	r.offset.forget()
}

// damaged notes a frame that is no image of this camera.
func (r *follower) damaged() {
	r.good, r.fault, r.faulty, r.pending = 0, FaultFrame, true, pending{}
}

// observe takes the next frame, gap after the one before it.
func (r *follower) observe(f *thermal.Frame, gap time.Duration) (Reference, point) {
	r.offset.frame(f, gap, r.info.Rate)
	if !r.locked && !r.acquire(f) {
		return r.acquiring(), point{}
	}
	return r.follow(f)
}

// truth returns the true temperature of the reference now, or why it is not
// known or not as it should be.
func (r *follower) truth() (thermal.Celsius, Fault) {
	if r.ref.Live == nil {
		return r.ref.Temperature, FaultNone
	}
	live, ok := r.ref.Live()
	t := live.Temperature
	if !ok || math.IsNaN(float64(t)) || math.IsInf(float64(t), 0) || live.Age < 0 || live.Age > r.cfg.Limit.LiveAge {
		return r.ref.Temperature, FaultNoReading
	}
	switch off := t.Sub(r.ref.Temperature); {
	case off < -r.cfg.Limit.SetPoint:
		return t, FaultWarming
	case off > r.cfg.Limit.SetPoint:
		return t, FaultDrifting
	}
	return t, FaultNone
}

// celsius turns counts into the temperature the camera reads.
func (r *follower) celsius(counts float64) thermal.Celsius { return r.conv.celsius(counts) }

// seen reports a disc that gives no scale.
func (r *follower) seen(d *disc, fault Fault) Reference {
	reading := r.celsius(d.level)
	truth, _ := r.truth()
	return Reference{Found: true, Circle: d.circle, Reading: reading, Offset: truth.Sub(reading), Fault: fault}
}

// plausible says whether the disc may have the true temperature of the
// reference.
func (r *follower) plausible(d *disc) bool {
	truth, _ := r.truth()
	offset := truth.Sub(r.celsius(d.level))
	if r.ref.OffsetBand > 0 && math.Abs(float64(offset-r.ref.Offset)) > float64(r.ref.OffsetBand) {
		return false
	}
	return math.Abs(float64(offset)) <= float64(r.ref.MaxOffset)
}

// maxStep is the largest change of the reading between frames, in counts.
func (r *follower) maxStep() float64 { return float64(r.cfg.Limit.Step) * r.perK }

func (r *follower) image() thermal.Box {
	return thermal.Box{X1: float64(r.info.Width), Y1: float64(r.info.Height)}
}
