package calibration

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

// anchor remembers what the reference and its surround read when it was last in
// order, in degrees: another object in its place reads otherwise.
type anchor struct {
	level, background float64
	at                time.Duration
	set               bool
}

// How far the reference may be from its anchor besides the limit for a step:
// with the time since, up to a bound, and by a flat-field correction.
const (
	anchorRate  = 0.01 // K/s
	anchorBound = 1.0  // K
	anchorFFC   = 2.5  // K
)

// follow looks for the known reference at its place.
func (r *follower) follow(f *thermal.Frame) (Reference, point) {
	d, ok := r.probe.measure(r.known.circle, r.least/4)
	if !ok || !d.whole(&r.known) || !r.inPlace(&d) {
		other, fault := r.diagnose(f, &d, ok)
		return r.lose(f, other, fault), point{}
	}
	r.lost, r.searched = false, pending{}
	truth, fault := r.truth()
	var e estimate
	if fault == FaultNone {
		e, fault = r.read(f, &d, truth)
	}
	if fault == FaultNone {
		fault = r.ref.On(r.today)
	}
	if fault != FaultNone {
		r.ended = f.Time
		r.good, r.fault, r.faulty = 0, fault, true
		return r.seen(&d, fault), point{}
	}
	r.good++
	if r.good < r.cfg.Limit.Persistence || r.faulty && f.Time-r.ended < r.cfg.Limit.Settle {
		return r.seen(&d, r.fault), point{}
	}
	r.fault, r.faulty = FaultNone, false
	reading := truth.Add(-e.offset)
	return Reference{OK: true, Found: true, Circle: d.circle, Reading: reading, Offset: e.offset, Fault: FaultNone},
		r.point(&d, truth, e)
}

// read takes the reading of the disc, which is whole and in place, and names
// what is wrong with it.
func (r *follower) read(f *thermal.Frame, d *disc, truth thermal.Celsius) (estimate, Fault) {
	if r.saturated(d) {
		return estimate{}, FaultSaturated
	}
	if !r.plausible(d) {
		return estimate{}, FaultImplausibleOffset
	}
	level, background := float64(r.celsius(d.level)), float64(r.celsius(d.background))
	if r.swapped(level, background, f.Time) {
		return estimate{}, FaultSwapped
	}
	// The median of n pixels has the standard error 1.25 sigma / sqrt(n), and
	// that of counts their step.
	noise := math.Hypot(1.25*d.noise/math.Sqrt(float64(d.pixels)), 0.1) / r.perK
	e := r.offset.add(float64(truth)-level, noise, f.Time, float64(r.cfg.Limit.Step))
	r.anchor = anchor{level, background, f.Time, true}
	switch {
	case r.offset.settlingAt(f.Time):
		r.steady.forget()
	case r.ref.Live != nil:
		r.steady.add(float64(truth), float64(truth), f.Time)
	default:
		r.steady.add(level, level-background, f.Time)
	}
	switch {
	case e.unstable:
		return e, FaultUnstable
	case r.steady.slope > 0:
		return e, FaultWarming
	case r.steady.slope < 0:
		return e, FaultDrifting
	}
	return e, FaultNone
}

// swapped says whether another object must be in the place of the reference: it
// reads otherwise than the reference did, and its surround does not.
func (r *follower) swapped(level, background float64, at time.Duration) bool {
	a := &r.anchor
	if !a.set {
		return false
	}
	allowed := math.Min(float64(r.cfg.Limit.Step)+anchorRate*(at-a.at).Seconds(), anchorBound)
	if r.offset.hasFFC && (r.offset.since >= a.at || r.offset.settlingAt(at)) {
		allowed = anchorFFC
	}
	change := level - a.level
	alone := change - (background - a.background)
	return math.Abs(change) > allowed && math.Abs(alone) > math.Max(allowed, 0.6*math.Abs(change))
}

