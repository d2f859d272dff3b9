package sim

import (
	"fmt"
	"math"
	"testing"

	"lintel/firmware/thermal"
)

// watch plays a scene and calls see for what every frame would show; the frames
// themselves are not taken.
func watch(t *testing.T, c Config, seconds float64, see func(at float64, truth Truth)) {
	t.Helper()
	s := open(t, c)
	for n := uint64(0); s.clock(n).Seconds() < seconds; n++ {
		s.arrange(s.clock(n))
		see(s.clock(n).Seconds(), s.Truth())
	}
}

// facing says whether somebody is near and faces the camera.
func facing(truth Truth) bool {
	for _, p := range truth.People {
		if p.Size == Near && p.Pose == Frontal {
			return true
		}
	}
	return false
}

func TestNormalVisits(t *testing.T) {
	for _, scene := range []string{"normal", "febrile"} {
		for seed := range uint64(4) {
			firstSeen, measurable, alone, longest, visits := 99.0, 0, 0, 0, 0
			watch(t, Config{Scene: scene, Seed: seed, Rate: 4}, 30, func(at float64, truth Truth) {
				visits = truth.Visit
				if len(truth.People) == 0 {
					alone++
					longest = max(longest, alone)
					return
				}
				alone = 0
				firstSeen = min(firstSeen, at)
				p := truth.People[0]
				want := thermal.Celsius(34.8)
				if scene == "febrile" {
					want = 38.5
				}
				if math.Abs(float64(p.Skin-want)) > 1e-5 {
					t.Fatalf("the forehead is %v, want %v", p.Skin, want)
				}
				if at < 8 && p.Size == Near && p.Pose == Frontal && p.Forehead.Width() > 12 && p.Forehead.Height() > 3 {
					measurable++
				}
			})
			if firstSeen > 2 || measurable < 9 || visits < 2 || longest < 10 {
				t.Errorf("%s, seed %d: first seen after %.1f s, %d frames to measure in 8 s, %d visits in 30 s, idle for %d frames",
					scene, seed, firstSeen, measurable, visits, longest)
			}
		}
	}
}

func TestScenesKeepTheirPromise(t *testing.T) {
	for seed := range uint64(3) {
		config := func(scene string) Config { return Config{Scene: scene, Seed: seed, Rate: 2} }
		watch(t, config("far"), 40, func(_ float64, truth Truth) {
			for _, p := range truth.People {
				if p.Size != Far {
					t.Fatalf("far: somebody is %v", p.Size)
				}
			}
		})
		for _, scene := range []string{"hat", "fringe"} {
			near := 0
			watch(t, config(scene), 40, func(_ float64, truth Truth) {
				for _, p := range truth.People {
					if p.Size == Near && p.Pose == Frontal {
						near++
					}
					if p.Forehead.Area() > 0 {
						t.Fatalf("%s: the forehead %v is bare", scene, p.Forehead)
					}
				}
			})
			if near < 15 {
				t.Errorf("%s: near in %d frames only", scene, near)
			}
		}
		watch(t, config("empty"), 10, func(_ float64, truth Truth) {
			if len(truth.People) > 0 {
				t.Fatal("empty: somebody is there")
			}
		})
		watch(t, config("passers-by"), 30, func(_ float64, truth Truth) {
			if truth.Visit > 0 || facing(truth) {
				t.Fatal("passers-by: somebody comes to be screened")
			}
		})
		watch(t, config("no-reference"), 10, func(_ float64, truth Truth) {
			if truth.Disc.R > 0 {
				t.Fatal("no-reference: there is one")
			}
		})
	}
}

func TestReferenceDisturbances(t *testing.T) {
	places := map[thermal.Circle]bool{}
	watch(t, Config{Scene: "reference-moves", Rate: 4}, 20, func(_ float64, truth Truth) { places[truth.Disc] = true })
	if len(places) != 2 {
		t.Errorf("reference-moves: the disc was at %d places, want 2", len(places))
	}
	hidden := 0
	watch(t, Config{Scene: "reference-occluded", Rate: 4}, 16, func(_ float64, truth Truth) {
		if truth.Occluded {
			hidden++
		}
	})
	if hidden != 16 {
		t.Errorf("reference-occluded: hidden in %d frames, want 16", hidden)
	}
	watch(t, Config{Scene: "reference-cold", Rate: 4, Reference: 37}, 1, func(_ float64, truth Truth) {
		if truth.Reference != 31 {
			t.Errorf("reference-cold: %v, want 31", truth.Reference)
		}
	})
}

// The demo shows everything, mostly the usual.
func TestVisitorsAreVaried(t *testing.T) {
	skins := map[int]thermal.Celsius{}
	var hats, passers int
	watch(t, Config{Seed: 5, Rate: 2}, 180, func(_ float64, truth Truth) {
		for _, p := range truth.People {
			skins[p.Visit] = p.Skin
			if p.Visit == 0 {
				passers++
			}
			if p.Occluders&Hat != 0 {
				hats++
			}
		}
	})
	febrile := 0
	for visit, skin := range skins {
		if visit > 0 && skin > 38 {
			febrile++
		}
	}
	if n := len(skins) - 1; n < 10 || febrile < n/10 || febrile > n/4 || hats == 0 || passers == 0 {
		t.Errorf("%d visits, %d febrile, %d frames with hats, %d with passers-by", n, febrile, hats, passers)
	}
}

// Figures of one frame, so that a change of the picture is seen to be one.
// They hold within the rounding of another processor.
func TestGolden(t *testing.T) {
	s := open(t, Config{Scene: "normal", Seed: 1})
	var f thermal.Frame
	var truth Truth
	for range 45 {
		truth = next(t, s, &f)
	}
	all, _ := mean(&f, thermal.Box{X1: 120, Y1: 160})
	head, _ := mean(&f, truth.People[0].Head)
	got := fmt.Sprintf("%.1f %.1f %.0f %.0f", all, head, truth.People[0].Head.Width(), truth.Disc.X)
	if want := "22.7 29.3 50 96"; got != want {
		t.Errorf("frame 44 has %q, want %q", got, want)
	}
}
