package sim

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// anyConfig draws a Config within its limits, the ends included.
func anyConfig(t *rapid.T) Config {
	between := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(t, name) }
	number := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	c := Defaults()
	c.Seed, c.Rate = rapid.Uint64().Draw(t, "seed"), between("rate", 1, 60)
	c.Width, c.Height = number("width", 80, 130), number("height", 80, 170)
	c.Room, c.Second = thermal.Celsius(between("room", 5, 40)), thermal.Celsius(between("second", 20, 60))
	c.Emissivity = Emissivity{between("skin", 0.5, 1), between("reference", 0.5, 1), between("target", 0.5, 1), between("walls", 0.5, 1)}
	c.Camera.Emissivity, c.Camera.Stuck = between("setting", 0.5, 1), number("stuck", 0, 500)
	c.Camera.Blur, c.Camera.Halo = between("blur", 0.3, 1.2), between("halo", 0, 0.3)
	c.FFC.Every, c.FFC.First = between("every", 5, 60), between("first", 0, 2)
	c.Length = between("length", 0, 4)
	for range number("people", 0, 8) {
		v := Visitor{Skin: thermal.Celsius(between("skin", 20, 50)), Height: between("height", 1, 2.2), Start: between("start", 0, 2)}
		v.Wears = rapid.SliceOfN(rapid.SampledFrom(Garments()), 0, 3).Draw(t, "wears")
		v.PassesBy = rapid.Bool().Draw(t, "passes by")
		for range number("places", 2, 4) {
			v.Path = append(v.Path, Waypoint{
				between("seconds", 0.05, 3), between("x", -20, 20) * rapid.SampledFrom([]float64{0, 0.02, 1}).Draw(t, "aside"),
				between("distance", 0.3, 5), between("yaw", -180, 180), between("pitch", -60, 60),
			})
		}
		c.People = append(c.People, v)
	}
	for range number("objects", 0, 3) {
		c.Objects = append(c.Objects, Object{
			X: between("x", -1000, 2000), Y: between("y", -100, 200), Width: between("width", 0.5, 3000), Height: between("height", 0.5, 300),
			Temperature: thermal.Celsius(between("temperature", -40, 150)), Round: rapid.Bool().Draw(t, "round"), InFront: rapid.Bool().Draw(t, "in front"),
		})
	}
	c.Disturbances = []Disturbance{{
		From: between("from", 0, 3), X: between("x", -1000, 1000), Y: between("y", -50, 50),
		Size: between("size", 0.1, 3), Oval: between("oval", 0.2, 1), Uneven: 3, Warms: 5,
	}}
	return c
}

// Whatever is within the limits plays, and its truth holds together.
func TestAnythingAllowedPlays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyConfig(t)
		s, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		var f thermal.Frame
		for n := range uint64(2) {
			s.next = n * rapid.Uint64Range(1, 200).Draw(t, "frame")
			if err := s.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			truth := s.Truth()
			if math.IsNaN(float64(truth.Offset)) || math.Abs(float64(truth.Offset)) > 60 {
				t.Fatalf("the offset is %v", truth.Offset)
			}
			for _, p := range truth.People {
				if p.Head != p.Head.Clip(c.Width, c.Height) || p.Visit > truth.Visit {
					t.Fatalf("of %d visits, %+v", truth.Visit, p)
				}
			}
			for i, v := range s.Temperatures(nil) {
				if !(v > -60 && v < 160) {
					t.Fatalf("pixel %d is at %v", i, v)
				}
			}
		}
	})
}

func TestOwnSceneIsRefused(t *testing.T) {
	way := []Waypoint{{Distance: 3}, {Seconds: 2, Distance: 1}}
	for _, c := range []struct {
		config Config
		field  string
	}{
		{Config{Scene: "normal", People: []Visitor{{Skin: 34, Path: way}}}, "Scene"},
		{Config{People: []Visitor{{Skin: 34, Path: way}, {Skin: 60, Path: way}}}, "People[1].Skin"},
		{Config{People: []Visitor{{Skin: 34, Path: way[:1]}}}, "People[0].Path"},
		{Config{People: []Visitor{{Skin: 34, Path: make([]Waypoint, maxKeys+1)}}}, "People[0].Path"},
		{Config{People: []Visitor{{Skin: 34, Path: []Waypoint{way[0], way[0]}}}}, "People[0].Path[1].Seconds"},
		{Config{People: []Visitor{{Skin: 34, Path: way, Wears: []string{"hat", "wig"}}}}, "People[0].Wears[1]"},
		{Config{People: make([]Visitor, maxRoles+1)}, "People"},
		{Config{Objects: []Object{{Width: 1, Height: 1, Temperature: 200}}}, "Objects[0].Temperature"},
		{Config{Disturbances: []Disturbance{{Size: 9}}}, "Disturbances[0].Size"},
		{Config{Length: -1}, "Length"},
		{Config{Camera: Camera{Halo: 0.4}}, "Camera.Halo"},
		{Config{Camera: Camera{Scale: "degrees"}}, "Camera.Scale"},
		{Config{FFC: FFC{Every: 4}}, "FFC.Every"},
		{Config{Emissivity: Emissivity{Skin: 1.1}}, "Emissivity.Skin"},
	} {
		_, err := Open(c.config)
		var field *FieldError
		if !errors.As(err, &field) || !errors.Is(err, ErrConfig) || field.Field != c.field || !strings.HasPrefix(err.Error(), "cannot simulate "+c.field) {
			t.Errorf("%s: %v", c.field, err)
		}
		if check := c.config.Check(); check == nil || check.Error() != err.Error() {
			t.Errorf("%s: Check says %v", c.field, check)
		}
	}
	if err := (Config{Scene: "nowhere"}).Check(); !errors.Is(err, ErrScene) {
		t.Errorf("an unknown scene: %v", err)
	}
}

// The people and the room of a scene of one's own go by the seed.
func TestOwnSceneGoesRound(t *testing.T) {
	c := Defaults()
	c.Length, c.Rate = 3, 4
	c.People = []Visitor{{Skin: 36, Wears: []string{"hand"}, Path: []Waypoint{{Distance: 0.6}, {Seconds: 2, Distance: 0.6}}}}
	visits := map[int]int{}
	watch(t, c, 9, func(at float64, truth Truth) {
		for _, p := range truth.People {
			visits[p.Visit]++
			if p.Occluders&Hand == 0 || p.Visit != 1+int(at/3) {
				t.Fatalf("at %.2f s there is visit %d with %v", at, p.Visit, p.Occluders.Names())
			}
		}
	})
	if len(visits) != 3 || visits[2] != 8 {
		t.Errorf("frames by visit: %v, want 8 in each of three", visits)
	}
}
