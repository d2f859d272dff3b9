package calibration

import (
	"math"
	"time"
)

// A reference that is still warming, or that leaves its temperature, moves
// against the room; a camera that drifts moves both. So a slope counts where
// the disc shows it by itself and against the coldest part of its surround. A
// slower change than these is not told from a change of the room: that is what
// the certificate's stability and a live thermometer are for.
const (
	sampleTime  = time.Second
	sampleCount = 60
	leastSpan   = 20 * time.Second
	// leastChange is the change over the samples, in kelvin, that is not taken
	// for the camera's own wander.
	leastChange = 0.25
	// leastSlope is in K/min: a reference 3 K off with a time constant of 10
	// minutes, or 0.5 K off with one of 2.
	leastSlope = 0.25
)

// steadiness watches the reading of a reference for a slope.
type steadiness struct {
	disc, gap   [sampleCount]float64 // means of a second: the reading, and above the surround
	at          [sampleCount]time.Duration
	n, next     int
	sum, sumGap float64
	members     int
	start       time.Duration
	slope       float64 // K/min, 0 while steady
}

// forget starts anew; a slope found stays until new samples deny it.
func (s *steadiness) forget() {
	slope := s.slope
	*s = steadiness{slope: slope}
}

// add takes the reading of one frame and how far it is above its surround, in
// degrees and kelvin.
func (s *steadiness) add(disc, above float64, at time.Duration) {
	if s.members > 0 && at-s.start >= sampleTime {
		m := float64(s.members)
		s.disc[s.next], s.gap[s.next], s.at[s.next] = s.sum/m, s.sumGap/m, s.start
		s.next = (s.next + 1) % sampleCount
		s.n = min(s.n+1, sampleCount)
		s.sum, s.sumGap, s.members = 0, 0, 0
		s.judge()
	}
	if s.members == 0 {
		s.start = at
	}
	s.sum += disc
	s.sumGap += above
	s.members++
}

// judge sets the slope by all samples.
func (s *steadiness) judge() {
	first := (s.next - s.n + sampleCount) % sampleCount
	last := (s.next - 1 + sampleCount) % sampleCount
	span := s.at[last] - s.at[first]
	if span < leastSpan {
		return
	}
	byDisc, fitDisc := slope(&s.disc, &s.at, s.n)
	byGap, fitGap := slope(&s.gap, &s.at, s.n)
	s.slope = 0
	least := math.Min(math.Abs(byDisc), math.Abs(byGap))
	if byDisc*byGap > 0 && fitDisc > 0.7 && fitGap > 0.7 &&
		least >= leastSlope && least*span.Minutes() >= leastChange {
		s.slope = math.Copysign(least, byDisc)
	}
}

// slope fits a line to the first n values in any order: the slope in units a
// minute, and the part of the variance that the line explains.
func slope(v *[sampleCount]float64, at *[sampleCount]time.Duration, n int) (perMinute, explained float64) {
	var mt, mv float64
	for i := range n {
		mt += at[i].Minutes()
		mv += v[i]
	}
	mt, mv = mt/float64(n), mv/float64(n)
	var tt, tv, vv float64
	for i := range n {
		dt, dv := at[i].Minutes()-mt, v[i]-mv
		tt += dt * dt
		tv += dt * dv
		vv += dv * dv
	}
	if tt == 0 || vv == 0 {
		return 0, 0
	}
	return tv / tt, tv * tv / (tt * vv)
}
