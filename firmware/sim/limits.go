package sim

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"lintel/firmware/thermal"
)

// FieldError says which field of a [Config] is not allowed. It wraps
// [ErrConfig].
type FieldError struct {
	// Field is its path, for example "Camera.Halo" or "People[2].Path[0].X".
	Field string
	// Value is what it holds, Allowed what it may hold.
	Value, Allowed string
}

// Error tells the field, its value and what is allowed.
func (e *FieldError) Error() string {
	return fmt.Sprintf("cannot simulate %s = %s: %v, allowed are %s", e.Field, e.Value, ErrConfig, e.Allowed)
}

// Unwrap returns ErrConfig.
func (e *FieldError) Unwrap() error { return ErrConfig }

// limit is the range of a field.
type limit struct {
	field     string
	got       float64
	low, high float64
	unit      string
}

// check returns an error if the value is outside its range.
func (l limit) check(prefix string) error {
	if l.got >= l.low && l.got <= l.high { // NaN fails
		return nil
	}
	return &FieldError{prefix + l.field, fmt.Sprintf("%g", l.got), fmt.Sprintf("%g to %g %s", l.low, l.high, l.unit)}
}

func checkAll(prefix string, limits ...limit) error {
	for _, l := range limits {
		if err := l.check(prefix); err != nil {
			return err
		}
	}
	return nil
}

// validate checks a Config with its defaults filled in.
func (c *Config) validate() error {
	reflected := float64(c.Reflected)
	if math.IsNaN(reflected) {
		reflected = float64(c.Room)
	}
	second := float64(c.Second)
	if second == 0 {
		second = float64(c.Reference)
	}
	err := checkAll("",
		limit{"Rate", c.Rate, 1, 60, "frames per second"},
		limit{"Width", float64(c.Width), 80, 640, "pixels"},
		limit{"Height", float64(c.Height), 80, 640, "pixels"},
		limit{"Reference", float64(c.Reference), 20, 60, "degC"},
		limit{"Second", second, 20, 60, "degC"},
		limit{"CameraOffset", float64(c.CameraOffset), -10, 10, "K"},
		limit{"Drift", float64(c.Drift), 0, 3, "K"},
		limit{"NETD", float64(c.NETD), 0, 1, "K"},
		limit{"Room", float64(c.Room), 5, 40, "degC"},
		limit{"Reflected", reflected, -20, 60, "degC"},
		limit{"Target", float64(c.Target), 20, 60, "degC"},
		limit{"Emissivity.Skin", c.Emissivity.Skin, 0.5, 1, "(no unit)"},
		limit{"Emissivity.Reference", c.Emissivity.Reference, 0.5, 1, "(no unit)"},
		limit{"Emissivity.Target", c.Emissivity.Target, 0.5, 1, "(no unit)"},
		limit{"Emissivity.Walls", c.Emissivity.Walls, 0.5, 1, "(no unit)"},
		limit{"Length", c.Length, 0, 86400, "s"},
	)
	if err == nil {
		err = c.Camera.validate()
	}
	if err == nil {
		err = c.FFC.validate()
	}
	if err == nil {
		err = c.validateOwn()
	}
	return err
}

func (k *Camera) validate() error {
	if k.scale() == 0 {
		return &FieldError{"Camera.Scale", fmt.Sprintf("%q", k.Scale), `"centikelvin" and "kelvin64"`}
	}
	saturates := k.SaturatesAt
	orElse(&saturates, 500)
	return checkAll("Camera.",
		limit{"Emissivity", k.Emissivity, 0.5, 1, "(no unit)"},
		limit{"Blur", k.Blur, 0.3, 1.2, "pixels"},
		limit{"Halo", k.Halo, 0, 0.3, "(a share)"},
		limit{"Pattern", float64(k.Pattern), 0, 1, "K"},
		limit{"Shading", float64(k.Shading), -2, 2, "K"},
		limit{"Correlated", float64(k.Correlated), 0, 0.5, "K"},
		limit{"Stuck", float64(k.Stuck), 0, 500, "pixels"},
		limit{"SaturatesAt", float64(saturates), 30, 500, "degC"},
		limit{"CalibratedAt", float64(k.CalibratedAt), -20, 60, "degC"},
		limit{"PerKelvin", k.PerKelvin, -2, 2, "K/K"},
		limit{"Responsivity", k.Responsivity, -0.02, 0.02, "1/K"},
		limit{"HousingSwing", float64(k.HousingSwing), 0, 10, "K"},
	)
}

// scale returns what Scale names, 0 if nothing.
func (k *Camera) scale() thermal.CountScale {
	for _, s := range [...]thermal.CountScale{thermal.CentiKelvin, thermal.Kelvin64} {
		if s.String() == k.Scale {
			return s
		}
	}
	return 0
}

