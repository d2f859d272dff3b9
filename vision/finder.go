package vision

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"lintel/firmware/thermal"
)

// ErrFrame means that the frame is not of the size that the finder was made
// for.
var ErrFrame = errors.New("the frame has another size than the camera said")

// ErrBlank means that most of the frame is no reading: all zero, saturated, or
// what the sensor sends for none. Nobody can be found on it; the next frame may
// be whole.
var ErrBlank = errors.New("most of the frame is zero or saturated: check the camera's cable and range")

// Config says what a Finder works with.
type Config struct {
	// Detector runs the network. Required.
	Detector Detector
	// Info is that of the source. Its scale must be known.
	Info thermal.Info
}

// Finder finds people frame by frame. It is used by one goroutine.
type Finder struct {
	cfg        Config
	kelvin     float64
	plane      plane
	candidates []candidate
	tracker    tracker
	shape      shape
}

// New returns a Finder, or an error that says what the configuration lacks.
func New(cfg Config) (*Finder, error) {
	k := cfg.Info.Scale.KelvinPerCount()
	switch {
	case cfg.Detector == nil:
		return nil, errors.New("cannot find faces: no detector given")
	case k == 0:
		return nil, errors.New("cannot find faces: the camera's scale is unknown; set camera.scale")
	case !validSide(cfg.Info.Width) || !validSide(cfg.Info.Height):
		return nil, fmt.Errorf("cannot find faces on a %dx%d image: sides from %d to %d pixels are allowed",
			cfg.Info.Width, cfg.Info.Height, thermal.MinSide, thermal.MaxSide)
	}
	return &Finder{
		cfg:        cfg,
		kelvin:     k,
		candidates: make([]candidate, 0, maxCandidates),
		tracker:    tracker{tracks: make([]track, 0, maxFaces)},
	}, nil
}

func validSide(n int) bool { return n >= thermal.MinSide && n <= thermal.MaxSide }

// Find looks for faces on one frame and writes them into r, whose memory is
// reused. reference is where the reference is, the zero Circle where that is
// not known. After an error r is empty.
//
// Errors: [ErrFrame], [ErrBlank], [ErrDetector], or what the detector returns.
func (f *Finder) Find(frame *thermal.Frame, reference thermal.Circle, r *Result) error {
	r.empty()
	if frame.Width != f.cfg.Info.Width || frame.Height != f.cfg.Info.Height || len(frame.Counts) != frame.Width*frame.Height {
		return fmt.Errorf("cannot find faces on a %dx%d frame: %w (%dx%d)",
			frame.Width, frame.Height, ErrFrame, f.cfg.Info.Width, f.cfg.Info.Height)
	}
	f.plane.load(frame, f.kelvin, reference)
	if f.plane.blank {
		f.plane.forget()
		return fmt.Errorf("cannot find faces: %w", ErrBlank)
	}
	out, err := f.cfg.Detector.Detect(f.plane.cells, f.plane.width, f.plane.height)
	if err != nil {
		return fmt.Errorf("cannot find faces: %w", err)
	}
	clear(f.candidates[:cap(f.candidates)])
	f.candidates, err = decode(f.candidates, out, &f.plane, frame.Width, frame.Height)
	if err != nil {
		return err
	}
	f.tracker.follow(f.candidates, frame.Time)
	r.Nobody = len(f.candidates) == 0 && len(f.tracker.tracks) == 0
	for i := range f.tracker.tracks {
		t := &f.tracker.tracks[i]
		if !t.seen || !t.confirmed(float64(f.plane.factor)) {
			continue
		}
		if !t.told {
			t.told, t.since = true, frame.Time
		}
		s := sight{track: t, width: frame.Width, height: frame.Height, reference: reference}
		s.cut = f.plane.atEdge(t.now.forehead, frame.Width, frame.Height)
		s.forehead, s.skin = f.plane.bare(t.now.box, t.now.forehead)
		reject := judge(&s)
		if reject == Usable {
			if err := f.look(t); err != nil {
				r.empty()
				return err
			}
			f.plane.narrow(&s)
			reject = judgeForehead(&s)
		}
		if reject != Usable {
			s.measured = s.forehead.Inset(foreheadInset)
		}
		r.Faces = append(r.Faces, Face{
			Track: t.id, Since: t.since, Box: t.now.box, Forehead: s.forehead, Regions: regions(t.now.box, s.measured),
			Score: t.now.score, Answers: t.now.answers(), Reject: reject,
		})
	}
	slices.SortStableFunc(r.Faces, func(a, b Face) int { return cmp.Compare(b.Box.Area(), a.Box.Area()) })
	f.silhouette(&r.Body)
	return nil
}

// Forget overwrites everything that the last frames left behind, the
// network's memory included, and drops all tracks. Track numbers go on. A
// Result belongs to the caller, who calls [Result.Wipe].
//
// Errors: what the detector returns.
func (f *Finder) Forget() error {
	f.plane.forget()
	clear(f.candidates[:cap(f.candidates)])
	f.tracker.forget()
	f.shape.forget()
	if len(f.plane.cells) == 0 {
		return nil // nothing was seen yet
	}
	if _, err := f.cfg.Detector.Detect(f.plane.cells, f.plane.width, f.plane.height); err != nil {
		return fmt.Errorf("cannot clear the network's memory: %w", err)
	}
	if _, err := f.cfg.Detector.Look(f.plane.upper[:], thermal.Box{}); err != nil {
		return fmt.Errorf("cannot clear the second network's memory: %w", err)
	}
	return nil
}
