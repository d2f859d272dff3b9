package vision

import (
	"math"

	"lintel/firmware/thermal"
)

const (
	// The window that is moved over the forehead, as a share of its box.
	windowWidth, windowHeight = 0.6, 0.5
	// How far the forehead may be moved, as a share of its box.
	reachX, reachY = 0.2, 0.6
	// What a step away costs in kelvin, at one box width or height; a
	// difference of one kelvin standard deviation inside the window costs one.
	stepCost = 3.0
)

// refine moves the forehead box to the warmest even place near where the
// network drew it: skin is warmer and more even than hair, brows and rims.
func (p *plane) refine(b thermal.Box, width, height int) thermal.Box {
	bw, bh := b.Width(), b.Height()
	if bw < 3 || bh < 1.5 {
		return b
	}
	step := p.factor
	w, h := max(3, int(math.Round(bw*windowWidth))), max(2, int(math.Round(bh*windowHeight)))
	c := b.Centre()
	best, bestX, bestY := math.Inf(-1), c.X, c.Y
	ny, nx := int((reachY*bh+1)/float64(step)), int(reachX*bw/float64(step))
	for iy := -ny; iy <= ny; iy++ {
		for ix := -nx; ix <= nx; ix++ {
			x, y := c.X+float64(ix*step), c.Y+float64(iy*step)
			x0, y0 := int(math.Round(x-float64(w)/2)), int(math.Round(y-float64(h)/2))
			if x0 < 0 || y0 < 0 || x0+w > width || y0+h > height {
				continue
			}
			mean, sd := p.evenness(x0, y0, w, h, width, step)
			ry, rx := (y-c.Y)/bh, (x-c.X)/bw
			if v := mean - sd - stepCost*(rx*rx+ry*ry); v > best {
				best, bestX, bestY = v, x, y
			}
		}
	}
	dx, dy := bestX-c.X, bestY-c.Y
	return thermal.Box{X0: b.X0 + dx, Y0: b.Y0 + dy, X1: b.X1 + dx, Y1: b.Y1 + dy}.Clip(width, height)
}

// evenness returns the mean and the standard deviation of a window in kelvin,
// looking at every step-th pixel.
func (p *plane) evenness(x0, y0, w, h, width, step int) (mean, sd float64) {
	var sum, squares float64
	var n int
	for y := y0; y < y0+h; y += step {
		row := p.kelvin[y*width:]
		for x := x0; x < x0+w; x += step {
			v := float64(row[x])
			sum += v
			squares += v * v
			n++
		}
	}
	mean = sum / float64(n)
	return mean, math.Sqrt(math.Max(0, squares/float64(n)-mean*mean))
}
