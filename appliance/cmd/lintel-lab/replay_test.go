package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"lintel/appliance/cmd/lintel-lab/score"
)

// fieldFiles lists the field recordings, or skips the test.
func fieldFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dataFolder(t, "recordings"), "*.cptv"))
	if err != nil || len(files) != 33 {
		t.Fatalf("%d field recordings, want 33 (%v)", len(files), err)
	}
	return files
}

// fieldEvents is what replay writes of all field recordings, made once, in
// several processes.
var fieldEvents = sync.OnceValues(func() ([]byte, error) {
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "..", "shared", "data", "recordings", "*.cptv"))
	if err != nil {
		return nil, err
	}
	return replayed(files)
})

// replayed shares the files out to a process a core and returns what they wrote.
func replayed(files []string, settings ...string) ([]byte, error) {
	path, err := built()
	if err != nil {
		return nil, err
	}
	workers := min(runtime.GOMAXPROCS(0), len(files))
	outs, errs := make([][]byte, workers), make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			args := append([]string{"replay", "--json"}, settings...)
			for i := w; i < len(files); i += workers {
				args = append(args, files[i])
			}
			var said bytes.Buffer
			c := exec.Command(path, args...)
			c.Stderr = &said
			if outs[w], errs[w] = c.Output(); errs[w] != nil {
				errs[w] = errors.Join(errs[w], errors.New(said.String()))
			}
		})
	}
	wait.Wait()
	return bytes.Join(outs, nil), errors.Join(errs...)
}

// The figures that the project has promised on the field recordings. They are
// bounds, not results: they are never loosened.
func TestFieldRecordings(t *testing.T) {
	fieldFiles(t)
	events, err := fieldEvents()
	if err != nil {
		t.Fatal(err)
	}
	truth, err := score.Load(filepath.Join(dataFolder(t, "recordings"), "labels.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := score.Run(truth, bytes.NewReader(events))
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Clips) != 33 || len(report.Missing) > 0 {
		t.Fatalf("%d recordings scored, %v missing", len(report.Clips), report.Missing)
	}
	total := &report.Total
	if p, ok := total.Reference.Percent(); !ok || p < 99 {
		t.Errorf("reference within 2 px in %v frames, want 99 %%", total.Reference)
	}
	if total.FalseReferences != 0 {
		t.Errorf("%d false references", total.FalseReferences)
	}
	if report.Single.Of != 13 || report.Single.Once < 10 {
		t.Errorf("%d of %d recordings with one person decided exactly once, want 10", report.Single.Once, report.Single.Of)
	}
	if report.Nobody.N != 0 || report.Nobody.Of == 0 || report.NoVisit.N != 0 || report.NoVisit.Of == 0 {
		t.Errorf("verdicts where nobody came to be screened: %v by the owner's labels, %v by the annotator's", report.Nobody, report.NoVisit)
	}
	for clip, measured := range map[string]bool{"20210325-091249": true, "20210326-110819": false, "20210326-091927": false} {
		verdict := bytes.Contains(events, []byte(`{"event":"verdict","clip":"`+clip+`"`))
		if verdict != measured {
			t.Errorf("%s: measured %v, want %v", clip, verdict, measured)
		}
	}
	if t.Failed() {
		_ = report.Write(os.Stderr)
	}
}

// Two replays of a recording give the same bytes, alone or among others.
func TestReplayIsDeterministic(t *testing.T) {
	t.Run("simulated", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sim.y16.gz")
		if err := os.WriteFile(path, simulated(t, "normal", 60, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"replay", "--json", "--set", "reference.temperature_c=37", path}
		if a, b := lab(t, args...), lab(t, args...); !bytes.Equal(a, b) || len(a) == 0 {
			t.Error("two replays differ")
		}
	})
	t.Run("field", func(t *testing.T) {
		fieldFiles(t)
		const clip = "fs-1220-816619-2021-03-31T21-19-04.180Z"
		all, err := fieldEvents()
		if err != nil {
			t.Fatal(err)
		}
		var among []byte
		for line := range bytes.Lines(all) {
			if bytes.Contains(line, []byte(`"clip":"`+clip+`"`)) {
				among = append(among, line...)
			}
		}
		alone := lab(t, "replay", "--json", filepath.Join(dataFolder(t, "recordings"), clip+".cptv"))
		if !bytes.Equal(alone, among) || len(alone) == 0 {
			t.Errorf("the replay of %s differs when it is replayed alone", clip)
		}
	})
}

// clips returns how many different clips the events name.
func clips(events []byte) int {
	names := map[string]bool{}
	for line := range strings.Lines(string(events)) {
		if _, rest, ok := strings.Cut(line, `"clip":"`); ok {
			name, _, _ := strings.Cut(rest, `"`)
			names[name] = true
		}
	}
	return len(names)
}
