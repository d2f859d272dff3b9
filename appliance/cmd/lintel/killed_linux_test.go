package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lintel/appliance/counts"
)

// witnessed is what a kiosk said of its counts before it was killed.
type witnessed struct {
	added int64
	// kept is what its writings came to as far as it knows them to be on the
	// disk, writing what the one under way would make of it.
	kept, writing int64
	// waiting are the times at which visits were counted that no writing has
	// taken up, taken those of the writing under way.
	waiting, taken []time.Time
}

// hear takes a line that testdata/builtin/witness.go.txt has said.
func (w *witnessed) hear(line string) error {
	what, of, _ := strings.Cut(line, " ")
	switch what {
	case "add":
		w.added++
		w.waiting = append(w.waiting, time.Now())
	case "writing":
		var n [6]int64
		if _, err := fmt.Sscanf(of, "[%d %d %d %d %d %d]", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]); err != nil {
			return fmt.Errorf("%q: %w", line, err)
		}
		w.writing = w.kept + n[0] + n[1] + n[2]
		// One may be between its witness and the counter.
		if w.writing < w.added-1 {
			return fmt.Errorf("of %d visits this writing brings only %d to the disk", w.added, w.writing)
		}
		w.taken = append(w.taken, w.waiting...)
		w.waiting = nil
	case "kept":
		w.kept, w.taken = w.writing, nil
	default:
		return fmt.Errorf("it says %q", line)
	}
	return nil
}

// killOnce runs a kiosk with visitors and kills it at a moment of its own: soon
// after its start, at any time after the first visit, or within a writing that
// has visits in it.
func killOnce(t *testing.T, program, dir string, n int, random *rand.Rand) (w witnessed, lost time.Duration) {
	t.Helper()
	kiosk := exec.Command(program, "run", "--listen", "127.0.0.1:0", "--set", "state.dir="+dir, "--set", "counts.every_s=1", "--fast", "--source", "sim:normal", "--seed", fmt.Sprint(n+1))
	kiosk.Env = append(os.Environ(), "WITNESS=1")
	errs, err := kiosk.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := kiosk.Start(); err != nil {
		t.Fatal(err)
	}
	kill := func(within time.Duration) {
		time.AfterFunc(time.Duration(random.Int64N(int64(within))), func() { _ = kiosk.Process.Kill() })
	}
	if n%10 == 0 {
		kill(time.Second)
	}
	var wrong error
	var aimed bool
	for lines := bufio.NewScanner(errs); lines.Scan(); {
		if err := w.hear(lines.Text()); err != nil && wrong == nil {
			wrong = err
			kill(1)
		}
		switch {
		case aimed || n%10 == 0 || w.added == 0:
		case n%10 < 5:
			aimed = true
			kill(1500 * time.Millisecond)
		case len(w.taken) > 0: // a writing with visits in it has begun
			aimed = true
			kill(12 * time.Millisecond)
		}
	}
	ended := time.Now()
	if err := kiosk.Wait(); wrong != nil || err == nil || kiosk.ProcessState.ExitCode() != -1 {
		t.Fatalf("kill %d: %v; it ended with %v", n, wrong, err)
	}
	if all := slices.Concat(w.taken, w.waiting); len(all) > 0 {
		lost = ended.Sub(all[0])
	}
	return w, lost
}

// TestKilledWhileScreening kills the program itself, with visits going on, at
// random moments, half of them within a writing, and starts it again on what
// is left: no count is torn or there twice, what is lost came after the last
// but one writing began, and the file is sound.
func TestKilledWhileScreening(t *testing.T) {
	skipRaced(t)
	program, err := altered()
	if err != nil {
		t.Fatal(err)
	}
	look := filepath.Join(t.TempDir(), "look")
	if out, err := exec.Command("go", "test", "-c", "-o", look, "lintel/appliance/counts").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Parallel()
	kills := 10
	if wholeDay() {
		kills = 500
	}
	dir := filepath.Join(t.TempDir(), "state")
	random := rand.New(rand.NewPCG(3, 4))
	var kept, visits, within, cut int64
	var longest time.Duration
	for n := range kills {
		w, lost := killOnce(t, program, dir, n, random)
		found := sound(t, look, dir, n) - kept
		if found != w.kept && found != w.writing {
			t.Fatalf("kill %d: %d visits are counted, want %d, or %d with the writing under way", n, found, w.kept, w.writing)
		}
		switch {
		case len(w.taken) == 0:
		case found == w.kept:
			cut++
		default:
			within++
		}
		kept += found
		visits += w.added
		longest = max(longest, lost)
	}
	if aside := counts.SetAside(dir); len(aside) > 0 {
		t.Errorf("the file was found damaged: %v", aside)
	}
	t.Logf("%d kills among %d visits: %d are counted and %d lost, %v of visits at once at most; %d writings were on the disk though the kiosk did not know it, %d with visits were cut off", kills, visits, kept, visits-kept, longest.Round(time.Millisecond), within, cut)
	if visits < int64(kills)/2 {
		t.Errorf("only %d visits came", visits)
	}
}

// sound copies what a killed kiosk left, so that the next one finds it as it
// was, and returns how many visits it counts. The file must be in order, and
// hours and days must tell the same; look is the test of the counts that sees
// to that.
func sound(t *testing.T, look, dir string, n int) (visits int64) {
	t.Helper()
	copied := t.TempDir()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) { // killed before it made one
		t.Fatal(err)
	}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, e.Name()), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	looked := exec.Command(look, "-test.run=^TestWhatAKilledKioskLeft$")
	looked.Env = append(os.Environ(), "COUNTS_TEST_LEFT_DIR="+copied)
	out, err := looked.CombinedOutput()
	if err == nil {
		_, err = fmt.Sscanf(string(out), "visits %d", &visits)
	}
	if err != nil {
		t.Fatalf("kill %d: %v: %s", n, err, out)
	}
	return visits
}
