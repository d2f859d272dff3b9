package scenefile

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

func TestExample(t *testing.T) {
	s, err := Open(filepath.Join("testdata", "two.toml"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var f thermal.Frame
	var screened, passing, cup, moved, second, visits int
	home := thermal.Circle{}
	for f.Time.Seconds() < 12 {
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		truth := s.Truth()
		visits = max(visits, truth.Visit)
		if home.R == 0 {
			home = truth.Disc
		}
		if truth.Disc != home {
			moved++
		}
		if truth.Second == 34 && truth.SecondDisc.R > 0 {
			second++
		}
		if truth.TargetTemperature == 48 && truth.Target.Area() > 90 {
			cup++
		}
		for _, p := range truth.People {
			switch {
			case p.Visit > 0 && p.Size == sim.Near && p.Pose == sim.Frontal && p.Occluders == sim.Glasses && math.Abs(float64(p.Skin-38.2)) < 1e-5:
				screened++
			case p.Visit == 0 && p.Size == sim.Far:
				passing++
			}
		}
	}
	if screened < 30 || passing < 8 || cup < 20 || moved < 7 || moved > 10 || second < 80 || visits != 2 {
		t.Errorf("screened %d, passing %d, cup %d, moved %d, second %d frames, %d visits", screened, passing, cup, moved, second, visits)
	}
}

// The example of the package comment is a scene file.
func TestDocumentation(t *testing.T) {
	source, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(source), "//\troom_c")
	text, _, _ = strings.Cut("//\troom_c"+text, "\n// The keys")
	c, err := Read(strings.NewReader(strings.ReplaceAll(strings.ReplaceAll(text, "//\t", ""), "\n//", "\n")))
	if err != nil || len(c.People) != 1 || c.Camera.Stuck != 20 || c.Emissivity.Reference != 0.96 {
		t.Errorf("%v, %+v", err, c)
	}
	// It lists every key.
	var walk func(reflect.Type)
	walk = func(at reflect.Type) {
		for i := range at.NumField() {
			f := at.Field(i)
			key := f.Tag.Get("toml")
			if key == "-" || !f.IsExported() {
				continue
			}
			if key == "" || !strings.Contains(string(source), key) {
				t.Errorf("the key %q of %s.%s is not documented", key, at.Name(), f.Name)
			}
			inner := f.Type
			if inner.Kind() == reflect.Slice {
				inner = inner.Elem()
			}
			if inner.Kind() == reflect.Struct {
				walk(inner)
			}
		}
	}
	walk(reflect.TypeFor[sim.Config]())
}

// Nothing said is the default, and zero is zero.
func TestDefaults(t *testing.T) {
	c, err := Read(strings.NewReader(""))
	if err != nil || !math.IsNaN(float64(c.Target)) || c.NETD != 0.05 || c.Scene != "" || c.Check() != nil {
		t.Errorf("an empty file: %v, %+v", err, c)
	}
	c, err = Read(strings.NewReader("scene = \"target\"\nnetd_k = 0\ndrift_k = 0\ncamera_offset_k = 0\ntarget_c = 30\n[camera]\npattern_k = 0\ncorrelated_k = 0\nhalo = 0"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := sim.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	m := s.Truth().Target.Centre()
	if got := thermal.CentiKelvin.Celsius(float64(f.At(int(m.X), int(m.Y)))); math.Abs(float64(got-30)) > 0.011 {
		t.Errorf("without any fault the camera reads %v, want 30", got)
	}
}

func TestRefused(t *testing.T) {
	const person = "[[person]]\nskin_c = 34\n"
	const path = "path = [{distance_m = 2}, {seconds = 1, distance_m = 1}]\n"
	for _, c := range []struct {
		text string
		says []string
		is   error
	}{
		{"room_c = 50", []string{"room_c = 50", "5 to 40 degC"}, nil},
		{"reference_c = 0", []string{"reference_c = 0", "20 to 60 degC"}, nil},
		{"netd_k = nan", []string{"netd_k = NaN", "0 to 1 K"}, nil},
		{"rate = inf", []string{"rate = +Inf"}, nil},
		{"width = 0", []string{"width = 0", "80 to 640"}, nil},
		{"target_c = 0", []string{"target_c = 0"}, nil},
		{"romo_c = 20", []string{"line 1", "no key romo_c", "room_c"}, nil},
		{"[camera]\nhola = 0.1", []string{"line 2", "no key camera.hola", "halo"}, nil},
		{"[[person]]\nskin = 34", []string{"no key person.skin", "skin_c"}, nil},
		{"[camera]\nhalo = 2", []string{"camera.halo = 2", "0 to 0.3"}, nil},
		{"[camera]\nscale = \"K\"", []string{`camera.scale = "K"`, "centikelvin"}, nil},
		{"[camera]\nstuck_pixels = -1", []string{"camera.stuck_pixels = -1"}, nil},
		{"[emissivity]\nskin = 0.98\nwalls = 0", []string{"emissivity.walls = 0", "0.5 to 1"}, nil},
		{"[ffc]\nevery_s = 1", []string{"ffc.every_s = 1", "5 to 3600 s"}, nil},
		{"room_c = \"warm\"", []string{"line 1", "room_c"}, nil},
		{"room_c = 20\nroom_c", []string{"line 2"}, nil},
		{"seed = -1", []string{"line 1"}, nil},
		{"scene = \"nowhere\"", []string{"nowhere", "visitors"}, sim.ErrScene},
		{"scene = \"normal\"\n" + person + path, []string{"scene = \"normal\""}, nil},
		{person, []string{"person[0].path = 0", "2 to 12"}, nil},
		{person + path + "wears = [\"crown\"]", []string{`person[0].wears[0] = "crown"`, "glasses"}, nil},
		{person + "path = [{distance_m = 2}, {distance_m = 1}]", []string{"person[0].path[1].seconds = 0"}, nil},
		{person + "path = [{distance_m = 2}, {seconds = 1, distance_m = 0}]", []string{"person[0].path[1].distance_m = 0", "0.15 to 50 m"}, nil},
		{"[[object]]\nx = 3\ny = 3\nwidth = 0\nheight = 4", []string{"object[0].width = 0"}, nil},
		{"[[disturbance]]\nwarmer_k = 100", []string{"disturbance[0].warmer_k = 100"}, nil},
		{strings.Repeat("#", LargestFile+1), []string{"more than"}, nil},
	} {
		_, err := Read(strings.NewReader(c.text))
		if !errors.Is(err, ErrFile) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%.60q: %v, want %v", c.text, err, ErrFile)
			continue
		}
		for _, word := range c.says {
			if !strings.Contains(err.Error(), word) || !strings.HasPrefix(err.Error(), "cannot ") {
				t.Errorf("%.60q: %q does not say %q", c.text, err, word)
			}
		}
	}
	if _, err := Load("nowhere.toml"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// Whatever is read can be opened and played, and whatever is refused says so.
func FuzzRead(f *testing.F) {
	two, err := os.ReadFile(filepath.Join("testdata", "two.toml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(two))
	f.Add("scene = \"ffc\"\nrate = 60\n[ffc]\nsilent = true\nevery_s = 5\nfirst_s = 0\nstop_s = 0")
	f.Add("ideal = true\nreflected_c = -20\n[camera]\nscale = \"kelvin64\"\nemissivity = 0.5\n[[object]]\nround = true\nwidth = 1\nheight = 1\ntemperature_c = 150")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(strings.NewReader(text))
		if err != nil {
			if !errors.Is(err, ErrFile) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		s, err := sim.Open(c)
		if err != nil {
			t.Fatalf("%q was read but not opened: %v", text, err)
		}
		defer s.Close()
		var frame thermal.Frame
		for range 2 {
			if err := s.Next(t.Context(), &frame); err != nil {
				t.Fatal(err)
			}
		}
	})
}
