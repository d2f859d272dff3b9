package calibration

import (
	"math"
	"slices"
	"time"

	"lintel/firmware/thermal"
)

// After a flat-field correction an uncooled camera reads whole lines of its
// read-out differently against each other, by up to half a kelvin, and returns
// to its standing pattern within half a minute. On the field recordings the
// change is the same along each line but for a slight slope across them, and
// the pattern from 20 s to ten minutes after a correction is the same.
//
// What stands still in view and is colder than skin tells that change: its
// radiance, referred to the reference, was known before. pattern keeps the mean
// radiance of such cells, and while a correction settles it fits a sum of one
// profile along the image and one across it to what has changed. Warm cells have
// no part in it, so nobody's temperature pulls a reading; cells that do not
// follow the fit have none either.
const (
	// maxLanes bounds the cells along a side.
	maxLanes = 48
	cellSide = 4 // px on a sensor of 160x120
	// coldBelow is the warmest pixel of a cell of the background: the skin of a
	// face is warmer. In a hot room, where skin is warmer still, it is aboveRoom
	// more than the coldest quarter of the view, and warmBelow at most.
	coldBelow thermal.Celsius = 31.5
	warmBelow thermal.Celsius = 33.5
	aboveRoom                 = 1.0  // K
	roomStep                  = 0.02 // K a frame, by which that quarter is followed
	// steadyCells is how many frames in a row a cell stood still within
	// steadyWithin kelvin before it counts.
	steadyCells  = 16
	steadyWithin = 0.3
	cellGain     = 0.05
	// learnAfter is when the pattern stands again. The bridge is taken down
	// between bridgeFull and bridgeEnd, and however often the camera corrects
	// itself no later than bridgeLongest after the background was last known.
	learnAfter    = 30 * time.Second
	bridgeFull    = 40 * time.Second
	bridgeEnd     = 60 * time.Second
	bridgeLongest = 150 * time.Second
	// largestChange is the change of a cell beyond which it is not the camera's.
	largestChange = 1.5 // K
	// leastInLine is how many cells make the value of a line, leastLines the
	// part of the lines that must have one.
	leastInLine = 5
	leastLines  = 0.4
	// maxScatter is the scatter of the cells round the fit, in kelvin, beyond
	// which the fit tells nothing.
	maxScatter = 0.2
	// bridgeU is what a fit in order leaves at one place, in kelvin: measured on
	// warm places of real recordings, left out of the fit. alongU is added for
	// each line to the next one that has a value.
	bridgeU = 0.04
	alongU  = 0.02
)

// bridge is the change of pattern that is taken away in one frame, by line of
// cells, in counts at the temperature of the reference.
type bridge struct {
	weight   float64 // 0: none, 1: whole
	side     int
	down     [maxLanes]float32 // by row of cells
	across   [maxLanes]float32 // by column of cells
	distance [maxLanes]uint8   // rows to the next that has a value
	scatter  float32           // K
}

// at returns the change at a pixel in counts.
func (b *bridge) at(x, y int) float64 {
	return b.weight * float64(b.down[min(y/b.side, maxLanes-1)]+b.across[min(x/b.side, maxLanes-1)])
}

// u returns the standard uncertainty of the change between the reference and the
// row y, in kelvin.
func (b *bridge) u(y float64) float64 {
	row := min(max(int(y)/b.side, 0), maxLanes-1)
	return math.Hypot(math.Hypot(bridgeU, float64(b.scatter)), alongU*float64(b.distance[row]))
}

// pattern follows the background.
type pattern struct {
	side, nx, ny int
	before       []float64 // mean radiance of a cell, referred to the reference; 0: none
	steady       []uint16  // frames in a row
	change       []float64 // since the correction, NaN where not known
	bridging     bool
	known        time.Duration // when the background was last followed
	since        time.Duration // of the correction that is bridged
	made         bridge
	room         float64           // radiance below which a quarter of the view lies; 0: not known
	row          [maxLanes]float64 // scratch
}