// point gathers what the reference gives to the scale.
func (r *follower) point(d *disc, truth thermal.Celsius, e estimate) point {
	curve := r.conv.curve
	reading := truth.Add(-e.offset)
	if r.cfg.Field != nil {
		reading = reading.Add(-thermal.Kelvin(r.cfg.Field.mean(d.circle)))
	}
	seen := r.conv.apparent(reading)
	if lost := r.cfg.Correction.SizeOfSource * sizeOfSource / (2 * d.circle.R); lost > 0 {
		surround := r.conv.radiance(d.level - d.contrast)
		seen += lost / (1 - lost) * (seen - surround)
	}
	true0 := curve.Radiance(truth)
	if r.ref.Emissivity > 0 {
		true0 = r.ref.Emissivity*true0 + (1-r.ref.Emissivity)*curve.Radiance(r.cfg.Terms.Surround)
	}
	return point{seen: seen, truth: true0, temperature: truth, offset: e.offset, estimate: e, disc: *d, ref: r.ref}
}

// inPlace says whether the disc is where the known one was, at its size.
func (r *follower) inPlace(d *disc) bool {
	k := r.known.circle
	allowed := math.Max(r.cfg.Limit.Move, 0.25*k.R)
	return math.Hypot(d.circle.X-k.X, d.circle.Y-k.Y) <= allowed &&
		math.Abs(d.circle.R-k.R) <= followRadius*k.R
}

// diagnose names the fault of a frame in which the known reference is not
// whole at its place. d is the disc measured there, if ok.
func (r *follower) diagnose(f *thermal.Frame, d *disc, ok bool) (disc, Fault) {
	k := r.known.circle
	if ok && d.whole(&r.known) && d.good >= 1-maxUncovered {
		if d.circle.R < r.ref.MinRadius {
			return *d, FaultTooSmall
		}
		return *d, FaultMoved
	}
	if ok && r.inPlace(d) && d.intact() {
		return *d, FaultMisshapen
	}
	reach := 4*k.R + 2*r.cfg.Limit.Move
	box := thermal.Box{X0: k.X - reach, Y0: k.Y - reach, X1: k.X + reach, Y1: k.Y + reach}
	moved, fault := r.look(f, box)
	switch fault {
	case FaultNone, FaultMoved:
		if !r.inPlace(&moved) {
			return moved, FaultMoved
		}
	case FaultTooSmall, FaultImplausibleOffset:
		return moved, fault
	default: // no disc of its own near by: it is covered or gone
	}
	if r.partly() {
		return disc{}, FaultOccluded
	}
	return disc{}, FaultMissing
}

// partly says whether some of the edge of the known reference is seen in place:
// with the inside nearer to its level and the outside nearer to that of the ring.
func (r *follower) partly() bool {
	p, k := r.probe, &r.known
	c, half := k.circle, edgeHalf(k.circle.R)
	seen := 0
	for i := range rays {
		in, ok1 := p.at(c.X+(c.R-half)*p.cos[i], c.Y+(c.R-half)*p.sin[i])
		out, ok2 := p.at(c.X+(c.R+half)*p.cos[i], c.Y+(c.R+half)*p.sin[i])
		if ok1 && ok2 && in >= k.level-0.5*k.contrast && out < k.level-0.5*k.contrast {
			seen++
		}
	}
	return float64(seen) >= partlySeen*rays
}

// lose reports a frame in which the known reference is not in order. After a
// long loss the rest of the image is searched: a disc found elsewhere is shown
// with FaultMoved and gives no scale until Reset, or until the reference is
// back in its place.
func (r *follower) lose(f *thermal.Frame, d disc, fault Fault) Reference {
	r.steady.forget()
	r.faulty, r.ended = true, f.Time
	if !r.lost {
		r.lost, r.lostAt = true, f.Time
	}
	r.good, r.fault = 0, fault
	if fault != FaultMoved && f.Time-r.lostAt >= r.cfg.Limit.LossAfter && (r.searched.count > 0 || r.due()) {
		if other, why := r.look(f, r.image()); why == FaultNone {
			r.searched.add(&other, why, r.maxStep())
			if r.searched.count >= r.cfg.Limit.Persistence {
				d, r.fault = other, FaultMoved
			}
		} else {
			r.searched = pending{}
		}
	}
	if d.pixels == 0 {
		return Reference{Fault: r.fault}
	}
	return r.seen(&d, r.fault)
}
