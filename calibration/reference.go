package calibration

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

// Observation is what a frame says of the reference.
type Observation struct {
	Reference Reference
	// Scale measures this frame. It is valid exactly where Reference.OK.
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
	// temperature minus that; both hold where Found and are averaged over the
	// last few steady frames where OK.
	Reading thermal.Celsius
	Offset  thermal.Kelvin
	// Fault is FaultNone where OK.
	Fault Fault
}

// Tracker finds the reference and follows it. It is used by one goroutine.
type Tracker struct {
	cfg   Config
	info  thermal.Info
	least float64 // smallest contrast in counts

	probe  *probe
	search *search

	locked   bool
	known    disc // the disc as it was accepted, at its mean place
	pending  pending
	readings readings

	frames   int // frames seen
	last     time.Duration
	good     int   // good frames in a row since the last fault
	fault    Fault // the last fault of a locked reference
	lostAt   time.Duration
	lost     bool
	searched pending // a disc elsewhere, after a long loss
}

// New returns a Tracker for the camera.
//
// Errors: ErrNoReferenceTemperature, ErrConfig for a value out of range,
// ErrCamera where the camera's scale or size is unknown.
func New(cfg Config, info thermal.Info) (*Tracker, error) {
	if err := validateCamera(info); err != nil {
		return nil, err
	}
	cfg.complete(info)
	if err := cfg.validate(info); err != nil {
		return nil, err
	}
	r := cfg.Reference
	perKelvin := 1 / info.Scale.KelvinPerCount()
	// The half-height level of a disc lies between its reading and half the
	// largest contrast, 20 K, below.
	low := info.Scale.Counts(r.Temperature.Add(-r.MaxOffset - 10))
	high := info.Scale.Counts(r.Temperature.Add(r.MaxOffset + 2))
	return &Tracker{
		cfg: cfg, info: info,
		least: float64(cfg.Limit.Contrast) * perKelvin,
		probe: newProbe(1.3 * r.MaxRadius),
		search: newSearch(info.Width, info.Height, r.MinRadius, r.MaxRadius,
			low, high, levelStep*perKelvin),
	}, nil
}

// Reset forgets the place of the reference: it is looked for anew. It is how
// the owner confirms a reference that was moved.
func (t *Tracker) Reset() {
	t.locked, t.known, t.lost, t.good = false, disc{}, false, 0
	t.fault, t.pending, t.searched = FaultUnknown, pending{}, pending{}
	t.readings.forget()
}

// Observe takes the next frame. It allocates nothing and keeps nothing of the
// frame. A frame of another size is a fault of that frame alone.
func (t *Tracker) Observe(f *thermal.Frame) Observation {
	if f == nil || f.Width != t.info.Width || f.Height != t.info.Height || len(f.Counts) != f.Width*f.Height {
		t.good, t.fault, t.pending = 0, FaultFrame, pending{}
		return fail(FaultFrame)
	}
	gap := f.Time - t.last
	if t.frames == 0 || gap < 0 {
		gap = 0
	}
	t.last = f.Time
	t.frames++
	t.readings.frame(f, gap, t.info.Rate)
	t.probe.frame = f
	defer t.release()
	if t.locked {
		return t.follow(f)
	}
	return t.acquire(f)
}

// release lets go of the frame and of the pixels that were taken from it.
func (t *Tracker) release() {
	t.probe.frame = nil
	clear(t.probe.inner[:cap(t.probe.inner)])
	clear(t.probe.steps[:cap(t.probe.steps)])
}

func fail(fault Fault) Observation {
	return Observation{Reference: Reference{Fault: fault}}
}

// celsius turns counts into the temperature the camera reads.
func (t *Tracker) celsius(counts float64) thermal.Celsius { return t.info.Scale.Celsius(counts) }

// seen reports a disc that gives no scale.
func (t *Tracker) seen(d *disc, fault Fault) Observation {
	reading := t.celsius(d.level)
	return Observation{Reference: Reference{
		Found: true, Circle: d.circle, Reading: reading,
		Offset: t.cfg.Reference.Temperature.Sub(reading), Fault: fault,
	}}
}

// plausible says whether the disc may have the true temperature of the
// reference.
func (t *Tracker) plausible(d *disc) bool {
	offset := t.cfg.Reference.Temperature.Sub(t.celsius(d.level))
	return math.Abs(float64(offset)) <= float64(t.cfg.Reference.MaxOffset)
}
