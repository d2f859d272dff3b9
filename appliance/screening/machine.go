package screening

import (
	"errors"
	"fmt"
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
	room       policy.Room // of the visit: one threshold holds for all of it
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
	if cfg.Early < 3 || cfg.Readings < cfg.Early || cfg.Limit < cfg.Readings || cfg.MaxTaken < cfg.Limit || cfg.MaxTaken > maxReadings {
		return nil, fmt.Errorf("cannot screen with %d, %d, %d or %d readings a visit: allowed are 3 to %d, in this order", cfg.Early, cfg.Readings, cfg.Limit, cfg.MaxTaken, maxReadings)
	}
	return &Machine{cfg: cfg, table: newTable(), state: Starting}, nil
}

// Step takes in one frame's observation. Observations come in the order of
// time.
//
// Errors: [ErrTransition], a programming fault.
func (m *Machine) Step(o *Observation) (Step, error) {
	gap := o.Time - m.now
	m.now, m.step, m.err = o.Time, Step{}, nil
	ended := m.bridge(gap)
	if !m.visit.active {
		m.room = o.Room
	}
	healthy := m.health(o)
	if m.settled() && healthy && !ended {
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
			m.step.Guidance = m.visit.shown.Guidance()
		}
	default:
	}
	return m.step, m.err
}

// bridge goes over a gap without frames, as a camera makes that stalls or
// corrects itself: readings from before do not go together with later ones,
// and after a long one nobody is taken for the same person. Until then, nobody
// was away for lack of frames. It says whether the gap ended a visit; the next
// one begins with the next frame.
func (m *Machine) bridge(gap time.Duration) (ended bool) {
	if !m.visit.active || gap <= m.cfg.Jump {
		return false
	}
	m.visit.count, m.visit.taken, m.visit.steady = 0, 0, 0
	if gap < m.cfg.Stall {
		m.visit.lastSeen += gap
		return false
	}
	if m.showing() {
		m.fire(Shown)
	}
	m.endVisit()
	m.fire(Gone)
	return true
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
