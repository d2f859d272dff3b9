package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"lintel/firmware/recording"
	"lintel/firmware/recording/write"
	"lintel/firmware/thermal"
)

// Without a reference there is no verdict, whoever stands there.
func TestNoVerdictWithoutReference(t *testing.T) {
	t.Run("simulated", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "no-reference.y16.gz")
		if err := os.WriteFile(path, simulated(t, "no-reference", 200, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		unreferenced(t, lab(t, "replay", "--json", "--set", "reference.temperature_c=37", path), 1)
	})
	t.Run("field", func(t *testing.T) {
		var files []string
		for i, file := range fieldFiles(t) {
			if i%paintEvery == 0 {
				files = append(files, file)
			}
		}
		discs := annotatedDiscs(t)
		painted := make([]string, len(files))
		errs := make([]error, len(files))
		dir := t.TempDir()
		work := make(chan int)
		var wait sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wait.Go(func() {
				for i := range work {
					painted[i], errs[i] = paintOut(files[i], dir, discs)
				}
			})
		}
		for i := range files {
			work <- i
		}
		close(work)
		wait.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		events, err := replayed(painted, "--set", "reference.temperature_c=37")
		if err != nil {
			t.Fatal(err)
		}
		unreferenced(t, events, len(files))
	})
}

// unreferenced checks that in none of so many recordings anything was measured.
func unreferenced(t *testing.T, events []byte, recordings int) {
	t.Helper()
	summaries, faces := 0, 0
	for line := range bytes.Lines(events) {
		var e struct {
			Event, Clip string
			Frame       int
			Reference   struct{ OK bool }
			Faces       []struct{}
			Reading     *struct{}
			Faults      []string
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		faces += len(e.Faces)
		switch {
		case e.Event == "verdict":
			t.Errorf("a verdict without a reference: %s", line)
		case e.Reference.OK || e.Reading != nil:
			t.Errorf("measured without a reference: %s", line)
		case e.Event == "summary":
			summaries++
			if !strings.Contains(strings.Join(e.Faults, " "), "reference_missing") {
				t.Errorf("%s: the faults are %v and lack reference_missing", e.Clip, e.Faults)
			}
		}
	}
	if summaries != recordings || faces == 0 {
		t.Errorf("%d recordings with %d faces, want %d with some", summaries, faces, recordings)
	}
}

// annotatedDiscs returns where the reference is in each field recording. The
// cameras stood still.
func annotatedDiscs(t *testing.T) map[string]thermal.Circle {
	t.Helper()
	file, err := os.Open(filepath.Join(dataFolder(t, "recordings"), "labels.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	discs := map[string]thermal.Circle{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var l struct {
			Clip string
			Disc *struct{ CX, CY, R float64 }
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if _, ok := discs[l.Clip]; !ok && l.Disc != nil {
			discs[l.Clip] = thermal.Circle{X: l.Disc.CX, Y: l.Disc.CY, R: l.Disc.R}
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return discs
}

// paintOut writes a recording anew without its reference and returns the path.
func paintOut(path, dir string, discs map[string]thermal.Circle) (painted string, err error) {
	clip := strings.TrimSuffix(filepath.Base(path), ".cptv")
	disc, ok := discs[clip]
	if !ok {
		return "", errors.New(clip + " has no annotated disc")
	}
	source, err := recording.Open(path, recording.Config{Mounting: thermal.Mounting{Rotate: 90}})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	painted = filepath.Join(dir, clip+".y16.gz")
	file, err := os.Create(painted)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	w, err := write.New(file, source.Info())
	if err != nil {
		return "", err
	}
	var f thermal.Frame
	for {
		err := source.Next(context.Background(), &f)
		if errors.Is(err, io.EOF) {
			return painted, w.Close()
		}
		if err != nil {
			return "", err
		}
		fill(&f, disc)
		if err := w.Write(&f); err != nil {
			return "", err
		}
	}
}

// fill paints the disc and its blurred rim over with its surround: each pixel
// is a mean of the ring around, weighted by the inverse square of the distance.
func fill(f *thermal.Frame, c thermal.Circle) {
	inner, outer := 1.5*c.R+1, 1.5*c.R+3
	type pixel struct {
		x, y int
		v    float64
	}
	var hole, ring []pixel
	for y := max(0, int(c.Y-outer)); y < min(f.Height, int(c.Y+outer)+1); y++ {
		for x := max(0, int(c.X-outer)); x < min(f.Width, int(c.X+outer)+1); x++ {
			p := pixel{x, y, float64(f.At(x, y))}
			switch d := math.Hypot(float64(x)+.5-c.X, float64(y)+.5-c.Y); {
			case d <= inner:
				hole = append(hole, p)
			case d <= outer:
				ring = append(ring, p)
			}
		}
	}
	for _, h := range hole {
		var sum, weights float64
		for _, r := range ring {
			dx, dy := float64(h.x-r.x), float64(h.y-r.y)
			w := 1 / (dx*dx + dy*dy)
			sum, weights = sum+w*r.v, weights+w
		}
		f.Counts[h.y*f.Width+h.x] = uint16(math.Round(sum / weights))
	}
}
