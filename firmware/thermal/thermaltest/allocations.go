package thermaltest

import (
	"testing"

	"lintel/firmware/thermal"
)

// allocations: after the first few frames nothing allocates. The count is that
// of the whole program, so a source's own goroutines are included.
func (s *suite) allocations(t *testing.T) {
	t.Helper()
	if s.mayAllocate != "" {
		t.Skip("excused: " + s.mayAllocate)
	}
	// The runtime itself allocates now and then; a source that does so does it
	// every time.
	const attempts = 4
	var allocs float64
	var frames int
	for range attempts {
		if allocs, frames = s.countAllocations(t); allocs == 0 {
			return
		}
	}
	t.Errorf("%d frames made %v allocations, want none", frames, allocs)
}

// countAllocations returns how many allocations a number of frames made.
func (s *suite) countAllocations(t *testing.T) (allocs float64, frames int) {
	t.Helper()
	src := s.open(t)
	defer func() {
		if err := src.Close(); err != nil {
			t.Errorf("Close returned %v", err)
		}
	}()
	// AllocsPerRun calls its function twice and counts the second time.
	each := someFrames
	if s.end >= 0 {
		each = min(each, (s.end-firstFrames)/2)
	}
	if each < 1 {
		t.Skip("the source has too few frames")
	}
	ctx := t.Context()
	var f thermal.Frame
	for range firstFrames {
		if !s.next(ctx, t, src, &f) {
			t.Skip("the source has too few frames")
		}
	}
	ended := false
	allocs = testing.AllocsPerRun(1, func() {
		frames = 0
		for range each {
			if ended = ended || !s.next(ctx, t, src, &f); ended {
				return
			}
			frames++
		}
	})
	return allocs, frames
}
