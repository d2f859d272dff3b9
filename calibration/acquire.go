package calibration

import (
	"math"

	"lintel/firmware/thermal"
)

// stillness bounds how far a disc may wander, in pixels, while it is being
// accepted: a real one is fixed, and its centre is known to a few hundredths.
const stillness = 0.5

// pending is a disc that was seen in the last frames at one place.
type pending struct {
	disc  disc
	fault Fault // FaultNone, or why it cannot be the reference
	count int
}

// add takes the disc of one frame. It starts anew where the disc is not the
// one before.
func (p *pending) add(d *disc, fault Fault, maxStep float64) {
	a, b := p.disc.circle, d.circle
	same := p.count > 0 && p.fault == fault &&
		math.Hypot(a.X-b.X, a.Y-b.Y) <= math.Max(stillness, 0.05*b.R) &&
		math.Abs(a.R-b.R) <= math.Max(stillness, 0.05*b.R) &&
		math.Abs(p.disc.level-d.level) <= maxStep
	if !same {
		*p = pending{disc: *d, fault: fault, count: 1}
		return
	}
	n := float64(p.count)
	mean := thermal.Circle{X: (a.X*n + b.X) / (n + 1), Y: (a.Y*n + b.Y) / (n + 1), R: (a.R*n + b.R) / (n + 1)}
	p.disc = *d
	p.disc.circle = mean
	p.count++
}

// acquire looks for the reference in the whole image and says whether it is
// found; acquiring then says how far it is.
func (r *follower) acquire(f *thermal.Frame) bool {
	if r.pending.fault == FaultMissing && !r.due() {
		return false
	}
	d, fault := r.look(f, r.image())
	if fault == FaultMissing {
		d, fault = r.lookAtPlace()
	}
	if fault == FaultMissing {
		r.pending = pending{fault: FaultMissing}
		return false
	}
	r.pending.add(&d, fault, r.maxStep())
	if fault != FaultNone || r.pending.count < r.cfg.Limit.Persistence {
		return false
	}
	r.locked, r.known, r.fault = true, r.pending.disc, FaultNone
	r.good = r.cfg.Limit.Persistence - 1
	r.lost, r.faulty = false, false
	r.pending = pending{}
	return true
}

// searchEvery is in how many frames the whole image is searched once where there
// was nothing: a search costs as much as some frames with a reference.
const searchEvery = 3

// due says whether the whole image is searched in this frame.
func (r *follower) due() bool {
	r.idle++
	return r.idle%searchEvery == 0
}

// acquiring reports the search.
func (r *follower) acquiring() Reference {
	p := &r.pending
	switch {
	case p.count == 0:
		return Reference{Fault: FaultMissing}
	case p.count < r.cfg.Limit.Persistence && p.fault != FaultNone:
		return Reference{Fault: FaultMissing}
	case p.fault == FaultAmbiguous:
		return Reference{Fault: FaultAmbiguous}
	case p.fault != FaultNone:
		return r.seen(&p.disc, p.fault)
	case p.count < 2:
		return Reference{Fault: FaultUnknown}
	}
	return r.seen(&p.disc, FaultUnknown)
}

// look searches the box for the reference. The fault is FaultNone for a disc
// that can be the reference, FaultMissing where there is no disc, or why the
// best disc cannot be it.
func (r *follower) look(f *thermal.Frame, box thermal.Box) (best disc, fault Fault) {
	fault = FaultMissing
	bestWorst := math.Inf(1)
	for _, c := range r.search.run(f, box) {
		d, ok := r.probe.measure(c.circle, r.least/2)
		if !ok {
			continue
		}
		worst := d.worst(r.least)
		why := r.objection(&d)
		if worst > 1 {
			if worst > misshapenWorst || !r.expected(&d) || fault != FaultMissing {
				continue
			}
			why = FaultMisshapen
		}
		switch {
		case why != FaultNone && fault == FaultNone:
			continue
		case why == FaultNone && fault == FaultNone && apart(&d, &best):
			return best, FaultAmbiguous
		case why == FaultNone && fault != FaultNone, worst < bestWorst:
			best, fault, bestWorst = d, why, worst
		}
	}
	return best, fault
}

// lookAtPlace measures what is in the configured place, where nothing round was
// found: FaultMisshapen where half of an edge is there.
func (r *follower) lookAtPlace() (disc, Fault) {
	if r.ref.Place.R == 0 {
		return disc{}, FaultMissing
	}
	d, ok := r.probe.measure(r.ref.Place, r.least/2)
	if ok && r.expected(&d) && d.contrast >= r.least && d.good >= 0.5 {
		return d, FaultMisshapen
	}
	return disc{}, FaultMissing
}

// apart says whether two discs are two objects.
func apart(a, b *disc) bool {
	return math.Hypot(a.circle.X-b.circle.X, a.circle.Y-b.circle.Y) > 0.5*math.Max(a.circle.R, b.circle.R)
}

// misshapenWorst bounds how far a thing in the configured place may be from a
// disc to be called one out of shape.
const misshapenWorst = 4

// expected says whether a thing is in the configured place.
func (r *follower) expected(d *disc) bool {
	return r.ref.Place != (thermal.Circle{}) && near(d.circle, r.ref.Place)
}

// objection says why a disc cannot be the reference, FaultNone where it can.
func (r *follower) objection(d *disc) Fault {
	c := d.circle
	switch {
	case c.R < r.ref.MinRadius:
		return FaultTooSmall
	case c.R > r.ref.MaxRadius:
		return FaultMissing
	case r.ref.Place != (thermal.Circle{}) && !near(c, r.ref.Place):
		return FaultMoved
	case r.saturated(d):
		return FaultSaturated
	case !r.plausible(d):
		return FaultImplausibleOffset
	}
	return FaultNone
}

// near says whether a disc is at the configured place, which is set by hand: to
// half a radius, and its radius to a third where it is given.
func near(c, place thermal.Circle) bool {
	if math.Hypot(c.X-place.X, c.Y-place.Y) > math.Max(3, 0.5*c.R) {
		return false
	}
	return place.R == 0 || math.Abs(c.R-place.R) <= place.R/3
}
