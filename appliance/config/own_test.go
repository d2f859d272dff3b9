package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOwnSettings(t *testing.T) {
	owner := Default()
	owner.Reference.TemperatureC = 37
	own := Own{"camera.rotate": int64(90), "camera.mirror": true, "reference.temperature_c": 36.85, "reference.serial": "BB-07 / 2", "reference.expires": "2027-03-31"}
	text, err := own.TOML()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, OwnName), text, 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := LoadOwn(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(own, read); diff != "" {
		t.Errorf("what was written is not what is read (-written +read):\n%s", diff)
	}
	want := []Change{
		{"camera.rotate", "90", "0"},
		{"camera.mirror", "true", "false"},
		{"reference.temperature_c", "36.85", "37"},
		{"reference.serial", `"BB-07 / 2"`, ""},
		{"reference.expires", `"2027-03-31"`, ""},
	}
	if diff := cmp.Diff(want, own.Changed(&owner)); diff != "" {
		t.Errorf("what differs from the owner's (-want +got):\n%s", diff)
	}
	// Over the owner's file, under the command line.
	f := Flags{Sets: []string{"state.dir=" + dir, "camera.rotate=180"}, Kiosk: true}
	got := Default()
	if err := f.Apply(&got); err != nil {
		t.Fatal(err)
	}
	if got.Reference.TemperatureC != 36.85 || got.Camera.Rotate != 180 {
		t.Errorf("the configuration has %g degC and %d degrees, want 36.85 and 180", got.Reference.TemperatureC, got.Camera.Rotate)
	}
	f.Kiosk = false
	got = Default()
	if err := f.Apply(&got); err != nil || got.Reference.TemperatureC != 0 {
		t.Errorf("a bench that is no kiosk took %g degC (%v)", got.Reference.TemperatureC, err)
	}
}

func TestOwnSettingsThatAreRefused(t *testing.T) {
	for text, want := range map[string]error{
		`"policy.sensitivity" = 0.6`:           ErrUnknownKey,
		`"state.dir" = "/"`:                    ErrUnknownKey,
		`"camera.rotate" = 45`:                 ErrValue,
		`"reference.temperature_c" = 80.0`:     ErrValue,
		`"reference.expires" = "soon"`:         ErrValue,
		`"reference.emissivity" = 1.2`:         ErrValue,
		`camera.rotate = 90`:                   ErrUnknownKey,
		"[":                                    ErrSyntax,
		`"reference.temperature_c" = "warm"`:   ErrValue,
		`"reference.uncertainty_k" = [0.1]`:    ErrValue,
		`"camera.mirror" = 1`:                  ErrValue,
		`"reference.serial" = ""`:              ErrValue,
		`"reference.place" = [1.0, 2.0, 3.0]`:  ErrUnknownKey,
		`"screening.mode" = "voluntary"`:       ErrUnknownKey,
		`"counts.k" = 3`:                       ErrUnknownKey,
		`"privacy.network" = "allow"`:          ErrUnknownKey,
		`"page.temperature" = true`:            ErrUnknownKey,
		`"reference.max_offset_k" = 20`:        ErrUnknownKey,
		`"policy.threshold_c" = 39`:            ErrUnknownKey,
		`"second_reference.temperature_c" = 1`: ErrUnknownKey,
	} {
		if _, err := parseOwn([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", text, err, want)
		}
	}
}

func FuzzOwn(f *testing.F) {
	f.Add([]byte(`"camera.rotate" = 90`))
	f.Add([]byte("\"reference.serial\" = \"A\"\n\"reference.expires\" = 2027-03-31\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		own, err := parseOwn(text)
		if err != nil {
			return
		}
		written, err := own.TOML()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseOwn(written); err != nil {
			t.Errorf("what was written cannot be read: %v\n%s", err, written)
		}
	})
}
