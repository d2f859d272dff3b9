package vision

import (
	"math"
	"testing"

	"lintel/firmware/thermal"
)

func at(x, y, w, h float64) thermal.Box { return thermal.Box{X0: x, Y0: y, X1: x + w, Y1: y + h} }

// good is a face that no gate refuses; it spans 45 to 75 and 60 to 100.
func good() *sight {
	c := faceAt(60, 80)
	return &sight{
		track: &track{now: c, smooth: c.answers(), looks: looks{lately: 1, worn: 1}}, width: 120, height: 160,
		drawn: c.forehead, forehead: c.forehead, measured: c.forehead, skin: skin{share: 1, warm: 8}, reference: thermal.Circle{X: 100, Y: 140, R: 6.5},
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*sight)
		want   Reject
	}{
		{"nothing wrong", func(*sight) {}, Usable},
		{"no reference known", func(s *sight) { s.reference = thermal.Circle{} }, Usable},

		{"face 24 px wide", func(s *sight) { s.now.box = at(45, 60, 24, 40) }, Usable},
		{"face 23.9 px wide", func(s *sight) { s.now.box = at(45, 60, 23.9, 40) }, TooFar},
		{"near enough before, 21 px wide", func(s *sight) { s.near, s.now.box = true, at(48, 60, 21, 40) }, Usable},
		{"near enough before, 20.9 px wide", func(s *sight) { s.near, s.now.box = true, at(48, 60, 20.9, 40) }, TooFar},
		{"narrow for being seen from the side", func(s *sight) { s.now.box, s.now.frontal = at(50, 60, 20, 33), 0.1 }, Turned},
		{"far and turned", func(s *sight) { s.now.box, s.now.frontal = at(50, 60, 20, 31), 0.1 }, TooFar},
		{"narrow and frontal", func(s *sight) { s.now.box = at(50, 60, 20, 33) }, TooFar},

		{"face 84 px wide", func(s *sight) { s.now.box, s.reference = at(10, 20, 84, 100), thermal.Circle{} }, Usable},
		{"face 85 px wide", func(s *sight) { s.now.box = at(10, 20, 85, 100) }, TooNear},
		{"face 113 px high", func(s *sight) { s.now.box = at(20, 20, 60, 113) }, TooNear},
		{"a wider image", func(s *sight) { s.now.box, s.width, s.reference = at(10, 20, 85, 100), 213, thermal.Circle{} }, Usable},

		{"cut off", func(s *sight) { s.cut = true }, CutOff},
		{"cut off to a narrow strip", func(s *sight) { s.cut, s.forehead = true, at(0, 65, 4, 9) }, CutOff},
		{"a slip of a face at the edge", func(s *sight) { s.cut, s.now.box = true, at(0, 60, 12, 40) }, TooFar},

		{"reference beside the face", func(s *sight) { s.reference = thermal.Circle{X: 75 + 6*hideMargin + 0.1, Y: 80, R: 6} }, Usable},
		{"its blurred edge on the cheek", func(s *sight) { s.reference = thermal.Circle{X: 75 + 6*hideMargin - 0.1, Y: 80, R: 6} }, AtReference},
		{"reference in the middle", func(s *sight) { s.reference = thermal.Circle{X: 60, Y: 80, R: 6} }, AtReference},
		{"reference beyond the corner", func(s *sight) { s.reference = thermal.Circle{X: 81, Y: 106, R: 6} }, Usable},

		{"frontal 0.5", func(s *sight) { s.smooth.Frontal, s.now.frontal = 0.5, 0.5 }, Usable},
		{"turned lately", func(s *sight) { s.smooth.Frontal = 0.49 }, Usable},
		{"turned now", func(s *sight) { s.now.frontal = 0.49 }, Turned},
		{"no number", func(s *sight) { s.now.frontal = math.NaN() }, Turned},

		{"down 0.5", func(s *sight) { s.smooth.Down, s.now.down = 0.5, 0.5 }, Usable},
		{"looked down lately", func(s *sight) { s.smooth.Down = 0.51 }, LookingDown},
		{"looks down now", func(s *sight) { s.now.down = 0.51 }, LookingDown},

		{"glasses 0.5", func(s *sight) { s.smooth.GlassesOverBrow, s.now.glasses = 0.5, 0.5 }, Usable},
		{"glasses on the brow", func(s *sight) { s.now.glasses = 0.51 }, GlassesOverBrow},

		{"bare 0.2", func(s *sight) { s.smooth.Bare, s.now.bare = 0.2, 0.2 }, Usable},
		{"covered lately", func(s *sight) { s.smooth.Bare = 0.19 }, Covered},
		{"covered now", func(s *sight) { s.now.bare = 0.19 }, Covered},
		{"6 K warmer than the face", func(s *sight) { s.skin.below = -6 }, Usable},
		{"1.5 K warmer than the room", func(s *sight) { s.skin.warm = 1.5 }, Usable},
		{"no warmer than the room", func(s *sight) { s.skin.warm = 1.4 }, NoContrast},
		{"12 K warmer than its middle", func(s *sight) { s.skin.over = 12 }, Usable},
		{"12.1 K warmer than its middle", func(s *sight) { s.skin.over = 12.1 }, HotObject},
		{"6.1 K warmer than the face", func(s *sight) { s.skin.below = -6.1 }, HotObject},

		{"3 widths a second", func(s *sight) { s.vx = 3 }, Usable},
		{"3.1 widths a second", func(s *sight) { s.vx = -3.1 }, Moving},
		{"3.1 widths a second aslant", func(s *sight) { s.vx, s.vy = 2.2, 2.2 }, Moving},

		{"sharp 0.5", func(s *sight) { s.now.sharp = 0.5 }, Usable},
		{"smeared", func(s *sight) { s.now.sharp = 0.49 }, OutOfFocus},

		{"everything wrong", func(s *sight) { s.cut, s.track = true, &track{vx: 9} }, TooFar},
		{"turned and covered and moving", func(s *sight) { s.now.frontal, s.smooth.Bare, s.vx = 0, 0, 9 }, Turned},
		{"covered and moving", func(s *sight) { s.smooth.Bare, s.vx = 0, 9 }, Covered},
	} {
		s := good()
		c.change(s)
		if got := judge(s); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// What the second network drew is judged by its answer, its size, its
// temperature and by what is left to be measured.
func TestJudgeForehead(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*sight)
		want   Reject
	}{
		{"nothing wrong", func(*sight) {}, Usable},
		{"bare 0.5", func(s *sight) { s.looks.lately, s.looks.worn = 0.5, 0.5 }, Usable},
		{"covered now", func(s *sight) { s.looks.lately = 0.49 }, Covered},
		{"covered lately", func(s *sight) { s.looks.worn = 0.49 }, Covered},
		{"no number", func(s *sight) { s.looks.worn = math.NaN() }, Covered},

		{"forehead 10 px wide", func(s *sight) { s.forehead = at(55, 65, 10, 9) }, Usable},
		{"forehead 9.9 px wide", func(s *sight) { s.forehead = at(55, 65, 9.9, 9) }, Covered},
		{"forehead 4 px high", func(s *sight) { s.forehead = at(55, 65, 20, 4) }, Usable},
		{"forehead 3.9 px high", func(s *sight) { s.forehead = at(55, 65, 20, 3.9) }, Covered},
		{"drawn 3.9 px high, whole pixels 4", func(s *sight) { s.drawn = at(55, 65, 20, 3.9) }, Covered},
		{"two rows of a large face", func(s *sight) { s.now.box, s.measured = at(20, 20, 80, 100), at(50, 40, 20, 4.3) }, Usable},
		{"less than that", func(s *sight) { s.now.box, s.measured = at(20, 20, 80, 100), at(50, 40, 20, 4.2) }, Covered},
		{"sure of as much as is needed", func(s *sight) { s.measured = at(58, 65, minMeasured, minMeasured) }, Usable},
		{"sure of too little height", func(s *sight) { s.measured = at(58, 65, 9, minMeasured-0.1) }, Covered},
		{"sure of too little width", func(s *sight) { s.measured = at(58, 65, minMeasured-0.1, 9) }, Covered},
		{"sure of nothing", func(s *sight) { s.measured = at(58, 65, -3, -4) }, Covered},
		{"sure of nothing in particular", func(s *sight) { s.measured.X0 = math.NaN() }, Covered},

		{"a tenth is no skin", func(s *sight) { s.skin.share = 0.9 }, Usable},
		{"more is no skin", func(s *sight) { s.skin.share = 0.89 }, Covered},
		{"3.5 K colder than the face", func(s *sight) { s.skin.below = 3.5 }, Usable},
		{"3.6 K colder than the face", func(s *sight) { s.skin.below = 3.6 }, Covered},
		{"6.1 K warmer than the face", func(s *sight) { s.skin.below = -6.1 }, HotObject},
		{"no warmer than the room", func(s *sight) { s.skin.warm = 1.4 }, NoContrast},
	} {
		s := good()
		c.change(s)
		if got := judgeForehead(s); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Every reason has a line in the table of gates, every line a limit.
func TestGatesAreComplete(t *testing.T) {
	listed := map[Reject]bool{}
	for _, g := range Gates() {
		listed[g.Reject] = true
		if g.Quantity == "" || !(g.Limit > 0) {
			t.Errorf("%+v says too little", g)
		}
	}
	for r := Usable + 1; r.String() != "unknown"; r++ {
		if !listed[r] {
			t.Errorf("%v is not in the table", r)
		}
	}
}

func TestRejectNames(t *testing.T) {
	for r, want := range map[Reject]string{
		0: "unknown", Usable: "usable", TooFar: "too_far", CutOff: "cut_off", AtReference: "at_reference",
		Turned: "turned", Covered: "covered", Moving: "moving", TooNear: "too_near",
		LookingDown: "looking_down", GlassesOverBrow: "glasses_over_brow", HotObject: "hot_object", OutOfFocus: "out_of_focus", NoContrast: "no_contrast", 200: "unknown",
	} {
		f := Face{Reject: r}
		if r.String() != want || f.Usable() != (want == "usable") {
			t.Errorf("%d is %s, usable %v; want %s", uint8(r), r, f.Usable(), want)
		}
	}
}
