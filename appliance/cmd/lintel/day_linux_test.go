package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lintel/appliance/counts"
)

// wholeDay says that the tests shall take a whole day of visitors, every field
// recording and 500 kills (make trace-day), which takes the better part of an
// hour. Without, they take a part of each.
func wholeDay() bool { return os.Getenv("LINTEL_TEST_DAY") != "" }

// read reads the page's events, as a browser does, until the program ends.
func (r *running) read(t *testing.T) {
	t.Helper()
	answer, err := http.Get(r.url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	r.drained.Go(func() {
		_, _ = io.Copy(io.Discard, bufio.NewReader(answer.Body))
		_ = answer.Body.Close()
	})
}

// wantClean looks at everything that was traced and at what is on the disk.
func wantClean(t *testing.T, tr *trace, program, reads string, s *secrets) {
	t.Helper()
	j := judge{secrets: s, dir: tr.dir, program: program, reads: reads}
	if findings := j.all(tr.calls(t)); len(findings) > 0 {
		t.Errorf("%d findings in %d calls:\n%s", len(findings), j.calls, strings.Join(findings[:min(20, len(findings))], "\n"))
	}
	if j.writings < 10 {
		t.Errorf("%d calls were traced and %d writings: nothing was seen", j.calls, j.writings)
	}
	s.searchFiles(t, tr.dir)
	t.Logf("%d findings in %d calls, %d of them writings; looked for %d pieces of frames and %d numbers of %d visits", len(j.findings), j.calls, j.writings, s.frames.count, len(s.numbers), s.visits)
}

// counted returns the visits and the hours that the counts hold, beside a kiosk
// that may be running.
func counted(t *testing.T, dir string) (visits int64, hours int) {
	t.Helper()
	store, err := counts.Open(t.Context(), counts.Config{Dir: dir, ReadOnly: true})
	if err != nil {
		return 0, 0 // not yet
	}
	defer func() { _ = store.Close() }()
	rows, err := store.Hours(t.Context(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range rows {
		visits += h.Pass + h.Refer + h.Unmeasured
	}
	return visits, len(rows)
}

// TestTracedDay: visitors come one after the other as they would over a day,
// and nothing of them leaves. The clock of the counts goes through 24 hours and
// past midnight meanwhile; the time in which nobody would come is left out.
func TestTracedDay(t *testing.T) {
	skipRaced(t)
	program, err := altered()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	frames, lasts := 1600, 12*time.Second
	if wholeDay() {
		frames, lasts = 25_000, 4*time.Minute
	}
	const from = "sim:visitors"
	dir := filepath.Join(t.TempDir(), "state")
	clock := fmt.Sprintf("env CLOCK=2026-06-01T06:30:00Z,%g", float64(24*time.Hour)/float64(lasts))
	begun := time.Now()
	tr := startTracedUnder(t, clock, dir, program, "--fast", "--source", from, "--set", "counts.every_s=1")
	tr.read(t)
	s := secretsOf(t, from, frames).rich(t)
	var visits int64
	for visits < s.visits || time.Since(begun) < lasts {
		if time.Since(begun) > patience+20*lasts {
			t.Fatalf("after %v there were %d visits, want %d", time.Since(begun), visits, s.visits)
		}
		time.Sleep(time.Second)
		visits, _ = counted(t, dir)
	}
	tr.stop(t)
	visits, hours := counted(t, dir)
	if least := min(24, int(lasts/time.Second)*2/3); hours < least || visits < s.visits {
		t.Errorf("%d visits in %d hours are counted, want %d in %d", visits, hours, s.visits, least)
	}
	wantClean(t, tr, program, "", s)
	t.Logf("%d visits in %d hours of the clock", visits, hours)
}

// clips are field recordings that are traced in every check.
var clips = [...]string{"20210325-091249", "20210323-141045", "fs-1228-815076-2021-03-29T15-35-10.096Z"}

// TestTracedRecordings: the same with real people.
func TestTracedRecordings(t *testing.T) {
	skipRaced(t)
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "shared", "data", "recordings"))
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.cptv"))
	if len(files) == 0 {
		t.Skipf("REAL DATA SKIPPED: no field recording was traced: there is none in %s", folder)
	}
	for _, file := range files {
		clip := strings.TrimSuffix(filepath.Base(file), ".cptv")
		chosen := slices.Contains(clips[:], clip)
		if !chosen && !wholeDay() {
			continue
		}
		t.Run(clip, func(t *testing.T) {
			t.Parallel()
			s := secretsOf(t, "recording:"+file, 0)
			if chosen {
				s.rich(t)
			}
			tr := startTraced(t, filepath.Join(t.TempDir(), "state"), program, "--fast", "--source", "recording:"+file, "--set", "counts.every_s=1")
			tr.read(t)
			tr.until(t, "out_of_service")
			time.Sleep(1100 * time.Millisecond) // a writing of the counts
			tr.stop(t)
			wantClean(t, tr, program, file, s)
		})
	}
}

// TestTracedCrash: with a disk that is in the way, a reference that goes, a crash
// in the middle of a visit and a new start, nothing leaves either, and there is
// no core dump though there might be one.
func TestTracedCrash(t *testing.T) {
	skipRaced(t)
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	file := record(t, "reference-moves", 300, true, nil)
	sets := []string{"reference.temperature_c=37", "camera.rotate=90", "counts.every_s=1"}
	s := secretsOf(t, "recording:"+file, 0, sets...).rich(t)
	dir := filepath.Join(t.TempDir(), "state")
	// A folder in the place of the log makes every writing fail.
	if err := os.MkdirAll(filepath.Join(dir, counts.FileName+"-wal"), 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"--source", "recording:" + file}
	for _, set := range sets {
		args = append(args, "--set", set)
	}
	signals := []syscall.Signal{syscall.SIGSEGV, syscall.SIGKILL, syscall.SIGTERM}
	if wholeDay() {
		signals = slices.Repeat(signals, 5)
	}
	for i, last := range signals {
		here := t.TempDir()
		tr := startTracedUnder(t, "env -C "+here+withDumps(), dir, program, args...)
		tr.until(t, "guiding", "measuring", "passed")
		time.Sleep(time.Duration(i) * 300 * time.Millisecond)
		if err := tr.command.Process.Signal(last); err != nil {
			t.Fatal(err)
		}
		tr.drained.Wait()
		_ = tr.command.Wait()
		wantClean(t, tr, program, file, s)
		if tr.errs.Len() > 0 {
			t.Errorf("after %v it said %.200q", last, &tr.errs)
		}
		if left, err := os.ReadDir(here); err != nil || len(left) > 0 {
			t.Errorf("after %v the working directory holds %v (%v)", last, left, err)
		}
		_ = os.Remove(filepath.Join(dir, counts.FileName+"-wal"))
	}
}

// withDumps is what goes before a program that may dump its core, as far as this
// system lets it.
func withDumps() string {
	const words = " prlimit --core=unlimited:unlimited"
	if exec.Command("prlimit", "--core=unlimited:unlimited", "true").Run() != nil {
		return ""
	}
	return words
}

// skipRaced leaves out what looks at a program built without the race detector:
// it would find nothing and take minutes.
func skipRaced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("skipped: the program that is looked at is built without the race detector; the other run of the tests does this")
	}
}
