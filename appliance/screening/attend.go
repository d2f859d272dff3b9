package screening

import "slices"

// attend follows the visitor of a healthy frame.
func (m *Machine) attend(o *Observation) {
	m.showOutcome()
	f := m.subject(o)
	if f == nil {
		m.leave()
		m.beckon(o)
		return
	}
	if !m.visit.active {
		m.visits++
		m.visit = visit{active: true, began: max(f.Since, m.lastEnd), near: m.now}
	}
	if m.crowded(f, o.Faces) {
		m.masked = *f
		m.masked.Cue = CueCrowded
		f = &m.masked
	}
	m.visit.see(f, m.now)
	m.visit.meet(o.Faces)
	m.visit.expire(m.now, m.cfg.ReadingAge)
	if m.state == Clearing && m.corrected() {
		m.again(f)
	}
	if m.state == Clearing || m.showing() {
		return
	}
	m.measure(f)
}

// corrected says whether a visitor who was not measured has put right what was
// in the way.
func (m *Machine) corrected() bool {
	v := &m.visit
	return v.decided && v.blocked && v.tries < m.cfg.Tries && v.steady > 0 && m.now-v.steady >= m.cfg.CueHold
}

// again begins another try of the same visitor, as a visit of its own.
func (m *Machine) again(f *Face) {
	m.fire(Corrected)
	m.visits++
	old := m.visit
	m.visit = visit{
		active: true, tries: old.tries + 1, track: old.track, began: m.now, near: m.now,
		others: old.others, otherCount: old.otherCount,
	}
	m.visit.see(f, m.now)
}

// subject returns the face that this visit is about, or that one could begin
// with: the visitor's own track, else one that took its place at once, else,
// when nobody is being screened, the widest. Who is too far away is none.
func (m *Machine) subject(o *Observation) *Face {
	v := &m.visit
	inView := v.active && slices.ContainsFunc(o.Faces, func(f Face) bool { return f.Track == v.track })
	var best *Face
	for i := range o.Faces {
		f := &o.Faces[i]
		if f.Cue == CueTooFar || f.Cue == 0 {
			continue
		}
		if v.active && f.Track == v.track {
			return f
		}
		if v.active && (inView || v.isOther(f.Track) || f.Since-v.lastSeen > m.cfg.Jump) {
			continue
		}
		if best == nil || f.Width > best.Width {
			best = f
		}
	}
	return best
}

// crowded says whether somebody else is about as near as the subject: it would
// not be clear whose verdict is shown.
func (m *Machine) crowded(subject *Face, faces []Face) bool {
	for i := range faces {
		f := &faces[i]
		if f.Track != subject.Track && f.Cue != CueTooFar && f.Width >= m.cfg.Crowd*subject.Width {
			return true
		}
	}
	return false
}

// beckon asks somebody who is too far away to come closer; that is no visit.
func (m *Machine) beckon(o *Observation) {
	far := len(o.Faces) > 0 && !m.visit.active
	switch {
	case m.state == Ready && far:
		m.fire(Approached)
		m.step.Guidance = ComeCloser
	case m.state == Guiding && far:
		m.step.Guidance = ComeCloser
	case m.state == Guiding && !m.visit.active:
		m.fire(Gone)
	default:
	}
}
