package screening

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"lintel/appliance/policy"
)

// FaultReferenceNotFound is the fault when the reference stays unseen and
// nobody says why.
const FaultReferenceNotFound = "reference_missing"

// Machine is the state machine of one kiosk. It is used by one goroutine.
type Machine struct {
	cfg        Config
	table      table
	state      State
	stateSince time.Duration
	now        time.Duration
	room       policy.Room
	visit      visit
	visits     int
	lastEnd    time.Duration // of the visit before
	// badSince is since when frames have been without a valid reference; bad
	// says that they are.
	bad      bool
	badSince time.Duration
	fault    string
	reason   Reason
	step     Step
	masked   Face // the subject, when it must not be measured for the company
	err      error
}

// New returns a machine in the state Starting.
func New(cfg Config) (*Machine, error) {
	if cfg.Judge == nil {
		return nil, errors.New("cannot screen: no policy given")
	}
	if cfg.Readings < 3 || cfg.Readings > maxReadings {
		return nil, fmt.Errorf("cannot screen with %d readings a visit: allowed are 3 to %d", cfg.Readings, maxReadings)
	}
	return &Machine{cfg: cfg, table: newTable(), state: Starting}, nil
}

// Step takes in one frame's observation. Observations come in the order of
// time.
//
// Errors: [ErrTransition], a programming fault.
func (m *Machine) Step(o *Observation) (Step, error) {
	m.now, m.room, m.step, m.err = o.Time, o.Room, Step{}, nil
	healthy := m.health(o)
	if m.settled() && healthy {
		m.attend(o)
	}
	m.step.State, m.step.Visit, m.step.Fault = m.state, m.visits, ""
	switch m.state {
	case OutOfService:
		m.step.Fault = m.fault
	case Unmeasured:
		m.step.Reason = m.reason
	case Measuring:
		m.step.Guidance = HoldStill
	case Guiding:
		if m.step.Guidance == 0 {
			m.step.Guidance = m.visit.shown.guidance()
		}
	default:
	}
	return m.step, m.err
}

// InVisit says whether anything of a visitor is being kept.
func (m *Machine) InVisit() bool { return m.visit.active }

// Forget overwrites everything of the present visitor, for when there will be
// no further frame. The machine cannot be used afterwards.
func (m *Machine) Forget() { m.visit, m.masked, m.step = visit{}, Face{}, Step{} }

// fire moves along the table.
func (m *Machine) fire(e Event) {
	next, err := m.table.next(m.state, e)
	if err != nil {
		m.err = errors.Join(m.err, err)
		return
	}
	m.state, m.stateSince = next, m.now
}

// settled says whether visitors are attended to in this state.
func (m *Machine) settled() bool {
	switch m.state {
	case Ready, Guiding, Measuring, Passed, Referred, Unmeasured, Clearing:
		return true
	default:
		return false
	}
}

// health follows the reference and the faults and says whether this frame may
// be measured.
func (m *Machine) health(o *Observation) bool {
	healthy := o.Reference && o.Fault == ""
	if healthy {
		m.bad = false
		if m.state == Starting || m.state == OutOfService {
			m.fire(ReferenceSeen)
		}
		if m.state == WarmingUp && o.Uptime >= m.cfg.WarmUp {
			m.fire(Warm)
		}
		return true
	}
	if !m.bad {
		m.bad, m.badSince = true, m.now
	}
	hold, fault := m.cfg.FaultHold, o.Fault
	if fault == "" {
		hold, fault = m.cfg.SearchHold, FaultReferenceNotFound
	}
	m.showOutcome()
	if m.state == OutOfService {
		m.fault = fault
	} else if m.now-m.badSince >= hold && !m.showing() {
		m.fault = fault
		m.endVisit()
		m.fire(Fault)
	}
	return false
}

// showing says whether an outcome is on the screen.
func (m *Machine) showing() bool {
	return m.state == Passed || m.state == Referred || m.state == Unmeasured
}

// showOutcome ends the showing of an outcome when its time is over.
func (m *Machine) showOutcome() {
	if m.showing() && m.now-m.stateSince >= m.cfg.Show {
		m.fire(Shown)
	}
}

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
	m.visit.see(f, m.now, m.cfg.Readings)
	m.visit.meet(o.Faces)
	m.visit.expire(m.now, m.cfg.ReadingAge)
	if m.state == Clearing || m.showing() {
		return
	}
	m.measure(f)
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

// measure moves a visit on that has no outcome yet.
func (m *Machine) measure(f *Face) {
	v := &m.visit
	if v.shown == 0 || m.now-v.cueSince >= m.cfg.CueHold {
		v.shown = v.cue
	}
	switch {
	case f.Cue == CueNone && m.state != Measuring:
		m.fire(Readable)
	case f.Cue != CueNone && m.state == Ready,
		f.Cue != CueNone && m.state == Measuring && m.now-v.readable >= m.cfg.CueHold:
		m.fire(Approached)
	default:
	}
	m.step.Progress = math.Min(1, float64(v.count)/float64(m.cfg.Readings))
	if v.count > 0 {
		m.step.Value, m.step.U, _ = v.combine()
		m.step.Readings = v.count
	}
	m.step.Duration = m.now - v.began
	if m.state == Measuring && f.Cue == CueNone && v.count >= m.cfg.Readings {
		m.decide()
	}
	if !v.decided && m.now-v.near >= m.cfg.Patience {
		m.giveUp(v.mainCue().reason())
	}
}

// decide gives the verdict when the readings agree and can be judged. When
// they cannot, later ones may: the visitor comes nearer or stands stiller.
func (m *Machine) decide() {
	v := &m.visit
	value, u, spread := v.combine()
	why := Unsteady
	if spread <= m.cfg.MaxSpread {
		switch m.cfg.Judge.Judge(value, u, m.room) {
		case policy.Below:
			m.fire(DecidedPass)
			m.step.Verdict, v.decided = Pass, true
			return
		case policy.Above:
			m.fire(DecidedRefer)
			m.step.Verdict, v.decided = Refer, true
			return
		case policy.TooCold:
			why = TooCold
		case policy.TooHot:
			why = TooHot
		default:
			why = TooUncertain
		}
	}
	v.why = why
	if v.taken >= m.cfg.MaxTaken {
		m.giveUp(why)
	}
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
	if !m.visit.active || m.showing() || m.now-m.visit.lastSeen < m.cfg.Leave {
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
			reason = v.mainCue().reason()
		}
		m.reason = reason
		m.step.Verdict, m.step.Reason = NotMeasured, reason
		m.step.Duration = m.now - v.began
	}
	*v, m.masked, m.lastEnd = visit{}, Face{}, m.now
}
