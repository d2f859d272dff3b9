package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"lintel/firmware/recording"
	"lintel/firmware/recording/write"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

// When a visit is over, nothing of the visitor is left in the memory of the
// process: pieces of rows of the face are looked for in everything that can be
// written, as the forms in which the frame loop holds them.

// built is the program, made once for all tests.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.Getenv(programDir), "lintel")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMemoryOfAVisitorEndsWithTheVisit(t *testing.T) {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	// The recording ends while the visitor stands there. The camera lies on its
	// side, so the frames are held in two orientations.
	t.Run("simulated, cut off", func(t *testing.T) {
		t.Parallel()
		path, search := simulatedVisit(t, 40, true)
		r := start(t, program, "--source", "recording:"+path, "--set", "reference.temperature_c=37", "--set", "camera.rotate=90")
		r.until(t, "measuring")
		search.mustFind(t, r, "sensor", "upright", "kelvin", "input")
		r.ends(t, search)
	})
	// The visitor leaves and the kiosk goes on.
	t.Run("simulated, left", func(t *testing.T) {
		t.Parallel()
		path, search := simulatedVisit(t, 95, false)
		search.also(secretsOf(t, "recording:"+path, 0, "reference.temperature_c=37"))
		r := start(t, program, "--source", "recording:"+path, "--set", "reference.temperature_c=37")
		r.until(t, "measuring", "passed")
		search.mustFind(t, r, "upright", "kelvin", "input", "corner", "reading")
		r.until(t, "ready")
		search.mustNotFind(t, r)
		r.ends(t, search)
	})
	t.Run("field", func(t *testing.T) {
		t.Parallel()
		path, search := fieldVisit(t, "20210323-141045")
		r := start(t, program, "--source", "recording:"+path)
		r.until(t, "measuring", "passed", "referred")
		search.mustFind(t, r, "sensor", "upright", "kelvin", "input")
		r.ends(t, search)
	})
}

// ends waits for the end of the recording and checks what is left.
func (r *running) ends(t *testing.T, search *searcher) {
	t.Helper()
	if h := r.until(t, "out_of_service"); !slices.Equal(h.Faults, []string{"recording_ended"}) {
		t.Errorf("the faults are %v, want recording_ended", h.Faults)
	}
	search.mustNotFind(t, r)
	r.stop(t)
	if visits := r.traces(t); visits != 1 {
		t.Errorf("%d visits counted, want 1", visits)
	}
}

// simulatedVisit writes a recording of one visit and returns what to look for.
func simulatedVisit(t *testing.T, frames int, onItsSide bool) (path string, search *searcher) {
	t.Helper()
	search = &searcher{}
	return record(t, "normal", frames, onItsSide, search), search
}

// record writes a recording of a simulated scene, and adds its faces to search
// where that is not nil.
func record(t *testing.T, scene string, frames int, onItsSide bool, search *searcher) (path string) {
	t.Helper()
	source, err := sim.Open(sim.Config{Scene: scene, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	info := source.Info()
	// Turned back by 90 degrees; turned forward by the program.
	back := thermal.Mounting{}
	if onItsSide {
		back.Rotate = 270
		info.Width, info.Height = info.Height, info.Width
	}
	path = filepath.Join(t.TempDir(), "visit.y16.gz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	w, err := write.New(file, info)
	if err != nil {
		t.Fatal(err)
	}
	var upright, sensor thermal.Frame
	for range frames {
		if err := source.Next(t.Context(), &upright); err != nil {
			t.Fatal(err)
		}
		back.Upright(&sensor, upright.Counts, upright.Width, upright.Height)
		sensor.Sequence, sensor.Time = upright.Sequence, upright.Time
		if err := w.Write(&sensor); err != nil {
			t.Fatal(err)
		}
		for _, p := range source.Truth().People {
			if search != nil {
				search.add(&upright, p.Face, onItsSide)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// fieldVisit returns a field recording and what to look for: the faces in the
// annotated frames and in those next to them.
func fieldVisit(t *testing.T, clip string) (path string, search *searcher) {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "shared", "data", "recordings"))
	if err != nil {
		t.Fatal(err)
	}
	labels, err := os.Open(filepath.Join(folder, "labels.jsonl"))
	if err != nil {
		t.Skipf("SKIPPED %s: the real recordings are not there (%v)", t.Name(), err)
	}
	defer func() { _ = labels.Close() }()
	faces := map[int]thermal.Box{}
	lines := bufio.NewScanner(labels)
	for lines.Scan() {
		var l struct {
			Clip    string
			Frame   int
			Persons []struct{ Face []float64 }
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		for _, p := range l.Persons {
			for n := l.Frame - 3; n <= l.Frame+3 && l.Clip == clip && len(p.Face) == 4; n++ {
				faces[n] = thermal.Box{X0: p.Face[0], Y0: p.Face[1], X1: p.Face[2], Y1: p.Face[3]}
			}
		}
	}
	path = filepath.Join(folder, clip+".cptv")
	source, err := recording.Open(path, recording.Config{Mounting: thermal.Mounting{Rotate: 90}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	search = &searcher{}
	var f thermal.Frame
	for n := 0; ; n++ {
		err := source.Next(context.Background(), &f)
		if errors.Is(err, io.EOF) {
			return path, search
		}
		if err != nil {
			t.Fatal(err)
		}
		search.add(&f, faces[n], true)
	}
}
