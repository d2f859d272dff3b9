package sim

import "lintel/firmware/thermal"

// Most people that one frame holds.
const maxFigures = 6

// shot is what stands before the camera in one frame.
type shot struct {
	figures   [maxFigures]figure // the nearest last
	n         int
	reference reference
	// home is where the reference belongs and how warm it should be.
	home reference
	// plate is a non-human target of temperature plateT in degC.
	plate  thermal.Box
	plateT float32
	// cover hides what is behind it, the reference too.
	cover  thermal.Box
	coverT float32
	// visit is the number of the latest visit.
	visit int
	room  *room
}

// script is what happens in a scene.
type script interface {
	// direct sets the shot t seconds after the start; t never decreases. It
	// finds the room with the reference at home and nobody in it.
	direct(t float64, s *shot)
}

// begin clears what the last frame held.
func (s *shot) begin() {
	s.n, s.reference, s.plate, s.cover = 0, s.home, thermal.Box{}, thermal.Box{}
}

// add puts a figure before the camera, in order of nearness.
func (s *shot) add(f figure) {
	if s.n == maxFigures {
		return
	}
	i := s.n
	for ; i > 0 && s.figures[i-1].a > f.a; i-- {
		s.figures[i] = s.figures[i-1]
	}
	s.figures[i] = f
	s.n++
}

// render draws the shot. The room is copied from backdrop where there is one.
func (c *canvas) render(s *shot, backdrop []float32) {
	if backdrop != nil {
		copy(c.temp, backdrop)
		clear(c.owner)
	} else {
		c.drawRoom(s.room)
	}
	for i := range s.figures[:s.n] {
		c.draw(&s.figures[i], i, s.room.wall)
	}
	if s.plate.Area() > 0 {
		c.rectangle(s.plate, s.plateT, 0, 1)
	}
	c.drawReference(&s.reference, s.room.wall)
	if s.cover.Area() > 0 {
		c.hide(s.cover)
		c.rectangle(s.cover, s.coverT, 1, 1)
	}
	c.blur()
}

// scaled turns units into pixels.
func scaled(b thermal.Box, scale float64) thermal.Box {
	return thermal.Box{X0: b.X0 * scale, Y0: b.Y0 * scale, X1: b.X1 * scale, Y1: b.Y1 * scale}
}

// tell writes down what the last rendered shot shows.
func (c *canvas) tell(s *shot, offset float32, truth *Truth) {
	scale := float64(c.scale)
	people := c.describe(s.figures[:s.n], truth.People)
	*truth = Truth{Offset: thermal.Kelvin(offset), Visit: s.visit, People: people}
	truth.Target = scaled(s.plate, scale).Clip(c.w, c.h)
	if r := &s.reference; r.present {
		truth.Reference = thermal.Celsius(r.t)
		truth.Disc = thermal.Circle{X: float64(r.x) * scale, Y: float64(r.y) * scale, R: float64(r.r) * scale}
		in := scaled(s.cover, scale).Intersect(truth.Disc.Bounds())
		truth.Occluded = in.Area() > 0
	}
}
