package calibration

import (
	"strings"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

func faults() []Fault {
	return []Fault{
		FaultUnknown, FaultNone, FaultMissing, FaultMoved, FaultOccluded, FaultTooSmall,
		FaultUnstable, FaultImplausibleOffset, FaultAmbiguous, FaultFrame, FaultMisshapen, FaultWarming,
		FaultDrifting, FaultSaturated, FaultSwapped, FaultExpired, FaultNoReading, FaultNoDate,
	}
}

func TestEveryFaultHasANameAndAnInstruction(t *testing.T) {
	var zero Fault
	if zero != FaultUnknown {
		t.Error("the zero fault is not unknown")
	}
	seen := map[string]bool{}
	for _, f := range faults() {
		name, help := f.String(), f.Instruction()
		if seen[name] || strings.ToLower(name) != name || strings.Contains(name, " ") {
			t.Errorf("%q is no name of its own in snake_case", name)
		}
		seen[name] = true
		if (help == "") != (f == FaultNone) {
			t.Errorf("%v: instruction %q", f, help)
		}
		if f != FaultNone && (!strings.HasSuffix(help, ".") || strings.Count(help, ".") != 1) {
			t.Errorf("%v: %q is not one sentence", f, help)
		}
	}
	if Fault(200).String() != "unknown" || Fault(200).Instruction() == "" {
		t.Error("an undefined fault is not unknown")
	}
}

// Each disturbance of a reference in order is a fault of the very frame, keeps
// its name, and ends only after three good frames.
func TestFaultsOfAKnownReference(t *testing.T) {
	for _, c := range []struct {
		name    string
		disturb func(*scene)
		want    Fault
	}{
		{"gone", func(s *scene) { s.shapes = nil }, FaultMissing},
		{"hidden by a person", func(s *scene) { s.shapes = append(s.shapes, disk(32, 122, 30, 34)) }, FaultMissing},
		{"half covered by a cool thing", func(s *scene) { s.shapes = append(s.shapes, shape{24, 120, 6, 20, 24}) }, FaultOccluded},
		{"a third covered by a hand", func(s *scene) { s.shapes = append(s.shapes, shape{20, 120, 8, 20, 33}) }, FaultOccluded},
		{"5 px aside", func(s *scene) { s.shapes[0].x += 5 }, FaultMoved},
		{"15 px aside", func(s *scene) { s.shapes[0].y -= 15 }, FaultMoved},
		{"2.5 px aside", func(s *scene) { s.shapes[0].x -= 2.5 }, FaultMoved},
		{"farther away", func(s *scene) { s.shapes[0].rx, s.shapes[0].ry = 5, 5 }, FaultMoved},
		{"too far away", func(s *scene) { s.shapes[0].rx, s.shapes[0].ry = 3.2, 3.2 }, FaultTooSmall},
		{"the camera jumped by half a kelvin", func(s *scene) { s.shapes[0].t += 0.5; s.wall += 0.5 }, FaultUnstable},
		{"another object of 35 degC in its place", func(s *scene) { s.shapes[0].t = 35 }, FaultSwapped},
		{"squeezed", func(s *scene) { s.shapes[0].rx, s.shapes[0].ry = 5.8, 7.2 }, FaultMisshapen},
		{"something sticks to it", func(s *scene) { s.shapes = append(s.shapes, disk(31.5, 121.5, 2.2, 33)) }, FaultMisshapen},
		{"at the end of the camera's range", func(s *scene) { s.shapes[0].t = 40; s.clip = 37 }, FaultSaturated},
		{"uneven", func(s *scene) { s.shapes = append(s.shapes, disk(33, 123, 2.5, 37.5)) }, FaultMisshapen},
		{"a lamp in its place", func(s *scene) { s.shapes[0] = disk(30.3, 120.6, 6.5, 60) }, FaultImplausibleOffset},
		{"a cup in its place", func(s *scene) { s.shapes[0] = shape{30.3, 120.6, 5, 8, 36} }, FaultOccluded},
		{"a face beside its place", func(s *scene) { s.shapes[0] = shape{41, 118, 10, 13, 34.5} }, FaultMissing},
		{"off by 10.5 K", func(s *scene) { s.shapes[0].t = 26.5; s.wall = 15 }, FaultImplausibleOffset},
	} {
		t.Run(c.name, func(t *testing.T) {
			good, bad := steady(), steady()
			c.disturb(bad)
			tr := tracker(t, good.info, nil)
			var f thermal.Frame
			if o := good.run(tr, &f, 0, 5); !o.Reference.OK {
				t.Fatalf("not in order: %v", o.Reference.Fault)
			}
			n := 4
			if c.want == FaultUnstable {
				n = 1 // a new level that stays is accepted again
			}
			for i := range n {
				o := bad.run(tr, &f, 5+i, 1)
				if o.Reference.Fault != c.want || o.Reference.OK || o.Scale.Valid() {
					t.Errorf("frame %d after: fault %v, OK %v, want %v", i, o.Reference.Fault, o.Reference.OK, c.want)
				}
			}
			back := good
			if c.want == FaultUnstable {
				back = bad
			}
			for i := range 5 {
				o := back.run(tr, &f, 5+n+i, 1)
				switch {
				case i < 2 && o.Reference.OK:
					t.Errorf("in order after %d good frames", i+1)
				case i == 4 && !o.Reference.OK:
					t.Errorf("not in order after %d good frames: %v", i+1, o.Reference.Fault)
				}
			}
		})
	}
}

func TestFaultsWhileSearching(t *testing.T) {
	for _, c := range []struct {
		name    string
		disturb func(*scene)
		change  func(*Config)
		want    Fault
	}{
		{"nothing", func(s *scene) { s.shapes = nil }, nil, FaultMissing},
		{"too small", func(s *scene) { s.shapes[0].rx, s.shapes[0].ry = 3, 3 }, nil, FaultTooSmall},
		{"too cold to be it", func(s *scene) { s.shapes[0].t = 26; s.wall = 15 }, nil, FaultImplausibleOffset},
		{"too hot to be it", func(s *scene) { s.shapes[0].t = 55 }, nil, FaultImplausibleOffset},
		{"two of them", func(s *scene) { s.shapes = append(s.shapes, disk(80, 60, 7, 37)) }, nil, FaultAmbiguous},
		{"half of one", func(s *scene) { s.shapes = append(s.shapes, shape{24, 120, 6, 20, 24}) }, nil, FaultMissing},
		{"an egg", func(s *scene) { s.shapes[0].ry = 10 }, nil, FaultMissing},
		{"a head", func(s *scene) { s.shapes[0] = shape{40, 60, 9, 12, 34} }, nil, FaultMissing},
		{"cut by the border", func(s *scene) { s.shapes[0].x = 5 }, nil, FaultMissing},
		{"too large", func(s *scene) { s.shapes[0].rx, s.shapes[0].ry = 18, 18 }, nil, FaultMissing},
		{"no contrast", func(s *scene) { s.wall = 34.8 }, nil, FaultMissing},
		{"elsewhere than configured", func(*scene) {}, func(c *Config) { c.Reference.Place = thermal.Circle{X: 60, Y: 80} }, FaultMoved},
	} {
		s := steady()
		c.disturb(s)
		tr := tracker(t, s.info, c.change)
		var f thermal.Frame
		for i := range 6 {
			if o := s.run(tr, &f, i, 1); o.Reference.OK || o.Scale.Valid() {
				t.Errorf("%s: in order in frame %d", c.name, i)
			}
		}
		if o := s.run(tr, &f, 6, 1); o.Reference.Fault != c.want {
			t.Errorf("%s: %v, want %v", c.name, o.Reference.Fault, c.want)
		}
	}
}

func TestConfiguredPlaceDecidesBetweenTwo(t *testing.T) {
	s := steady()
	s.shapes = append(s.shapes, disk(80, 60, 7, 37))
	tr := tracker(t, s.info, func(c *Config) { c.Reference.Place = thermal.Circle{X: 29, Y: 122, R: 7} })
	var f thermal.Frame
	o := s.run(tr, &f, 0, 3)
	if !o.Reference.OK || o.Reference.Circle.X > 40 {
		t.Errorf("%+v", o.Reference)
	}
}

// A hot cup beside the reference changes nothing.
func TestHotCupBesideTheReference(t *testing.T) {
	s := steady()
	s.shapes = append(s.shapes, disk(70, 120, 8, 60), disk(90, 60, 5, 49))
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	o := s.run(tr, &f, 0, 4)
	if !o.Reference.OK || o.Reference.Circle.X > 40 {
		t.Errorf("%+v", o.Reference)
	}
}

func TestMovedReferenceNeedsReset(t *testing.T) {
	s := steady()
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	s.run(tr, &f, 0, 5)
	s.shapes[0].x, s.shapes[0].y = 90, 30
	frames := int(6*time.Second/(114*time.Millisecond)) + 5
	o := s.run(tr, &f, 5, frames)
	if o.Reference.Fault != FaultMoved || !o.Reference.Found || o.Reference.OK || o.Reference.Circle.X < 80 {
		t.Errorf("after a long loss: %+v", o.Reference)
	}
	tr.Reset()
	if o = s.run(tr, &f, 5+frames, 3); !o.Reference.OK {
		t.Errorf("after Reset: %+v", o.Reference)
	}
}

// A flat-field correction steps the reading by a kelvin and is followed frame
// by frame, whether the camera tells of it or only sends no frames.
func TestFlatFieldCorrectionIsFollowed(t *testing.T) {
	for _, telemetry := range []bool{false, true} {
		s := steady()
		tr := tracker(t, s.info, nil)
		var f thermal.Frame
		before := s.run(tr, &f, 0, 10)
		for i := range 12 {
			s.shapes[0].t = 36.5 + thermal.Celsius(min(i, 10))*0.05
			s.render(&f, 10+i)
			if telemetry {
				f.Telemetry.HasSinceFFC, f.Telemetry.SinceFFC = true, time.Duration(i)*114*time.Millisecond
			} else {
				f.Time += 2 * time.Second
			}
			o := tr.Observe(&f)
			want := 37 - float64(s.shapes[0].t)
			if !o.Reference.OK || abs(float64(o.Reference.Offset)-want) > 0.06 {
				t.Errorf("telemetry %v, frame %d: offset %.3f, want %.3f, fault %v", telemetry, i, o.Reference.Offset, want, o.Reference.Fault)
			}
			if o.Scale.terms.settling <= before.Scale.terms.settling {
				t.Errorf("telemetry %v, frame %d: the step is not in the uncertainty", telemetry, i)
			}
		}
	}
}

func abs(v float64) float64 { return max(v, -v) }
