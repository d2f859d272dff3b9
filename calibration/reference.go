package calibration

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

// Observation is what a frame says of the reference.
type Observation struct {
	Reference Reference
	// Second is the state of the second reference, where there is one.
	Second Reference
	// Scale measures this frame. It is valid exactly where Reference.OK, which
	// with two references says that both are in order.
	Scale Scale
}

// Reference is the state of the reference in one frame.
type Reference struct {
	// OK says that the frame may be measured.
	OK bool
	// Found says that the reference is seen, Circle where, in pixels of the
	// upright image. While it is not seen the Circle is zero.
	Found  bool
	Circle thermal.Circle
	// Reading is what the camera reads there, uncorrected, and Offset the true
	// temperature minus that; both hold where Found, and are filtered where OK.
	Reading thermal.Celsius
	Offset  thermal.Kelvin
	// Fault is FaultNone where OK.
	Fault Fault
}

// Tracker finds the reference and follows it. It is used by one goroutine.
type Tracker struct {
	shared
	first  follower
	second *follower
	// pattern bridges flat-field corrections, nil where that is off.
	pattern *pattern

	frames int // frames seen
	last   time.Duration
}

// shared is what the followers of all references use.
type shared struct {
	cfg   Config
	info  thermal.Info
	conv  *conversion
	probe *probe
	mask  []bool // pixels that do not work, nil where none is known
	fixed repair
	today Date
}

// New returns a Tracker for the camera.
//
// Errors: ErrNoReferenceTemperature, ErrConfig for a value out of range,
// ErrCamera where the camera's scale or size is unknown.
func New(cfg Config, info thermal.Info) (*Tracker, error) {
	cfg.complete(info)
	conv, err := newConversion(cfg.Camera, cfg.Terms.Surround, info)
	if err != nil {
		return nil, err
	}
	if err := cfg.validate(info); err != nil {
		return nil, err
	}
	largest := cfg.Reference.MaxRadius
	if cfg.Second != nil {
		largest = math.Max(largest, cfg.Second.MaxRadius)
	}
	t := &Tracker{shared: shared{cfg: cfg, info: info, conv: conv, probe: newProbe(1.3 * largest)}}
	if cfg.Field != nil {
		t.mask = cfg.Field.mask()
	}
	t.fixed = newRepair(info.Width, info.Height, t.mask)
	if !cfg.Correction.NoBridge {
		t.pattern = newPattern(info.Width, info.Height)
	}
	t.first.init(&t.shared, &t.cfg.Reference)
	if cfg.Second != nil {
		t.second = &follower{}
		t.second.init(&t.shared, t.cfg.Second)
	}
	return t, nil
}

// Today tells the day of the calendar: certificates expire. The room has no
// clock of its own.
func (t *Tracker) Today(day Date) { t.today = day }

// Expires returns the first day on which a certificate ends; zero for never.
func (t *Tracker) Expires() Date {
	day := t.cfg.Reference.Expires
	if s := t.cfg.Second; s != nil && s.Expires != (Date{}) && (day == (Date{}) || s.Expires.Before(day)) {
		day = s.Expires
	}
	return day
}

// Reset forgets the place of the references: they are looked for anew. It is
// how the owner confirms a reference that was moved or exchanged.
func (t *Tracker) Reset() {
	t.Forget()
	t.first.reset()
	if t.second != nil {
		t.second.reset()
	}
}

// Forget overwrites what is known of the background: of cells of 4x4 pixels and
// more that stood still and are colder than skin, the mean radiance.
func (t *Tracker) Forget() {
	if t.pattern != nil {
		t.pattern.forget()
	}
}

// Observe takes the next frame. It allocates nothing and keeps nothing of the
// frame but the background; see [Tracker.Forget]. A frame of another size is a fault of that frame alone.
func (t *Tracker) Observe(f *thermal.Frame) Observation {
	if f == nil || f.Width != t.info.Width || f.Height != t.info.Height || len(f.Counts) != f.Width*f.Height {
		t.first.damaged()
		if t.second != nil {
			t.second.damaged()
		}
		return fail(FaultFrame)
	}
	gap := f.Time - t.last
	if t.frames == 0 || gap < 0 {
		gap = 0
	}
	t.last = f.Time
	t.frames++
	g := t.fixed.frame(f, t.watched(), int(alone*t.first.perK))
	t.probe.frame = g
	defer t.release()
	reference, point := t.first.observe(g, gap)
	out := Observation{Reference: reference}
	if t.second != nil {
		other, otherPoint := t.second.observe(g, gap)
		out.Second = other
		t.combine(&out, f, &point, &otherPoint)
	} else if reference.OK {
		out.Scale = t.scale(f, &point, nil)
	}
	t.bridge(&out, g, &point)
	return out
}

// bridge takes the change of pattern by a flat-field correction away.
func (t *Tracker) bridge(out *Observation, repaired *thermal.Frame, p *point) {
	switch {
	case t.pattern == nil:
	case out.Scale.valid:
		out.Scale.bridge = *t.pattern.observe(repaired, &out.Scale, &t.first.offset, p.temperature)
	case out.Reference.Fault == FaultMoved:
		t.pattern.forget() // it may be the camera that moved
	}
}

// watched is the part of the image in which the references are looked for.
func (t *Tracker) watched() thermal.Box {
	if t.second != nil || !t.first.locked || t.first.lost {
		return t.first.image()
	}
	c := t.first.known.circle
	reach := 4*c.R + 2*t.cfg.Limit.Move
	return thermal.Box{X0: c.X - reach, Y0: c.Y - reach, X1: c.X + reach, Y1: c.Y + reach}.Clip(t.info.Width, t.info.Height)
}

// combine makes one state of two references: in order where both are, and with
// each other.
func (t *Tracker) combine(out *Observation, f *thermal.Frame, a, b *point) {
	if out.Reference.OK && out.Second.OK {
		if agree(a, b) {
			out.Scale = t.scale(f, a, b)
			return
		}
		t.first.fault, t.first.good = FaultDrifting, 0
		out.Reference.OK, out.Reference.Fault = false, FaultDrifting
		return
	}
	if out.Reference.OK {
		out.Reference.OK, out.Reference.Fault = false, out.Second.Fault
	}
}

// maxGain bounds the gain by two references: a camera is further out only where
// one of them is not at its temperature.
const maxGain = 0.1

// agree says whether two references tell of a plausible gain.
func agree(a, b *point) bool {
	gain := (a.truth - b.truth) / (a.seen - b.seen)
	return math.Abs(gain-1) <= maxGain
}

// release lets go of the frame and of the pixels that were taken from it.
func (t *Tracker) release() {
	t.probe.frame = nil
	t.fixed.wipe()
	clear(t.probe.inner[:cap(t.probe.inner)])
	clear(t.probe.steps[:cap(t.probe.steps)])
}

func fail(fault Fault) Observation {
	return Observation{Reference: Reference{Fault: fault}}
}
