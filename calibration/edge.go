package calibration

import (
	"math"

	"lintel/firmware/thermal"
)

// edgeHalf is the half width in pixels of the zone in which the edge of a disc
// of radius r falls: the blur of the optics, whatever the radius.
func edgeHalf(r float64) float64 { return math.Max(1.5, 0.15*r) }

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
