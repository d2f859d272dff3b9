package kiosk

import (
	"context"
	"math"
	"testing"

	"lintel/firmware/thermal"
)

// patched puts a patch of one temperature on the lower or upper part of the
// forehead that was found in the frame before.
type patched struct {
	thermal.Source
	forehead thermal.Box
	share    float64 // of the forehead's height
	counts   uint16
}

func (p *patched) Next(ctx context.Context, f *thermal.Frame) error {
	if err := p.Source.Next(ctx, f); err != nil {
		return err
	}
	b := p.forehead
	b.Y1 = b.Y0 + p.share*b.Height()
	for y := int(b.Y0); y < int(b.Y1); y++ {
		for x := int(b.X0); x < int(b.X1); x++ {
			f.Counts[y*f.Width+x] = p.counts
		}
	}
	return nil
}

// What is no forehead is not measured as one. Half of it hidden by something
// cold, or something warm in front of it: what is read is the skin beside it, at
// 34.8 degC, or nothing.
func TestUnevenForeheads(t *testing.T) {
	for name, p := range map[string]*patched{
		"cold rim": {share: 0.5, counts: 29815},
		"cup":      {share: 0.4, counts: 31815},
		"lamp":     {share: 0.3, counts: 32815},
	} {
		t.Run(name, func(t *testing.T) {
			s, w := stage(t, "normal", 60), &watcher{}
			p.Source = s
			w.check = func(r *Report) {
				for _, f := range r.Faces {
					p.forehead = f.Forehead
				}
			}
			if err := start(t, config(t, p, s, w)).Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, s := range w.steps {
				if s.Readings > 0 && math.Abs(float64(s.Value.Sub(34.8))) > float64(s.U) {
					t.Errorf("a reading of %v +- %v", s.Value, s.U)
				}
			}
		})
	}
}
