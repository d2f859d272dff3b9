package screening

import (
	"math"
	"slices"
	"time"

	"lintel/firmware/thermal"
)

// evidence is what the readings of a visit come to.
type evidence struct {
	n      int
	value  thermal.Celsius // their median
	u      thermal.Kelvin  // its expanded uncertainty (k = 2)
	spread thermal.Kelvin  // the quartile range
	// low and high are the extremes, rise is from the first to the last.
	low, high thermal.Celsius
	rise      thermal.Kelvin
}

// Of normal scatter, the quartile range is 1.349 standard deviations, and the
// standard error of the median 1.2533 of them over the root of n.
const (
	quartileRange = 1.349
	medianError   = 1.2533
)

// weigh combines the readings kept. There must be one at least.
func (v *visit) weigh(c *Config) evidence {
	return weigh(v.settled(c), c.Repeatability)
}

// settled returns the readings without the early ones of somebody who walks
// up, which read low: all of them if their halves agree, else the longest run
// up to the latest whose halves do, but never fewer than a verdict needs.
func (v *visit) settled(c *Config) []reading {
	all := v.readings[:v.count]
	for len(all) > c.Readings {
		half := len(all) / 2
		drift := middle(all[half:]).Sub(middle(all[:half]))
		if math.Abs(float64(drift)) <= float64(c.Drift) {
			break
		}
		all = all[1:]
	}
	return all
}

// middle is the median of the readings.
func middle(readings []reading) thermal.Celsius {
	var values [maxReadings]float64
	for i, r := range readings {
		values[i] = float64(r.value)
	}
	s := values[:len(readings)]
	slices.Sort(s)
	return thermal.Celsius(quantile(s, .5))
}

func weigh(readings []reading, repeatability thermal.Kelvin) evidence {
	var values, us [maxReadings]float64
	n := len(readings)
	for i, r := range readings {
		values[i], us[i] = float64(r.value), float64(r.u)
	}
	s, w := values[:n], us[:n]
	slices.Sort(s)
	slices.Sort(w)
	e := evidence{
		n: n, value: thermal.Celsius(quantile(s, .5)),
		spread: thermal.Kelvin(quantile(s, .75) - quantile(s, .25)),
		low:    thermal.Celsius(s[0]), high: thermal.Celsius(s[n-1]),
		rise: readings[n-1].value.Sub(readings[0].value),
	}
	e.u = expanded(thermal.Kelvin(quantile(w, .5)), e.scatter(repeatability), n)
	return e
}

// scatter is the standard deviation of single readings.
func (e *evidence) scatter(repeatability thermal.Kelvin) thermal.Kelvin {
	return max(repeatability, e.spread/quartileRange)
}

// standardError is that of the median. The factor 1 + 2/n makes up for a
// quartile range that few readings show too small.
func (e *evidence) standardError(c *Config) thermal.Kelvin {
	few := 1 + 2/float64(e.n)
	return thermal.Kelvin(medianError * few * float64(e.scatter(c.Repeatability)) / math.Sqrt(float64(e.n)))
}

// expanded is the uncertainty (k = 2) of the median of n readings that each
// have the uncertainty u and scatter by a standard deviation.
//
// What the readings have in common (reference, emissivity, optics) does not
// average out, so u stays whole; only the standard error of the median falls
// with n.
func expanded(u, scatter thermal.Kelvin, n int) thermal.Kelvin {
	return thermal.Kelvin(math.Hypot(float64(u), 2*medianError*float64(scatter)/math.Sqrt(float64(n))))
}

// limit says whether more readings would not tell better, so long after the
// first of them.
func (e *evidence) limit(after time.Duration, c *Config) bool {
	return e.n >= c.Readings && (e.n >= c.Limit || after >= c.LimitAfter || after >= c.CalmAfter && e.standardError(c) <= c.Calm)
}

// clear says whether the evidence tells on which side of the threshold the
// visitor is: the median lies Certainty standard errors from it.
//
// With three standard errors, looked at up to twelve times, a scatter of single
// readings of up to 0.2 K puts at most 1 in 100 visitors on the wrong side who
// are 0.3 K or more from the threshold. Nearer than that, and for what the
// readings have in common, the uncertainty U says what to expect.
func (e *evidence) clear(threshold thermal.Celsius, c *Config) bool {
	gap := math.Abs(float64(e.value.Sub(threshold)))
	if !(gap >= c.Certainty*float64(e.standardError(c))) {
		return false
	}
	return e.n >= c.Readings || e.n >= c.Early && e.far(threshold, c)
}

// far says whether every reading is far from the threshold, on one side, and
// none is on the way there.
func (e *evidence) far(threshold thermal.Celsius, c *Config) bool {
	return threshold.Sub(e.high) >= c.Far && e.rise <= c.Drift || e.low.Sub(threshold) >= c.Far && e.rise >= -c.Drift
}
