package kiosk

import (
	"context"
	"io"
	"slices"
	"testing"
	"time"

	"lintel/appliance/kiosk/kiosktest"
	"lintel/appliance/screening"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/vision"
)

// again plays a few frames over and over.
type again struct {
	info   thermal.Info
	frames []thermal.Frame
	n      uint64
}

func (a *again) Info() thermal.Info { return a.info }
func (a *again) Close() error       { return nil }

func (a *again) Next(_ context.Context, f *thermal.Frame) error {
	if len(a.frames) == 0 {
		return io.EOF
	}
	from := &a.frames[a.n%uint64(len(a.frames))]
	f.Resize(from.Width, from.Height)
	copy(f.Counts, from.Counts)
	f.Sequence, f.Time = a.n, time.Duration(a.n)*114*time.Millisecond
	a.n++
	return nil
}

// nothing keeps nothing.
type nothing struct{ seen int }

func (n *nothing) Show(ui.View)          { n.seen++ }
func (n *nothing) ShowMirror(ui.Mirror)  { n.seen++ }
func (n *nothing) Add(screening.Verdict) { n.seen++ }
func (n *nothing) Observe(*Report)       { n.seen++ }
func (n *nothing) Lap(Stage)             { n.seen++ }

// remembered is a detector that answers for frame after frame with what another
// one said of them.
type remembered struct {
	answers [][]float32
	people  [][]sim.Person
	n       int
}

func (r *remembered) Detect([]float32, int, int) ([]float32, error) {
	r.n++
	return r.answers[(r.n-1)%len(r.answers)], nil
}

func (r *remembered) Look(_ []float32, at thermal.Box) (vision.Look, error) {
	return kiosktest.Look(r.people[(r.n-1)%len(r.people)], at), nil
}

// Once its buffers have their size, no frame allocates: with nobody there, in a
// visit, and when one ends.
func TestFramesDoNotAllocate(t *testing.T) {
	s := stage(t, "normal", 110)
	source, answers := &again{info: s.Info()}, &remembered{}
	for range 100 {
		var f thermal.Frame
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		out, err := s.Detect(nil, f.Width, f.Height)
		if err != nil {
			t.Fatal(err)
		}
		source.frames = append(source.frames, f)
		answers.answers = append(answers.answers, slices.Clone(out))
		answers.people = append(answers.people, slices.Clone(s.Truth().People))
	}
	c, n := config(t, source, answers, &watcher{}), &nothing{}
	c.Screen, c.Tally, c.Observer, c.Stopwatch = n, n, n, n
	k := start(t, c)
	frame := func() {
		if err := source.Next(t.Context(), &k.frame); err != nil {
			t.Fatal(err)
		}
		if err := k.process(); err != nil {
			t.Fatal(err)
		}
	}
	for range len(source.frames) {
		frame()
	}
	before := c.Machine.InVisit()
	if a := testing.AllocsPerRun(len(source.frames), frame); a != 0 {
		t.Errorf("a frame makes %v allocations", a)
	}
	if n.seen == 0 || before {
		t.Error("the frames did not go their whole way")
	}
}
