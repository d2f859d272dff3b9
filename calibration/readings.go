package calibration

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

const (
	// historyLength is the number of readings that are averaged at most: about
	// a second at 9 frames a second.
	historyLength = 8
	// settling is the time constant with which the effect of a flat-field
	// correction on the uncertainty fades, and stepShare the standard
	// uncertainty of the rest of the image against the reference as a part of
	// the step: the correction does not move every part of the image alike.
	// Both are assumptions.
	settling  = 20 * time.Second
	stepShare = 0.25
	// afterFFC is how long after a flat-field correction the reading may step.
	afterFFC = 10 * time.Second
	// longGap and gapFrames are the least gap between two frames, in time and
	// in frame periods, that is taken for a flat-field correction where the
	// camera does not report one: a Lepton sends nothing for about two seconds.
	longGap   = 700 * time.Millisecond
	gapFrames = 4
)

// readings holds the last readings of the reference and averages those that
// belong together. It never averages across a step.
type readings struct {
	values  [historyLength]float64 // degC, newest first
	n       int
	last    time.Duration // time of the newest
	since   time.Duration // time of the last flat-field correction
	hasFFC  bool
	step    float64       // change of the reading at that correction, K
	stepped time.Duration // time of that change
}

// reading is the outcome for one frame.
type reading struct {
	mean     thermal.Celsius // average of the last n readings
	n        int
	drift    thermal.Kelvin // standard uncertainty by drift since the average
	unstable bool
}

// frame notes the time and telemetry of a frame, whether or not the reference
// is seen in it. gap is the time since the frame before it, rate the nominal
// frame rate or 0.
func (r *readings) frame(f *thermal.Frame, gap time.Duration, rate float64) {
	switch {
	case f.Telemetry.HasSinceFFC:
		r.since, r.hasFFC = f.Time-f.Telemetry.SinceFFC, true
	case gap >= longGap && gap.Seconds()*rate >= gapFrames, gap >= longGap && rate == 0:
		r.since, r.hasFFC = f.Time, true
	}
}

// forget drops the readings: the next one starts anew.
func (r *readings) forget() { *r = readings{} }

// add takes the reading of one frame. gate is the largest difference in kelvin
// between readings that belong together, limit the largest step.
func (r *readings) add(c thermal.Celsius, at time.Duration, gate, limit float64) reading {
	v := float64(c)
	settlingNow := r.hasFFC && at-r.since <= afterFFC
	var out reading
	if r.n > 0 {
		change := v - r.values[0]
		out.unstable = !settlingNow && (math.Abs(change) > limit || r.roughness(v) > limit/2)
		if settlingNow && math.Abs(change) > gate {
			r.step, r.stepped = r.stepAt(at)+change, at
		}
	}
	if r.n > 0 && math.Abs(v-r.values[0]) > limit {
		r.n = 0
	}
	copy(r.values[1:], r.values[:])
	r.values[0] = v
	r.n = min(r.n+1, historyLength)
	r.last = at
	sum := 0.0
	for _, u := range r.values[:r.n] {
		if math.Abs(u-v) > gate {
			break
		}
		sum += u
		out.n++
	}
	mean := sum / float64(out.n)
	out.mean = thermal.Celsius(mean)
	out.drift = thermal.Kelvin(math.Hypot(v-mean, stepShare*r.stepAt(at)))
	return out
}

// stepAt returns what is left of the last step.
func (r *readings) stepAt(at time.Duration) float64 {
	if r.step == 0 || at < r.stepped {
		return r.step
	}
	return r.step * math.Exp(-(at-r.stepped).Seconds()/settling.Seconds())
}

// roughness returns the mean step between the readings, the new one included,
// less the part of it that is a steady slope.
func (r *readings) roughness(v float64) float64 {
	if r.n < historyLength {
		return 0
	}
	sum := math.Abs(v - r.values[0])
	for i := 1; i < r.n; i++ {
		sum += math.Abs(r.values[i-1] - r.values[i])
	}
	return (sum - math.Abs(v-r.values[r.n-1])) / historyLength
}
