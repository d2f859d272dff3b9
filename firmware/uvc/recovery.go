package uvc

import (
	"errors"
	"time"
)

// trouble is the present outage; zero while frames are good.
type trouble struct {
	told    bool
	tellAt  time.Duration
	last    defect // of the newest frame
	gone    bool   // the camera was unplugged
	begun   bool   // a remedy was planned
	remedy  int    // number of the next one
	applyAt time.Duration
	tryAt   time.Duration // when to look for the camera again
}

// remedies says how long after the last good frame, or the remedy before, each
// remedy is applied. The stream is restarted first, then the camera reset, in
// turn; the last two go on.
var remedies = [...]time.Duration{
	3 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second, 30 * time.Second,
}

// lookEach is how often an unplugged camera is looked for.
const lookEach = 200 * time.Millisecond

// connect opens the device and starts it.
func (s *Source) connect() error {
	d, err := s.host.open(&s.camera, &s.profile)
	if err != nil {
		return err
	}
	now := s.host.now()
	s.device, s.connected, s.lepton = d, now, nil
	s.lastLook = now
	s.numbered, s.hasFooter, s.correct = false, false, corrections{}
	s.inspector.forget()
	if s.profile.Control == PureThermal {
		if l := newLepton(d, &s.camera, s.host.now); l.commands() {
			s.lepton = l
			s.prepare()
		}
	}
	if err := d.start(); err != nil {
		return errors.Join(err, s.disconnect())
	}
	if s.lastGood == 0 {
		s.lastGood = now // nothing is late yet
	}
	return nil
}

// prepare sets a Lepton up. What it does not take it tells by its counts.
func (s *Source) prepare() {
	if s.lepton.prepare() != nil {
		s.counts.Refused++
	}
	if up, err := s.lepton.uptime(); err == nil {
		s.connected = s.host.now() - up
	}
	if s.lepton.manual {
		s.command()
	}
}

// disconnect closes the device and overwrites what was kept of its frames.
func (s *Source) disconnect() error {
	if s.device == nil {
		return nil
	}
	err := s.device.close()
	s.device, s.lepton = nil, nil
	s.inspector.forget()
	s.buffer = buffer{}
	return err
}

// lose gives the device up: it is opened anew.
func (s *Source) lose(err error) {
	s.trouble.gone = errors.Is(err, errGone)
	// What cannot be closed is closed by the end of the program.
	_ = s.disconnect()
}

// reconnect looks for the camera, now and then.
func (s *Source) reconnect() {
	now := s.host.now()
	if now < s.trouble.tryAt {
		return
	}
	s.trouble.tryAt = now + lookEach
	cameras, err := s.host.list()
	if err != nil {
		return
	}
	camera, err := s.choice.pick(cameras)
	s.trouble.gone = errors.Is(err, ErrNoCamera)
	if err != nil {
		return
	}
	s.camera = camera
	if s.connect() != nil {
		// The kernel needs a moment to set the file up.
		s.trouble.tryAt = s.host.now() + lookEach
		return
	}
	// A camera that came back gets its time.
	s.trouble.begun, s.trouble.applyAt = true, s.host.now()+remedies[s.trouble.remedy]
}

// overdue says that good frames have stayed away for too long, and does
// something about it.
func (s *Source) overdue() error {
	now := s.host.now()
	late := now - s.lastGood
	if !s.trouble.gone && late < s.patience(now) {
		return nil
	}
	if !s.trouble.told {
		s.trouble.told = true
		s.counts.Outages++
	}
	if now >= s.trouble.tellAt {
		s.trouble.tellAt = now + tellEvery
		s.lastTime = max(s.lastTime, now-s.opened)
		return &OutageError{fault: s.fault(), at: s.lastTime}
	}
	s.remedy(now)
	return nil
}

// patience is how long good frames may stay away.
func (s *Source) patience(now time.Duration) time.Duration {
	if s.correct.under(now) {
		return correction
	}
	return silence
}

func (s *Source) fault() Fault {
	if s.trouble.gone {
		return Missing
	}
	return s.trouble.last.fault()
}

// remedy restarts the stream or resets the camera when it is time for that.
func (s *Source) remedy(now time.Duration) {
	t := &s.trouble
	if s.device == nil {
		return
	}
	if !t.begun {
		t.begun, t.applyAt = true, s.lastGood+remedies[t.remedy]
	}
	if now < t.applyAt {
		return
	}
	reset := t.remedy%2 == 1
	if t.remedy++; t.remedy == len(remedies) {
		t.remedy -= 2
	}
	t.applyAt = now + remedies[t.remedy]
	if reset {
		s.reset()
		return
	}
	s.counts.Restarts++
	s.restart()
}

// restart stops the stream and starts it.
func (s *Source) restart() {
	s.numbered = false
	s.inspector.forget()
	err := s.device.stop()
	if err == nil && s.lepton != nil {
		s.prepare()
	}
	if err == nil {
		err = s.device.start()
	}
	if err != nil {
		s.lose(err)
	}
}

// reset lets the camera start anew.
func (s *Source) reset() {
	switch s.trouble.last {
	case notRadiometric, wrongGain:
		// It is as it is; being commanded anew is all that can help.
		s.restart()
		return
	default:
	}
	_ = s.disconnect()
	s.counts.Resets++
	if s.host.reset(&s.camera) != nil {
		s.counts.Refused++
	}
	s.trouble.tryAt = s.host.now() + lookEach
}
