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

// edgeHalf is the half width in pixels of the zone in which the edge of a disc
// of radius r falls: the blur of the optics, whatever the radius.
func edgeHalf(r float64) float64 { return math.Max(1.5, 0.15*r) }

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

// cast looks for the edge along every ray from the centre of c: the place
// where the profile falls through the middle between the level and the ring.
func (p *probe) cast(c thermal.Circle, level, least float64) {
	ringFrom := c.R + 2
	ringTo := ringFrom + math.Max(2, 0.4*c.R)
	for k := range rays {
		p.edge[k], p.outer[k] = 0, level
		sum, n := 0.0, 0
		for r := ringFrom; r <= ringTo; r += 0.5 {
			if v, in := p.at(c.X+r*p.cos[k], c.Y+r*p.sin[k]); in {
				sum += v
				n++
			}
		}
		if n < 2 {
			continue
		}
		p.outer[k] = sum / float64(n)
		if level-p.outer[k] < least {
			continue
		}
		half := (level + p.outer[k]) / 2
		before := level
		for r := 0.4 * c.R; r <= ringTo; r += 0.5 {
			v, in := p.at(c.X+r*p.cos[k], c.Y+r*p.sin[k])
			if !in {
				break
			}
			if v <= half {
				p.edge[k] = r - 0.5*(half-v)/math.Max(before-v, 1e-9)
				if before <= half {
					p.edge[k] = r
				}
				break
			}
			before = v
		}
	}
}

// judge fills in what the rays and the inner part say of the disc.
func (p *probe) judge(d *disc, least float64) {
	c := d.circle
	tolerance := 0.1*c.R + 0.5
	var ring, squares, cos2, sin2 float64
	var sector [8]float64
	for k := range rays {
		if p.edge[k] == 0 && p.outer[k] >= d.level-least {
			d.blind++
		} else if off := p.edge[k] - c.R; math.Abs(off) <= tolerance {
			d.good++
			squares += off * off
			double := 2 * k % rays
			cos2 += off * p.cos[double]
			sin2 += off * p.sin[double]
		} else {
			d.bad++
		}
		ring += p.outer[k]
		sector[k*8/rays] += p.outer[k]
	}
	if d.good > 0 {
		cos2, sin2 = 2*cos2/d.good, 2*sin2/d.good
		second := cos2*cos2 + sin2*sin2
		d.flattening = math.Sqrt(second) / c.R
		d.wide, d.skew = cos2/c.R, sin2/c.R
		d.residual = math.Sqrt(math.Max(squares/d.good-second/2, 0))
	}
	d.good, d.blind, d.bad = d.good/rays, d.blind/rays, d.bad/rays
	d.contrast = d.level - ring/rays
	least = math.Max(d.contrast, 1e-9)
	slices.Sort(sector[:])
	d.weakest = (d.level - sector[7]*8/rays) / least
	d.background = (sector[0] + sector[1]) * 4 / rays
	d.sharp = p.sharpness(c) / least
	p.evenness(d)
}

// sharpness returns the mean fall in counts across the edge of c.
func (p *probe) sharpness(c thermal.Circle) float64 {
	half := edgeHalf(c.R)
	sum, n := 0.0, 0
	for k := range rays {
		in, ok1 := p.at(c.X+(c.R-half)*p.cos[k], c.Y+(c.R-half)*p.sin[k])
		out, ok2 := p.at(c.X+(c.R+half)*p.cos[k], c.Y+(c.R+half)*p.sin[k])
		if ok1 && ok2 {
			sum += in - out
			n++
		}
	}
	return sum / math.Max(float64(n), 1)
}

// evenness measures tilt and noise of the inner part.
func (p *probe) evenness(d *disc) {
	c, f := d.circle, p.frame
	reach := c.R * innerPart
	var sector, members [6]float64
	p.steps = p.steps[:0]
	for y := int(math.Ceil(c.Y - reach - 0.5)); y <= int(math.Floor(c.Y+reach-0.5)); y++ {
		row := f.Row(y)
		dy := float64(y) + 0.5 - c.Y
		for x := int(math.Ceil(c.X - reach - 0.5)); x <= int(math.Floor(c.X+reach-0.5)); x++ {
			dx := float64(x) + 0.5 - c.X
			if dx*dx+dy*dy > reach*reach {
				continue
			}
			s := min(int((math.Atan2(dy, dx)/math.Pi+1)*3), 5)
			sector[s] += float64(row[x])
			members[s]++
			// Second difference: free of the slope across the disc.
			if x > 0 && x+1 < f.Width {
				v := 2*int(row[x]) - int(row[x-1]) - int(row[x+1])
				p.steps = append(p.steps, uint16(min(max(v, -v), math.MaxUint16)))
			}
		}
	}
	for s := range sector {
		if members[s] > 0 {
			d.tilt = math.Max(d.tilt, math.Abs(sector[s]/members[s]-d.level))
		}
	}
	slices.Sort(p.steps)
	// The median of |2a-b-c| is 0.6745 sqrt(6) sigma for Gaussian noise.
	d.noise = median(p.steps) / (0.6745 * math.Sqrt(6))
}
