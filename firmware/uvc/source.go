package uvc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lintel/firmware/thermal"
)

// Config says which camera to open and how. The zero Config is the only known
// camera that is plugged in, as its profile has it.
type Config struct {
	// Name is the camera's file, or its USB number with or without its serial;
	// see [ParseChoice].
	Name string
	// Profile names one of [Profiles]; empty for the one that the USB number and
	// the sizes on offer lead to.
	Profile string
	// Scale is what a count means where the profile does not say.
	Scale thermal.CountScale
	// Mounting is how the camera is mounted.
	Mounting thermal.Mounting
	// BadPixels lists pixels that do not work, of any camera; see [ParsePixels].
	BadPixels []string
	// CorrectWithin is the longest time between two flat-field corrections;
	// zero for 5 minutes.
	CorrectWithin time.Duration
	// Roots are the folders of the kernel's devices.
	Roots Roots
}

const (
	// wait is how long Next waits for a frame before it looks around.
	wait = 50 * time.Millisecond
	// silence is how long good frames may stay away before that is an outage. A
	// kiosk goes out of service half a second later.
	silence = 1200 * time.Millisecond
	// correction is how long they may stay away around a flat-field correction.
	correction = 3500 * time.Millisecond
	// away is how long nobody may have asked for frames before those that wait are
	// too old to be shown.
	away = 500 * time.Millisecond
	// tellEvery is how often Next tells of an outage.
	tellEvery = 100 * time.Millisecond
)

// Source is a camera. It implements [thermal.Source].
type Source struct {
	cfg     Config
	host    host
	choice  Choice
	camera  Camera
	profile Profile
	info    thermal.Info
	closed  bool

	device    device // nil while there is none
	lepton    *lepton
	inspector *inspector
	mender    *mender
	pixels    []uint16 // of the newest good frame, as the sensor has them
	stuck     []int    // its rows that are stuck
	looked    []uint16 // of the frame that is examined
	buffer    buffer

	opened    time.Duration // all times are those of the host's clock
	connected time.Duration // since when the camera is known to be on
	lastGood  time.Duration
	lastTime  time.Duration // of a frame, since opened
	lastLook  time.Duration // for a frame

	begun    bool   // a frame was numbered
	number   uint64 // of the newest frame
	sequence uint32 // that the driver gave it
	numbered bool   // sequence is of the present stream

	footer    footer // of the newest frame
	hasFooter bool
	correct   corrections
	trouble   trouble
	counts    Counts
}

var _ thermal.Source = (*Source)(nil)

// Open opens a camera and starts it.
//
// Errors: [ErrNoCamera], [ErrSeveral], [ErrProfile], [ErrScale], [ErrAccess],
// [ErrBusy], [ErrPixel], and those of the mounting and the system.
func Open(cfg Config) (*Source, error) {
	return open(cfg, machine{roots: cfg.Roots})
}

func open(cfg Config, h host) (*Source, error) {
	choice, err := ParseChoice(cfg.Name)
	if err != nil {
		return nil, err
	}
	if err := cfg.Mounting.Validate(); err != nil {
		return nil, err
	}
	if cfg.CorrectWithin == 0 {
		cfg.CorrectWithin = 5 * time.Minute
	}
	s := &Source{cfg: cfg, host: h, choice: choice}
	cameras, err := h.list()
	if err != nil {
		return nil, err
	}
	if s.camera, err = choice.pick(cameras); err != nil {
		return nil, err
	}
	if err := s.describe(); err != nil {
		return nil, err
	}
	s.opened = h.now()
	if err := s.connect(); err != nil {
		return nil, err
	}
	if s.camera.Serial == "" && s.lepton != nil {
		if serial, err := s.lepton.serial(); err == nil {
			s.info.Serial = serial
		}
	}
	// From now on it is this camera or none: calibration is about one.
	s.choice = Choice{usb: s.camera.USB, serial: s.camera.Serial}
	return s, nil
}

