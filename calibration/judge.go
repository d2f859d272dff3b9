package calibration

import (
	"math"
	"slices"

	"lintel/firmware/thermal"
)

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