func newPattern(width, height int) *pattern {
	p := &pattern{side: max(cellSide, (max(width, height)+maxLanes-1)/maxLanes)}
	p.nx, p.ny = width/p.side, height/p.side
	n := p.nx * p.ny
	p.before, p.steady, p.change = make([]float64, n), make([]uint16, n), make([]float64, n)
	p.made.side = p.side
	return p
}

// forget overwrites what is known of the background.
func (p *pattern) forget() {
	clear(p.before)
	clear(p.steady)
	clear(p.change)
	p.bridging, p.room = false, 0
	p.made = bridge{side: p.side}
}

// observe takes a frame in which the reference is in order, and its Scale, and
// returns the change to take away. at is the temperature of the reference.
func (p *pattern) observe(f *thermal.Frame, s *Scale, e *estimator, at thermal.Celsius) *bridge {
	age := learnAfter
	if e.hasFFC {
		age = f.Time - e.since
	}
	fresh := e.hasFFC && age < bridgeEnd && e.since > p.since
	if fresh && p.settledBefore(e.since) {
		p.bridging = true
	}
	if fresh {
		p.since = e.since
	}
	p.made.weight = 0
	unit := s.conv.curve.Slope(at)
	cold := coldBelow
	if p.room > 0 {
		cold = max(cold, min(s.conv.curve.Celsius(p.room)+aboveRoom, warmBelow))
	}
	limit := s.conv.counts(cold.Add(-s.offset))
	if p.bridging {
		w := math.Min(fade(age, bridgeFull, bridgeEnd), fade(f.Time-p.known, bridgeLongest-20*time.Second, bridgeLongest))
		if p.bridging = w > 0; p.bridging {
			p.compare(f, s, limit, unit)
			if p.fit(unit) {
				p.made.weight = w
				p.scale(s.perK / unit)
			}
			return &p.made
		}
	}
	if age >= learnAfter || !e.hasFFC {
		p.learn(f, s, limit, unit)
		p.known = f.Time
	}
	return &p.made
}

// settledBefore says whether the background was known until shortly before t.
func (p *pattern) settledBefore(t time.Duration) bool {
	return p.bridging || p.known > 0 && t-p.known < 5*time.Second
}

// fade goes from 1 to 0 between two times.
func fade(t, from, to time.Duration) float64 {
	return math.Max(0, math.Min(1, float64(to-t)/float64(to-from)))
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
	for i := range p.change {
		v, _ := p.cell(f, i%p.nx, i/p.nx, 0)
		p.change[i] = s.referred(v)
	}
	slices.Sort(p.change)
	p.room = p.change[len(p.change)/4]
	clear(p.change)
}

// followRoom moves that temperature by a step, so small that nobody who comes and
// goes moves it; below is how many cells lie below it.
func (p *pattern) followRoom(below int, unit float64) {
	if below < len(p.change)/4 {
		p.room += roomStep * unit
	} else {
		p.room -= roomStep * unit
	}
}

// compare works out what has changed since.
func (p *pattern) compare(f *thermal.Frame, s *Scale, limit, unit float64) {
	top := uint16(math.Max(0, math.Min(limit, math.MaxUint16)))
	for cy := range p.ny {
		for cx := range p.nx {
			i := cy*p.nx + cx
			p.change[i] = math.NaN()
			if p.steady[i] < steadyCells {
				continue
			}
			v, cold := p.cell(f, cx, cy, top)
			if d := s.referred(v) - p.before[i]; cold && math.Abs(d) <= largestChange*unit {
				p.change[i] = d
			}
		}
	}
}

