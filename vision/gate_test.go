package vision

import (
	"testing"

	"lintel/firmware/thermal"
)

func TestJudge(t *testing.T) {
	box := func(x, y, w, h float64) thermal.Box { return thermal.Box{X0: x, Y0: y, X1: x + w, Y1: y + h} }
	type given struct {
		track     track
		cut       bool
		reference thermal.Circle
	}
	good := func() given {
		c := faceAt(60, 80)
		return given{
			track:     track{now: c, bare: 0.9, frontal: 0.9},
			reference: thermal.Circle{X: 100, Y: 140, R: 6.5},
		}
	}
	for _, c := range []struct {
		name   string
		change func(*given)
		want   Reject
	}{
		{"nothing wrong", func(*given) {}, Usable},
		{"no reference known", func(g *given) { g.reference = thermal.Circle{} }, Usable},

		{"face 24 px wide", func(g *given) { g.track.now.box = box(45, 60, 24, 40) }, Usable},
		{"face 23.9 px wide", func(g *given) { g.track.now.box = box(45, 60, 23.9, 40) }, TooFar},
		{"forehead 10 px wide", func(g *given) { g.track.now.forehead = box(55, 65, 10, 9) }, Usable},
		{"forehead 9.9 px wide", func(g *given) { g.track.now.forehead = box(55, 65, 9.9, 9) }, TooFar},

		{"cut off", func(g *given) { g.cut = true }, CutOff},
		{"cut off to a narrow strip", func(g *given) { g.cut, g.track.now.forehead = true, box(0, 65, 4, 9) }, CutOff},
		{"a slip of a face at the edge", func(g *given) { g.cut, g.track.now.box = true, box(0, 60, 12, 40) }, TooFar},

		// The face spans 45 to 75 and 60 to 100.
		{"reference beside the face", func(g *given) { g.reference = thermal.Circle{X: 75 + 6*hideMargin + 0.1, Y: 80, R: 6} }, Usable},
		{"its blurred edge on the cheek", func(g *given) { g.reference = thermal.Circle{X: 75 + 6*hideMargin - 0.1, Y: 80, R: 6} }, AtReference},
		{"reference in the middle", func(g *given) { g.reference = thermal.Circle{X: 60, Y: 80, R: 6} }, AtReference},
		{"reference beyond the corner", func(g *given) { g.reference = thermal.Circle{X: 81, Y: 106, R: 6} }, Usable},

		{"frontal 0.5", func(g *given) { g.track.frontal, g.track.now.frontal = 0.5, 0.5 }, Usable},
		{"turned lately", func(g *given) { g.track.frontal = 0.49 }, Turned},
		{"turned now", func(g *given) { g.track.now.frontal = 0.49 }, Turned},

		{"bare 0.5", func(g *given) { g.track.bare, g.track.now.bare = 0.5, 0.5 }, Usable},
		{"covered lately", func(g *given) { g.track.bare = 0.49 }, Covered},
		{"covered now", func(g *given) { g.track.now.bare = 0.49 }, Covered},
		{"forehead 3 px high", func(g *given) { g.track.now.forehead = box(55, 65, 20, 3) }, Usable},
		{"forehead 2.9 px high", func(g *given) { g.track.now.forehead = box(55, 65, 20, 2.9) }, Covered},

		{"3 widths a second", func(g *given) { g.track.vx = 3 }, Usable},
		{"3.1 widths a second", func(g *given) { g.track.vx = -3.1 }, Moving},
		{"3.1 widths a second aslant", func(g *given) { g.track.vx, g.track.vy = 2.2, 2.2 }, Moving},

		{"everything wrong", func(g *given) {
			g.cut, g.track = true, track{vx: 9}
		}, TooFar},
		{"turned and covered and moving", func(g *given) { g.track.frontal, g.track.bare, g.track.vx = 0, 0, 9 }, Turned},
		{"covered and moving", func(g *given) { g.track.bare, g.track.vx = 0, 9 }, Covered},
	} {
		g := good()
		c.change(&g)
		if got := judge(&g.track, g.cut, g.reference); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRejectNames(t *testing.T) {
	for r, want := range map[Reject]string{
		0: "unknown", Usable: "usable", TooFar: "too_far", CutOff: "cut_off", AtReference: "at_reference",
		Turned: "turned", Covered: "covered", Moving: "moving", 200: "unknown",
	} {
		f := Face{Reject: r}
		if r.String() != want || f.Usable() != (want == "usable") {
			t.Errorf("%d is %s, usable %v; want %s", uint8(r), r, f.Usable(), want)
		}
	}
}
