package uvc

import "time"

const (
	// quiet is for how long nobody must have been in view for a correction that
	// is not urgent.
	quiet = 2 * time.Second
	// early is the share of the longest time between corrections after which one
	// is made when nobody is there anyway.
	early = 3
	// soonest is the shortest time between two corrections.
	soonest = 20 * time.Second
	// again is how long after a command that was refused the next one is sent.
	again = 5 * time.Second
	// muchLater is the same after a command that was not answered, for which the
	// frames had to wait.
	muchLater = time.Minute
)

// corrections follows the flat-field corrections of a camera. Times are those of
// the host.
type corrections struct {
	known     bool
	last      time.Duration // the last correction
	tried     bool          // a command was sent
	triedAt   time.Duration
	taken     bool // and the camera took it
	ignored   bool // and the camera did not answer
	running   bool // as the camera says
	runningAt time.Duration
	wanted    bool // by the camera, for its temperature moved
	idle      bool
	idleSince time.Duration
}

// reported takes in what the camera says.
func (c *corrections) reported(f *footer, now time.Duration) {
	c.wanted = f.wantsFFC()
	c.running = f.ffc() == ffcImminent || f.ffc() == ffcRunning
	if c.running {
		c.runningAt = now
	}
	if f.ffc() == ffcDone {
		c.known, c.last = true, now-(f.uptime-f.lastFFC)
	}
}

// under says that a correction is under way, so that good frames may stay away.
func (c *corrections) under(now time.Duration) bool {
	return c.running && now-c.runningAt < correction || c.taken && now-c.triedAt < correction
}

// due says whether it is time for a correction. nobody: nobody is in view.
// between: no visit is under way.
func (c *corrections) due(now, within time.Duration, nobody, between bool) bool {
	if nobody && !c.idle {
		c.idleSince = now
	}
	c.idle = nobody
	pause := again
	if c.ignored {
		pause = muchLater
	}
	if c.tried && now-c.triedAt < pause {
		return false
	}
	age := now - c.last
	switch {
	case !c.known:
		return between
	case age < soonest:
		return false
	case age >= within:
		return between
	default:
		return nobody && now-c.idleSince >= quiet && (c.wanted || age >= within/early)
	}
}

// MayCorrect lets the camera correct its flat field if that is due. The caller
// says after every frame whether nobody is in view, and whether no visit is
// under way: nothing is corrected in the middle of one. Cameras that take no
// commands correct themselves when they see fit.
func (s *Source) MayCorrect(nobody, between bool) {
	if s.device == nil || s.lepton == nil || !s.lepton.manual {
		return
	}
	if s.correct.due(s.host.now(), s.cfg.CorrectWithin, nobody, between) {
		s.command()
	}
}

// command asks the camera for a correction.
func (s *Source) command() {
	c, now := &s.correct, s.host.now()
	if c.ignored {
		s.lepton.deaf = false
	}
	c.tried, c.triedAt = true, now
	c.taken = s.lepton.correct() == nil
	c.ignored = s.lepton.deaf
	if !c.taken {
		s.counts.Refused++
		return
	}
	s.counts.Corrections++
	c.known, c.last = true, now
}
