package calibration

import (
	"errors"
	"fmt"
	"math"
	"time"

	"lintel/firmware/thermal"
)

// Errors of New.
var (
	// ErrNoReferenceTemperature means that the temperature of the reference is
	// not configured.
	ErrNoReferenceTemperature = errors.New("the reference temperature is not set: configure reference.temperature_c with the value on its certificate")
	// ErrConfig means that a value is out of its range.
	ErrConfig = errors.New("the calibration configuration is out of range")
	// ErrCamera means that the camera cannot be calibrated.
	ErrCamera = errors.New("the camera cannot be calibrated: choose its profile or camera.scale")
)

// Range of the reference temperature in degrees Celsius. The best set point is
// 36 to 37 (doi 10.3390/s23188011); the ends leave room for other devices.
const (
	MinReferenceTemperature thermal.Celsius = 20
	MaxReferenceTemperature thermal.Celsius = 60
)

// Config configures a Tracker. A field left zero takes its default.
type Config struct {
	Reference ReferenceConfig
	Limit     LimitConfig
	Terms     TermConfig
}

// ReferenceConfig describes the reference.
type ReferenceConfig struct {
	// Temperature is its true temperature, 20 to 60 degC; required.
	Temperature thermal.Celsius
	// Expanded is the expanded uncertainty of that temperature (k = 2), up to
	// 2 K. A screening thermograph needs less than 0.3 K
	// (doi 10.3390/s23188011). Default 0.2 K.
	Expanded thermal.Kelvin
	// Stability bounds its stability and drift, up to 2 K; 0.1 K over 14 days
	// is asked of a screening reference (PMC8654479). Default 0.1 K.
	Stability thermal.Kelvin
	// Place is where the reference is, in pixels of the upright image. Zero:
	// it is found by itself. A radius of zero leaves the radius open.
	Place thermal.Circle
	// MinRadius and MaxRadius bound its radius in pixels. Defaults: 4 and 14
	// on a 160x120 sensor, scaled with the image.
	MinRadius, MaxRadius float64
	// MaxOffset is the largest plausible difference between the true
	// temperature and the reading, 0 to 20 K. Default 10 K.
	MaxOffset thermal.Kelvin
}

// LimitConfig bounds what is taken for a reference in order.
type LimitConfig struct {
	// Contrast is the least difference between the reference and its surround,
	// 0.5 to 20 K. Default 2 K.
	Contrast thermal.Kelvin
	// Move is how far the reference may seem to move, in pixels, 0.5 to 10.
	// Default 1.5 px or a quarter of the radius, whichever is more.
	Move float64
	// Step is the largest change of its reading from one frame to the next,
	// 0.05 to 5 K. Default 0.3 K. A flat-field correction may change it more.
	Step thermal.Kelvin
	// Persistence is the number of good frames in a row before a reference is
	// accepted, and after a fault accepted again, 2 to 100. Default 3.
	Persistence int
	// LossAfter is how long a reference is missed before it is looked for in
	// the rest of the image, up to an hour. Default 5 s.
	LossAfter time.Duration
}

// TermConfig gives the terms of the uncertainty that the image cannot tell.
type TermConfig struct {
	// NonUniformity is the standard uncertainty of the camera over its field
	// of view, up to 2 K. Default 0.05 K.
	NonUniformity thermal.Kelvin
	// Emissivity is the half width of the range of the skin's emissivity, up
	// to 0.1. Default 0.01.
	Emissivity float64
	// Surround is the temperature reflected by the skin, -20 to 60 degC.
	// Default 22 degC.
	Surround thermal.Celsius
	// SizeOfSource is the part of the contrast of a target to its surround
	// that is lost on a target of 10x10 px, up to 0.1. Default 0.005.
	SizeOfSource float64
}

// DefaultConfig returns the defaults. The reference temperature has none.
func DefaultConfig() Config {
	return Config{
		Reference: ReferenceConfig{Expanded: 0.2, Stability: 0.1, MaxOffset: 10},
		Limit:     LimitConfig{Contrast: 2, Move: 1.5, Step: 0.3, Persistence: 3, LossAfter: 5 * time.Second},
		Terms:     TermConfig{NonUniformity: 0.05, Emissivity: 0.01, Surround: 22, SizeOfSource: 0.005},
	}
}