// describe chooses the profile of the camera and makes room for its frames.
func (s *Source) describe() error {
	offered, err := s.host.offers(&s.camera)
	if err != nil {
		return err
	}
	p, ok := profileFor(s.camera.USB, offered)
	if s.cfg.Profile != "" {
		if p, err = FindProfile(s.cfg.Profile); err != nil {
			return err
		}
		p, ok = p.fits(offered)
	}
	if !ok {
		return fmt.Errorf("cannot use the camera %v, which offers %v: %w; set camera.profile", s.camera, offered, ErrProfile)
	}
	if p.Scale == 0 {
		p.Scale = s.cfg.Scale
	}
	if p.Scale == 0 {
		return fmt.Errorf("cannot use the camera %v: %w", s.camera, ErrScale)
	}
	bad, err := ParsePixels(s.cfg.BadPixels, s.camera.Serial)
	if err != nil {
		return err
	}
	s.profile = p
	s.inspector = newInspector(&s.profile)
	s.mender = newMender(&s.profile, bad)
	s.pixels, s.looked = make([]uint16, p.Width*p.rows()), make([]uint16, p.Width*p.rows())
	s.stuck = make([]int, 0, p.rows())
	m := s.mounting()
	s.info = thermal.Info{Model: p.Model, Serial: s.camera.Serial, Rate: p.Rate, Scale: p.Scale}
	s.info.Width, s.info.Height = m.Size(p.Width, p.rows())
	return nil
}

// mounting is that of the kiosk after that of the bare camera.
func (s *Source) mounting() thermal.Mounting {
	a, b := s.profile.Mounting, s.cfg.Mounting
	if a.Mirror {
		// A mirror turns the way back round.
		b.Rotate = 360 - b.Rotate
	}
	return thermal.Mounting{Rotate: (a.Rotate + b.Rotate) % 360, Mirror: a.Mirror != b.Mirror}
}

// Info implements [thermal.Source].
func (s *Source) Info() thermal.Info { return s.info }

// Counts returns what became of the frames.
func (s *Source) Counts() Counts { return s.counts }

// BadPixels lists the pixels that were found not to work, in pixels of the
// sensor.
func (s *Source) BadPixels() []Pixel { return s.mender.pixels() }

// Next implements [thermal.Source]. Beside the errors of a source it returns an
// [*OutageError] again and again while good frames stay away.
func (s *Source) Next(ctx context.Context, f *thermal.Frame) error {
	if s.closed {
		return thermal.ErrClosed
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if s.device == nil {
			s.reconnect()
		}
		if s.device == nil {
			s.host.sleep(wait)
		} else if s.take(f) {
			return nil
		}
		if err := s.overdue(); err != nil {
			return err
		}
	}
}

// take waits for a frame and says whether f is a good one. Of several that were
// waiting the newest wins.
func (s *Source) take(f *thermal.Frame) bool {
	if s.host.now()-s.lastLook > away {
		s.discard()
	}
	taken := s.fetch(f)
	s.lastLook = s.host.now()
	return taken && s.deliver(f)
}

// discard gives the frames back that wait, unseen: whoever asks for frames was
// held up for so long that they show the past. The camera is not late for that.
func (s *Source) discard() {
	for range buffers {
		if s.device.dequeue(&s.buffer, 0) != nil {
			return // what is wrong shows in a moment
		}
		s.lastGood = max(s.lastGood, s.host.now()-silence/2)
		s.advance(s.buffer.sequence)
		s.counts.Overtaken++
		if err := s.device.requeue(&s.buffer); err != nil {
			return
		}
	}
}

