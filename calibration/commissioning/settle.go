package commissioning

import (
	"errors"
	"fmt"
	"math"
	"time"

	"lintel/calibration"
	"lintel/firmware/thermal"
)

// ErrUnsettled means that the reference was not in order for long enough.
var ErrUnsettled = errors.New("the reference is not settled: clear the view, wait until camera and reference are warm, and repeat")

// What is asked of a reference before its place and offset are accepted.
const (
	leastSettled = 10 * time.Second
	leastShare   = 0.98 // of the frames in order
	maxWander    = 0.5  // px, standard deviation
	leastBand    = 2.0  // K
)

// Settle watches the reference at commissioning and accepts its place and
// offset. The zero Settle is ready.
type Settle struct {
	frames, good      int
	first, last       time.Duration
	x, y, r, xx, yy   float64
	offset, low, high float64
	fault             calibration.Fault // the last one
}

// Add takes what the tracker saw of one reference in the frame at the time.
func (s *Settle) Add(r calibration.Reference, at time.Duration) {
	if s.frames == 0 {
		s.first = at
	}
	s.last = at
	s.frames++
	if !r.OK {
		s.fault = r.Fault
		return
	}
	v := float64(r.Offset)
	if s.good == 0 {
		s.low, s.high = v, v
	}
	s.good++
	s.low, s.high = math.Min(s.low, v), math.Max(s.high, v)
	s.x, s.y, s.r = s.x+r.Circle.X, s.y+r.Circle.Y, s.r+r.Circle.R
	s.xx, s.yy = s.xx+r.Circle.X*r.Circle.X, s.yy+r.Circle.Y*r.Circle.Y
	s.offset += v
}

// Accepted is the place and the offset of a reference in order. Band is how far
// the offset may be from that later on: the reading of an uncooled camera
// follows the room by 0.6 K/K, so that a room of 18 to 25 degC takes 2 K to
// either side.
type Accepted struct {
	Place        thermal.Circle
	Offset, Band thermal.Kelvin
	// Wander is the standard deviation of its centre in pixels, Share the part of
	// the frames in which it was in order, Seen how long it was watched.
	Wander, Share float64
	Seen          time.Duration
}

// Accept returns the place and offset.
//
// Errors: ErrUnsettled.
func (s *Settle) Accept() (Accepted, error) {
	n := float64(s.good)
	switch {
	case s.last-s.first < leastSettled:
		return Accepted{}, fmt.Errorf("cannot accept a reference seen for %v, %v are needed: %w", s.last-s.first, leastSettled, ErrUnsettled)
	case n < leastShare*float64(s.frames):
		return Accepted{}, fmt.Errorf("cannot accept a reference in order in %d of %d frames, last fault %v (%s) %w", s.good, s.frames, s.fault, s.fault.Instruction(), ErrUnsettled)
	}
	a := Accepted{Place: thermal.Circle{X: s.x / n, Y: s.y / n, R: s.r / n}, Offset: thermal.Kelvin(s.offset / n)}
	wander := math.Sqrt(math.Max(s.xx/n-a.Place.X*a.Place.X, s.yy/n-a.Place.Y*a.Place.Y))
	if wander > maxWander {
		return Accepted{}, fmt.Errorf("cannot accept a reference that wanders by %.2f px: fix it and the camera: %w", wander, ErrUnsettled)
	}
	a.Wander, a.Share, a.Seen = wander, n/float64(s.frames), s.last-s.first
	a.Band = thermal.Kelvin(leastBand + s.high - s.low)
	return a, nil
}
