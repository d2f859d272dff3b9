package calibration

import (
	"errors"
	"fmt"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"
)

// conversion turns counts into the temperature a camera reads and into in-band
// radiance. It does not change after New.
type conversion struct {
	scale  thermal.CountScale
	planck radiometry.PlanckConstants
	curve  *radiometry.Curve
	set    radiometry.Path // what the camera takes targets for
}

// newConversion refuses a camera whose counts or size are not known.
func newConversion(cfg CameraConfig, surround thermal.Celsius, info thermal.Info) (*conversion, error) {
	for _, side := range []int{info.Width, info.Height} {
		if side < thermal.MinSide || side > thermal.MaxSide {
			return nil, fmt.Errorf("cannot use an image of %dx%d pixels, allowed are %d to %d a side: %w",
				info.Width, info.Height, thermal.MinSide, thermal.MaxSide, ErrCamera)
		}
	}
	if cfg.Planck.Known() {
		if err := cfg.Planck.Validate(); err != nil {
			return nil, errors.Join(fmt.Errorf("cannot use camera.planck: %w", ErrCamera), err)
		}
	} else if info.Scale.KelvinPerCount() <= 0 {
		return nil, fmt.Errorf("cannot turn counts of scale %v into temperatures: %w", info.Scale, ErrCamera)
	}
	curve, err := radiometry.NewCurve(cfg.Band)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot use camera.band: %w", ErrConfig), err)
	}
	return &conversion{
		scale: info.Scale, planck: cfg.Planck, curve: curve,
		set: radiometry.Path{Emissivity: cfg.Emissivity, Reflected: surround, Transmittance: 1},
	}, nil
}

func (c *conversion) celsius(counts float64) thermal.Celsius {
	if c.planck.Known() {
		return c.planck.Celsius(counts)
	}
	return c.scale.Celsius(counts)
}

func (c *conversion) counts(t thermal.Celsius) float64 {
	if c.planck.Known() {
		return c.planck.Counts(t)
	}
	return c.scale.Counts(t)
}

// kelvinPerCount returns the size of a count at t.
func (c *conversion) kelvinPerCount(t thermal.Celsius) float64 {
	if c.planck.Known() {
		return 1 / (c.planck.Counts(t+0.5) - c.planck.Counts(t-0.5))
	}
	return c.scale.KelvinPerCount()
}

// radiance returns the in-band radiance that the camera takes the counts for.
func (c *conversion) radiance(counts float64) float64 { return c.apparent(c.celsius(counts)) }

// apparent returns the in-band radiance that the camera takes for t.
func (c *conversion) apparent(t thermal.Celsius) float64 {
	l := c.curve.Radiance(t)
	if c.set.Emissivity == 1 {
		return l
	}
	return c.set.Apparent(c.curve, l)
}

// KelvinPerCount returns the size of a count of a camera at a temperature.
//
// Errors: ErrCamera, ErrConfig.
func KelvinPerCount(cfg CameraConfig, info thermal.Info, at thermal.Celsius) (float64, error) {
	orDefault(&cfg.Band, radiometry.LWIR())
	orDefault(&cfg.Emissivity, 1)
	c, err := newConversion(cfg, 0, info)
	if err != nil {
		return 0, err
	}
	return c.kelvinPerCount(at), nil
}
