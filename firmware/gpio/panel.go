package gpio

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// every is how often the outputs are looked after: the longest that a time
	// which has run out goes unnoticed.
	every = 25 * time.Millisecond
	// refresh is how often an output is driven again and an input read that
	// has not changed: an expander that lost its power does not tell.
	refresh = 500 * time.Millisecond
	// retry is how often lost lines are asked for again.
	retry = time.Second
)

// Inputs are the debounced inputs. One that is not configured stays inactive.
type Inputs struct {
	// Presence says that somebody stands in front of the kiosk.
	Presence bool
	// Tamper says that the housing is open, and Openings counts how often it
	// was opened, which may be short.
	Tamper   bool
	Openings uint64
	// Presses counts how often the staff button was pressed.
	Presses uint64
}

// Panel drives the lines that are configured. Its methods may be called by
// several goroutines.
type Panel struct {
	cfg   Config
	zero  time.Time
	wake  chan struct{}
	stop  chan struct{}
	done  chan error
	lines [roleCount]line
	drawn levels
	when  time.Duration // of the last refresh
	lost  time.Duration // when lines were asked for last
	close sync.Once
	err   error

	mu     sync.Mutex
	follow follower
	trial  Role // the output that is tried, and until when
	until  time.Duration
	inputs Inputs
	fault  error
}

// Open requests every line, its output inactive, lights the out-of-service lamp
// and follows the views from then on. The caller must call Close.
//
// Errors: [ErrConfig], and of a line, which is named with its role: [ErrNoChip],
// [ErrNoLine], [ErrBusy], [ErrAccess], [ErrKernel]. Nothing is kept then.
func Open(cfg Config) (*Panel, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	p := &Panel{
		cfg: cfg, zero: time.Now(),
		wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan error, 1),
		follow: follower{door: cfg.Door, doorTime: cfg.DoorTime, buzzer: cfg.BuzzerTime, dark: cfg.Dark, idle: cfg.Idle},
	}
	if err := p.request(); err != nil {
		return nil, err
	}
	if err := p.draw(0, true); err != nil {
		return nil, errors.Join(err, p.release())
	}
	go p.run()
	return p, nil
}

// Show makes the outputs follow the state of the page's view, a snake_case name.
// It is called once a frame. It never blocks and does not allocate.
func (p *Panel) Show(state string) {
	p.mu.Lock()
	p.follow.show(state, p.now())
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// ErrNoTrial means that an output is not tried: it is none, not configured, the
// door's, or nobody but the visitor may see the outcome.
var ErrNoTrial = errors.New("only lamps and the buzzer are tried, where they are configured and shown")

// Try makes one lamp, or the buzzer, the only output that is active for that
// long, whatever the view says. The door's relay is never tried, and a door
// that shuts by its relay is shut meanwhile.
//
// Errors: [ErrNoTrial].
func (p *Panel) Try(role Role, lasting time.Duration) error {
	if _, ok := p.cfg.Lines[role]; !ok || !role.Output() || role == DoorRelay || p.cfg.Dark {
		return fmt.Errorf("cannot try the %v: %w", role, ErrNoTrial)
	}
	p.mu.Lock()
	p.trial, p.until = role, p.now()+lasting
	p.mu.Unlock()
	return nil
}

// Inputs returns the inputs as they are now.
func (p *Panel) Inputs() Inputs {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inputs
}

// Fault says why the lines cannot be driven or read at present; nil while they
// can. They are asked for again every second.
func (p *Panel) Fault() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault
}

// Close makes every output inactive and gives the lines back. A second Close
// does nothing.
func (p *Panel) Close() error {
	p.close.Do(func() {
		close(p.stop)
		p.err = <-p.done
	})
	return p.err
}

func (p *Panel) now() time.Duration { return time.Since(p.zero) }

// run looks after the lines until Close. It alone touches them.
func (p *Panel) run() {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			p.done <- p.release()
			return
		case <-p.wake:
		case <-tick.C:
		}
		p.tend()
	}
}

// tend draws what is due and asks for lost lines again.
func (p *Panel) tend() {
	now := p.now()
	if p.Fault() != nil {
		if now-p.lost < retry {
			return
		}
		p.lost = now
		if err := p.request(); err != nil {
			return
		}
		p.setFault(nil)
		p.drawn = levels{}
	}
	fresh := now-p.when >= refresh
	err := p.draw(now, fresh)
	if err == nil && fresh {
		err = p.read()
	}
	if fresh {
		p.when = now
	}
	if err != nil {
		p.lost = now
		p.setFault(err)
		// The kernel's word on a line that is lost helps nobody.
		_ = p.release()
	}
}

// request asks for every line, all of them or none.
func (p *Panel) request() error {
	for _, role := range Roles() {
		spec, ok := p.cfg.Lines[role]
		if !ok {
			continue
		}
		var l line
		var err error
		if role.Output() {
			l, err = p.cfg.driver.output(spec, role)
		} else {
			l, err = p.cfg.driver.input(spec, role, p.cfg.Debounce, func(active bool) { p.edge(role, active) })
		}
		if err != nil {
			return errors.Join(fmt.Errorf("cannot use %v for the %v: %w", spec, role, err), p.release())
		}
		p.lines[role] = l
	}
	if err := p.read(); err != nil {
		return errors.Join(err, p.release())
	}
	return nil
}

// release makes the outputs inactive and gives every line back.
func (p *Panel) release() error {
	var errs []error
	for role, l := range p.lines {
		if l == nil {
			continue
		}
		if Role(role).Output() {
			errs = append(errs, l.Set(false))
		}
		errs = append(errs, l.Close())
		p.lines[role] = nil
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("cannot give the lines back: %w", err)
	}
	return nil
}

// draw drives the outputs that changed, or all.
func (p *Panel) draw(now time.Duration, all bool) error {
	p.mu.Lock()
	want := p.follow.levels(now)
	if now < p.until {
		door := want[DoorRelay] && p.cfg.Door == FailSafe && !p.follow.open
		want = levels{DoorRelay: door}
		want[p.trial] = true
	}
	p.mu.Unlock()
	for i, active := range want {
		role := Role(i)
		if p.lines[role] == nil || !all && active == p.drawn[role] {
			continue
		}
		if err := p.lines[role].Set(active); err != nil {
			return fmt.Errorf("cannot drive the %v at %v: %w; check the chip and its cable", role, p.cfg.Lines[role], err)
		}
		p.drawn[role] = active
	}
	return nil
}

// read takes the levels of the inputs: edges may be lost.
func (p *Panel) read() error {
	for _, role := range []Role{Presence, Tamper} {
		l := p.lines[role]
		if l == nil {
			continue
		}
		active, err := l.Active()
		if err != nil {
			return fmt.Errorf("cannot read the %v at %v: %w; check the chip and its cable", role, p.cfg.Lines[role], err)
		}
		p.edge(role, active)
	}
	return nil
}

// edge takes a new level of an input.
func (p *Panel) edge(role Role, active bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch role {
	case Presence:
		p.inputs.Presence = active
	case Tamper:
		if active && !p.inputs.Tamper {
			p.inputs.Openings++
		}
		p.inputs.Tamper = active
	case StaffButton:
		if active {
			p.inputs.Presses++
		}
	default:
	}
}

func (p *Panel) setFault(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = err
}
