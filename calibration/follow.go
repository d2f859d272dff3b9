package calibration

import (
	"math"

	"lintel/firmware/thermal"
)

// follow looks for the known reference at its place.
func (t *Tracker) follow(f *thermal.Frame) Observation {
	d, ok := t.probe.measure(t.known.circle, t.least/4)
	if !ok || !d.whole(&t.known) || !t.inPlace(&d) {
		other, fault := t.diagnose(f, &d, ok)
		return t.lose(f, other, fault)
	}
	t.lost, t.searched = false, pending{}
	if !t.plausible(&d) {
		return t.block(&d, FaultImplausibleOffset)
	}
	perCount := t.info.Scale.KelvinPerCount()
	noise := d.noise * perCount
	// The median of n pixels has the standard error 1.25 sigma / sqrt(n).
	standard := 1.25 * noise / math.Sqrt(float64(d.pixels))
	gate := min(max(4*standard, 0.03), 0.1)
	r := t.readings.add(t.celsius(d.level), f.Time, gate, float64(t.cfg.Limit.Step))
	if r.unstable {
		return t.block(&d, FaultUnstable)
	}
	t.good++
	if t.good < t.cfg.Limit.Persistence {
		return t.seen(&d, t.fault)
	}
	t.fault = FaultNone
	offset := t.cfg.Reference.Temperature.Sub(r.mean)
	return Observation{
		Reference: Reference{OK: true, Found: true, Circle: d.circle, Reading: r.mean, Offset: offset, Fault: FaultNone},
		Scale:     t.scale(f, &d, r, standard/math.Sqrt(float64(r.n))),
	}
}

// inPlace says whether the disc is where the known one was, at its size.
func (t *Tracker) inPlace(d *disc) bool {
	k := t.known.circle
	allowed := math.Max(t.cfg.Limit.Move, 0.25*k.R)
	return math.Hypot(d.circle.X-k.X, d.circle.Y-k.Y) <= allowed &&
		math.Abs(d.circle.R-k.R) <= followRadius*k.R
}

// block reports a reference that is seen and not in order.
func (t *Tracker) block(d *disc, fault Fault) Observation {
	t.good, t.fault = 0, fault
	return t.seen(d, fault)
}

// diagnose names the fault of a frame in which the known reference is not
// whole at its place. d is the disc measured there, if ok.
func (t *Tracker) diagnose(f *thermal.Frame, d *disc, ok bool) (disc, Fault) {
	k := t.known.circle
	if ok && d.whole(&t.known) && d.good >= 1-maxUncovered {
		if d.circle.R < t.cfg.Reference.MinRadius {
			return *d, FaultTooSmall
		}
		return *d, FaultMoved
	}
	reach := 4*k.R + 2*t.cfg.Limit.Move
	box := thermal.Box{X0: k.X - reach, Y0: k.Y - reach, X1: k.X + reach, Y1: k.Y + reach}
	moved, fault := t.look(f, box)
	switch fault {
	case FaultNone, FaultMoved:
		if !t.inPlace(&moved) {
			return moved, FaultMoved
		}
	case FaultTooSmall, FaultImplausibleOffset:
		return moved, fault
	default: // no disc of its own near by: it is covered or gone
	}
	if t.partly() {
		return disc{}, FaultOccluded
	}
	return disc{}, FaultMissing
}

// partly says whether some of the edge of the known reference is seen in place:
// with the inside nearer to its level and the outside nearer to that of the ring.
func (t *Tracker) partly() bool {
	p, k := t.probe, &t.known
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
func (t *Tracker) lose(f *thermal.Frame, d disc, fault Fault) Observation {
	if !t.lost {
		t.lost, t.lostAt = true, f.Time
	}
	t.good, t.fault = 0, fault
	if fault != FaultMoved && f.Time-t.lostAt >= t.cfg.Limit.LossAfter {
		if other, why := t.look(f, t.image()); why == FaultNone {
			t.searched.add(&other, why, t.maxStep())
			if t.searched.count >= t.cfg.Limit.Persistence {
				d, t.fault = other, FaultMoved
			}
		} else {
			t.searched = pending{}
		}
	}
	if d.pixels == 0 {
		return fail(t.fault)
	}
	return t.seen(&d, t.fault)
}
