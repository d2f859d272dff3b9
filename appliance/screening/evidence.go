package screening

import (
	"math"
	"slices"
	"time"

	"lintel/firmware/thermal"
)

// evidence is what the readings of a visit come to.
type evidence struct {
	n      int             // readings that have a part in the median
	value  thermal.Celsius // their median
	u      thermal.Kelvin  // its expanded uncertainty (k = 2); see [stated]
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
	var room [maxReadings]reading
	all := v.readings[:v.count]
	u := stated(all, c)
	good := room[:0]
	for _, r := range all {
		if r.u <= u {
			good = append(good, r)
		}
	}
	e := weigh(settled(good, c))
	e.u = u
	return e
}

// stated is the expanded uncertainty of the visit's median. It is chosen such
// that no reading ever makes it larger, so that a visit cannot be made to look
// surer by leaving frames out: of the best 1, 2, 3, ... readings, up to the
// number of a verdict, it takes the number for which the largest of their
// uncertainties and the standard error of a median of so many come to least.
// Readings that are less certain than that have no part in the median.
//
// The first part does not fall with the number: what the readings have in
// common (reference, emissivity, optics) does not average out. The second is an
// allowance, the same for every visit: a standard deviation of Repeatability.
// An uncertainty that followed the scatter of the very readings would fall
// whenever the one that disagrees is left out. Whether the readings scatter
// more than is allowed for is asked apart from it; see [evidence.agree].
func stated(readings []reading, c *Config) thermal.Kelvin {
	var room [maxReadings]float64
	us := room[:0]
	for _, r := range readings {
		us = append(us, float64(r.u))
	}
	slices.Sort(us)
	least := math.Inf(1)
	for i := range us[:min(len(us), c.Readings)] {
		allowed := 2 * medianError * float64(c.Repeatability) / math.Sqrt(float64(i+1))
		least = math.Min(least, math.Hypot(us[i], allowed))
	}
	return thermal.Kelvin(least)
}

// settled returns the readings without the early ones of somebody who walks
// up, which read low: all of them if their halves agree, else the longest run
// up to the latest whose halves do, but never fewer than a verdict needs.
func settled(all []reading, c *Config) []reading {
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

// weigh works out all but the uncertainty.
func weigh(readings []reading) evidence {
	var values [maxReadings]float64
	n := len(readings)
	if n == 0 {
		return evidence{}
	}
	for i, r := range readings {
		values[i] = float64(r.value)
	}
	s := values[:n]
	slices.Sort(s)
	return evidence{
		n: n, value: thermal.Celsius(quantile(s, .5)),
		spread: thermal.Kelvin(quantile(s, .75) - quantile(s, .25)),
		low:    thermal.Celsius(s[0]), high: thermal.Celsius(s[n-1]),
		rise: readings[n-1].value.Sub(readings[0].value),
	}
}

// standardError is that of the median by the scatter of its readings, and not
// less than pixel noise makes it.
func (e *evidence) standardError(c *Config) thermal.Kelvin {
	scatter := max(c.Noise, e.spread/quartileRange)
	return thermal.Kelvin(medianError * float64(scatter) / math.Sqrt(float64(e.n)))
}

// agree says whether the readings bear each other out: their median is as sure
// as a verdict needs, by their own scatter.
func (e *evidence) agree(c *Config) bool {
	return e.standardError(c) <= c.MaxError
}

// limit says whether more readings would not tell better, so long after the
// first of them.
func (e *evidence) limit(after time.Duration, c *Config) bool {
	return e.n >= c.Readings && (e.n >= c.Limit || after >= c.LimitAfter || after >= c.CalmAfter && e.certainError(c) <= c.Calm)
}

// certainError makes up for a quartile range that few readings show too small.
func (e *evidence) certainError(c *Config) thermal.Kelvin {
	return thermal.Kelvin(1+2/float64(e.n)) * e.standardError(c)
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
	if !(gap >= c.Certainty*float64(e.certainError(c))) {
		return false
	}
	return e.n >= c.Readings || e.n >= c.Early && e.far(threshold, c)
}

// far says whether every reading is far from the threshold, on one side, and
// none is on the way there.
func (e *evidence) far(threshold thermal.Celsius, c *Config) bool {
	return threshold.Sub(e.high) >= c.Far && e.rise <= c.Drift || e.low.Sub(threshold) >= c.Far && e.rise >= -c.Drift
}
