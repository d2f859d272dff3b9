package sim

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// mean returns the mean temperature over the whole pixels of a box, as the
// camera reports it, and how many they are.
func mean(f *thermal.Frame, b thermal.Box) (celsius float64, n int) {
	var sum float64
	for y := int(math.Ceil(b.Y0)); y < int(b.Y1); y++ {
		for x := int(math.Ceil(b.X0)); x < int(b.X1); x++ {
			sum += float64(f.At(x, y))
			n++
		}
	}
	return float64(thermal.CentiKelvin.Celsius(sum / float64(n))), n
}

// discMean returns the mean over the inner half of the disc.
func discMean(f *thermal.Frame, c thermal.Circle) float64 {
	c.R *= 0.5
	m, _ := mean(f, c.Bounds())
	return m
}

// The disc reads its true temperature plus the error of the camera, whatever
// stands around.
func TestDiscIsTheReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{
			Scene:        rapid.SampledFrom([]string{"visitors", "crowd", "empty"}).Draw(t, "scene"),
			Seed:         rapid.Uint64().Draw(t, "seed"),
			Reference:    thermal.Celsius(rapid.Float64Range(34, 40).Draw(t, "reference")),
			CameraOffset: thermal.Kelvin(rapid.Float64Range(-3, -0.1).Draw(t, "offset")),
			Room:         thermal.Celsius(rapid.Float64Range(12, 32).Draw(t, "room")),
			Width:        rapid.IntRange(120, 160).Draw(t, "width"), Height: rapid.IntRange(160, 200).Draw(t, "height"),
			Rate: 1,
		}
		s, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		var f thermal.Frame
		for range 2 {
			if err := s.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			truth := s.Truth()
			// Noise 0.05 K, columns 0.02 K, over 25 pixels and more, shared noise
			// 0.017 K; lens and halo bring 0.05 K of the coldest surroundings.
			want := float64(truth.Reference.Add(truth.Offset))
			if got := discMean(&f, truth.Disc); math.Abs(got-want) > 0.12 {
				t.Fatalf("the disc reads %.3f, want %.3f", got, want)
			}
			if math.Abs(float64(truth.Offset-c.CameraOffset)) > 0.301 {
				t.Fatalf("the camera is off by %v, want %v within 0.3", truth.Offset, c.CameraOffset)
			}
		}
	})
}

// A forehead that is near and faces the camera reads the truth.
func TestForeheadIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{
			Scene: rapid.SampledFrom([]string{"normal", "febrile", "mask", "cold"}).Draw(t, "scene"),
			Seed:  rapid.Uint64().Draw(t, "seed"),
			Room:  thermal.Celsius(rapid.Float64Range(14, 30).Draw(t, "room")),
			Rate:  2, Ideal: true,
		}
		s, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		var f thermal.Frame
		s.next = 8 // the first visitor stands before the camera
		seen := 0
		for range 3 {
			if err := s.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			for _, p := range s.Truth().People {
				got, n := mean(&f, p.Forehead)
				if p.Size != Near || p.Pose != Frontal || n < 30 {
					continue
				}
				seen++
				if math.Abs(got-float64(p.Skin)) > 0.15 {
					t.Fatalf("the forehead %v reads %.3f, want %.3f (%s)", p.Forehead, got, p.Skin, describe(s.Truth()))
				}
			}
		}
		if seen < 2 {
			t.Fatalf("%d frames with a forehead to measure, want 2 and more", seen)
		}
	})
}

func describe(truth Truth) string {
	s := ""
	for _, p := range truth.People {
		s += fmt.Sprintf("%v %v %v head %v; ", p.Size, p.Pose, p.Occluders.Names(), p.Head)
	}
	return s
}

// What the camera reports of plate and mannequin follows Config.Target with
// slope 1.
func TestTargetFollowsConfig(t *testing.T) {
	for _, scene := range []string{"target", "mannequin"} {
		var first float64
		for i := range 6 {
			target := 35 + thermal.Celsius(i)
			s := open(t, Config{Scene: scene, Seed: 3, Target: target, Ideal: true})
			var f thermal.Frame
			truth := next(t, s, &f)
			box := truth.Target
			if scene == "mannequin" {
				box = truth.People[0].Forehead
			}
			got, n := mean(&f, thermal.Box{X0: box.X0 + 2, Y0: box.Y0 + 2, X1: box.X1 - 2, Y1: box.Y1 - 2})
			if n < 16 || math.Abs(got-float64(target)) > 0.1 {
				t.Errorf("%s: %d pixels read %.3f, want %v", scene, n, got, target)
			}
			if i == 0 {
				first = got
			}
			if slope := (got - first) / float64(i); i > 0 && math.Abs(slope-1) > 0.01 {
				t.Errorf("%s: slope %.4f, want 1", scene, slope)
			}
		}
	}
}

// In "dressed" a near face is in every frame; foreheads are bare, covered, and
// anything between, by whatever there is to wear.
func TestDressed(t *testing.T) {
	s := open(t, Config{Scene: "dressed", Seed: 3})
	var f thermal.Frame
	const frames = 300
	var seen Occluders
	faces, bare, thin := 0, 0, 0
	for range frames {
		next(t, s, &f)
		truth := s.Truth()
		if truth.Disc.R != 0 || len(truth.People) != 1 {
			t.Fatalf("disc %v, %d people", truth.Disc, len(truth.People))
		}
		p := truth.People[0]
		seen |= p.Occluders
		if p.Face.Area() == 0 {
			continue
		}
		faces++
		if h := p.Forehead.Height(); h > 0 {
			bare++
			if h < 5 {
				thin++
			}
		}
	}
	if faces < frames*9/10 || bare < frames/4 || bare > frames*9/10 || thin < frames/50 || seen != AllOccluders {
		t.Errorf("%d faces, %d bare, %d of them thin, occluders %v", faces, bare, thin, seen.Names())
	}
}
