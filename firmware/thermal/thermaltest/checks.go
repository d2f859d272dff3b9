package thermaltest

import (
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	"lintel/firmware/thermal"
)

// info: Info is sensible and does not change, not even by Close.
func (s *suite) info(t *testing.T) {
	t.Helper()
	src := s.source(t)
	info := src.Info()
	if info.Width < thermal.MinSide || info.Width > thermal.MaxSide ||
		info.Height < thermal.MinSide || info.Height > thermal.MaxSide {
		t.Errorf("Info has %dx%d pixels, allowed are %d to %d", info.Width, info.Height, thermal.MinSide, thermal.MaxSide)
	}
	if info.Rate < 0 || math.IsInf(info.Rate, 0) || math.IsNaN(info.Rate) {
		t.Errorf("Info has the rate %v", info.Rate)
	}
	if info.Scale.KelvinPerCount() == 0 {
		t.Errorf("Info has the scale %v", info.Scale)
	}
	var f thermal.Frame
	s.next(t.Context(), t, src, &f)
	if got := src.Info(); got != info {
		t.Errorf("Info was %+v and is %+v after a frame", info, got)
	}
	if err := src.Close(); err != nil {
		t.Errorf("Close returned %v", err)
	}
	if got := src.Info(); got != info {
		t.Errorf("Info was %+v and is %+v after Close", info, got)
	}
}

// frames: every frame has the right size, numbers increase, times never
// decrease, and a finite source has the promised number of frames.
func (s *suite) frames(t *testing.T) {
	t.Helper()
	src := s.source(t)
	info := src.Info()
	var f thermal.Frame
	var sequence uint64
	last := f.Time
	n := 0
	for ; s.end >= 0 || n < someFrames; n++ {
		if !s.next(t.Context(), t, src, &f) {
			break
		}
		if f.Width != info.Width || f.Height != info.Height || len(f.Counts) != info.Width*info.Height {
			t.Fatalf("frame %d is %dx%d with %d counts, Info says %dx%d",
				n, f.Width, f.Height, len(f.Counts), info.Width, info.Height)
		}
		if n > 0 && f.Sequence <= sequence {
			t.Fatalf("frame %d has the number %d after %d", n, f.Sequence, sequence)
		}
		if f.Time < last {
			t.Fatalf("frame %d has the time %v after %v", n, f.Time, last)
		}
		sequence, last = f.Sequence, f.Time
	}
	if n == 0 {
		t.Error("the source has no frame")
	}
	if s.end >= 0 && n != s.end {
		t.Errorf("the source has %d frames, promised were %d", n, s.end)
	}
}

// memory: the caller's memory is used, whatever size the frame had, and kept.
func (s *suite) memory(t *testing.T) {
	t.Helper()
	src := s.source(t)
	info := src.Info()
	n := info.Width * info.Height
	f := thermal.Frame{Width: 1, Height: n + 1, Counts: make([]uint16, n+1)}
	first := &f.Counts[0]
	for i := range s.some(4) {
		if !s.next(t.Context(), t, src, &f) {
			return
		}
		if len(f.Counts) != n || &f.Counts[0] != first {
			t.Fatalf("frame %d does not lie in the memory of the frame that was handed over", i)
		}
	}
	if s.some(5) < 5 {
		return
	}
	f = thermal.Frame{Width: 1, Height: 1, Counts: make([]uint16, 1)}
	if s.next(t.Context(), t, src, &f) && len(f.Counts) != n {
		t.Fatalf("a frame that was too small has %d counts, not %d", len(f.Counts), n)
	}
}

// aliasing: a frame does not change when the next one is read into another.
func (s *suite) aliasing(t *testing.T) {
	t.Helper()
	src := s.source(t)
	var a, b thermal.Frame
	if !s.next(t.Context(), t, src, &a) {
		return
	}
	kept := slices.Clone(a.Counts)
	for range s.some(4) - 1 {
		if !s.next(t.Context(), t, src, &b) {
			break
		}
		if &a.Counts[0] == &b.Counts[0] {
			t.Fatal("two frames share their memory")
		}
	}
	if !slices.Equal(a.Counts, kept) {
		t.Error("a delivered frame changed when the next one was read")
	}
}

