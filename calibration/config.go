package calibration

import (
	"errors"
	"fmt"
	"math"
	"time"

	"lintel/calibration/radiometry"
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
	// Second is a second reference, nil for none. With two, the gain is
	// corrected as well. Both then need a Place and temperatures at least
	// [MinSeparation] apart.
	Second     *ReferenceConfig
	Camera     CameraConfig
	Correction CorrectionConfig
	Limit      LimitConfig
	Terms      TermConfig
	// Field is what commissioning found of the camera's field of view, nil
	// where it was not commissioned.
	Field *Field
}

// MinSeparation is the least difference of two references.
const MinSeparation thermal.Kelvin = 3

// leastRadius is the default of ReferenceConfig.MinRadius in pixels.
const leastRadius = 4.75

// ReferenceConfig describes a reference.
type ReferenceConfig struct {
	Certificate
	// Live returns the last reading of the reference's own thermometer, nil
	// where it has none; false while there is no reading. It is called for
	// every frame, some times, and must not block. Where given, its value is the
	// true temperature, with the uncertainty of the certificate.
	Live func() (Live, bool)
	// Place is where the reference is, in pixels of the upright image. Zero:
	// it is found by itself. A radius of zero leaves the radius open.
	Place thermal.Circle
	// MinRadius and MaxRadius bound its radius in pixels. Defaults: 4.75, ten
	// pixels across less what the fit may be off, and 14 on a 160x120 sensor,
	// scaled with the image. Ten pixels are the least that is read without
	// loss (doi 10.3390/s21020607); below 100 pixels a side the default is
	// 3.5, and the size-of-source term says so.
	MinRadius, MaxRadius float64
	// MaxOffset is the largest plausible difference between the true
	// temperature and the reading, 0 to 20 K. Default 10 K.
	MaxOffset thermal.Kelvin
	// Offset and OffsetBand are the offset accepted at commissioning and how
	// far it may be from that, up to 20 K. A band of zero: not commissioned.
	Offset, OffsetBand thermal.Kelvin
}

// Live is a reading of the reference's own thermometer.
type Live struct {
	Temperature thermal.Celsius
	// Age is the time since it was taken, 0 and more.
	Age time.Duration
}

// CameraConfig says what the counts of the camera stand for beyond
// thermal.Info.
type CameraConfig struct {
	// Band is the camera's spectral band. Default 8 to 14 um.
	Band radiometry.Band
	// Planck are the constants of a camera whose counts follow its signal.
	// Known constants replace the scale of thermal.Info.
	Planck radiometry.PlanckConstants
	// Emissivity is what the camera itself is set to, 0.5 to 1, with the
	// surround of TermConfig: it is undone before anything is corrected here.
	// It matters only together with CorrectionConfig.Emissivity. Default 1.
	Emissivity float64
}

// CorrectionConfig switches the corrections beside that by the reference on.
// Those of the target are off by default: thresholds for skin were fitted to temperatures that
// were referred to a reference and corrected for nothing else, and a reading
// must stay comparable with them. [Tracker.Corrections] lists what is on.
type CorrectionConfig struct {
	// Emissivity is that of the target, 0.5 to 1. Zero: readings are radiance
	// temperatures. The surround of TermConfig is what is reflected.
	Emissivity float64
	// SizeOfSource is the part of the contrast that a target of 10x10 px
	// loses, up to 0.1, as found at commissioning. Zero: not corrected.
	SizeOfSource float64
	// NoBridge leaves the change of pattern by a flat-field correction in the
	// readings. It is bridged by default: a camera that was corrected must read
	// the same as before, as far as the still background shows how it changed.
	NoBridge bool
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
	// Settle is the settling time: how long after a fault the reference must
	// have been in order before it is used again, up to 60 s. Default 0.3 s.
	Settle time.Duration
	// LossAfter is how long a reference is missed before it is looked for in
	// the rest of the image, up to an hour. Default 5 s.
	LossAfter time.Duration
	// LiveAge is how old a live reading may be, 0.1 s to an hour. Default 15 s:
	// a reference that is switched off loses 0.1 K in that time or less.
	LiveAge time.Duration
	// SetPoint is how far a live reading may be from the set point, 0.05 to
	// 5 K. Default 0.5 K.
	SetPoint thermal.Kelvin
}

