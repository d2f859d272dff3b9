package calibration

import (
	"math"
	"slices"

	"lintel/firmware/thermal"
)

// forget overwrites what is known of the background.
func (p *pattern) forget() {
	clear(p.before)
	clear(p.steady)
	p.profiles.forget()
	p.bridging, p.room = false, 0
	p.made = bridge{side: p.side}
}

// cell returns the mean count of a cell; false where a pixel is warm.
func (p *pattern) cell(f *thermal.Frame, cx, cy int, limit uint16) (float64, bool) {
	sum := uint32(0)
	warmest := uint16(0)
	for y := cy * p.side; y < (cy+1)*p.side; y++ {
		row := f.Row(y)[cx*p.side : (cx+1)*p.side]
		for _, c := range row {
			sum += uint32(c)
			warmest = max(warmest, c)
		}
	}
	return float64(sum) / float64(p.side*p.side), warmest <= limit
}

// learn follows the background.
func (p *pattern) learn(f *thermal.Frame, s *Scale, limit, unit float64) {
	if p.room == 0 {
		p.guessRoom(f, s)
	}
	below := 0
	top := uint16(math.Max(0, math.Min(limit, math.MaxUint16)))
	for cy := range p.ny {
		for cx := range p.nx {
			i := cy*p.nx + cx
			v, cold := p.cell(f, cx, cy, top)
			if !cold {
				p.before[i], p.steady[i] = 0, 0
				continue
			}
			l := s.referred(v)
			if l < p.room {
				below++
			}
			if p.steady[i] == 0 || math.Abs(l-p.before[i]) > steadyWithin*unit {
				p.before[i], p.steady[i] = l, 1
				continue
			}
			p.steady[i] = min(p.steady[i]+1, 1000)
			p.before[i] += math.Max(cellGain, 1/float64(p.steady[i])) * (l - p.before[i])
		}
	}
	p.followRoom(below, unit)
}

// guessRoom sets the temperature below which a quarter of the view lies.
func (p *pattern) guessRoom(f *thermal.Frame, s *Scale) {
	levels := p.profiles.change
	for i := range levels {
		v, _ := p.cell(f, i%p.nx, i/p.nx, 0)
		levels[i] = s.referred(v)
	}
	slices.Sort(levels)
	p.room = levels[len(levels)/4]
	clear(levels)
}

// followRoom moves that temperature by a step, so small that nobody who comes and
// goes moves it; below is how many cells lie below it.
func (p *pattern) followRoom(below int, unit float64) {
	if below < len(p.before)/4 {
		p.room += roomStep * unit
	} else {
		p.room -= roomStep * unit
	}
}

// compare works out what has changed since, in kelvin.
func (p *pattern) compare(f *thermal.Frame, s *Scale, limit, unit float64) {
	top := uint16(math.Max(0, math.Min(limit, math.MaxUint16)))
	for cy := range p.ny {
		for cx := range p.nx {
			i := cy*p.nx + cx
			p.profiles.change[i] = math.NaN()
			if p.steady[i] < steadyCells {
				continue
			}
			v, cold := p.cell(f, cx, cy, top)
			if d := (s.referred(v) - p.before[i]) / unit; cold && math.Abs(d) <= largestChange {
				p.profiles.change[i] = d
			}
		}
	}
}

// referred returns the radiance of counts, referred to the reference.
func (s *Scale) referred(counts float64) float64 { return s.gain*s.conv.radiance(counts) + s.added }
