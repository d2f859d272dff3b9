package sim

import "lintel/firmware/thermal"

// room is what stands still behind the people, and the blackbody before them.
type room struct {
	wall      float32    // degC
	up, aside float32    // K over the height and width of the image
	patches   float32    // K, standard deviation
	corner    [4]float32 // K, glow in the corners: upper left and right, lower left and right
	things    [maxThings]thing
	n         int
	texture   float32
}

const maxThings = 16

// thing is something in the room.
type thing struct {
	box   thermal.Box // in units
	round bool
	t     float32 // degC
	soft  float32 // width of the edge in units
	alpha float32
}

func (r *room) add(t thing) {
	if r.n < maxThings {
		r.things[r.n] = t
		r.n++
	}
}

// room draws an entrance: walls, now and then a door, furniture, lamps.
func (d dice) room(wall, width, height float32) room {
	r := room{
		wall: wall, up: d.between(-1.2, 0.2), aside: d.between(-0.6, 0.6),
		patches: d.between(0.05, 0.2), texture: d.between(0, tileSide),
	}
	for i := range r.corner {
		r.corner[i] = d.between(-0.4, 1.2)
	}
	if d.chance(0.6) {
		d.door(&r, width, height)
	}
	for range d.IntN(5) {
		w, h := d.between(8, 40), d.between(4, 36)
		x, y := d.between(0, width), d.between(0.45, 1)*height
		r.add(thing{box: boxAt(x, y, w, h), t: wall + d.between(-0.9, 0.8), soft: d.between(1, 4), alpha: d.between(0.3, 1)})
	}
	if d.chance(0.6) {
		x, y := d.between(0, 40), d.between(3, 9)
		for range 1 + d.IntN(3) {
			r.add(thing{box: boxAt(x, y, d.between(6, 10), d.between(2, 3.5)), round: true, t: wall + d.between(2, 6), soft: 1, alpha: 1})
			x += d.between(35, 60)
		}
	}
	return r
}

// door adds a door or passage: colder or warmer, with a lintel and things
// behind it.
func (d dice) door(r *room, width, height float32) {
	x, w := d.between(0.1, 0.75)*width, d.between(12, 45)
	top := d.between(0.12, 0.3) * height
	t := r.wall + d.between(-2.5, 0.3)
	door := thermal.Box{X0: float64(x), Y0: float64(top), X1: float64(x + w), Y1: float64(d.between(0.6, 1.05) * height)}
	r.add(thing{box: door, t: t, soft: 1.5, alpha: d.between(0.5, 1)})
	for range d.IntN(4) {
		bx, by := x+d.between(0, w), top+d.between(0.1, 0.6)*height
		r.add(thing{box: boxAt(bx, by, d.between(2, 0.5*w), d.between(1.5, 12)), t: t + d.between(-0.6, 1.2), soft: 1.5, alpha: 0.8})
	}
}

// distract adds what a careless eye takes for a face or for the reference.
func (d dice) distract(r *room, width, height float32) {
	for range d.IntN(3) {
		x, y := d.between(0, width), d.between(0, height)
		s := d.between(2, 9)
		t := r.wall + d.between(3, 18)
		switch d.IntN(5) {
		case 0: // cup
			r.add(thing{box: boxAt(x, y, s, s*1.3), t: t + 8, soft: 1, alpha: 1})
		case 1: // lamp
			r.add(thing{box: boxAt(x, y, s*1.6, s*0.8), round: true, t: t, soft: 1, alpha: 1})
		case 2: // another disc
			r.add(thing{box: boxAt(x, y, 1.6*s, 1.6*s), round: true, t: t, soft: 1, alpha: 1})
		case 3: // screen or heater
			r.add(thing{box: boxAt(x, y, 5*s, 3*s), t: r.wall + d.between(2, 9), soft: 1, alpha: 1})
		case 4: // faint reflection of somebody on a wall
			r.add(thing{box: boxAt(x, y, 1.6*s, 2.2*s), round: true, t: r.wall + d.between(0.3, 1), soft: 3, alpha: 1})
			r.add(thing{box: boxAt(x, y+4*s, 4*s, 6*s), round: true, t: r.wall + d.between(0.2, 0.6), soft: 4, alpha: 1})
		}
	}
}

func boxAt(x, y, w, h float32) thermal.Box {
	return thermal.Box{X0: float64(x - w/2), Y0: float64(y - h/2), X1: float64(x + w/2), Y1: float64(y + h/2)}
}

// glow falls from 1 in the corner to 0 at half the width and height.
func glow(u, v float32) float32 { return bump(2*u, 2*v) }

// drawRoom fills the canvas with the room and leaves nobody in it.
func (c *canvas) drawRoom(r *room) {
	clear(c.owner)
	c.brush = c.emissivity.walls
	for i := range c.emits {
		c.emits[i] = c.brush
	}
	for py := range c.h {
		y := c.pos(py)
		base := r.wall + r.up*(0.5-y/c.height)
		for px := range c.w {
			x := c.pos(px)
			u, v := x/c.width, y/c.height
			glow := r.corner[0]*glow(u, v) + r.corner[1]*glow(1-u, v) + r.corner[2]*glow(u, 1-v) + r.corner[3]*glow(1-u, 1-v)
			c.temp[py*c.w+px] = base + glow + r.aside*(x/c.width-0.5) + r.patches*c.tile.at(x*0.12+r.texture, y*0.08)
		}
	}
	for i := range r.things[:r.n] {
		t := &r.things[i]
		if t.round {
			m := t.box.Centre()
			c.ellipse(float32(m.X), float32(m.Y), float32(t.box.Width()/2), float32(t.box.Height()/2), t.t, 0)
			continue
		}
		c.rectangle(t.box, t.t, t.soft, t.alpha)
	}
}