// TermConfig gives the terms of the uncertainty that the image cannot tell.
type TermConfig struct {
	// NonUniformity is the standard uncertainty of the camera over its field
	// of view where there is no Field, up to 2 K. Default 0.05 K.
	NonUniformity thermal.Kelvin
	// Ageing is the standard uncertainty by which the pattern of the field of
	// view is another after each flat-field correction, once that has settled,
	// up to 2 K. Default 0.05 K: on two Lepton 3.5 in the field, corrected
	// every ten minutes, the difference of places 25 rows apart is the same
	// within 0.1 K from day to day, changes of the scene included.
	Ageing thermal.Kelvin
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
		Reference: ReferenceConfig{Certificate: Certificate{Expanded: 0.2, Stability: 0.1}, MaxOffset: 10},
		Camera:    CameraConfig{Band: radiometry.LWIR(), Emissivity: 1},
		Limit: LimitConfig{
			Contrast: 2, Move: 1.5, Step: 0.3, Persistence: 3,
			Settle: 300 * time.Millisecond, LossAfter: 5 * time.Second, LiveAge: 15 * time.Second, SetPoint: 0.5,
		},
		Terms: TermConfig{NonUniformity: 0.05, Ageing: 0.05, Emissivity: 0.01, Surround: 22, SizeOfSource: 0.005},
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
	c.Reference.complete(info)
	if c.Second != nil {
		second := *c.Second
		second.complete(info)
		c.Second = &second
	}
	orDefault(&c.Camera.Band, d.Camera.Band)
	orDefault(&c.Camera.Emissivity, d.Camera.Emissivity)
	orDefault(&c.Limit.Contrast, d.Limit.Contrast)
	orDefault(&c.Limit.Move, d.Limit.Move)
	orDefault(&c.Limit.Step, d.Limit.Step)
	orDefault(&c.Limit.Persistence, d.Limit.Persistence)
	orDefault(&c.Limit.Settle, d.Limit.Settle)
	orDefault(&c.Limit.LossAfter, d.Limit.LossAfter)
	orDefault(&c.Limit.LiveAge, d.Limit.LiveAge)
	orDefault(&c.Limit.SetPoint, d.Limit.SetPoint)
	orDefault(&c.Terms.NonUniformity, d.Terms.NonUniformity)
	orDefault(&c.Terms.Ageing, d.Terms.Ageing)
	orDefault(&c.Terms.Emissivity, d.Terms.Emissivity)
	orDefault(&c.Terms.Surround, d.Terms.Surround)
	orDefault(&c.Terms.SizeOfSource, d.Terms.SizeOfSource)
}

func (r *ReferenceConfig) complete(info thermal.Info) {
	d := DefaultConfig().Reference
	orDefault(&r.Expanded, d.Expanded)
	orDefault(&r.Stability, d.Stability)
	orDefault(&r.MaxOffset, d.MaxOffset)
	short := float64(min(info.Width, info.Height))
	least := math.Max(leastRadius, 4*float64(decimation(info.Width, info.Height)))
	if short < 100 {
		least = 3.5
	}
	orDefault(&r.MinRadius, least)
	orDefault(&r.MaxRadius, math.Max(10, 14*short/120))
}

// validate checks the completed configuration.
func (c *Config) validate(info thermal.Info) error {
	if err := c.Reference.validate("reference", info); err != nil {
		return err
	}
	bounds := []bound{
		{"limit.contrast_k", float64(c.Limit.Contrast), 0.5, 20},
		{"limit.move_px", c.Limit.Move, 0.5, 10},
		{"limit.step_k", float64(c.Limit.Step), 0.05, 5},
		{"limit.persistence", float64(c.Limit.Persistence), 2, 100},
		{"limit.settle_s", c.Limit.Settle.Seconds(), 0, 60},
		{"limit.loss_after_s", c.Limit.LossAfter.Seconds(), 0, 3600},
		{"limit.live_age_s", c.Limit.LiveAge.Seconds(), 0.1, 3600},
		{"limit.set_point_k", float64(c.Limit.SetPoint), 0.05, 5},
		{"camera.emissivity", c.Camera.Emissivity, 0.5, 1},
		{"terms.non_uniformity_k", float64(c.Terms.NonUniformity), 0, 2},
		{"terms.ageing_k", float64(c.Terms.Ageing), 0, 2},
		{"terms.emissivity", c.Terms.Emissivity, 0, 0.1},
		{"terms.surround_c", float64(c.Terms.Surround), -20, 60},
		{"terms.size_of_source", c.Terms.SizeOfSource, 0, 0.1},
		{"correction.size_of_source", c.Correction.SizeOfSource, 0, 0.1},
	}
	if c.Correction.Emissivity != 0 {
		bounds = append(bounds, bound{"correction.emissivity", c.Correction.Emissivity, 0.5, 1})
	}
	if err := within(bounds); err != nil {
		return err
	}
	if c.Second != nil {
		if err := c.Second.validate("second_reference", info); err != nil {
			return err
		}
		if err := c.apart(); err != nil {
			return err
		}
	}
	if c.Field != nil {
		return c.Field.validate(info)
	}
	return nil
}

// apart refuses two references that cannot be told apart.
func (c *Config) apart() error {
	a, b := &c.Reference, c.Second
	none := thermal.Circle{}
	if a.Place == none || b.Place == none {
		return fmt.Errorf("cannot tell two references apart without reference.place and second_reference.place: %w", ErrConfig)
	}
	d := math.Abs(float64(a.Temperature.Sub(b.Temperature)))
	if d < float64(MinSeparation) {
		return fmt.Errorf("cannot take second_reference.temperature_c = %g: allowed are %g K and more from reference.temperature_c = %g: %w",
			float64(b.Temperature), float64(MinSeparation), float64(a.Temperature), ErrConfig)
	}
	return nil
}

func (r *ReferenceConfig) validate(key string, info thermal.Info) error {
	if err := r.Certificate.validate(key); err != nil {
		return err
	}
	side := float64(min(info.Width, info.Height))
	return within([]bound{
		{key + ".place.x", r.Place.X, 0, float64(info.Width)},
		{key + ".place.y", r.Place.Y, 0, float64(info.Height)},
		{key + ".place.r", r.Place.R, 0, side / 2},
		{key + ".min_radius_px", r.MinRadius, 2.5, float64(thermal.MaxSide)},
		{key + ".max_radius_px", r.MaxRadius, r.MinRadius, float64(thermal.MaxSide)},
		{key + ".max_offset_k", float64(r.MaxOffset), 0, 20},
		{key + ".offset_k", float64(r.Offset), -20, 20},
		{key + ".offset_band_k", float64(r.OffsetBand), 0, 20},
	})
}
