package stress

import (
	"context"
	"fmt"
	"math/rand/v2"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/vision"
)

// Frames is how long a scene lasts.
const Frames = 3

// Config says what is put under stress.
type Config struct {
	// Detector runs the network. Required.
	Detector vision.Detector
	// Scenes is the number of scenes a row, 500 by default; Seed is that of the
	// first, and each next one is one more.
	Scenes int
	Seed   uint64
	// Rows are those to run; all by default.
	Rows []Row
	// Done, where given, is told of each row as it is ready.
	Done func(Result)
}

// Run runs every row.
//
// Errors: what the finder returns, or ctx.
func Run(ctx context.Context, c Config) (*Report, error) {
	if c.Scenes == 0 {
		c.Scenes = 500
	}
	if c.Rows == nil {
		c.Rows = Rows()
	}
	report := &Report{}
	var shots [Frames]shot
	for _, row := range c.Rows {
		result := Result{Group: row.Group, Row: row.Name, Worst: []Seed{}}
		for i := range c.Scenes {
			seed := c.Seed + uint64(i)
			if err := result.scene(ctx, c.Detector, row, seed, &shots); err != nil {
				return nil, fmt.Errorf("cannot finish %s, seed %d: %w", row.Name, seed, err)
			}
		}
		report.Rows = append(report.Rows, result)
		if c.Done != nil {
			c.Done(result)
		}
	}
	return report, nil
}

// scene runs one scene and counts.
func (r *Result) scene(ctx context.Context, detector vision.Detector, row Row, seed uint64, shots *[Frames]shot) error {
	d := dice{rand.New(rand.NewPCG(seed, 1))}
	s := usual(d)
	row.set(d, s)
	info, err := s.film(ctx, seed, shots)
	if err != nil {
		return err
	}
	finder, err := vision.New(vision.Config{Detector: detector, Info: info})
	if err != nil {
		return fmt.Errorf("cannot look at the scene: %w", err)
	}
	r.Scenes++
	var found vision.Result
	wrong := use(0)
	for i := range shots {
		if err := finder.Find(&shots[i].frame, shots[i].truth.Disc, &found); err != nil {
			return fmt.Errorf("cannot look at the scene: %w", err)
		}
		for j := range found.Faces {
			if u := shots[i].use(&found.Faces[j]); u > wrong {
				wrong = u
			}
		}
	}
	switch wrong {
	case useOtherSkin:
		r.OtherSkin++
	case useNoForehead:
		r.NoForehead++
	case useOffSkin:
		r.OffSkin++
	default:
	}
	if wrong > 0 {
		r.note(seed, wrong.String())
	}
	r.last(&shots[Frames-1], s, found.Faces, seed)
	return nil
}

// last counts the people of the last frame.
func (r *Result) last(t *shot, s *setup, faces []vision.Face, seed uint64) {
	scale := min(float64(s.width)/120, float64(s.height)/160)
	for i := range t.truth.People {
		p := &t.truth.People[i]
		var match *vision.Face
		best := matchIoU
		for j := range faces {
			if o := overlap(p, faces[j].Box); o >= best {
				match, best = &faces[j], o
			}
		}
		if visible(p, t, scale) {
			r.Found.count(match != nil)
		}
		if t.measurable(p, s) {
			r.Usable.count(match != nil && match.Usable())
			if match == nil {
				r.note(seed, "missed")
			}
		}
	}
	for j := range faces {
		if t.nearest(faces[j].Box) == nil {
			r.FalseFaces++
		}
	}
}

// The matching rules of the field recordings.
const (
	matchIoU   = 0.35
	overlapIoU = 0.2
)

func overlap(p *sim.Person, b thermal.Box) float64 { return max(p.Head.IoU(b), p.Face.IoU(b)) }

// nearest returns whom a box belongs to, nil where to nobody.
func (t *shot) nearest(b thermal.Box) *sim.Person {
	var nearest *sim.Person
	most := overlapIoU
	for i := range t.truth.People {
		if o := overlap(&t.truth.People[i], b); o >= most {
			nearest, most = &t.truth.People[i], o
		}
	}
	return nearest
}
