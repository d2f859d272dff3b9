package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lintel/appliance/config"
	"lintel/appliance/kiosk"
	"lintel/appliance/screening"
	"lintel/appliance/setup"
	"lintel/firmware/thermal"
	"lintel/vision/detect"
)

// secrets is what must not leave the program.
type secrets struct {
	frames *searcher
	// every is how many frames of faces lie between those that are looked for.
	every uint64
	// numbers are the readings, and corners of boxes, as memory has them.
	numbers map[[8]byte]string
	visits  int64
}

// search looks for secrets in what was written or sent.
func (s *secrets) search(b []byte, where string, offend func(string, ...any)) {
	s.searchPieces(b, where, offend)
	if m := degrees.Find(b); m != nil {
		offend("a temperature, %q, in %s of %.80q", m, where, b)
	}
	if m := fourOf.Find(b); m != nil {
		offend("a box, %q, in %s of %.80q", m, where, b)
	}
}

// searchPieces looks for secrets as memory has them.
func (s *secrets) searchPieces(b []byte, where string, offend func(string, ...any)) {
	var examples []string
	s.frames.find(append(slices.Clone(b), make([]byte, 4*piece)...), where, map[string]int{}, &examples)
	for _, e := range examples {
		offend("a piece of a frame: %s", e)
	}
	for i := 0; i+8 <= len(b); i++ {
		if what, found := s.numbers[[8]byte(b[i:i+8])]; found {
			offend("%s in %s", what, where)
		}
	}
}

// searchFiles looks for secrets in every file of a folder: what is written
// through a mapping of memory stands in no trace.
func (s *secrets) searchFiles(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if errors.Is(err, os.ErrNotExist) || e.IsDir() {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		s.search(content, e.Name(), func(format string, args ...any) { t.Errorf("on the disk: "+format, args...) })
	}
}

// Add counts the visits of the test's own loop.
func (s *secrets) Add(screening.Verdict) { s.visits++ }

// Observe collects the readings and boxes of the loop in the test itself.
func (s *secrets) Observe(r *kiosk.Report) {
	number := func(what string, v float64) {
		if v != math.Trunc(v*4)/4 { // a round number is everywhere
			s.numbers[[8]byte(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))] = fmt.Sprintf("%s %g", what, v)
		}
	}
	if r.Step.Value != 0 {
		number("the reading", float64(r.Step.Value))
		number("the uncertainty", float64(r.Step.U))
	}
	for _, f := range r.Faces {
		for _, v := range []float64{f.Box.X0, f.Box.Y0, f.Box.X1, f.Box.Y1, f.Forehead.X0, f.Forehead.Y0, f.Forehead.X1, f.Forehead.Y1} {
			number("the corner of a box", v)
		}
		if r.Frame.Sequence%s.every == 0 {
			s.frames.add(r.Frame, f.Box, true)
		}
	}
}

// first ends a source after so many frames.
type first struct {
	thermal.Source
	left int
}

func (f *first) Next(ctx context.Context, frame *thermal.Frame) error {
	if f.left--; f.left < 0 {
		return io.EOF
	}
	return f.Source.Next(ctx, frame)
}

// secretsOf plays a source in the test, to its end or so many frames, and
// returns what must not leave.
func secretsOf(t *testing.T, from string, frames int, sets ...string) *secrets {
	t.Helper()
	// Some hundred frames are looked for, however many there are.
	s := &secrets{frames: &searcher{}, every: 4, numbers: map[[8]byte]string{}}
	if frames > 0 {
		s.every = uint64(max(4, frames/400))
	}
	source, err := setup.ParseSource(from)
	if err != nil {
		t.Fatal(err)
	}
	c, err := source.Configure(&config.Flags{Sets: sets})
	if err != nil {
		t.Fatal(err)
	}
	all, err := source.Open(&c, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	detector, err := detect.Open()
	if err != nil {
		t.Fatal(err)
	}
	some := all
	if frames > 0 {
		some = &first{all, frames}
	}
	loop, err := setup.Kiosk(&c, some, detector, nil, setup.Outputs{Observer: s, Tally: s})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(loop.Run(t.Context()), all.Close(), detector.Close()); err != nil {
		t.Fatal(err)
	}
	return s
}

// rich fails where there is too little to look for.
func (s *secrets) rich(t *testing.T) *secrets {
	t.Helper()
	if s.frames.count < 1000 || len(s.numbers) < 100 {
		t.Fatalf("only %d pieces of frames and %d numbers to look for", s.frames.count, len(s.numbers))
	}
	return s
}
