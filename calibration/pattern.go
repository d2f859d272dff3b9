package calibration

import (
	"math"
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
// profile along the image and one across it ([profiles]) to what has changed.
// Warm cells have no part in it, so nobody's temperature pulls a reading.
const (
	// maxLanes bounds the cells along a side.
	maxLanes = 48
	cellSide = 4 // px on a sensor of 160x120
	// coldBelow is the warmest pixel of a cell of the background: the skin of a
	// face is warmer. In a hot room, where skin is warmer still, it is aboveRoom
	// more than the coldest quarter of the view, and warmBelow at most.
	coldBelow thermal.Celsius = 31.5
	warmBelow thermal.Celsius = 33.5
	aboveRoom                 = 1.5  // K
	roomStep                  = 0.02 // K a frame, by which that quarter is followed
	// steadyCells is how many frames in a row a cell stood still within
	// steadyWithin kelvin before it counts.
	steadyCells  = 16
	steadyWithin = 0.3
	cellGain     = 0.2
	// learnAfter is when the pattern stands again. The bridge is taken down
	// between bridgeFull and bridgeEnd, and however often the camera corrects
	// itself no later than bridgeLongest after the background was last known.
	learnAfter    = 30 * time.Second
	bridgeFull    = 40 * time.Second
	bridgeEnd     = 60 * time.Second
	bridgeLongest = 150 * time.Second
	// largestChange is the change of a cell beyond which it is not the camera's.
	largestChange = 1.5 // K
)

// pattern follows the background.
type pattern struct {
	side, nx, ny int
	before       []float64 // mean radiance of a cell, referred to the reference; 0: none
	steady       []uint16  // frames in a row
	bridging     bool
	known        time.Duration // when the background was last followed
	since        time.Duration // of the correction that is bridged
	made         bridge
	room         float64 // radiance below which a quarter of the view lies; 0: not known
	profiles     *profiles
}

func newPattern(width, height int) *pattern {
	p := &pattern{side: max(cellSide, (max(width, height)+maxLanes-1)/maxLanes)}
	p.nx, p.ny = width/p.side, height/p.side
	n := p.nx * p.ny
	p.before, p.steady = make([]float64, n), make([]uint16, n)
	p.profiles = newProfiles(p.nx, p.ny)
	p.made.side = p.side
	return p
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
			if p.profiles.fit() {
				p.made.weight, p.made.scatter = w, float32(p.profiles.scatter)
				p.made.down.set(&p.profiles.down, s.perK)
				p.made.across.set(&p.profiles.across, s.perK)
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
