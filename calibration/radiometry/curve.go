package radiometry

import (
	"math"

	"lintel/firmware/thermal"
)

// Range in degrees Celsius in which a [Curve] is fitted, and its largest error
// there in kelvin, both ways, for bands within 3 to 14 um.
const (
	CurveFrom  thermal.Celsius = -70
	CurveTo    thermal.Celsius = 250
	CurveError thermal.Kelvin  = 2e-5
)

// degree is that of the polynomials of a Curve: the logarithm of the radiance
// is nearly linear in the inverse of the absolute temperature.
const degree = 10

// Curve is the fast form of [Band.Radiance] and of its inverse. It rises
// strictly, also outside the range in which it is fitted, where it goes on with
// the slope of its end. Use [NewCurve]; the zero Curve is of no use. It may be
// used by many goroutines.
type Curve struct {
	radiance series // ln L over 1/T
	inverse  series // 1/T over ln L
}

// NewCurve fits the band.
//
// Errors: ErrBand.
func NewCurve(b Band) (*Curve, error) {
	if err := b.validate(); err != nil {
		return nil, err
	}
	logs := func(inverse float64) float64 {
		return math.Log(b.Radiance(thermal.Celsius(1/inverse) + thermal.AbsoluteZero))
	}
	warm, cold := 1/kelvin(CurveTo), 1/kelvin(CurveFrom)
	c := &Curve{radiance: fit(warm, cold, logs)}
	// The inverse of the fit itself: the integral is costly.
	fitted := func(inverse float64) float64 { l, _ := c.radiance.at(inverse); return l }
	c.inverse = fit(fitted(cold), fitted(warm), func(l float64) float64 { return invert(fitted, l, warm, cold) })
	return c, nil
}

func kelvin(t thermal.Celsius) float64 { return float64(t - thermal.AbsoluteZero) }

// Radiance returns the radiance of a black body at t; 0 at absolute zero and
// below.
func (c *Curve) Radiance(t thermal.Celsius) float64 {
	k := kelvin(t)
	if k <= 0 {
		return 0
	}
	l, _ := c.radiance.at(1 / k)
	return math.Exp(l)
}

// Slope returns how the radiance rises with temperature, in W m^-2 sr^-1 K^-1.
func (c *Curve) Slope(t thermal.Celsius) float64 {
	k := kelvin(t)
	if k <= 0 {
		return 0
	}
	l, d := c.radiance.at(1 / k)
	return -math.Exp(l) * d / (k * k)
}

// Celsius returns the temperature of a black body of the radiance; NaN where
// the radiance is not positive.
func (c *Curve) Celsius(radiance float64) thermal.Celsius {
	if !(radiance > 0) {
		return thermal.Celsius(math.NaN())
	}
	inverse, _ := c.inverse.at(math.Log(radiance))
	return thermal.Celsius(1/inverse) + thermal.AbsoluteZero
}

// series is a sum of Chebyshev polynomials between from and to.
type series struct {
	from, to float64
	c        [degree + 1]float64
}

// fit interpolates f at the Chebyshev nodes.
func fit(from, to float64, f func(float64) float64) series {
	s := series{from: from, to: to}
	const n = degree + 1
	var values [n]float64
	for k := range n {
		x := math.Cos(math.Pi * (float64(k) + 0.5) / n)
		values[k] = f(0.5*(from+to) + 0.5*(to-from)*x)
	}
	for j := range n {
		sum := 0.0
		for k := range n {
			sum += values[k] * math.Cos(math.Pi*float64(j)*(float64(k)+0.5)/n)
		}
		s.c[j] = 2 * sum / n
	}
	s.c[0] /= 2
	return s
}

// at returns the value and the slope at v.
func (s *series) at(v float64) (value, slope float64) {
	half := 0.5 * (s.to - s.from)
	x := (v-s.from)/half - 1
	inside := math.Max(-1, math.Min(1, x))
	// The sum of T_j and that of their derivatives, by their recurrences.
	t0, t1 := 1.0, inside
	d0, d1 := 0.0, 1.0
	value, slope = s.c[0]+s.c[1]*inside, s.c[1]
	for j := 2; j <= degree; j++ {
		t0, t1 = t1, 2*inside*t1-t0
		d0, d1 = d1, 2*t0+2*inside*d1-d0
		value += s.c[j] * t1
		slope += s.c[j] * d1
	}
	return value + slope*(x-inside), slope / half
}

// invert solves f(x) = y for a falling f between low and high, by bisection.
func invert(f func(float64) float64, y, low, high float64) float64 {
	for range 60 {
		if middle := 0.5 * (low + high); f(middle) > y {
			low = middle
		} else {
			high = middle
		}
	}
	return 0.5 * (low + high)
}
