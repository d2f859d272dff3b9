package sim

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"lintel/firmware/thermal"
)

// Config describes the scene and the camera. A zero field takes its default;
// where zero itself is meant, begin with [Defaults]. The names in the tags are
// those of the scene file; see package scenefile.
type Config struct {
	// Scene is one of [Scenes]; the default is "visitors", or "own" where
	// People, Objects or Disturbances describe one.
	Scene string `toml:"scene"`
	// Seed selects the room, the people and the noise.
	Seed uint64 `toml:"seed"`
	// Paced delivers frames in real time and, as a camera does, drops those
	// that nobody fetched in time. Otherwise frames come as fast as they are
	// asked for.
	Paced bool `toml:"-"`
	// Rate is the frame rate in frames per second, 1 to 60; the default is
	// 8.76, that of a Lepton 3.5 in the field.
	Rate float64 `toml:"rate"`
	// Width and Height are the size of the upright image, 80 to 640 pixels a
	// side; the default is 120 x 160.
	Width  int `toml:"width"`
	Height int `toml:"height"`
	// Reference is the true temperature of the blackbody, 20 to 60 degC; the
	// default is 37.0. Second is that of a second one above it; there is none
	// by default.
	Reference thermal.Celsius `toml:"reference_c"`
	Second    thermal.Celsius `toml:"second_reference_c"`
	// CameraOffset is the mean error of the camera on an object at Reference,
	// -10 to 10 K; the default is -1.2. Drift is how far the error wanders to
	// either side within minutes, 0 to 3 K; the default is 0.3.
	CameraOffset thermal.Kelvin `toml:"camera_offset_k"`
	Drift        thermal.Kelvin `toml:"drift_k"`
	// NETD is the standard deviation of the noise of a pixel on an object at
	// Reference, 0 to 1 K; the default is 0.05.
	NETD thermal.Kelvin `toml:"netd_k"`
	// Ideal makes a camera that differs from the truth by its optics, its
	// rounding and its FFC only: the offset, drift and noise here and in
	// Camera are then not used.
	Ideal bool `toml:"ideal"`
	// Room is the temperature of the walls, 5 to 40 degC; the default is 22.
	// Reflected is that of the surroundings which surfaces reflect, -20 to 60
	// degC; the default is that of the walls.
	Room      thermal.Celsius `toml:"room_c"`
	Reflected thermal.Celsius `toml:"reflected_c"`
	// Target is the temperature of the target in the scenes "target",
	// "mannequin" and "uniform", 20 to 60 degC; the default is Reference.
	Target thermal.Celsius `toml:"target_c"`

	Emissivity Emissivity `toml:"emissivity"`
	Camera     Camera     `toml:"camera"`
	FFC        FFC        `toml:"ffc"`

	// Length is the time in seconds after which a scene of one's own begins
	// again, 0 to 86400; 0, the default, is never.
	Length       float64       `toml:"length_s"`
	People       []Visitor     `toml:"person"`
	Objects      []Object      `toml:"object"`
	Disturbances []Disturbance `toml:"disturbance"`

	exact bool // made by Defaults: zero means zero
}

// Emissivity is that of the surfaces in the band of the camera, 0.5 to 1 each.
type Emissivity struct {
	// Skin is that of people, their clothes included; the default is 0.98
	// (PMC8654479).
	Skin float64 `toml:"skin"`
	// Reference is that of the blackbodies; the default is 0.98, Target that of
	// targets and objects; the default is 0.98.
	Reference float64 `toml:"reference"`
	Target    float64 `toml:"target"`
	// Walls is that of the room and everything in it; the default is 0.95.
	Walls float64 `toml:"walls"`
}