// stale: neither telemetry nor pixels of the frame handed over shine through.
func (s *suite) stale(t *testing.T) {
	t.Helper()
	src := s.source(t)
	var f thermal.Frame
	for range s.some(someFrames) {
		f.Telemetry = thermal.Telemetry{
			SinceFFC: -1, HasSinceFFC: true, Uptime: -1, HasUptime: true, Sensor: -1000, HasSensor: true,
		}
		if !s.next(t.Context(), t, src, &f) {
			return
		}
		tel := f.Telemetry
		switch {
		case tel.SinceFFC < 0, tel.Uptime < 0, tel.Sensor < thermal.AbsoluteZero:
			t.Fatalf("frame %d has the telemetry %+v", f.Sequence, tel)
		case tel.HasSinceFFC && tel.HasUptime && tel.SinceFFC > tel.Uptime:
			t.Fatalf("frame %d was corrected %v ago by a camera that was switched on %v ago",
				f.Sequence, tel.SinceFFC, tel.Uptime)
		}
	}
}

// atEnd: a source that has ended stays so.
func (s *suite) atEnd(t *testing.T) {
	t.Helper()
	if s.end < 0 {
		t.Skip("the source does not promise an end")
	}
	src := s.source(t)
	var f thermal.Frame
	for s.next(t.Context(), t, src, &f) {
	}
	for range 3 {
		if err := src.Next(t.Context(), &f); !errors.Is(err, io.EOF) {
			t.Fatalf("after the end Next returned %v", err)
		}
	}
}

// done: a context that is done before Next is called wins, and does no harm.
func (s *suite) done(t *testing.T) {
	t.Helper()
	src := s.source(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	var f thermal.Frame
	for range s.some(3) {
		if err := src.Next(cancelled, &f); !errors.Is(err, context.Canceled) {
			t.Fatalf("Next with a cancelled context returned %v", err)
		}
		if err := src.Next(late, &f); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Next after the deadline returned %v", err)
		}
		if !s.next(t.Context(), t, src, &f) {
			return
		}
	}
}

// cancelled: cancelling ends a Next that may be waiting.
func (s *suite) cancelled(t *testing.T) {
	t.Helper()
	src := s.source(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	over := make(chan struct{})
	started := make(chan struct{})
	go func() {
		defer close(over)
		<-started
		cancel()
	}()
	defer func() { <-over }()
	close(started)
	var f thermal.Frame
	for late := 0; late < 2; {
		if err := src.Next(ctx, &f); errors.Is(err, context.Canceled) || errors.Is(err, io.EOF) && !s.endless {
			return
		} else if err != nil {
			t.Fatalf("Next returned %v", err)
		}
		if ctx.Err() != nil {
			late++
		}
	}
	t.Error("Next goes on after its context was cancelled")
}

// closed: Close is final, at any moment, and may be called again.
func (s *suite) closed(t *testing.T) {
	t.Helper()
	for _, frames := range []int{0, 1, 2} {
		src := s.source(t)
		var f thermal.Frame
		for range s.some(frames) {
			s.next(t.Context(), t, src, &f)
		}
		for i := range 3 {
			if err := src.Close(); err != nil {
				t.Fatalf("Close number %d after %d frames returned %v", i+1, frames, err)
			}
			if err := src.Next(t.Context(), &f); !errors.Is(err, thermal.ErrClosed) {
				t.Fatalf("Next after Close returned %v", err)
			}
		}
	}
}

// twice: a deterministic source does not depend on when it is opened, nor on
// what the caller does to the frames.
func (s *suite) twice(t *testing.T) {
	t.Helper()
	if !s.deterministic {
		t.Skip("the source does not promise the same frames twice")
	}
	type shot struct {
		sum  uint64
		rest thermal.Frame
	}
	read := func(spoil bool) (shots []shot) {
		src := s.source(t)
		var f thermal.Frame
		for range s.some(4 * someFrames) {
			if !s.next(t.Context(), t, src, &f) {
				break
			}
			sum := uint64(14695981039346656037) // FNV-1a
			for _, c := range f.Counts {
				sum = (sum ^ uint64(c)) * 1099511628211
			}
			kept := f
			kept.Counts = nil
			shots = append(shots, shot{sum, kept})
			if spoil {
				for i := range f.Counts {
					f.Counts[i] = ^uint16(i)
				}
			}
		}
		return shots
	}
	a, b := read(false), read(true)
	if len(a) != len(b) {
		t.Fatalf("the first time it had %d frames, the second %d", len(a), len(b))
	}
	for i := range a {
		if a[i].sum != b[i].sum {
			t.Fatalf("the pixels of frame %d differ", i)
		}
		if a[i].rest.Time != b[i].rest.Time || a[i].rest.Sequence != b[i].rest.Sequence ||
			a[i].rest.Telemetry != b[i].rest.Telemetry {
			t.Fatalf("frame %d was %+v and is %+v", i, a[i].rest, b[i].rest)
		}
	}
}
