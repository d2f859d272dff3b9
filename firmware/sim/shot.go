package sim

import "lintel/firmware/thermal"

// Most people that one frame holds.
const maxFigures = 6

// shot is what stands before the camera in one frame.
type shot struct {
	figures   [maxFigures]figure // the nearest last
	n         int
	reference reference
	second    reference // absent in most scenes
	// home is where the references belong and how warm they should be.
	home, homeSecond reference
	plates           [maxPlates]plate
	nPlates          int
	// visit is the number of the latest visit.
	visit int
	room  *room
}

// plate is a surface of even temperature before the people.
type plate struct {
	box     thermal.Box // in units
	round   bool
	t       float32 // degC
	inFront bool    // of the references too
	behind  bool    // of the people
	target  bool    // to be measured
	// emissivity is that of the canvas's targets where it is 0.
	emissivity float32
}

// script is what happens in a scene.
type script interface {
	// direct sets the shot t seconds after the start; t never decreases. It
	// finds the room with the reference at home and nobody in it.
	direct(t float64, s *shot)
}

// begin clears what the last frame held.
func (s *shot) begin() {
	s.n, s.nPlates, s.reference, s.second = 0, 0, s.home, s.homeSecond
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

// put puts a plate before the camera.
func (s *shot) put(p plate) {
	if s.nPlates < maxPlates {
		s.plates[s.nPlates] = p
		s.nPlates++
	}
}

// render draws the true temperature and emissivity of the shot. The room is
// copied from backdrop where there is one.
func (c *canvas) render(s *shot, backdrop, emits []float32) {
	if backdrop != nil {
		copy(c.temp, backdrop)
		copy(c.emits, emits)
		clear(c.owner)
	} else {
		c.drawRoom(s.room)
	}
	c.drawPlates(s, func(p *plate) bool { return p.behind })
	c.brush = c.emissivity.skin
	for i := range s.figures[:s.n] {
		c.draw(&s.figures[i], i, s.room.wall)
	}
	c.drawPlates(s, func(p *plate) bool { return !p.behind && !p.inFront })
	c.drawReference(&s.reference, s.room.wall)
	c.drawReference(&s.second, s.room.wall)
	c.drawPlates(s, func(p *plate) bool { return p.inFront })
}

// drawPlates draws those of a layer.
func (c *canvas) drawPlates(s *shot, layer func(*plate) bool) {
	for i := range s.plates[:s.nPlates] {
		p := &s.plates[i]
		if !layer(p) {
			continue
		}
		c.brush = c.emissivity.target
		if p.emissivity != 0 {
			c.brush = p.emissivity
		}
		if p.round {
			m := p.box.Centre()
			c.ellipse(float32(m.X), float32(m.Y), float32(p.box.Width()/2), float32(p.box.Height()/2), p.t, inFront)
			continue
		}
		c.hide(p.box)
		c.rectangle(p.box, p.t, 0, 1)
	}
}

// scaled turns units into pixels.
func scaled(b thermal.Box, scale float64) thermal.Box {
	return thermal.Box{X0: b.X0 * scale, Y0: b.Y0 * scale, X1: b.X1 * scale, Y1: b.Y1 * scale}
}

// tell writes down what the last rendered shot shows.
func (c *canvas) tell(s *shot, truth *Truth) {
	scale := float64(c.scale)
	people := c.describe(s.figures[:s.n], truth.People)
	*truth = Truth{Visit: s.visit, People: people, Room: thermal.Celsius(s.room.wall)}
	for i := range s.plates[:s.nPlates] {
		if p := &s.plates[i]; p.target && truth.Target.Area() == 0 {
			truth.Target = scaled(p.box, scale).Clip(c.w, c.h)
			truth.TargetTemperature = thermal.Celsius(p.t)
		}
	}
	if r := &s.reference; r.present {
		truth.Reference, truth.Disc = thermal.Celsius(r.t), r.disc(scale)
		for i := range s.plates[:s.nPlates] {
			p := &s.plates[i]
			truth.Occluded = truth.Occluded || p.inFront && scaled(p.box, scale).Intersect(truth.Disc.Bounds()).Area() > 0
		}
	}
	if r := &s.second; r.present {
		truth.Second, truth.SecondDisc = thermal.Celsius(r.t), r.disc(scale)
	}
}

// disc returns the disc in pixels.
func (r *reference) disc(scale float64) thermal.Circle {
	return thermal.Circle{X: float64(r.x) * scale, Y: float64(r.y) * scale, R: float64(r.r) * scale}
}
