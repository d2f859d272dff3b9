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

// acquire looks for the reference in the whole image.
func (t *Tracker) acquire(f *thermal.Frame) Observation {
	d, fault := t.look(f, t.image())
	if fault == FaultMissing {
		t.pending.count = 0
		return fail(FaultMissing)
	}
	t.pending.add(&d, fault, t.maxStep())
	if t.pending.count < t.cfg.Limit.Persistence {
		switch {
		case fault != FaultNone:
			return fail(FaultMissing)
		case t.pending.count < 2:
			return fail(FaultUnknown)
		}
		return t.seen(&d, FaultUnknown)
	}
	if fault == FaultAmbiguous {
		return fail(fault)
	}
	if fault != FaultNone {
		return t.seen(&d, fault)
	}
	t.locked, t.known, t.fault = true, t.pending.disc, FaultNone
	t.good = t.cfg.Limit.Persistence - 1
	t.lost = false
	t.pending = pending{}
	return t.follow(f)
}

// maxStep is the largest change of the reading between frames, in counts.
func (t *Tracker) maxStep() float64 {
	return float64(t.cfg.Limit.Step) / t.info.Scale.KelvinPerCount()
}

func (t *Tracker) image() thermal.Box {
	return thermal.Box{X1: float64(t.info.Width), Y1: float64(t.info.Height)}
}

// look searches the box for the reference. The fault is FaultNone for a disc
// that can be the reference, FaultMissing where there is no disc, or why the
// best disc cannot be it.
func (t *Tracker) look(f *thermal.Frame, box thermal.Box) (best disc, fault Fault) {
	fault = FaultMissing
	bestWorst := math.Inf(1)
	for _, c := range t.search.run(f, box) {
		d, ok := t.probe.measure(c.circle, t.least/2)
		if !ok {
			continue
		}
		worst := d.worst(t.least)
		if worst > 1 {
			continue
		}
		why := t.objection(&d)
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

// apart says whether two discs are two objects.
func apart(a, b *disc) bool {
	return math.Hypot(a.circle.X-b.circle.X, a.circle.Y-b.circle.Y) > 0.5*math.Max(a.circle.R, b.circle.R)
}

// objection says why a disc cannot be the reference, FaultNone where it can.
func (t *Tracker) objection(d *disc) Fault {
	r := &t.cfg.Reference
	c := d.circle
	switch {
	case c.R < r.MinRadius:
		return FaultTooSmall
	case c.R > r.MaxRadius:
		return FaultMissing
	case r.Place != (thermal.Circle{}) && !near(c, r.Place):
		return FaultMoved
	case !t.plausible(d):
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
