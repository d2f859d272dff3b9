package setup

import (
	"errors"
	"testing"

	"lintel/appliance/config"
	"lintel/firmware/uvc"
)

// Every profile can be named in the settings.
func TestProfilesCanBeNamed(t *testing.T) {
	c := config.Default()
	for _, p := range uvc.Profiles() {
		if err := c.Set("camera.profile=" + p.Name); err != nil || c.USB.Profile != p.Name {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
}

// A camera is waited for, unless it is named by its file, or wrongly.
func TestAwaited(t *testing.T) {
	for text, want := range map[string]bool{
		"uvc": true, "uvc:1e4e:0100": true, "uvc:1e4e:0100:8003": true,
		"uvc:/dev/video0": false, "uvc:camera": false, "sim": false,
	} {
		spec, err := ParseSource(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := spec.Awaited(uvc.ErrNoCamera); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
		if spec.Awaited(errors.New("anything else")) || spec.Awaited(nil) {
			t.Errorf("%s is waited for whatever is wrong", text)
		}
	}
}
