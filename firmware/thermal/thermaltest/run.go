package thermaltest

import (
	"context"
	"errors"
	"io"
	"testing"

	"go.uber.org/goleak"

	"lintel/firmware/thermal"
)

// Option says what a source promises beyond the interface.
type Option func(*suite)

// Frames says that the source ends with io.EOF after exactly n frames.
func Frames(n int) Option { return func(s *suite) { s.end = n } }

// Endless says that the source never ends.
func Endless() Option { return func(s *suite) { s.endless = true } }

// Deterministic says that the source delivers the same frames, times and
// telemetry each time it is opened.
func Deterministic() Option { return func(s *suite) { s.deterministic = true } }

// MayAllocate excuses a source from "nothing allocates per frame", for the
// reason given; an emulated camera in the same process allocates on its own
// account.
func MayAllocate(reason string) Option { return func(s *suite) { s.mayAllocate = reason } }

const (
	// someFrames is how many frames of an endless or long source are looked at.
	someFrames = 24
	// firstFrames is how many frames may allocate.
	firstFrames = 3
)

// suite is one run.
type suite struct {
	open          func(t *testing.T) thermal.Source
	end           int
	endless       bool
	deterministic bool
	mayAllocate   string
}

// Run checks that the sources open returns keep the promises of
// [thermal.Source] and of the options. open is called with the sub-test's t and
// fails it when the source cannot be opened.
func Run(t *testing.T, open func(t *testing.T) thermal.Source, opts ...Option) {
	t.Helper()
	s := &suite{open: open, end: -1}
	for _, o := range opts {
		o(s)
	}
	for _, c := range []struct {
		name  string
		check func(*suite, *testing.T)
	}{
		{"info holds before and after Close", (*suite).info},
		{"frames have the size of Info", (*suite).frames},
		{"memory of the frame is reused", (*suite).memory},
		{"delivered frames stay as they are", (*suite).aliasing},
		{"nothing is left of what the frame held", (*suite).stale},
		{"nothing allocates per frame", (*suite).allocations},
		{"the end is io.EOF again and again", (*suite).atEnd},
		{"a context that is done ends Next", (*suite).done},
		{"a context cancelled meanwhile ends Next", (*suite).cancelled},
		{"Close ends it", (*suite).closed},
		{"opened twice it is the same", (*suite).twice},
	} {
		before := goleak.IgnoreCurrent()
		t.Run(c.name, func(t *testing.T) { c.check(s, t) })
		if err := goleak.Find(before); err != nil {
			t.Errorf("after %q goroutines are left: %v", c.name, err)
		}
	}
}

// source opens a source that is closed at the end of the sub-test.
func (s *suite) source(t *testing.T) thermal.Source {
	t.Helper()
	src := s.open(t)
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Errorf("Close returned %v", err)
		}
	})
	return src
}

// next reads a frame and says whether there was one. Any error but a rightful
// io.EOF ends the sub-test.
func (s *suite) next(ctx context.Context, t *testing.T, src thermal.Source, f *thermal.Frame) bool {
	t.Helper()
	err := src.Next(ctx, f)
	if err == nil {
		return true
	}
	if s.endless || !errors.Is(err, io.EOF) {
		t.Fatalf("Next returned %v", err)
	}
	return false
}

// some is how many frames the suite may look at; n at most.
func (s *suite) some(n int) int {
	if s.end >= 0 {
		return min(n, s.end)
	}
	return n
}