func (f *FFC) validate() error {
	every := f.Every
	if every == 0 {
		every = 5
	}
	return checkAll("FFC.",
		limit{"Every", every, 5, 3600, "s"},
		limit{"First", f.First, 0, 3600, "s"},
		limit{"Stop", f.Stop, 0, 10, "s"},
		limit{"Step", float64(f.Step), -5, 5, "K"},
		limit{"Settle", f.Settle, 0, 30, "s"},
		limit{"Fade", f.Fade, 1, 10000, "s"},
		limit{"Lines", float64(f.Lines), -2, 2, "K"},
	)
}

// validateOwn checks a scene of one's own.
func (c *Config) validateOwn() error {
	if c.hasOwn() && c.Scene != ownScene {
		return &FieldError{"Scene", fmt.Sprintf("%q", c.Scene), "none, where people, objects or disturbances are described"}
	}
	if err := checkAll("", limit{"People", float64(len(c.People)), 0, maxRoles, "(people)"},
		limit{"Objects", float64(len(c.Objects)), 0, maxPlates, "(objects)"},
		limit{"Disturbances", float64(len(c.Disturbances)), 0, maxRoles, "(disturbances)"}); err != nil {
		return err
	}
	for i := range c.People {
		if err := c.People[i].validate(fmt.Sprintf("People[%d].", i)); err != nil {
			return err
		}
	}
	for i, o := range c.Objects {
		emissivity := o.Emissivity
		if emissivity == 0 {
			emissivity = c.Emissivity.Target
		}
		if err := checkAll(fmt.Sprintf("Objects[%d].", i),
			limit{"X", o.X, -1000, 2000, "units"}, limit{"Y", o.Y, -1000, 2000, "units"},
			limit{"Width", o.Width, 0.5, 3000, "units"}, limit{"Height", o.Height, 0.5, 3000, "units"},
			limit{"Temperature", float64(o.Temperature), -40, 150, "degC"},
			limit{"Emissivity", emissivity, 0.1, 1, "(no unit)"},
			limit{"From", o.From, 0, 86400, "s"}, limit{"Until", o.Until, 0, 86400, "s"},
		); err != nil {
			return err
		}
	}
	for i, d := range c.Disturbances {
		orElse(&d.Size, 1)
		orElse(&d.Oval, 1)
		if err := checkAll(fmt.Sprintf("Disturbances[%d].", i),
			limit{"From", d.From, 0, 86400, "s"}, limit{"Until", d.Until, 0, 86400, "s"},
			limit{"X", d.X, -1000, 1000, "units"}, limit{"Y", d.Y, -1000, 1000, "units"},
			limit{"Warmer", float64(d.Warmer), -60, 60, "K"}, limit{"Warms", float64(d.Warms), -60, 60, "K"},
			limit{"Size", d.Size, 0.1, 3, "(a factor)"}, limit{"Oval", d.Oval, 0.2, 1, "(a factor)"},
			limit{"Uneven", float64(d.Uneven), -20, 20, "K"},
		); err != nil {
			return err
		}
	}
	return nil
}

func (v *Visitor) validate(prefix string) error {
	height, depth := v.Height, v.Depth
	orElse(&height, 1.7)
	orElse(&depth, 1)
	if err := checkAll(prefix,
		limit{"Skin", float64(v.Skin), 20, 50, "degC"},
		limit{"Height", height, 1, 2.2, "m"},
		limit{"Depth", depth, 0.1, 1.3, "(a share)"},
		limit{"Start", v.Start, 0, 86400, "s"},
		limit{"Path", float64(len(v.Path)), 2, maxKeys, "(places)"},
	); err != nil {
		return err
	}
	for i, name := range v.Wears {
		if !slices.Contains(Garments(), name) {
			return &FieldError{fmt.Sprintf("%sWears[%d]", prefix, i), fmt.Sprintf("%q", name), strings.Join(Garments(), ", ")}
		}
	}
	for i, w := range v.Path {
		least := 0.05 // s; nobody is at two places at once
		if i == 0 {
			least = 0
		}
		if err := checkAll(fmt.Sprintf("%sPath[%d].", prefix, i),
			limit{"Seconds", w.Seconds, least, 86400, "s"},
			limit{"X", w.X, -20, 20, "m"},
			limit{"Distance", w.Distance, 0.15, 50, "m"},
			limit{"Yaw", w.Yaw, -180, 180, "degrees"},
			limit{"Pitch", w.Pitch, -60, 60, "degrees"},
		); err != nil {
			return err
		}
	}
	return nil
}

// Check says whether [Open] would accept the Config. It returns [ErrScene], or
// [ErrConfig] in a [*FieldError].
func (c Config) Check() error {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return err
	}
	_, err := findScene(c.Scene)
	return err
}
