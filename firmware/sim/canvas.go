package sim

import (
	"math"

	"lintel/firmware/thermal"
)

// canvas is the temperature map being drawn, and beside it who owns each pixel.
// Shapes are given in units; pixel x spans x/scale to (x+1)/scale.
type canvas struct {
	w, h          int
	scale         float32   // pixels per unit
	width, height float32   // in units
	temp          []float32 // the true temperature, degC
	emits         []float32 // the emissivity
	scratch       []float32
	// owner holds 0 where nobody is, inFront where something stands before
	// everybody, else 1 + parts*figure + part.
	owner []uint8
	// brush is the emissivity of what is being drawn.
	brush      float32
	emissivity surfaces
	tile       *tile
}

// inFront is the owner of what stands before everybody.
const inFront = 255

// surfaces holds the emissivity of what is drawn.
type surfaces struct{ skin, reference, target, walls float32 }

// part says what of a figure a pixel shows.
type part uint8

const (
	partBody part = iota
	partHead
	partFace
	partForehead
	partWorn // before the face: glasses, a mask

	parts
)

func newCanvas(w, h int, t *tile, e Emissivity) *canvas {
	scale := min(float32(w)/120, float32(h)/160)
	return &canvas{
		w: w, h: h, scale: scale,
		width: float32(w) / scale, height: float32(h) / scale,
		temp: make([]float32, w*h), emits: make([]float32, w*h), scratch: make([]float32, w*h),
		owner: make([]uint8, w*h), tile: t,
		emissivity: surfaces{float32(e.Skin), float32(e.Reference), float32(e.Target), float32(e.Walls)},
	}
}

// window is a range of pixels, the upper ends excluded.
type window struct{ x0, y0, x1, y1 int }

// window returns the pixels that a box in units touches.
func (c *canvas) window(x0, y0, x1, y1 float32) window {
	clip := func(v float32, limit int) int { return int(max(0, min(v*c.scale, float32(limit)))) }
	return window{clip(x0, c.w), clip(y0, c.h), clip(x1+1/c.scale, c.w), clip(y1+1/c.scale, c.h)}
}

// pos returns the place of the centre of pixel i along one axis, in units.
func (c *canvas) pos(i int) float32 { return (float32(i) + 0.5) / c.scale }

// cover turns a signed distance in units (negative inside) into the part of the
// pixel that is covered, 0 to 1.
func (c *canvas) cover(d float32) float32 { return clamp01(0.5 - d*c.scale) }

// blend lays t and the brush over the pixel i.
func (c *canvas) blend(i int, t, alpha float32) {
	c.temp[i] += (t - c.temp[i]) * alpha
	c.emits[i] += (c.brush - c.emits[i]) * alpha
}

// ellipse lays t over an ellipse. The pixels inside get the owner o.
func (c *canvas) ellipse(x, y, rx, ry, t float32, o uint8) { c.slopedEllipse(x, y, rx, ry, t, 0, o) }

// slopedEllipse lays t over an ellipse, slope kelvin more at its right end and
// less at its left.
func (c *canvas) slopedEllipse(x, y, rx, ry, t, slope float32, o uint8) {
	win := c.window(x-rx-1, y-ry-1, x+rx+1, y+ry+1)
	m := min(rx, ry)
	for py := win.y0; py < win.y1; py++ {
		dy := (c.pos(py) - y) / ry
		for px := win.x0; px < win.x1; px++ {
			dx := (c.pos(px) - x) / rx
			a := c.cover((sqrt(dx*dx+dy*dy) - 1) * m)
			if a == 0 {
				continue
			}
			i := py*c.w + px
			c.blend(i, t+slope*dx, a)
			if a > 0.5 {
				c.owner[i] = o
			}
		}
	}
}

// rectangle lays t over a box whose edges are soft by so many units.
func (c *canvas) rectangle(b thermal.Box, t, soft, alpha float32) {
	x0, y0, x1, y1 := float32(b.X0), float32(b.Y0), float32(b.X1), float32(b.Y1)
	soft = max(soft, 1/c.scale)
	win := c.window(x0-soft, y0-soft, x1+soft, y1+soft)
	for py := win.y0; py < win.y1; py++ {
		y := c.pos(py)
		ay := clamp01(0.5+(y-y0)/soft) * clamp01(0.5+(y1-y)/soft)
		for px := win.x0; px < win.x1; px++ {
			x := c.pos(px)
			a := alpha * ay * clamp01(0.5+(x-x0)/soft) * clamp01(0.5+(x1-x)/soft)
			if a > 0 {
				c.blend(py*c.w+px, t, a)
			}
		}
	}
}

// capsule is a limb: a line from (x0, y0) to (x1, y1) with a radius at each end.
type capsule struct{ x0, y0, r0, x1, y1, r1 float32 }

// limb lays a capsule over the canvas: t in its middle, cooler by shade at its
// edges, with folds of that amplitude.
func (c *canvas) limb(k capsule, t, shade, folds, seed float32, o uint8) {
	r := max(k.r0, k.r1) + 1
	win := c.window(min(k.x0, k.x1)-r, min(k.y0, k.y1)-r, max(k.x0, k.x1)+r, max(k.y0, k.y1)+r)
	dx, dy := k.x1-k.x0, k.y1-k.y0
	inv := 1 / max(dx*dx+dy*dy, 1e-6)
	for py := win.y0; py < win.y1; py++ {
		y := c.pos(py) - k.y0
		for px := win.x0; px < win.x1; px++ {
			x := c.pos(px) - k.x0
			s := clamp01((x*dx + y*dy) * inv)
			ex, ey := x-s*dx, y-s*dy
			d, rad := sqrt(ex*ex+ey*ey), k.r0+s*(k.r1-k.r0)
			a := c.cover(d - rad)
			if a == 0 {
				continue
			}
			q := d / rad
			v := t - shade*q*q
			if folds > 0 {
				v += 0.6 * folds * c.tile.at(x/rad*1.1+seed, y/rad*0.7-seed)
			}
			i := py*c.w + px
			c.blend(i, v, a)
			if a > 0.5 && o != 0 {
				c.owner[i] = o
			}
		}
	}
}

func clamp01(v float32) float32 { return max(0, min(v, 1)) }

func sqrt(v float32) float32 { return float32(math.Sqrt(float64(v))) }

func abs(v float32) float32 { return max(v, -v) }

// bump is a smooth hill of height 1 in the unit circle, 0 outside.
func bump(x, y float32) float32 {
	r := 1 - x*x - y*y
	if r <= 0 {
		return 0
	}
	return r * r
}

// ramp rises from 0 at low to 1 at high.
func ramp(v, low, high float32) float32 {
	s := clamp01((v - low) / (high - low))
	return s * s * (3 - 2*s)
}
