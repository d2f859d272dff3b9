package radiometry

import (
	"errors"
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

// Radiation constants (CODATA 2018; exact since the SI of 2019) for
// wavelengths in micrometres.
const (
	// C1 is the first radiation constant for spectral radiance, 2hc^2, in
	// W um^4 m^-2 sr^-1.
	C1 = 1.191042972397188e8
	// C2 is the second radiation constant, hc/k, in um K.
	C2 = 14387.76877503933
	// StefanBoltzmann is the exitance of a black body per T^4, in W m^-2 K^-4.
	StefanBoltzmann = 5.670374419184e-8
)

// ErrBand means that a band cannot be integrated or fitted.
var ErrBand = errors.New("the band is out of range: choose wavelengths from 0.5 to 1000 um, the lower first")

// Band is a range of wavelengths in micrometres, weighted evenly. The zero Band
// is empty and has no radiance.
type Band struct{ Low, High float64 }

// LWIR is the long-wave infrared band of uncooled cameras, 8 to 14 um.
func LWIR() Band { return Band{8, 14} }

// intervals is the number of steps of the integration. At 8 to 14 um the error
// is below 1e-9 of the radiance, or a tenth of a microkelvin.
const intervals = 256

// Radiance returns the radiance of a black body at t within the band, by
// Simpson's rule over Planck's law; 0 at absolute zero and below, NaN where t is
// not a number.
func (b Band) Radiance(t thermal.Celsius) float64 {
	step := (b.High - b.Low) / intervals
	sum := Spectral(b.Low, t) + Spectral(b.High, t)
	for i := 1; i < intervals; i++ {
		weight := float64(2 + 2*(i%2))
		sum += weight * Spectral(b.Low+float64(i)*step, t)
	}
	return sum * step / 3
}

// Spectral returns the spectral radiance of a black body at t and the
// wavelength in micrometres, in W m^-2 sr^-1 um^-1: Planck's law.
func Spectral(wavelength float64, t thermal.Celsius) float64 {
	kelvin := float64(t - thermal.AbsoluteZero)
	if kelvin <= 0 || wavelength <= 0 {
		return 0
	}
	return C1 / (math.Pow(wavelength, 5) * math.Expm1(C2/(wavelength*kelvin)))
}

// Fraction returns the part of the radiance of a black body that lies below the
// product of wavelength and temperature in um K, 0 to 1, by the series of
// Planck's integral (W. Chang and T. Rhee, Int. Comm. Heat Mass Transfer 11
// (1984) 451). It has nothing in common with Radiance but the law.
func Fraction(product float64) float64 {
	if !(product > 0) {
		return 0
	}
	x := C2 / product
	sum := 0.0
	for n := 1.0; n < 400; n++ {
		term := math.Exp(-n*x) / n * (x*x*x + 3*x*x/n + 6*x/(n*n) + 6/(n*n*n))
		sum += term
		if term < 1e-16*sum {
			break
		}
	}
	return 15 / math.Pow(math.Pi, 4) * sum
}

// validate refuses a band that has no radiance to speak of.
func (b Band) validate() error {
	if !(b.Low >= 0.5 && b.High <= 1000 && b.Low < b.High) {
		return fmt.Errorf("cannot use the band %g to %g um: %w", b.Low, b.High, ErrBand)
	}
	return nil
}