// Camera says how the camera errs, besides CameraOffset, Drift and NETD.
type Camera struct {
	// Emissivity is what the camera is set to: it takes everything for a
	// surface of that emissivity among surroundings as warm as the walls. 0.5
	// to 1; the default is 0.98, so that skin and blackbody read their true
	// temperature. At 1 the counts are apparent temperatures.
	Emissivity float64 `toml:"emissivity"`
	// Scale is what one count means: "centikelvin", the default, or "kelvin64".
	Scale string `toml:"scale"`
	// Blur is the standard deviation of the lens's point spread in pixels, 0.3
	// to 1.2; the default is 0.9, as the edge of the disc shows it on a Lepton
	// 3.5. Halo is the share of the radiance that the optics scatter over some
	// ten units to each side, so that small targets read low, 0 to 0.3; the
	// default is 0.001, a good lens. Cheap ones have some hundredths.
	Blur float64 `toml:"blur_px"`
	Halo float64 `toml:"halo"`
	// Pattern is the standard deviation of what is left of the fixed pattern of
	// columns and pixels, 0 to 1 K; the default is 0.027. Shading is how much
	// lower the corners read than the middle, -2 to 2 K; there is none by
	// default.
	Pattern thermal.Kelvin `toml:"pattern_k"`
	Shading thermal.Kelvin `toml:"shading_k"`
	// Correlated is the standard deviation of the noise that neighbours share,
	// 0 to 0.5 K; the default is 0.017, as on still walls before a Lepton 3.5.
	Correlated thermal.Kelvin `toml:"correlated_k"`
	// Stuck is the number of pixels that do not follow the scene, 0 to 500:
	// some read like skin, some zero, some the highest count; see
	// [Source.Stuck]. There are none by default.
	Stuck int `toml:"stuck_pixels"`
	// SaturatesAt is the highest temperature that the camera reads, 30 to 500
	// degC; by default it is that of the highest count.
	SaturatesAt thermal.Celsius `toml:"saturates_at_c"`
	// CalibratedAt is the room temperature at which CameraOffset holds, -20 to
	// 60 degC; the default is Room. PerKelvin is how much higher the camera
	// reads an object at Reference for each kelvin its housing is warmer, -2 to
	// 2 K/K; the default is 0.6. Responsivity is the relative change of what it
	// makes of the difference between object and shutter for each kelvin, -0.02
	// to 0.02; the default is 0.0005.
	CalibratedAt thermal.Celsius `toml:"calibrated_at_c"`
	PerKelvin    float64         `toml:"per_kelvin"`
	Responsivity float64         `toml:"responsivity_per_k"`
	// HousingSwing is how far the temperature of the housing swings to either
	// side, over 20 minutes, as with a heating that goes on and off, 0 to 10 K;
	// it does not by default.
	HousingSwing thermal.Kelvin `toml:"housing_swing_k"`
}

// FFC says how flat-field corrections go. A camera makes none by default; the
// scene "ffc" has its own.
type FFC struct {
	// Every is the time between two in seconds of frames, 5 to 3600; 0 is none.
	// First is the time before the first, 0 to 3600; the default is 10.
	Every float64 `toml:"every_s"`
	First float64 `toml:"first_s"`
	// Stop is how long the shutter is closed and no frame comes, 0 to 10 s; the
	// default is 2.
	Stop float64 `toml:"stop_s"`
	// Step is by how much the camera reads higher afterwards, -5 to 5 K; the
	// default is 1. Settle is the time in which 95 % of the step have come, 0
	// to 30 s; the default is 2. Fade is the time constant with which the step
	// wears off again, 1 to 10000 s; the default is 12.
	Step   thermal.Kelvin `toml:"step_k"`
	Settle float64        `toml:"settle_s"`
	Fade   float64        `toml:"fade_s"`
	// Lines is by how much the lines of the upper half read lower than those of
	// the lower half right after a correction, -2 to 2 K; it wears off as the
	// step does. The default is 0.45, as on two Lepton 3.5 in the field.
	Lines thermal.Kelvin `toml:"lines_k"`
	// Silent leaves the time since the correction out of the telemetry.
	Silent bool `toml:"silent"`
}

