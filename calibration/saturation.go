package calibration

import (
	"math"
	"slices"
)

// A disc at the end of the camera's range is a plateau without noise at the
// largest count of the image, in an image that has noise elsewhere.
const (
	leastPlateau = 0.6 // part of the inner disc
	leastNoise   = 1.0 // counts, of the image round the disc
	// One pixel of so many may be stuck above the range.
	brokenPixels = 2000
)

// saturated says whether the disc is beyond the end of the camera's range.
func (r *follower) saturated(d *disc) bool {
	if d.plateau < leastPlateau {
		return false
	}
	if d.peak == math.MaxUint16 {
		return true
	}
	return !r.probe.exceeded(d.peak) && r.probe.noiseAbove(d) >= leastNoise
}

// exceeded says whether more of the image than broken pixels make lies above a
// count: then that is not the end of the range.
func (p *probe) exceeded(peak uint16) bool {
	allowed := len(p.frame.Counts) / brokenPixels
	for _, c := range p.frame.Counts {
		if c > peak {
			if allowed--; allowed < 0 {
				return true
			}
		}
	}
	return false
}

// noiseAbove returns the noise of the image in the rows above and below the
// disc, in counts.
func (p *probe) noiseAbove(d *disc) float64 {
	f, c := p.frame, d.circle
	p.steps = p.steps[:0]
	x0, x1 := max(int(c.X-c.R), 1), min(int(c.X+c.R), f.Width-2)
	for _, y := range []int{int(c.Y - 1.5*c.R - 1), int(c.Y - 1.5*c.R), int(c.Y + 1.5*c.R), int(c.Y + 1.5*c.R + 1)} {
		if y < 0 || y >= f.Height {
			continue
		}
		row := f.Row(y)
		for x := x0; x <= x1 && len(p.steps) < cap(p.steps); x++ {
			v := 2*int(row[x]) - int(row[x-1]) - int(row[x+1])
			p.steps = append(p.steps, uint16(min(max(v, -v), math.MaxUint16)))
		}
	}
	slices.Sort(p.steps)
	return median(p.steps) / (0.6745 * math.Sqrt(6))
}
