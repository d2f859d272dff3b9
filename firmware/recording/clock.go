package recording

import (
	"math"
	"time"
)

const (
	// defaultRate stands in where a file gives neither a usable time stamp
	// nor a frame rate. CPTV's own reader takes 9 frames per second too.
	defaultRate = 9.0
	// lowestRate is the lowest rate that is believed, in frames per second.
	lowestRate = 0.01
	// longestGap is the longest pause inside a recording that is believed.
	// Beyond it the clock was set, as on a computer without a battery clock.
	longestGap = 24 * time.Hour
)

// clock makes frame times that never decrease out of a file's time stamps.
// Where the stamp goes back or leaps, the camera or its computer was restarted
// or set; the nominal frame interval then stands in.
type clock struct {
	nominal time.Duration
	now     time.Duration
	running bool
}

func newClock(rate float64) clock {
	if rate < lowestRate {
		rate = defaultRate
	}
	return clock{nominal: time.Duration(float64(time.Second) / rate)}
}

// tick moves the clock on by step, or to 0 at the first frame.
func (c *clock) tick(step time.Duration) time.Duration {
	if !c.running {
		c.running = true
		return 0
	}
	if step < 0 || step > longestGap {
		step = c.nominal
	}
	if c.now <= math.MaxInt64-step {
		c.now += step
	}
	return c.now
}
