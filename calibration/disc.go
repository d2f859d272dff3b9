package calibration

import (
	"math"
	"slices"

	"lintel/firmware/thermal"
)

// rays is the number of directions in which the edge of a disc is looked for.
const rays = 48

// innerPart is the part of the radius that is read: the edge of the disc is
// blurred over about two pixels and loses heat to its surround.
const innerPart = 0.65

// disc is what a probe finds around a place. Levels are in counts.
type disc struct {
	circle thermal.Circle
	// level is the median of the inner part, pixels its size.
	level  float64
	pixels int
	// contrast is the level minus the mean of the ring outside the disc.
	contrast float64
	// background is the mean of the coldest quarter of the ring: what stands
	// behind a person who is behind the disc.
	background float64
	// plateau is the part of the inner part that has its largest count, peak.
	plateau float64
	peak    uint16
	// spread is the range from the 10th to the 90th percentile of the inner
	// part; tilt the largest difference between a sixth of the inner part and
	// its level.
	spread, tilt float64
	// noise is the standard deviation of a pixel, from neighbours.
	noise float64
	// good, blind and bad are the parts of the rays that find the edge where
	// the circle has it, that find no edge because the surround is as warm,
	// and that find the edge elsewhere.
	good, blind, bad float64
	// flattening is the amplitude of the second harmonic of the edge as a part
	// of the radius: about half of 1 - short axis / long axis of an ellipse. A
	// disc seen askew, or by pixels that are not square, is one.
	flattening float64
	// wide and skew are its parts, along the axes and the diagonals.
	wide, skew float64
	// residual is the rms distance of the edge from that ellipse in pixels.
	residual float64
	// weakest is the least contrast of an eighth of the ring, as a part of
	// contrast.
	weakest float64
	// sharp is the part of the contrast that lies within edgeHalf of the edge.
	sharp float64
}

// probe measures discs in a frame. It holds the memory for that.
type probe struct {
	cos, sin [rays]float64
	edge     [rays]float64 // distance of the edge; 0 where none is
	outer    [rays]float64 // level of the ring
	inner    []uint16      // pixels of the inner part, sorted
	steps    []uint16      // differences of neighbours there
	frame    *thermal.Frame
}

func newProbe(maxRadius float64) *probe {
	p := &probe{}
	for k := range rays {
		p.sin[k], p.cos[k] = math.Sincos(2 * math.Pi * float64(k) / rays)
	}
	side := int(2*maxRadius*innerPart) + 3
	p.inner = make([]uint16, 0, side*side)
	p.steps = make([]uint16, 0, side*side)
	return p
}

// at returns the count at a point of the image by bilinear interpolation, and
// false outside the pixel centres.
func (p *probe) at(x, y float64) (float64, bool) {
	x, y = x-0.5, y-0.5
	w, h := p.frame.Width, p.frame.Height
	if !(x >= 0 && y >= 0 && x <= float64(w-1) && y <= float64(h-1)) {
		return 0, false
	}
	i, j := min(int(x), w-2), min(int(y), h-2)
	fx, fy := x-float64(i), y-float64(j)
	k := j*w + i
	c := p.frame.Counts
	top := float64(c[k])*(1-fx) + float64(c[k+1])*fx
	low := float64(c[k+w])*(1-fx) + float64(c[k+w+1])*fx
	return top*(1-fy) + low*fy, true
}

// measure fits a disc near the circle c. least is the smallest contrast, in
// counts, at which a ray has an edge. ok is false where there is no edge to
// fit or the disc leaves the image.
func (p *probe) measure(c thermal.Circle, least float64) (d disc, ok bool) {
	for range 4 {
		if d, ok = p.core(c); !ok {
			return d, false
		}
		p.cast(c, d.level, least)
		next, found := p.fit(c)
		if !found || math.Hypot(next.X-c.X, next.Y-c.Y) > c.R {
			return d, false
		}
		moved := math.Hypot(next.X-c.X, next.Y-c.Y) + math.Abs(next.R-c.R)
		c = next
		if moved < 0.01 {
			break
		}
	}
	if d, ok = p.core(c); !ok {
		return d, false
	}
	p.cast(c, d.level, least)
	p.judge(&d, least)
	return d, true
}

// core reads the inner part of c; false where c leaves the image or is too
// small or too large to be read.
func (p *probe) core(c thermal.Circle) (disc, bool) {
	d := disc{circle: c}
	f := p.frame
	w, h := float64(f.Width), float64(f.Height)
	if !(c.R >= 1.5 && c.X-c.R >= 0 && c.Y-c.R >= 0 && c.X+c.R <= w && c.Y+c.R <= h) {
		return d, false
	}
	reach := c.R * innerPart
	x0, x1 := int(math.Ceil(c.X-reach-0.5)), int(math.Floor(c.X+reach-0.5))
	y0, y1 := int(math.Ceil(c.Y-reach-0.5)), int(math.Floor(c.Y+reach-0.5))
	if (x1-x0+1)*(y1-y0+1) > cap(p.inner) {
		return d, false
	}
	p.inner = p.inner[:0]
	for y := y0; y <= y1; y++ {
		dy := float64(y) + 0.5 - c.Y
		row := f.Row(y)
		for x := x0; x <= x1; x++ {
			dx := float64(x) + 0.5 - c.X
			if dx*dx+dy*dy <= reach*reach {
				p.inner = append(p.inner, row[x])
			}
		}
	}
	d.pixels = len(p.inner)
	if d.pixels < 5 {
		return d, false
	}
	slices.Sort(p.inner)
	d.level = median(p.inner)
	d.spread = float64(p.inner[d.pixels*9/10]) - float64(p.inner[d.pixels/10])
	d.peak = p.inner[d.pixels-1]
	below, _ := slices.BinarySearch(p.inner, d.peak)
	d.plateau = float64(d.pixels-below) / float64(d.pixels)
	return d, true
}

// median returns the mean of the middle fifth of sorted values: a median with
// less steps.
func median(sorted []uint16) float64 {
	n := len(sorted)
	if n == 0 {
		return 0
	}
	cut := n * 2 / 5
	sum := 0.0
	for _, v := range sorted[cut : n-cut] {
		sum += float64(v)
	}
	return sum / float64(n-2*cut)
}
