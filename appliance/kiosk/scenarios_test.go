package kiosk

import (
	"context"
	"slices"
	"testing"
	"time"

	"lintel/appliance/kiosk/kiosktest"
	"lintel/appliance/policy"
	"lintel/appliance/screening"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

// scenario is a story with visitors and what the kiosk does with them.
type scenario struct {
	name   string
	scene  sim.Config
	frames int
	warmUp time.Duration
	// source, where not nil, stands between the scene and the kiosk.
	source func(s thermal.Source, w *watcher) thermal.Source
	site   policy.Site // Forehead unless set
	// ends are how the visits end, in their order; reasons why, where there was
	// no verdict.
	ends    []screening.Verdict
	reasons []screening.Reason
	// asks are what visitors are asked to do, among other things.
	asks []screening.Guidance
	// walks are the states that are gone through, in this order, with others
	// between them.
	walks []screening.State
	// quiet: nobody is addressed.
	quiet bool
}

const (
	before = 0.55 // metres from the camera to where visitors stand
	far    = 3.2
	// beckoned is where visitors are asked to come closer.
	beckoned = 1.2
	// nearThreshold is the skin of somebody who takes more readings than others.
	nearThreshold thermal.Celsius = 35.1
)

// visitor comes at start, stands before the camera so many seconds and leaves.
func visitor(skin thermal.Celsius, start, stands float64) sim.Visitor {
	return sim.Visitor{Skin: skin, Height: 1.72, Start: start, Path: []sim.Waypoint{
		{X: 0.2, Distance: far}, {Seconds: 1.5, Distance: before}, {Seconds: stands, Distance: before}, {Seconds: 0.8, X: 1.2, Distance: 0.9, Yaw: 90},
	}}
}

// looking turns the head of a visitor for a time, once there.
func looking(skin thermal.Celsius, ahead, aside, again float64) sim.Visitor {
	v := visitor(skin, 1, ahead)
	turned := sim.Waypoint{Distance: before, Yaw: 70}
	end := v.Path[len(v.Path)-1]
	v.Path = v.Path[:len(v.Path)-1]
	for _, w := range []sim.Waypoint{turned, turned, {Distance: before}, {Distance: before}} {
		w.Seconds = 0.2
		v.Path = append(v.Path, w)
	}
	v.Path[len(v.Path)-3].Seconds, v.Path[len(v.Path)-1].Seconds = aside, again
	v.Path = append(v.Path, end)
	return v
}

// late walks up with the head turned, and turns to the camera only then.
func late(skin thermal.Celsius, aside, again float64) sim.Visitor {
	v := looking(skin, 0.2, aside, again)
	for i := range 4 {
		v.Path[i].Yaw = 70
	}
	return v
}

// appears stands there from one frame to the next, for so many seconds.
func appears(skin thermal.Celsius, start, stands, x float64) sim.Visitor {
	return sim.Visitor{Skin: skin, Height: 1.72, Start: start, Path: []sim.Waypoint{
		{X: 6, Distance: far}, {Seconds: 0.05, X: x, Distance: before}, {Seconds: stands, X: x, Distance: before}, {Seconds: 0.05, X: 6, Distance: far},
	}}
}

func gone(from, until float64) []sim.Disturbance {
	return []sim.Disturbance{{From: from, Until: until, Missing: true}}
}

func people(visitors ...sim.Visitor) sim.Config {
	return sim.Config{Scene: "own", People: visitors}
}

func disturbed(d []sim.Disturbance, visitors ...sim.Visitor) sim.Config {
	c := people(visitors...)
	c.Disturbances = d
	return c
}

// play runs the story and returns what the kiosk did.
func (s *scenario) play(t *testing.T) *watcher {
	t.Helper()
	st, err := kiosktest.OpenScene(s.scene, s.frames)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	w := &watcher{}
	var source thermal.Source = st
	if s.source != nil {
		source = s.source(st, w)
	}
	c := config(t, source, st, w)
	if s.site == 0 {
		s.site = policy.Forehead
	}
	judge, err := policy.New(policy.Config{Site: s.site})
	if err != nil {
		t.Fatal(err)
	}
	steps := screening.DefaultConfig()
	steps.Judge, steps.WarmUp = judge, s.warmUp
	if c.Machine, err = screening.New(steps); err != nil {
		t.Fatal(err)
	}
	c.Reader, c.Site = judge, s.site
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// stalls hands on no frame for a time.
type stalls struct {
	thermal.Source
	from, until time.Duration
}

func (s *stalls) Next(ctx context.Context, f *thermal.Frame) error {
	for {
		if err := s.Source.Next(ctx, f); err != nil {
			return err
		}
		if f.Time < s.from || f.Time >= s.until {
			return nil
		}
	}
}

// coldStart takes the telemetry away, so that the camera has been on for as long
// as there have been frames.
type coldStart struct{ thermal.Source }

func (c coldStart) Next(ctx context.Context, f *thermal.Frame) error {
	err := c.Source.Next(ctx, f)
	f.Telemetry.HasUptime = false
	return err
}

func switchedOn(s thermal.Source, _ *watcher) thermal.Source { return coldStart{s} }

// holds keeps something of one temperature at the mouth of whoever was found in
// the frame before.
type holds struct {
	thermal.Source
	face   thermal.Box
	counts uint16
}

func (h *holds) Next(ctx context.Context, f *thermal.Frame) error {
	if err := h.Source.Next(ctx, f); err != nil {
		return err
	}
	b, m := h.face, h.face.Centre()
	for y := int(m.Y); y < int(m.Y+0.3*b.Height()); y++ {
		for x := int(m.X - 0.15*b.Width()); x < int(m.X+0.15*b.Width()); x++ {
			f.Counts[y*f.Width+x] = h.counts
		}
	}
	return nil
}

// held puts something at the mouth, in centikelvin.
func held(counts uint16) func(s thermal.Source, w *watcher) thermal.Source {
	return func(s thermal.Source, w *watcher) thermal.Source {
		h := &holds{Source: s, counts: counts}
		w.check = func(r *Report) {
			h.face = thermal.Box{}
			for _, f := range r.Faces {
				h.face = f.Box
			}
		}
		return h
	}
}

// follows says whether the states come in this order.
func follows(steps []screening.Step, states []screening.State) bool {
	for _, s := range steps {
		if len(states) > 0 && s.State == states[0] {
			states = states[1:]
		}
	}
	return len(states) == 0
}

// TestScenarios plays every state and every event of the table through the
// whole frame loop.
func TestScenarios(t *testing.T) {
	walked := map[[2]screening.State]bool{}
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			w := s.play(t)
			var reasons []screening.Reason
			asked := map[screening.Guidance]bool{}
			for i, step := range w.steps {
				asked[step.Guidance] = true
				if step.Verdict == screening.NotMeasured {
					reasons = append(reasons, step.Reason)
				}
				if i > 0 && step.State != w.steps[i-1].State {
					walked[[2]screening.State{w.steps[i-1].State, step.State}] = true
				}
			}
			if got := w.verdicts(); !slices.Equal(got, s.ends) || !slices.Equal(got, w.counted) {
				t.Errorf("the visits ended %v (counted %v), want %v", got, w.counted, s.ends)
			}
			if !slices.Equal(reasons, s.reasons) {
				t.Errorf("reasons %v, want %v", reasons, s.reasons)
			}
			for _, g := range s.asks {
				if !asked[g] {
					t.Errorf("nobody was asked to %v", g)
				}
			}
			if s.quiet && follows(w.steps, []screening.State{screening.Guiding}) {
				t.Error("somebody was addressed")
			}
			if !follows(w.steps, s.walks) {
				t.Errorf("the states do not go through %v", s.walks)
			}
			if t.Failed() {
				last := screening.Step{}
				for i, step := range w.steps {
					if step.State != last.State || step.Guidance != last.Guidance || step.Verdict != 0 {
						t.Logf("frame %d: %v %v %v %v, %.2f +- %.2f of %d", i, step.State, step.Guidance, step.Verdict, step.Reason, step.Value, step.U, step.Readings)
					}
					last = step
				}
			}
		})
	}
	for _, r := range screening.Transitions() {
		if !walked[[2]screening.State{r.From, r.To}] {
			t.Errorf("no scenario goes from %v on %v to %v", r.From, r.On, r.To)
		}
	}
}

