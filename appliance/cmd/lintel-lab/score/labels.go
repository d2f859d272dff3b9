package score

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"lintel/firmware/thermal"
)

// longestLine bounds a line of JSON, in bytes. A frame with a dozen faces takes
// about 2 kB.
const longestLine = 1 << 20

// eachLine hands every line to use and adds the line's number to its errors.
func eachLine(r io.Reader, use func([]byte) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	n := 0
	for lines.Scan() {
		n++
		if err := use(lines.Bytes()); err != nil {
			return fmt.Errorf("line %d: %w: %w", n, ErrDamaged, err)
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return fmt.Errorf("line %d: %w: longer than %d bytes", n+1, ErrDamaged, longestLine)
	} else if err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}

// box is a JSON array [x0, y0, x1, y1] in pixels; nil for null.
type box []float64

// parse returns nil for null, and refuses any other shape.
func (b box) parse() (*thermal.Box, error) {
	if b == nil {
		return nil, nil
	}
	if len(b) != 4 || b[0] > b[2] || b[1] > b[3] {
		return nil, fmt.Errorf("%v is no box: four numbers are needed, x0 <= x1 and y0 <= y1", []float64(b))
	}
	return &thermal.Box{X0: b[0], Y0: b[1], X1: b[2], Y1: b[3]}, nil
}

func (t *Truth) readLabels(r io.Reader) error {
	return eachLine(r, func(line []byte) error {
		var in struct {
			Clip    string
			Frame   *int
			Persons []labelledPerson
			Disc    *struct {
				CX, CY, R float64
				Occluded  bool
			}
		}
		if err := json.Unmarshal(line, &in); err != nil {
			return err
		}
		c := t.clips[in.Clip]
		if c == nil {
			return fmt.Errorf("clip %q is not in the manifest", in.Clip)
		}
		if in.Frame == nil || *in.Frame < 0 || *in.Frame >= c.frames {
			return fmt.Errorf("frame must be 0 to %d", c.frames-1)
		}
		if _, twice := c.labels[*in.Frame]; twice {
			return fmt.Errorf("frame %d of %s is labelled twice", *in.Frame, in.Clip)
		}
		var l label
		if d := in.Disc; d != nil {
			if d.R <= 0 {
				return errors.New("the disc has no radius")
			}
			l.disc, l.hidden = thermal.Circle{X: d.CX, Y: d.CY, R: d.R}, d.Occluded
		}
		for _, p := range in.Persons {
			q, err := p.parse()
			if err != nil {
				return err
			}
			l.persons = append(l.persons, q)
		}
		c.labels[*in.Frame] = l
		return nil
	})
}

type labelledPerson struct {
	Head, Face, Forehead box
	Pose, Size           string
	Occluders            []string
}

func (p labelledPerson) parse() (person, error) {
	q := person{pose: p.Pose, size: p.Size, occluders: p.Occluders}
	switch p.Pose {
	case frontal, turned, profile, "back", "down":
	default:
		return q, fmt.Errorf("pose is %q: allowed are frontal, turned, profile, back and down", p.Pose)
	}
	switch p.Size {
	case far, "near", "mid":
	default:
		return q, fmt.Errorf("size is %q: allowed are near, mid and far", p.Size)
	}
	var errs [3]error
	q.head, errs[0] = p.Head.parse()
	q.face, errs[1] = p.Face.parse()
	q.forehead, errs[2] = p.Forehead.parse()
	return q, errors.Join(errs[:]...)
}
