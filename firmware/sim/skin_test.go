package sim

import (
	"math"
	"testing"

	"lintel/firmware/thermal"
)

// standing is one person who stands before the camera for ever.
func standing(v Visitor, distance, pitch float64) Config {
	v.Skin, v.Height = 34.8, 1.69
	v.Path = []Waypoint{{Distance: distance, Pitch: pitch}, {Seconds: 1000, Distance: distance, Pitch: pitch}}
	return Config{Seed: 3, Ideal: true, People: []Visitor{v}}
}

// foreheadPixels counts the bare forehead of a standing person, and the pixels
// said to be bare skin that are not as warm as a face.
func foreheadPixels(t *testing.T, c Config) (n, wrong int) {
	t.Helper()
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	temps := s.Temperatures(nil)
	for i, skin := range s.Skin(nil) {
		if skin == SkinForehead {
			n++
			if math.Abs(float64(temps[i])-34.8) > 1.5 {
				wrong++
			}
		}
	}
	return n, wrong
}

// Whatever covers the forehead takes bare skin away, and what is left of it is
// skin.
func TestGarmentsCoverTheForehead(t *testing.T) {
	bare, _ := foreheadPixels(t, standing(Visitor{}, 0.6, 0))
	if bare < 100 {
		t.Fatalf("a bare forehead has %d pixels", bare)
	}
	for _, c := range []struct {
		wears string
		depth float64
		most  float64 // share of the bare forehead
		least float64
	}{
		{"hair", 0, 0, 0},
		{"hat", 0, 0, 0},
		{"cap", 0, 0, 0},
		{"beanie", 0, 0, 0},
		{"hood", 0, 0, 0},
		{"headscarf", 0, 0, 0},
		{"hood", 0.45, 1, 0.3},
		{"hand", 0, 0.9, 0},
		{"glasses_up", 0, 0.7, 0},
		{"glasses", 0, 1, 0.5},
		{"other", 0, 1, 0.9},
	} {
		n, wrong := foreheadPixels(t, standing(Visitor{Wears: []string{c.wears}, Depth: c.depth}, 0.6, 0))
		if share := float64(n) / float64(bare); share > c.most || share < c.least || wrong > 0 {
			t.Errorf("%s, depth %g: %.2f of the forehead is bare, %g to %g wanted; %d pixels are no skin", c.wears, c.depth, share, c.least, c.most, wrong)
		}
	}
}

// A bowed head hides its face and shows its crown.
func TestLookingDown(t *testing.T) {
	c := standing(Visitor{}, 0.6, 35)
	s, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	if p := s.Truth().People; len(p) != 1 || p[0].Pose != Down {
		t.Fatalf("%+v", p)
	}
}

// A lamp behind somebody does not reach their skin.
func TestObjectBehind(t *testing.T) {
	c := standing(Visitor{}, 0.6, 0)
	c.Objects = []Object{{X: 60, Y: 50, Width: 90, Height: 60, Temperature: 60, Behind: true}}
	if n, wrong := foreheadPixels(t, c); n < 100 || wrong > 0 {
		t.Errorf("%d pixels of forehead, %d of them no skin", n, wrong)
	}
}
