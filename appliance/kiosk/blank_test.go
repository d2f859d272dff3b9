package kiosk

import (
	"context"
	"testing"

	"lintel/appliance/screening"
	"lintel/firmware/thermal"
)

// faulty is a camera some of whose frames are no readings.
type faulty struct {
	thermal.Source
	from, to uint64
	counts   uint16
}

func (f *faulty) Next(ctx context.Context, frame *thermal.Frame) error {
	if err := f.Source.Next(ctx, frame); err != nil {
		return err
	}
	if frame.Sequence >= f.from && frame.Sequence < f.to {
		for i := range frame.Counts {
			frame.Counts[i] = f.counts
		}
	}
	return nil
}

// Frames that are all zero, saturated or not a number stop no kiosk: nothing is
// found and nothing measured on them, and afterwards it goes on.
func TestBlankFrames(t *testing.T) {
	for _, counts := range []uint16{0, 65535, 0x7fff, 0x8000} {
		s, w := stage(t, "normal", 60), &watcher{}
		w.check = func(r *Report) {
			blank := r.Frame.Sequence >= 12 && r.Frame.Sequence < 16
			if blank && (len(r.Faces) > 0 || r.Reference.OK || r.Step.Verdict == screening.Pass || r.Step.Verdict == screening.Refer) {
				t.Errorf("counts %d, frame %d: %d faces, reference %v, %v", counts, r.Frame.Sequence, len(r.Faces), r.Reference.OK, r.Step.Verdict)
			}
		}
		if err := start(t, config(t, &faulty{s, 12, 16, counts}, s, w)).Run(t.Context()); err != nil {
			t.Fatalf("counts %d: %v", counts, err)
		}
		if got := w.verdicts(); len(got) == 0 || got[len(got)-1] != screening.Pass {
			t.Errorf("counts %d: afterwards %v", counts, got)
		}
	}
}
