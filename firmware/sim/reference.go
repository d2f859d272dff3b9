package sim

import "lintel/firmware/thermal"

// reference is the blackbody: a disc in a housing that stands between camera
// and people.
type reference struct {
	present bool
	x, y, r float32 // the disc in units
	t       float32 // its temperature, degC
	// oval is its height over its width, uneven how much warmer its right rim is
	// than its left, K.
	oval, uneven float32
	// housing is the box around it, empty where there is none to see; warm is
	// how far it is warmer than the room, in K.
	housing thermal.Box
	warm    float32
	texture float32
}

// Radius of the disc in units.
const discRadius = 6.5

// reference draws a place for the blackbody: a lower corner.
func (d dice) reference(t, width, height float32) reference {
	r := reference{present: true, r: discRadius, oval: 1, t: t, warm: d.between(0.3, 1.6), texture: d.between(0, tileSide)}
	aside := d.between(20, 28)
	r.x = aside
	if d.chance(0.5) {
		r.x = width - aside
	}
	r.y = height - d.between(24, 60)
	return r.inHousing(d.chance(0.5))
}

// inHousing puts a housing round the disc, which sits in its lower or upper
// half.
func (r reference) inHousing(low bool) reference {
	x, y := float64(r.x), float64(r.y)
	r.housing = thermal.Box{X0: x - 17, Y0: y - 16, X1: x + 17, Y1: y + 38}
	if low {
		r.housing.Y0, r.housing.Y1 = y-40, y+13
	}
	return r
}

// shift pushes the reference aside.
func (r *reference) shift(x, y float64) {
	r.x += float32(x)
	r.y += float32(y)
	h := &r.housing
	h.X0, h.X1, h.Y0, h.Y1 = h.X0+x, h.X1+x, h.Y0+y, h.Y1+y
}

// above returns a second blackbody of temperature t over the first, without a
// housing of its own.
func (r reference) above(t float32) reference {
	top := min(r.y-r.r, float32(r.housing.Y0))
	r.present, r.y, r.t, r.housing = t != 0, top-r.r-4, t, thermal.Box{}
	return r
}

// drawReference draws housing and disc over everything.
func (c *canvas) drawReference(r *reference, wall float32) {
	if !r.present {
		return
	}
	if r.housing.Area() > 0 {
		c.brush = c.emissivity.walls
		c.hide(r.housing)
		c.rectangle(r.housing, wall+0.4*r.warm, 1.2, 1)
		inner := r.housing
		inner.X0, inner.X1, inner.Y0, inner.Y1 = inner.X0+3, inner.X1-3, inner.Y0+3, inner.Y1-3
		c.rectangle(inner, wall+r.warm, 5, 1)
		m := inner.Centre()
		x, y := m.X+4, 2*m.Y-float64(r.y)-2
		c.rectangle(thermal.Box{X0: x - 10, Y0: y - 5, X1: x + 8, Y1: y + 5}, wall+2*r.warm, 9, 0.6)
	}
	c.brush = c.emissivity.reference
	c.slopedEllipse(r.x, r.y, r.r, r.r*r.oval, r.t, r.uneven/2, inFront)
}

// hide takes the pixels of a box from whoever owned them: what is there now is
// in front of everybody.
func (c *canvas) hide(b thermal.Box) {
	win := c.window(float32(b.X0), float32(b.Y0), float32(b.X1), float32(b.Y1))
	for y := win.y0; y < win.y1; y++ {
		for x := win.x0; x < win.x1; x++ {
			c.owner[y*c.w+x] = inFront
		}
	}
}