// orDefault replaces a zero value.
func orDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// complete fills in the defaults for an image of the given size.
func (c *Config) complete(info thermal.Info) {
	d := DefaultConfig()
	orDefault(&c.Reference.Expanded, d.Reference.Expanded)
	orDefault(&c.Reference.Stability, d.Reference.Stability)
	orDefault(&c.Reference.MaxOffset, d.Reference.MaxOffset)
	orDefault(&c.Limit.Contrast, d.Limit.Contrast)
	orDefault(&c.Limit.Move, d.Limit.Move)
	orDefault(&c.Limit.Step, d.Limit.Step)
	orDefault(&c.Limit.Persistence, d.Limit.Persistence)
	orDefault(&c.Limit.LossAfter, d.Limit.LossAfter)
	orDefault(&c.Terms.NonUniformity, d.Terms.NonUniformity)
	orDefault(&c.Terms.Emissivity, d.Terms.Emissivity)
	orDefault(&c.Terms.Surround, d.Terms.Surround)
	orDefault(&c.Terms.SizeOfSource, d.Terms.SizeOfSource)
	short := float64(min(info.Width, info.Height))
	least := 4 * float64(decimation(info.Width, info.Height))
	if short < 120 {
		least = 3.5
	}
	orDefault(&c.Reference.MinRadius, least)
	orDefault(&c.Reference.MaxRadius, math.Max(10, 14*short/120))
}

// validate checks the completed configuration.
func (c *Config) validate(info thermal.Info) error {
	t := float64(c.Reference.Temperature)
	if math.IsNaN(t) || t == 0 {
		return fmt.Errorf("cannot measure: %w", ErrNoReferenceTemperature)
	}
	place := c.Reference.Place
	for _, v := range []struct {
		name           string
		value, low, up float64
	}{
		{"reference.temperature_c", t, float64(MinReferenceTemperature), float64(MaxReferenceTemperature)},
		{"reference.expanded_k", float64(c.Reference.Expanded), 0, 2},
		{"reference.stability_k", float64(c.Reference.Stability), 0, 2},
		{"reference.place.x", place.X, 0, float64(info.Width)},
		{"reference.place.y", place.Y, 0, float64(info.Height)},
		{"reference.place.r", place.R, 0, float64(min(info.Width, info.Height)) / 2},
		{"reference.min_radius_px", c.Reference.MinRadius, 2.5, float64(thermal.MaxSide)},
		{"reference.max_radius_px", c.Reference.MaxRadius, c.Reference.MinRadius, float64(thermal.MaxSide)},
		{"reference.max_offset_k", float64(c.Reference.MaxOffset), 0, 20},
		{"limit.contrast_k", float64(c.Limit.Contrast), 0.5, 20},
		{"limit.move_px", c.Limit.Move, 0.5, 10},
		{"limit.step_k", float64(c.Limit.Step), 0.05, 5},
		{"limit.persistence", float64(c.Limit.Persistence), 2, 100},
		{"limit.loss_after_s", c.Limit.LossAfter.Seconds(), 0, 3600},
		{"terms.non_uniformity_k", float64(c.Terms.NonUniformity), 0, 2},
		{"terms.emissivity", c.Terms.Emissivity, 0, 0.1},
		{"terms.surround_c", float64(c.Terms.Surround), -20, 60},
		{"terms.size_of_source", c.Terms.SizeOfSource, 0, 0.1},
	} {
		if !(v.value >= v.low && v.value <= v.up) {
			return fmt.Errorf("cannot take %s = %g: allowed are %g to %g: %w", v.name, v.value, v.low, v.up, ErrConfig)
		}
	}
	return nil
}

// validateCamera refuses a camera whose counts or size are not known.
func validateCamera(info thermal.Info) error {
	if info.Scale.KelvinPerCount() <= 0 {
		return fmt.Errorf("cannot turn counts of scale %v into temperatures: %w", info.Scale, ErrCamera)
	}
	for _, side := range []int{info.Width, info.Height} {
		if side < thermal.MinSide || side > thermal.MaxSide {
			return fmt.Errorf("cannot use an image of %dx%d pixels, allowed are %d to %d a side: %w",
				info.Width, info.Height, thermal.MinSide, thermal.MaxSide, ErrCamera)
		}
	}
	return nil
}
