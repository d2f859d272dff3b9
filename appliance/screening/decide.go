package screening

import (
	"math"

	"lintel/appliance/policy"
)

// measure moves a visit on that has no outcome yet.
func (m *Machine) measure(f *Face) {
	v := &m.visit
	if v.shown == 0 || m.now-v.cueSince >= m.cfg.CueHold {
		v.shown = v.cue
	}
	v.asked[v.shown]++
	switch {
	case f.Cue == CueNone && m.state != Measuring:
		m.fire(Readable)
	case f.Cue != CueNone && m.state == Ready,
		f.Cue != CueNone && m.state == Measuring && m.now-v.readable >= m.cfg.CueHold:
		m.fire(Approached)
	default:
	}
	m.step.Progress = math.Min(0.9, float64(v.count)/float64(m.cfg.Readings))
	m.step.Duration, m.step.Track = m.now-v.began, v.track
	if v.count > 0 {
		e := v.weigh(&m.cfg)
		m.step.Value, m.step.U, m.step.Readings = e.value, e.u, e.n
		if m.state == Measuring && f.Cue == CueNone {
			m.decide(&e)
		}
	}
	if !v.decided && m.now-v.near >= m.cfg.Patience {
		m.giveUp(v.mainCue().Reason())
		v.blocked = true
	}
}

// decide gives the verdict when the readings tell the side of the threshold, or
// when more of them would not tell it better: the threshold is worth what it is
// worth for people near it too, and to refuse them a verdict would change that.
// Readings that cannot be judged may be followed by better ones: the visitor
// comes nearer or stands stiller.
func (m *Machine) decide(e *evidence) {
	v := &m.visit
	if !e.limit(m.now-v.first, &m.cfg) && !e.clear(m.cfg.Judge.Threshold(m.room), &m.cfg) {
		if v.taken >= m.cfg.MaxTaken {
			m.giveUp(Unsteady)
		}
		return
	}
	v.why = Unsteady
	if e.agree(&m.cfg) {
		switch m.cfg.Judge.Judge(e.value, e.u, m.room) {
		case policy.Below:
			m.conclude(DecidedPass, Pass)
			return
		case policy.Above:
			m.conclude(DecidedRefer, Refer)
			return
		case policy.TooCold:
			v.why = TooCold
		case policy.TooHot:
			v.why = TooHot
		default:
			v.why = TooUncertain
		}
	}
	if v.taken >= m.cfg.MaxTaken {
		m.giveUp(v.why)
	}
}

// conclude ends a visit on the screen with a verdict.
func (m *Machine) conclude(e Event, verdict Verdict) {
	m.fire(e)
	m.step.Verdict, m.step.Progress = verdict, 1
	m.visit.decided = true
}

// giveUp ends a visit on the screen without a verdict.
func (m *Machine) giveUp(why Reason) {
	m.fire(GaveUp)
	m.reason = why
	m.step.Verdict, m.step.Reason = NotMeasured, why
	m.visit.decided = true
}

// leave ends the visit when the visitor has been out of sight for long enough.
func (m *Machine) leave() {
	long := m.cfg.Lost
	if m.visit.decided {
		long = m.cfg.Leave
	}
	if !m.visit.active || m.showing() || m.now-m.visit.lastSeen < long {
		return
	}
	m.endVisit()
	m.fire(Gone)
}

// endVisit forgets the visitor. Who stayed and got no verdict was not
// measured.
func (m *Machine) endVisit() {
	v := &m.visit
	if v.active && !v.decided && v.lastSeen-v.near >= m.cfg.MinStay {
		reason := v.why
		if reason == 0 {
			reason = v.mainCue().Reason()
		}
		m.reason = reason
		m.step.Verdict, m.step.Reason = NotMeasured, reason
		m.step.Duration = m.now - v.began
	}
	*v, m.masked, m.lastEnd = visit{}, Face{}, m.now
}