// Sentinels of Open.
var (
	// ErrScene means that there is no scene of that name; choose one of
	// [Scenes].
	ErrScene = errors.New("no such scene")
	// ErrConfig means that a field of [Config] has a value that is not allowed.
	// It is wrapped in a [*FieldError].
	ErrConfig = errors.New("out of range")
)

// Defaults returns the Config that the zero one stands for, in which zero means
// zero: what is set to zero there is off. Target, Reflected and
// Camera.CalibratedAt are NaN, which stands for "as warm as the others".
func Defaults() Config {
	nan := thermal.Celsius(math.NaN())
	c := Config{Target: nan, Reflected: nan, Camera: Camera{CalibratedAt: nan}}
	c = c.withDefaults()
	c.Scene, c.Target, c.Reflected, c.Camera.CalibratedAt, c.exact = "", nan, nan, nan, true
	return c
}

// orElse replaces zero by a default.
func orElse[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// withDefaults fills the zero fields in.
func (c Config) withDefaults() Config {
	orElse(&c.Scene, c.usualScene())
	if !c.exact {
		orElse(&c.Rate, 8.76)
		orElse(&c.Width, 120)
		orElse(&c.Height, 160)
		orElse(&c.Reference, 37)
		orElse(&c.Room, 22)
		orElse(&c.CameraOffset, -1.2)
		orElse(&c.Drift, 0.3)
		orElse(&c.NETD, 0.05)
		orElse(&c.Emissivity.Skin, 0.98)
		orElse(&c.Emissivity.Reference, 0.98)
		orElse(&c.Emissivity.Target, 0.98)
		orElse(&c.Emissivity.Walls, 0.95)
		c.Camera.fill()
		c.FFC.fill()
		asOthers(&c.Target, &c.Reflected, &c.Camera.CalibratedAt)
	}
	if c.Ideal {
		k := &c.Camera
		c.CameraOffset, c.Drift, c.NETD = 0, 0, 0
		k.Pattern, k.Shading, k.Correlated, k.Stuck, k.PerKelvin, k.Responsivity = 0, 0, 0, 0, 0, 0
	}
	if math.IsNaN(float64(c.Target)) {
		c.Target = c.Reference
	}
	if math.IsNaN(float64(c.Camera.CalibratedAt)) {
		c.Camera.CalibratedAt = c.Room
	}
	return c
}

// asOthers turns zero into the NaN of Defaults.
func asOthers(temperatures ...*thermal.Celsius) {
	for _, t := range temperatures {
		orElse(t, thermal.Celsius(math.NaN()))
	}
}

func (k *Camera) fill() {
	orElse(&k.Emissivity, 0.98)
	orElse(&k.Scale, thermal.CentiKelvin.String())
	orElse(&k.Blur, 0.9)
	orElse(&k.Halo, 0.001)
	orElse(&k.Pattern, 0.027)
	orElse(&k.Correlated, 0.017)
	orElse(&k.PerKelvin, 0.6)
	orElse(&k.Responsivity, 0.0005)
}

func (f *FFC) fill() {
	orElse(&f.First, 10)
	orElse(&f.Stop, 2)
	orElse(&f.Step, 1)
	orElse(&f.Settle, 2)
	orElse(&f.Fade, 12)
	orElse(&f.Lines, 0.45)
}

// usualScene is the scene of a Config that names none.
func (c *Config) usualScene() string {
	if c.hasOwn() {
		return ownScene
	}
	return "visitors"
}

// hasOwn says whether the Config describes a scene of its own.
func (c *Config) hasOwn() bool {
	return len(c.People)+len(c.Objects)+len(c.Disturbances) > 0
}

// findScene returns the scene called name.
func findScene(name string) (scene, error) {
	if name == ownScene {
		return scene{Scene: Scene{Name: ownScene}, script: newOwn}, nil
	}
	var names []string
	for _, s := range scenes() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return scene{}, fmt.Errorf("cannot simulate %q: %w, choose one of %s", name, ErrScene, strings.Join(names, ", "))
}
