package score

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"lintel/firmware/thermal"
)

// ErrIncomplete means that a replay ends before its recordings do. Replay them
// again.
var ErrIncomplete = errors.New("the replay is incomplete")

// replay is what a replay said of one recording.
type replay struct {
	// frames counts the frame events so far, which is the next frame's number.
	frames int
	// seen holds the frames that are annotated.
	seen map[int]seen
	// looks holds every frame, in order.
	looks    []look
	verdicts []verdict
	// unmeasured holds how visits ended without a verdict.
	unmeasured []unmeasured
	done       bool
}

// look is what became of the faces of one frame: by track, why the face was not
// measured, or usable.
type look struct {
	t     float64
	faces map[int]string
}

// seen is what the replay found in one annotated frame.
type seen struct {
	// reference is the zero circle where none was found.
	reference thermal.Circle
	faces     []face
}

type face struct {
	box      thermal.Box
	forehead *thermal.Box
	usable   bool
	reject   string
}

type verdict struct {
	frame, track int
	seconds      float64
}

type unmeasured struct {
	frame  int
	reason string
}

// event is any line of a replay. The fields of the other events are left empty.
type event struct {
	Event, Clip string
	Frame       *int
	T           float64
	Track       int
	Reference   *struct{ CX, CY, R *float64 }
	Faces       []struct {
		Track         int
		Box, Forehead box
		Usable        *bool
		Reject        *string
	}
	Verdict    string
	Reason     string
	Seconds    *float64
	Frames     *int
	Verdicts   *int
	Unmeasured *int
}

// parser gathers the events of a replay, recording by recording.
type parser struct {
	truth *Truth
	clips map[string]*replay
}

// parse reads the JSON Lines of a replay. Every recording must be there whole:
// each frame once and in order, and a summary that agrees.
//
// Errors: [ErrDamaged] with the line, [ErrIncomplete].
func parse(truth *Truth, r io.Reader) (map[string]*replay, error) {
	p := parser{truth, map[string]*replay{}}
	if err := eachLine(r, p.line); err != nil {
		return nil, fmt.Errorf("cannot read the replay: %w", err)
	}
	if len(p.clips) == 0 {
		return nil, fmt.Errorf("cannot score the replay: %w: it has no recording", ErrIncomplete)
	}
	for _, name := range slices.Sorted(maps.Keys(p.clips)) {
		if !p.clips[name].done {
			return nil, fmt.Errorf("cannot score the replay: %w: %s has no summary", ErrIncomplete, name)
		}
	}
	return p.clips, nil
}

func (p *parser) line(text []byte) error {
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	if e.Clip == "" {
		return errors.New("the event names no clip")
	}
	c := p.clips[e.Clip]
	if c == nil {
		c = &replay{seen: map[int]seen{}}
		p.clips[e.Clip] = c
	}
	if c.done {
		return fmt.Errorf("%s has had its summary already", e.Clip)
	}
	switch e.Event {
	case "frame":
		return c.frame(e, p.truth.clips[e.Clip])
	case "verdict":
		return c.verdict(e)
	case "unmeasured":
		if e.Frame == nil || *e.Frame < 0 {
			return errors.New("the event names no frame")
		}
		c.unmeasured = append(c.unmeasured, unmeasured{*e.Frame, e.Reason})
		return nil
	case "summary":
		return c.summary(e, p.truth.clips[e.Clip])
	default:
		return fmt.Errorf("event is %q: allowed are frame, verdict, unmeasured and summary", e.Event)
	}
}

// frame takes one frame's event. known is nil for a recording without truth.
func (c *replay) frame(e event, known *clip) error {
	if e.Frame == nil || *e.Frame != c.frames {
		return fmt.Errorf("frame %d of %s was to come", c.frames, e.Clip)
	}
	c.frames++
	s, err := e.seen()
	if err != nil {
		return err
	}
	c.looks = append(c.looks, e.look())
	if known == nil {
		return nil
	}
	if _, labelled := known.labels[*e.Frame]; labelled {
		c.seen[*e.Frame] = s
	}
	return nil
}

func (e event) look() look {
	l := look{e.T, map[int]string{}}
	for _, f := range e.Faces {
		l.faces[f.Track] = usableFace
		if f.Reject != nil {
			l.faces[f.Track] = *f.Reject
		}
	}
	return l
}

func (e event) seen() (seen, error) {
	var s seen
	ref := e.Reference
	if ref == nil {
		return s, errors.New("the event says nothing of the reference")
	}
	found := ref.CX != nil && ref.CY != nil && ref.R != nil
	lost := ref.CX == nil && ref.CY == nil && ref.R == nil
	if found && *ref.R > 0 {
		s.reference = thermal.Circle{X: *ref.CX, Y: *ref.CY, R: *ref.R}
	} else if !lost {
		return s, errors.New("the reference needs cx, cy and a radius above 0, or null for all three")
	}
	for _, f := range e.Faces {
		b, err := f.Box.parse()
		if err != nil {
			return s, err
		}
		forehead, err := f.Forehead.parse()
		if err != nil {
			return s, err
		}
		if b == nil || f.Usable == nil {
			return s, errors.New("a face lacks box or usable")
		}
		reject := ""
		if f.Reject != nil {
			reject = *f.Reject
		}
		s.faces = append(s.faces, face{*b, forehead, *f.Usable, reject})
	}
	return s, nil
}

func (c *replay) verdict(e event) error {
	if e.Verdict != "pass" && e.Verdict != "refer" {
		return fmt.Errorf("verdict is %q: allowed are pass and refer", e.Verdict)
	}
	if e.Frame == nil || *e.Frame < 0 || e.Seconds == nil || *e.Seconds < 0 {
		return errors.New("the verdict needs a frame and seconds, both 0 or above")
	}
	c.verdicts = append(c.verdicts, verdict{*e.Frame, e.Track, *e.Seconds})
	return nil
}

// summary closes a recording after checking that nothing is missing.
func (c *replay) summary(e event, known *clip) error {
	if e.Frames == nil || e.Verdicts == nil || e.Unmeasured == nil {
		return errors.New("the summary needs frames, verdicts and unmeasured")
	}
	if *e.Frames != c.frames || *e.Verdicts != len(c.verdicts) || *e.Unmeasured != len(c.unmeasured) {
		return fmt.Errorf("the summary of %s counts %d frames, %d verdicts and %d unmeasured, but %d, %d and %d came",
			e.Clip, *e.Frames, *e.Verdicts, *e.Unmeasured, c.frames, len(c.verdicts), len(c.unmeasured))
	}
	if known != nil && known.frames != c.frames {
		return fmt.Errorf("%s has %d frames by the manifest, but %d came", e.Clip, known.frames, c.frames)
	}
	if slices.ContainsFunc(c.unmeasured, func(u unmeasured) bool { return u.frame >= c.frames }) ||
		slices.ContainsFunc(c.verdicts, func(v verdict) bool { return v.frame >= c.frames }) {
		return fmt.Errorf("%s has an event beyond its last frame", e.Clip)
	}
	c.done = true
	return nil
}
