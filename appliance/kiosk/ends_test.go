package kiosk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"lintel/appliance/kiosk/kiosktest"
	"lintel/appliance/screening"
	"lintel/firmware/thermal"
	"lintel/vision"
)

var errUnplugged = errors.New("the cable is out")

// failing is a detector that fails at some frame.
type failing struct {
	vision.Detector
	after int
}

func (f *failing) Detect(in []float32, w, h int) ([]float32, error) {
	if f.after--; f.after < 0 {
		return nil, errUnplugged
	}
	return f.Detector.Detect(in, w, h)
}

// However a loop ends, the screen says so and the mirror is wiped.
func TestEnds(t *testing.T) {
	for _, c := range []struct {
		name   string
		set    func(s *kiosktest.Stage, c *Config) context.Context
		fault  string
		err    error
		frames int
	}{
		{"recording ends", func(*kiosktest.Stage, *Config) context.Context { return t.Context() }, FaultRecordingEnded, nil, 40},
		{"camera lost", func(s *kiosktest.Stage, _ *Config) context.Context {
			s.Failure = errUnplugged
			return t.Context()
		}, FaultCameraLost, errUnplugged, 40},
		{"closed", func(s *kiosktest.Stage, _ *Config) context.Context {
			s.Failure = thermal.ErrClosed
			return t.Context()
		}, FaultCameraLost, thermal.ErrClosed, 40},
		{"stopped", func(_ *kiosktest.Stage, c *Config) context.Context {
			ctx, cancel := context.WithCancel(t.Context())
			w := c.Observer.(*watcher)
			w.check = func(r *Report) {
				if r.Frame.Sequence == 19 {
					cancel()
				}
			}
			return ctx
		}, FaultCameraLost, nil, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, w := stage(t, "normal", 40), &watcher{}
			cfg := config(t, s, s, w)
			ctx := c.set(s, &cfg)
			err := start(t, cfg).Run(ctx)
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) || err != nil && !strings.HasPrefix(err.Error(), "cannot ") {
				t.Errorf("Run returned %v, want %v", err, c.err)
			}
			last := w.views[len(w.views)-1]
			if last.State != "out_of_service" || last.Reason != c.fault || !w.wiped || len(w.frames) != c.frames {
				t.Errorf("after %d frames the screen shows %+v, mirror wiped: %v", len(w.frames), last, w.wiped)
			}
		})
	}
	t.Run("detector fails", func(t *testing.T) {
		s, w := stage(t, "normal", 40), &watcher{}
		err := start(t, config(t, s, &failing{s, 10}, w)).Run(t.Context())
		if !errors.Is(err, errUnplugged) || len(w.frames) != 10 || w.views[len(w.views)-1].State != "out_of_service" || !w.wiped {
			t.Errorf("Run returned %v after %d frames", err, len(w.frames))
		}
	})
}

// A recording that ends while somebody stands there leaves nothing of them.
func TestForgets(t *testing.T) {
	s, w := stage(t, "normal", 30), &watcher{}
	c := config(t, s, s, w)
	readings := 0
	var faces []vision.Face
	w.check = func(r *Report) { readings, faces = r.Step.Readings, r.Faces }
	k := start(t, c)
	if err := k.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if readings == 0 || len(faces) == 0 {
		t.Fatal("nobody was being measured at the end: the test shows nothing")
	}
	if c.Machine.InVisit() {
		t.Error("the state machine still knows of a visit")
	}
	if slices.ContainsFunc(w.borrowed.Counts, func(c uint16) bool { return c != 0 }) {
		t.Error("the frame is still there")
	}
	if slices.ContainsFunc(s.LastInput, func(v float32) bool { return v != 0 }) || len(s.LastInput) == 0 {
		t.Error("the detector's memory was not overwritten")
	}
	if faces[0] != (vision.Face{}) {
		t.Errorf("a face is still there: %+v", faces[0])
	}
	if slices.ContainsFunc(k.found.Body.Bits, func(b byte) bool { return b != 0 }) {
		t.Error("the silhouette is still there")
	}
	for _, f := range k.seen.Faces[:cap(k.seen.Faces)] {
		if f != (screening.Face{}) {
			t.Errorf("a reading is still there: %+v", f)
		}
	}
}
