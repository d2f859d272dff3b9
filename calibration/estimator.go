package calibration

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

// The estimator is a Kalman filter of one state, the offset of the camera, a
// random walk. Real uncooled cameras wander by one to two centikelvin from one
// frame to the next and by a tenth of a kelvin within seconds, the whole image
// alike, while the median of a disc of 12 px is good to less than a centikelvin:
// so nearly all of a change is real, the gain is high (0.8), a long average
// would lag, and a second state for the slope buys nothing.
const (
	// wander is the growth of the variance of the offset, in K^2/s.
	wander = 0.002
	// outlier is the innovation in standard deviations at which the past is
	// forgotten: a step is never smoothed.
	outlier = 4.0
	// ripple is the largest innovation without a step in a quiet camera.
	ripple = 0.03
)

// What a flat-field correction leaves behind. In the field the reading of the
// disc rises by about a kelvin within some seconds and falls again over half a
// minute; other parts of the image lag by up to half of that at first, by a third
// after five seconds, and by less than a tenth of a kelvin after twenty. Until it
// is known how large a correction was, it is taken for a kelvin.
const (
	afterFFC   = 10 * time.Second // within which steps are expected
	fastShare  = 0.25
	fastFade   = 2 * time.Second
	slowShare  = 0.25
	slowFade   = 15 * time.Second
	guessFade  = 6 * time.Second
	quietAfter = 3 * time.Minute
	// A gap between frames that is taken for a flat-field correction where the
	// camera does not report one, in time and in frame periods: a Lepton sends
	// nothing for about two seconds.
	longGap   = 700 * time.Millisecond
	gapFrames = 4
)

// historyLength is the number of readings in which roughness is judged.
const historyLength = 8

// estimator follows the offset of the camera by the readings of a reference.
type estimator struct {
	offset, variance float64 // K, K^2
	running          bool
	last             time.Duration // of the last reading

	history [historyLength]float64 // offsets, newest first
	n       int

	since   time.Duration // time of the last flat-field correction
	hasFFC  bool
	guessed bool    // that correction shows in the readings alone
	before  float64 // offset before it
	hasPast bool
}

// estimate is the outcome for one frame.
type estimate struct {
	offset thermal.Kelvin
	// noise is the standard uncertainty of the offset at the reference, settling
	// that of the offset elsewhere while a flat-field correction settles.
	noise, settling thermal.Kelvin
	unstable        bool
}

// frame notes the time and telemetry of a frame, whether or not the reference
// is seen in it. gap is the time since the frame before it, rate the nominal
// frame rate or 0.
func (e *estimator) frame(f *thermal.Frame, gap time.Duration, rate float64) {
	at, seen := f.Time-f.Telemetry.SinceFFC, f.Telemetry.HasSinceFFC
	if !seen && gap >= longGap && (rate == 0 || gap.Seconds()*rate >= gapFrames) {
		at, seen = f.Time, true
	}
	if !seen {
		return
	}
	before := e.before
	// Telemetry repeats the same correction, give or take a frame.
	if fresh := !e.hasFFC || at-e.since > time.Second; fresh {
		before = e.offset
		e.hasPast = e.running
	}
	e.since, e.before, e.hasFFC, e.guessed = at, before, true, false
}

// corrected notes a flat-field correction that shows in the readings alone.
func (e *estimator) corrected(at time.Duration, before float64) {
	if !e.recent(at) {
		e.since, e.before, e.hasFFC, e.guessed, e.hasPast = at, before, true, true, true
	}
}

// settlingAt says whether a flat-field correction is recent, so that steps are
// to be expected. One that is only guessed excuses none.
func (e *estimator) settlingAt(at time.Duration) bool { return e.recent(at) && !e.guessed }

func (e *estimator) recent(at time.Duration) bool { return e.hasFFC && at-e.since <= afterFFC }

// forget drops the state: the next reading starts anew.
func (e *estimator) forget() { *e = estimator{} }

// add takes the offset by the reading of one frame with its standard
// uncertainty, both in kelvin. limit is the largest step from frame to frame.
func (e *estimator) add(offset, standard float64, at time.Duration, limit float64) estimate {
	noise := standard * standard
	settling := e.settlingAt(at)
	var out estimate
	if e.running {
		e.variance += wander * math.Max((at-e.last).Seconds(), 0)
		innovation := offset - e.offset
		out.unstable = !settling && (math.Abs(offset-e.history[0]) > limit || e.roughness(offset) > limit/2)
		gate := math.Max(outlier*math.Sqrt(e.variance+noise), ripple)
		if math.Abs(innovation) > gate {
			e.running = false
		} else {
			gain := e.variance / (e.variance + noise)
			e.offset += gain * innovation
			e.variance *= 1 - gain
		}
	}
	if e.n == historyLength && math.Abs(offset-e.history[historyLength-1]) > limit || out.unstable {
		// Nothing else moves a camera so fast; where it tells of its
		// corrections, the next frame puts this right.
		e.corrected(at, e.history[max(e.n-1, 0)])
	}
	if !e.running {
		e.offset, e.variance, e.running = offset, noise, true
	}
	if e.n > 0 && math.Abs(offset-e.history[0]) > limit {
		e.n = 0
	}
	copy(e.history[1:], e.history[:])
	e.history[0] = offset
	e.n = min(e.n+1, historyLength)
	e.last = at
	out.offset = thermal.Kelvin(e.offset)
	out.noise = thermal.Kelvin(math.Sqrt(e.variance))
	out.settling = thermal.Kelvin(e.unsettled(at))
	return out
}

// unsettled returns the standard uncertainty that the last flat-field
// correction leaves to the rest of the image.
func (e *estimator) unsettled(at time.Duration) float64 {
	age := at - e.since
	if !e.hasFFC || age > quietAfter {
		return 0
	}
	age = max(age, 0)
	step := 0.0
	if e.hasPast {
		step = math.Abs(e.offset - e.before)
	}
	fade := func(over time.Duration) float64 { return math.Exp(-age.Seconds() / over.Seconds()) }
	step = math.Max(step, fade(guessFade))
	return step * (fastShare*fade(fastFade) + slowShare*fade(slowFade))
}

// roughness returns the mean step between the readings, the new one included,
// less the part of it that is a steady slope.
func (e *estimator) roughness(v float64) float64 {
	if e.n < historyLength {
		return 0
	}
	sum := math.Abs(v - e.history[0])
	for i := 1; i < e.n; i++ {
		sum += math.Abs(e.history[i-1] - e.history[i])
	}
	return (sum - math.Abs(v-e.history[e.n-1])) / historyLength
}