func scenarios() []scenario {
	const (
		pass, refer, none = screening.Pass, screening.Refer, screening.NotMeasured
	)
	return []scenario{
		{
			name: "a visit", scene: people(visitor(34.3, 4, 6)), frames: 120, warmUp: 2 * time.Second, source: switchedOn,
			ends: []screening.Verdict{pass}, asks: []screening.Guidance{screening.ComeCloser, screening.HoldStill},
			walks: []screening.State{screening.Starting, screening.WarmingUp, screening.Ready, screening.Guiding, screening.Measuring, screening.Passed, screening.Clearing, screening.Ready},
		},
		{
			name: "a fever", scene: people(visitor(37.5, 1, 6)), frames: 95,
			ends:  []screening.Verdict{refer},
			walks: []screening.State{screening.Measuring, screening.Referred, screening.Clearing, screening.Ready},
		},
		{
			name: "just came in", scene: people(visitor(30, 1, 10)), frames: 130,
			ends: []screening.Verdict{none}, reasons: []screening.Reason{screening.TooCold},
			walks: []screening.State{screening.Measuring, screening.Unmeasured, screening.Clearing, screening.Ready},
		},
		{
			name: "just came in, hottest place of the face", scene: people(visitor(30, 1, 14)), frames: 165, site: policy.FaceMax,
			ends: []screening.Verdict{none}, reasons: []screening.Reason{screening.TooCold},
		},
		{
			name: "leaves early", scene: people(appears(nearThreshold, 1, 1.2, 0)), frames: 60,
			source: func(s thermal.Source, _ *watcher) thermal.Source {
				return &stalls{s, 1300 * time.Millisecond, 1900 * time.Millisecond}
			},
			ends: []screening.Verdict{none}, reasons: []screening.Reason{screening.LeftEarly},
			walks: []screening.State{screening.Measuring, screening.Ready},
		},
		{
			name: "never near", scene: sim.Config{Scene: "own", People: []sim.Visitor{{Skin: 34.5, Height: 1.72, Start: 1, Path: []sim.Waypoint{{X: 0.5, Distance: beckoned}, {Seconds: 2, Distance: beckoned}, {Seconds: 0.05, X: 8, Distance: far}}}}}, frames: 50,
			walks: []screening.State{screening.Ready, screening.Guiding, screening.Ready},
		},
		{
			name: "walks by in the distance", scene: sim.Config{Scene: "own", People: []sim.Visitor{{Skin: 34.5, Height: 1.72, Start: 1, Path: []sim.Waypoint{{X: 0.5, Distance: 1.7}, {Seconds: 3, X: -0.5, Distance: 1.7}}}}}, frames: 50,
			quiet: true,
		},
		{
			name: "looks aside in mid visit", scene: people(looking(nearThreshold, 0.2, 1, 4)), frames: 95,
			ends: []screening.Verdict{refer}, asks: []screening.Guidance{screening.FaceTheCamera},
			walks: []screening.State{screening.Measuring, screening.Guiding, screening.Referred},
		},
		{
			name: "looks aside until the kiosk gives up, then tries again", scene: people(late(37.5, 17, 6)), frames: 240,
			ends: []screening.Verdict{none, refer}, reasons: []screening.Reason{screening.TurnedAway},
			walks: []screening.State{screening.Guiding, screening.Unmeasured, screening.Clearing, screening.Measuring, screening.Referred},
		},
		{
			name: "a second person steps in", scene: people(appears(34.3, 1, 9, -0.13), appears(37.5, 1.15, 4, 0.13)), frames: 110,
			ends: []screening.Verdict{pass}, asks: []screening.Guidance{screening.OneAtATime},
		},
		{
			name: "the reference goes in mid visit", scene: disturbed(gone(2.9, 6), visitor(nearThreshold, 1, 3)), frames: 120,
			walks: []screening.State{screening.Measuring, screening.OutOfService, screening.Ready},
		},
		{
			name: "the reference goes when nobody is there", scene: disturbed(gone(2, 4)), frames: 40,
			walks: []screening.State{screening.Starting, screening.Ready, screening.OutOfService},
		},
		{
			name: "out of service and back", scene: disturbed(gone(2, 5), visitor(34.3, 18, 5)), frames: 230, warmUp: 14 * time.Second, source: switchedOn,
			ends:  []screening.Verdict{pass},
			walks: []screening.State{screening.WarmingUp, screening.OutOfService, screening.WarmingUp, screening.Ready, screening.Measuring, screening.Passed},
		},
		{
			name: "the reference goes while somebody is guided", frames: 70,
			scene: disturbed(gone(3, 6), sim.Visitor{Skin: 34.5, Height: 1.72, Start: 1, Path: []sim.Waypoint{{X: 0.3, Distance: beckoned}, {Seconds: 12, Distance: beckoned}}}),
			walks: []screening.State{screening.Guiding, screening.OutOfService},
		},
		{
			name: "the reference goes when the outcome was shown", scene: disturbed(gone(7, 12), visitor(34.3, 1, 6)), frames: 95,
			ends:  []screening.Verdict{pass},
			walks: []screening.State{screening.Passed, screening.Clearing, screening.OutOfService},
		},
		{
			name: "no reference at all", scene: sim.Config{Scene: "no-reference"}, frames: 60,
			walks: []screening.State{screening.Starting, screening.OutOfService},
		},
		{
			name: "a flat-field correction in mid visit", frames: 110,
			scene: sim.Config{Scene: "own", People: []sim.Visitor{visitor(nearThreshold, 1, 8)}, FFC: sim.FFC{Every: 100, First: 2.9}},
			ends:  []screening.Verdict{refer},
		},
		{
			name: "the camera stalls in mid visit", scene: people(visitor(nearThreshold, 1, 14)), frames: 140,
			source: func(s thermal.Source, _ *watcher) thermal.Source {
				return &stalls{s, 2900 * time.Millisecond, 9 * time.Second}
			},
			ends: []screening.Verdict{refer},
		},
		{
			name: "something hot at the mouth", scene: people(visitor(34.3, 1, 15)), frames: 170, source: held(33315),
			ends: []screening.Verdict{none}, reasons: []screening.Reason{screening.TooHot}, asks: []screening.Guidance{screening.PutItAside},
		},
		{
			name: "something warm at the mouth, hottest place of the face", scene: people(visitor(34.3, 1, 15)), frames: 170, site: policy.FaceMax, source: held(30950),
			ends: []screening.Verdict{none}, reasons: []screening.Reason{screening.TooHot}, asks: []screening.Guidance{screening.PutItAside},
		},
	}
}