// fetch examines the frames that wait and says whether there is a good one.
func (s *Source) fetch(f *thermal.Frame) bool {
	taken := false
	within := wait
	for range buffers {
		b := &s.buffer
		if err := s.device.dequeue(b, within); err != nil {
			if !errors.Is(err, errTimeout) {
				s.lose(err)
			}
			break
		}
		within = 0
		s.advance(b.sequence)
		d := s.examine(b)
		at := s.timeOf(b)
		if err := s.device.requeue(b); err != nil {
			s.lose(err)
		}
		if d == none {
			if taken {
				s.counts.Overtaken++
			}
			taken = true
			f.Sequence, f.Time = s.number, at
		} else {
			*s.counts.of(d)++
			s.trouble.last = d
		}
		if s.device == nil {
			break
		}
	}
	return taken
}

// advance numbers a frame; what the driver skipped is missing.
func (s *Source) advance(sequence uint32) {
	step := uint32(1)
	if s.numbered {
		step = sequence - s.sequence
		if step == 0 || step > 1<<20 {
			step = 1
		}
		s.counts.Missing += uint64(step - 1)
	}
	if s.begun {
		s.number += uint64(step)
	}
	s.sequence, s.numbered, s.begun = sequence, true, true
}

// timeOf is the time of a frame since the source was opened. It never
// decreases.
func (s *Source) timeOf(b *buffer) time.Duration {
	now := s.host.now()
	at := b.stamp
	if at > now || now-at > time.Second {
		at = now
	}
	s.lastTime = max(s.lastTime, at-s.opened)
	return s.lastTime
}

// examine judges a frame and keeps its counts where it is good. A bad one leaves
// those of the last good one as they are, which may still wait to be delivered.
func (s *Source) examine(b *buffer) defect {
	d := s.judge(b)
	if d == none {
		s.pixels, s.looked = s.looked, s.pixels
		s.stuck = append(s.stuck[:0], s.inspector.stuck...)
	}
	return d
}

func (s *Source) judge(b *buffer) defect {
	d := s.inspector.bytes(b.bytes, b.wrong)
	if d == short || d == flagged {
		return d
	}
	if rows := s.profile.footerRows(b.bytes); rows != nil && d != shifted {
		if s.footer, s.hasFooter = parseFooter(rows); s.hasFooter {
			s.correct.reported(&s.footer, s.host.now())
			if s.footer.ffc() == ffcRunning {
				return shutter
			}
		}
	}
	if d == none {
		s.profile.unpack(s.looked, b.bytes)
		d = s.inspector.counts(s.looked)
	}
	if d == none && s.hasFooter && s.footer.hasModes {
		switch {
		case !s.footer.linear:
			return notRadiometric
		case s.footer.lowGain || !s.footer.fine:
			return wrongGain
		}
	}
	return d
}

// deliver hands the newest good frame over.
func (s *Source) deliver(f *thermal.Frame) bool {
	if len(s.stuck) > 0 {
		s.mender.rows(s.pixels, s.stuck)
		s.counts.Filled++
	}
	s.mender.mend(s.pixels)
	s.mounting().Upright(f, s.pixels, s.profile.Width, s.profile.rows())
	f.Telemetry = s.telemetry()
	s.counts.Good++
	s.lastGood = s.host.now()
	s.trouble = trouble{}
	return true
}

// telemetry is what the camera says of itself, or what is known without it.
func (s *Source) telemetry() thermal.Telemetry {
	if s.hasFooter {
		return s.footer.telemetry()
	}
	now := s.host.now()
	t := thermal.Telemetry{Uptime: now - s.connected, HasUptime: true}
	if s.lepton != nil && s.lepton.manual && s.correct.known {
		t.SinceFFC, t.HasSinceFFC = min(now-s.correct.last, t.Uptime), true
	}
	return t
}

// Close implements [thermal.Source]. It overwrites what is left of the last
// frames.
func (s *Source) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if s.device != nil && s.lepton != nil {
		if s.lepton.leave() != nil {
			s.counts.Refused++
		}
	}
	err := s.disconnect()
	clear(s.pixels)
	clear(s.looked)
	return err
}
