// Package kiosktest stands in for camera and face network in tests of the frame
// loop: simulated visitors whose faces are found by the simulation's own truth,
// so that a test of the loop neither needs OpenCV nor depends on how well the
// network was trained.
package kiosktest

import (
	"context"
	"io"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/vision"
)

// Stage is a simulated source and the detector that belongs to it.
type Stage struct {
	source *sim.Source
	left   int
	closed bool
	out    []float32
	// Failure is what Next returns after the last frame; io.EOF unless set.
	Failure error
	// LastInput is the last input of Detect.
	LastInput []float32
}

var (
	_ thermal.Source  = (*Stage)(nil)
	_ vision.Detector = (*Stage)(nil)
)

// Width and height of the image: multiples of what the network takes, so that
// nothing is padded.
const (
	width, height = 128, 160
)

// Open opens so many frames of a scene.
//
// Errors: those of [sim.Open].
func Open(scene string, frames int) (*Stage, error) {
	return OpenScene(sim.Config{Scene: scene}, frames)
}

// OpenScene opens so many frames of a scene that the caller describes; seed and
// size of the image are set here.
//
// Errors: those of [sim.Open].
func OpenScene(cfg sim.Config, frames int) (*Stage, error) {
	cfg.Seed, cfg.Width, cfg.Height = 1, width, height
	source, err := sim.Open(cfg)
	if err != nil {
		return nil, err
	}
	return &Stage{source: source, left: frames, Failure: io.EOF}, nil
}

// Info implements [thermal.Source].
func (s *Stage) Info() thermal.Info { return s.source.Info() }

// Next implements [thermal.Source].
func (s *Stage) Next(ctx context.Context, f *thermal.Frame) error {
	if s.left == 0 && !s.closed && ctx.Err() == nil {
		return s.Failure
	}
	err := s.source.Next(ctx, f)
	if err == nil {
		s.left--
	}
	return err
}

// Close implements [thermal.Source].
func (s *Stage) Close() error {
	s.closed = true
	return s.source.Close()
}

// Truth describes the last frame.
func (s *Stage) Truth() sim.Truth { return s.source.Truth() }

// Look implements [vision.Detector]: it answers with the truth of the last
// frame.
func (s *Stage) Look(_ []float32, at thermal.Box) (vision.Look, error) {
	return Look(s.source.Truth().People, at), nil
}

// Look is what a second network that knows the people says of a crop.
func Look(people []sim.Person, at thermal.Box) vision.Look {
	for i := range people {
		if forehead := people[i].Forehead; forehead.Area() > 0 && at.Contains(forehead.Centre()) {
			return vision.Look{Bare: sure, Forehead: forehead, Sure: forehead}
		}
	}
	return vision.Look{Bare: -sure}
}

const (
	cell = 8  // input values a side of a cell of the answer
	unit = 16 // input values a unit of its boxes
	sure = 6  // logit of what is so; the negative of what is not
)

// Detect implements [vision.Detector]: it answers with the truth of the last
// frame.
func (s *Stage) Detect(in []float32, w, h int) ([]float32, error) {
	s.LastInput = append(s.LastInput[:0], in...)
	columns, rows := w/cell, h/cell
	n := columns * rows
	if len(s.out) != vision.Channels*n {
		s.out = make([]float32, vision.Channels*n)
	}
	for i := range s.out {
		s.out[i] = -sure
	}
	for _, p := range s.source.Truth().People {
		if p.Face.Area() == 0 {
			continue
		}
		c := p.Face.Centre()
		x, y := min(int(c.X)/cell, columns-1), min(int(c.Y)/cell, rows-1)
		at := func(channel int) *float32 { return &s.out[channel*n+y*columns+x] }
		*at(0), *at(12) = sure, sure // a face, and sharp
		cx, cy := float64(x*cell+cell/2), float64(y*cell+cell/2)
		forehead := p.Forehead
		if forehead.Area() == 0 {
			// Where it would be.
			forehead = thermal.Box{X0: p.Face.X0 + p.Face.Width()/4, Y0: p.Face.Y0, X1: p.Face.X1 - p.Face.Width()/4, Y1: p.Face.Y0 + p.Face.Height()/4}
		} else {
			*at(9) = sure
		}
		for i, b := range []thermal.Box{p.Face, forehead} {
			*at(1 + 4*i) = float32((b.X0 - cx) / unit)
			*at(2 + 4*i) = float32((b.Y0 - cy) / unit)
			*at(3 + 4*i) = float32((b.X1 - cx) / unit)
			*at(4 + 4*i) = float32((b.Y1 - cy) / unit)
		}
		if p.Pose == sim.Frontal {
			*at(10) = sure
		}
	}
	return s.out, nil
}