// fit fits the two profiles, in radiance; false where too little is known.
func (p *pattern) fit(unit float64) bool {
	var down, across [maxLanes]float64
	if !p.rows(&down, &across, math.Inf(1)) {
		return false
	}
	p.columns(&down, &across, math.Inf(1))
	// Once more without what does not follow.
	scatter := p.scatter(&down, &across, math.Inf(1))
	off := math.Max(4*scatter, 0.1*unit)
	if !p.rows(&down, &across, off) {
		return false
	}
	p.columns(&down, &across, off)
	scatter = p.scatter(&down, &across, off)
	if scatter > maxScatter*unit {
		return false
	}
	for y := range p.ny {
		// The mean of three lines.
		p.made.down[y] = float32((down[max(y-1, 0)] + down[y] + down[min(y+1, p.ny-1)]) / 3)
	}
	for x := range p.nx {
		p.made.across[x] = float32(across[x])
	}
	p.made.scatter = float32(scatter / unit)
	return true
}

// rows fits the profile down the image to the cells within off of the last fit,
// between those rows that have enough.
func (p *pattern) rows(down, across *[maxLanes]float64, off float64) bool {
	first := math.IsInf(off, 1)
	last, filled := -1, 0
	old := *down
	for y := range p.ny {
		n := 0
		for x := range p.nx {
			if v := p.change[y*p.nx+x] - across[x]; !math.IsNaN(v) && (first || math.Abs(v-old[y]) <= off) {
				p.row[n] = v
				n++
			}
		}
		if n < leastInLine {
			continue
		}
		slices.Sort(p.row[:n])
		down[y] = middleOf(p.row[:n])
		filled++
		for k := last + 1; k < y; k++ { // between two, or before the first
			down[k] = down[y]
			if last >= 0 {
				down[k] = down[last] + (down[y]-down[last])*float64(k-last)/float64(y-last)
			}
			p.made.distance[k] = uint8(y - k)
			if last >= 0 {
				p.made.distance[k] = uint8(min(y-k, k-last))
			}
		}
		last, p.made.distance[y] = y, 0
	}
	if float64(filled) < leastLines*float64(p.ny) {
		return false
	}
	for k := last + 1; k < p.ny; k++ {
		down[k], p.made.distance[k] = down[last], uint8(k-last)
	}
	return true
}

// columns fits the profile across the image to what the rows leave.
func (p *pattern) columns(down, across *[maxLanes]float64, off float64) {
	for x := range p.nx {
		n := 0
		for y := range p.ny {
			if v := p.change[y*p.nx+x] - down[y]; !math.IsNaN(v) && p.made.distance[y] == 0 && math.Abs(v-across[x]) <= off {
				p.row[n] = v
				n++
			}
		}
		across[x] = 0
		if n >= 2*leastInLine {
			slices.Sort(p.row[:n])
			across[x] = middleOf(p.row[:n])
		}
	}
}

// middleOf returns the mean of the middle half of sorted values.
func middleOf(v []float64) float64 {
	cut := len(v) / 4
	sum := 0.0
	for _, x := range v[cut : len(v)-cut] {
		sum += x
	}
	return sum / float64(len(v)-2*cut)
}

// scatter returns the standard deviation, by the mean absolute one, of the cells
// within off round the fit.
func (p *pattern) scatter(down, across *[maxLanes]float64, off float64) float64 {
	sum, n := 0.0, 0
	for y := range p.ny {
		for x := range p.nx {
			if v := math.Abs(p.change[y*p.nx+x] - down[y] - across[x]); v <= off {
				sum += v
				n++
			}
		}
	}
	return 1.2533 * sum / math.Max(float64(n), 1)
}

// scale turns the fit into counts. The reference itself is where nothing has
// changed: what is referred to it is known there by its own pixels.
func (p *pattern) scale(countsPerRadiance float64) {
	b := &p.made
	k := float32(countsPerRadiance)
	for i := range p.ny {
		b.down[i] *= k
	}
	for i := range p.nx {
		b.across[i] *= k
	}
	for i := p.ny; i < maxLanes; i++ {
		b.down[i], b.distance[i] = b.down[p.ny-1], b.distance[p.ny-1]
	}
	for i := p.nx; i < maxLanes; i++ {
		b.across[i] = b.across[p.nx-1]
	}
}

// referred returns the radiance of counts, referred to the reference.
func (s *Scale) referred(counts float64) float64 { return s.gain*s.conv.radiance(counts) + s.added }
