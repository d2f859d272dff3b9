package radiometry

import (
	"errors"
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

// ErrPath means that a Path is out of range.
var ErrPath = errors.New("the path from target to camera is out of range")

// Path is what a target's radiation goes through on its way to the camera: its
// surface, which also reflects, and the air. The zero Path is no valid one;
// [Clear] is.
type Path struct {
	// Emissivity is that of the target in the band, above 0 to 1.
	Emissivity float64
	// Reflected is the temperature of what the target reflects.
	Reflected thermal.Celsius
	// Transmittance is that of the air, above 0 to 1, and Air its temperature.
	Transmittance float64
	Air           thermal.Celsius
}

// Clear returns the path from a black body through nothing.
func Clear() Path { return Path{Emissivity: 1, Transmittance: 1} }

// Validate refuses a path through which nothing can be measured.
//
// Errors: ErrPath.
func (p Path) Validate() error {
	for _, v := range []struct {
		name           string
		value, low, up float64
	}{
		{"emissivity", p.Emissivity, 0.1, 1},
		{"transmittance", p.Transmittance, 0.1, 1},
		{"reflected temperature", float64(p.Reflected), -60, 200},
		{"air temperature", float64(p.Air), -60, 60},
	} {
		if !(v.value >= v.low && v.value <= v.up) {
			return fmt.Errorf("cannot take %s %g: allowed are %g to %g: %w", v.name, v.value, v.low, v.up, ErrPath)
		}
	}
	return nil
}

// Apparent returns the radiance that reaches the camera from a target whose
// black-body radiance is object.
func (p Path) Apparent(c *Curve, object float64) float64 {
	leaves := p.Emissivity*object + (1-p.Emissivity)*c.Radiance(p.Reflected)
	return p.Transmittance*leaves + (1-p.Transmittance)*c.Radiance(p.Air)
}

// Object is the inverse of Apparent. It may be negative where less arrives than
// reflection and air alone would send.
func (p Path) Object(c *Curve, apparent float64) float64 {
	leaves := (apparent - (1-p.Transmittance)*c.Radiance(p.Air)) / p.Transmittance
	return (leaves - (1-p.Emissivity)*c.Radiance(p.Reflected)) / p.Emissivity
}

// Transmittance returns that of air of the given temperature and relative
// humidity (0 to 1) over a distance in metres: the empirical form of FLIR's
// cameras with the constants of the Thermimage manual (raw2temp, ATA1 to ATX).
// The manual applies it to twice half the distance; here it is the whole.
//
// At the two metres of a kiosk it is 0.98 to 0.99, and the air is within some
// 15 K of the target, so that leaving it out costs some hundredths of a kelvin,
// most of which the reference takes away.
func Transmittance(distance float64, air thermal.Celsius, humidity float64) float64 {
	t := float64(air)
	// Water vapour in g/m^3.
	water := humidity * math.Exp(1.5587+t*(0.06939+t*(-0.00027816+t*0.00000068455)))
	root, wet := math.Sqrt(math.Max(distance, 0)), math.Sqrt(math.Max(water, 0))
	const x = 1.9
	tau := x*math.Exp(-root*(0.006569-0.002276*wet)) + (1-x)*math.Exp(-root*(0.01262-0.00667*wet))
	return math.Min(tau, 1)
}
