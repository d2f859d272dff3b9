package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSet(t *testing.T) {
	c := Default()
	for _, s := range []string{
		"camera.rotate=90", "camera.mirror = true", "reference.temperature_c=37", "reference.place=[26.5, 132, 6.5]",
		"policy.site=face_max", `state.dir="/tmp/a b"`, "policy.threshold_c=35.5", "camera.scale=kelvin64",
		"gpio.pass_lamp=gpiochip0:17:active_low", "gpio.buzzer=c:1", "gpio.buzzer=none", `reference.live="/dev/ttyUSB0"`, "ambient.sensor=auto",
	} {
		if err := c.Set(s); err != nil {
			t.Errorf("Set(%q): %v", s, err)
		}
	}
	if c.Camera.Rotate != 90 || !c.Camera.Mirror || c.Reference.TemperatureC != 37 || c.Reference.Place[2] != 6.5 ||
		c.Policy.Site != "face_max" || c.State.Dir != "/tmp/a b" || c.Policy.ThresholdC != 35.5 || c.Camera.Scale != "kelvin64" ||
		c.GPIO.PassLamp != "gpiochip0:17:active_low" || c.GPIO.Buzzer != "" || c.Live.Device != "/dev/ttyUSB0" || c.Ambient.Sensor != "auto" {
		t.Errorf("settings were lost: %+v", c)
	}
}

func TestSetRefuses(t *testing.T) {
	for _, tt := range []struct {
		setting string
		want    error
		words   []string
	}{
		{"camera.rotate=45", ErrValue, []string{"camera.rotate", "45", "0, 90, 180, 270"}},
		{"camera.rotate=ninety", ErrValue, []string{"ninety"}},
		{"reference.temperature_c=99", ErrValue, []string{"reference.temperature_c", "99", "20 to 60"}},
		{"reference.temperature_c=nan", ErrValue, []string{"20 to 60"}},
		{"reference.temprature_c=37", ErrUnknownKey, []string{"reference.temprature_c", "reference.temperature_c"}},
		{"reference.place=[1, 2]", ErrValue, []string{"radius"}},
		{"reference=37", ErrUnknownKey, nil},
		{"screening.mode=remote", ErrValue, []string{"staffed, voluntary"}},
		{"state.dir=", ErrValue, nil},
		{"gpio.pass_lamp=17", ErrValue, []string{"gpio.pass_lamp", "17", "CHIP:LINE"}},
		{"gpio.pass_lamp=:17", ErrValue, nil},
		{"gpio.pass_lamp=\"a:\\n\"", ErrValue, nil},
		{"gpio.door=ajar", ErrValue, []string{"fail_secure, fail_safe"}},
		{"reference.live=ttyUSB0", ErrValue, []string{"/dev/serial/by-id"}},
		{"ambient.sensor=", ErrValue, []string{"auto"}},
		{"camera.rotate", ErrSyntax, []string{"key=value"}},
		{"=1", ErrSyntax, nil},
	} {
		c := Default()
		err := c.Set(tt.setting)
		if !errors.Is(err, tt.want) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("Set(%q) = %v, want %v", tt.setting, err, tt.want)
			continue
		}
		for _, w := range tt.words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("Set(%q) = %q does not say %q", tt.setting, err, w)
			}
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) string {
		path := filepath.Join(dir, "lintel.toml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := Default()
	if err := c.Load(write("[camera]\nrotate = 270\n[reference]\ntemperature_c = 36.5\n")); err != nil {
		t.Fatal(err)
	}
	if c.Camera.Rotate != 270 || c.Reference.TemperatureC != 36.5 || c.Camera.WarmUpS != 1800 {
		t.Errorf("got %+v", c)
	}
	for text, want := range map[string]error{
		"[camera\n":                ErrSyntax,
		"[camera]\nrotation = 1\n": ErrUnknownKey,
		"[network]\nurl = 'x'\n":   ErrUnknownKey,
		"[camera]\nrotate = 1\n":   ErrValue,
	} {
		if err := c.Load(write(text)); !errors.Is(err, want) {
			t.Errorf("Load(%q) = %v, want %v", text, err, want)
		}
	}
	if err := c.Load(filepath.Join(dir, "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
}

// Every shown default must be one that may be given.
func TestDefaultsAreAllowed(t *testing.T) {
	c := Default()
	for _, k := range c.Keys() {
		if k.Value == "" {
			continue
		}
		if err := c.Set(k.Name + "=" + k.Value); err != nil {
			t.Error(err)
		}
	}
}

func FuzzSet(f *testing.F) {
	for _, s := range []string{"camera.rotate=90", "reference.place=[1,2,3]", "policy.site=forehead", "a=b=c", "x=\"", "state.dir=1979-05-27"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Default()
		if err := c.Set(s); err != nil && !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("Set(%q) = %q", s, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add("[camera]\nrotate = 270\n")
	f.Add("a.b.c = [[1]]")
	f.Fuzz(func(_ *testing.T, s string) {
		c := Default()
		_ = c.parse([]byte(s))
	})
}
