package sim

import (
	"errors"
	"fmt"
	"strings"

	"lintel/firmware/thermal"
)

// Config describes the scene and the camera. A zero field takes its default.
type Config struct {
	// Scene is one of [Scenes]; the default is "visitors".
	Scene string
	// Seed selects the room, the people and the noise.
	Seed uint64
	// Paced delivers frames in real time and, as a camera does, drops those
	// that nobody fetched in time. Otherwise frames come as fast as they are
	// asked for.
	Paced bool
	// Rate is the frame rate in frames per second, 1 to 60; the default is
	// 8.76, that of a Lepton 3.5 in the field.
	Rate float64
	// Width and Height are the size of the upright image, 80 to 640 pixels a
	// side; the default is 120 x 160.
	Width, Height int
	// Reference is the true temperature of the blackbody, 20 to 60 degC; the
	// default is 37.0.
	Reference thermal.Celsius
	// CameraOffset is the mean error of the camera on an object at Reference,
	// -10 to 10 K; the default is -1.2. Drift is how far the error wanders to
	// either side within minutes, 0 to 3 K; the default is 0.3.
	CameraOffset, Drift thermal.Kelvin
	// NETD is the standard deviation of the noise of a pixel, 0 to 1 K; the
	// default is 0.05.
	NETD thermal.Kelvin
	// Ideal makes a camera without offset, drift and noise. CameraOffset,
	// Drift and NETD are then not used.
	Ideal bool
	// Room is the temperature of the walls, 5 to 40 degC; the default is 22.
	Room thermal.Celsius
	// Target is the temperature of the plate in the scene "target", 20 to 60
	// degC; the default is Reference.
	Target thermal.Celsius
}

// Sentinels of Open.
var (
	// ErrScene means that there is no scene of that name; choose one of
	// [Scenes].
	ErrScene = errors.New("no such scene")
	// ErrConfig means that a field of [Config] is outside its range.
	ErrConfig = errors.New("out of range")
)

// withDefaults fills the zero fields in.
func (c Config) withDefaults() Config {
	if c.Scene == "" {
		c.Scene = "visitors"
	}
	if c.Rate == 0 {
		c.Rate = 8.76
	}
	if c.Width == 0 {
		c.Width = 120
	}
	if c.Height == 0 {
		c.Height = 160
	}
	if c.Reference == 0 {
		c.Reference = 37
	}
	if c.Room == 0 {
		c.Room = 22
	}
	if c.Target == 0 {
		c.Target = c.Reference
	}
	if c.Ideal {
		c.CameraOffset, c.Drift, c.NETD = 0, 0, 0
		return c
	}
	if c.CameraOffset == 0 {
		c.CameraOffset = -1.2
	}
	if c.Drift == 0 {
		c.Drift = 0.3
	}
	if c.NETD == 0 {
		c.NETD = 0.05
	}
	return c
}

// validate checks a Config with its defaults filled in.
func (c Config) validate() error {
	for _, f := range []struct {
		name      string
		got       float64
		low, high float64
		unit      string
	}{
		{"Rate", c.Rate, 1, 60, "frames per second"},
		{"Width", float64(c.Width), 80, 640, "pixels"},
		{"Height", float64(c.Height), 80, 640, "pixels"},
		{"Reference", float64(c.Reference), 20, 60, "degC"},
		{"CameraOffset", float64(c.CameraOffset), -10, 10, "K"},
		{"Drift", float64(c.Drift), 0, 3, "K"},
		{"NETD", float64(c.NETD), 0, 1, "K"},
		{"Room", float64(c.Room), 5, 40, "degC"},
		{"Target", float64(c.Target), 20, 60, "degC"},
	} {
		if !(f.got >= f.low && f.got <= f.high) { // NaN fails too
			return fmt.Errorf("cannot simulate %s = %g: %w, allowed are %g to %g %s", f.name, f.got, ErrConfig, f.low, f.high, f.unit)
		}
	}
	return nil
}

// findScene returns the scene called name.
func findScene(name string) (scene, error) {
	var names []string
	for _, s := range scenes() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return scene{}, fmt.Errorf("cannot simulate %q: %w, choose one of %s", name, ErrScene, strings.Join(names, ", "))
}
