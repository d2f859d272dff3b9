package kiosk

import (
	"context"
	"fmt"
	"testing"
	"time"

	"lintel/appliance/screening"
	"lintel/firmware/thermal"
	"lintel/ui"
)

// stopped is an outage.
type stopped struct{ at time.Duration }

func (s stopped) Error() string     { return "cannot get a frame at present" }
func (s stopped) Fault() string     { return "camera_missing" }
func (s stopped) At() time.Duration { return s.at }

// stopping is a source whose frames stay away for a while.
type stopping struct {
	thermal.Source
	from, until time.Duration
	now         time.Duration
	asked       []bool // whether a correction was allowed: nobody, between
}

func (s *stopping) Next(ctx context.Context, f *thermal.Frame) error {
	if s.now >= s.from && s.now < s.until {
		s.now += 100 * time.Millisecond
		return fmt.Errorf("wrapped: %w", stopped{s.now})
	}
	err := s.Source.Next(ctx, f)
	if s.now >= s.until {
		f.Time += s.until - s.from
	}
	s.now = max(s.now, f.Time)
	return err
}

func (s *stopping) MayCorrect(nobody, between bool) { s.asked = append(s.asked, nobody, between) }

// When the camera goes in the middle of a visit there is no verdict, the kiosk
// is out of service within a second of being told, and ready when the camera and
// the reference are back.
func TestOutageInMidVisit(t *testing.T) {
	s, w := stage(t, "normal", 130), &watcher{}
	source := &stopping{Source: s, from: time.Hour, until: time.Hour}
	w.check = func(r *Report) {
		if r.Step.Readings >= 1 && source.from == time.Hour {
			source.from = r.Frame.Time
			source.until = source.from + 5*time.Second
		}
	}
	c := config(t, source, s, w)
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	out, ready := false, false
	for i, v := range w.views {
		switch {
		case v.State == screening.OutOfService.String() && v.Reason == "camera_missing":
			out = true
		case out && v.State == screening.Ready.String():
			ready = true
		case (v.State == screening.Passed.String() || v.State == screening.Referred.String()) && !ready:
			t.Errorf("view %d is %+v", i, v)
		}
	}
	if !out || !ready {
		t.Errorf("out of service: %v, ready again: %v", out, ready)
	}
}

// views is a screen that hears of states alone.
type views func(state string)

func (v views) Show(view ui.View)    { v(view.State) }
func (v views) ShowMirror(ui.Mirror) {}

// During an outage nothing is left of the frame before.
func TestOutageForgets(t *testing.T) {
	s, w := stage(t, "normal", 60), &watcher{}
	source := &stopping{Source: s, from: 3 * time.Second, until: 5 * time.Second}
	c := config(t, source, s, w)
	var k *Kiosk
	last := 0
	c.Screen = views(func(state string) {
		if state != screening.OutOfService.String() {
			return
		}
		last++
		for _, v := range k.frame.Counts {
			if v != 0 {
				t.Fatal("the last frame is still there")
			}
		}
	})
	k = start(t, c)
	if err := k.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last < 5 {
		t.Errorf("out of service in %d views", last)
	}
}

// The camera is corrected while nobody is there and never in a visit.
func TestCorrections(t *testing.T) {
	s, w := stage(t, "normal", 100), &watcher{}
	source := &stopping{Source: s, from: time.Hour, until: time.Hour}
	c := config(t, source, s, w)
	allowed, visits := 0, 0
	w.check = func(r *Report) {
		if len(source.asked) < 2 {
			return
		}
		// The answer to the frame before.
		nobody, between := source.asked[len(source.asked)-2], source.asked[len(source.asked)-1]
		before := w.steps[max(len(w.steps)-2, 0)]
		if between {
			allowed++
		}
		switch before.State {
		case screening.Guiding, screening.Measuring, screening.Passed, screening.Referred, screening.Unmeasured:
			visits++
			if nobody || between {
				t.Errorf("frame %d: allowed in the state %v", r.Frame.Sequence-1, before.State)
			}
		default:
		}
	}
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if allowed == 0 || visits == 0 {
		t.Errorf("allowed after %d frames; %d frames of visits", allowed, visits)
	}
}
