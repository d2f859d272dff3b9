package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"lintel/appliance/counts"
)

// running is a kiosk in a process of its own.
type running struct {
	command *exec.Cmd
	url     string
	dir     string // of its state
	greeted []byte // the line with the address
	rest    bytes.Buffer
	errs    bytes.Buffer
	drained sync.WaitGroup
}

// patience bounds every wait. It is no promise: the machine may be busy.
const patience = 4 * time.Minute

// start starts the program at path with a state directory of its own and waits
// until it serves its pages.
func start(t *testing.T, path string, args ...string) *running {
	t.Helper()
	return startIn(t, filepath.Join(t.TempDir(), "state"), path, args...)
}

// startIn does so with a state directory that may be there already. path may be
// a program that starts lintel, with its arguments.
func startIn(t *testing.T, dir, path string, args ...string) *running {
	t.Helper()
	r := &running{dir: dir}
	words := append(strings.Fields(path), "run", "--listen", "127.0.0.1:0", "--set", "state.dir="+r.dir)
	r.command = exec.Command(words[0], append(words[1:], args...)...)
	r.command.Stderr = &r.errs
	out, err := r.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.command.Process.Kill()
		r.drained.Wait()
		_ = r.command.Wait()
	})
	lines := bufio.NewReader(out)
	r.greeted, err = lines.ReadBytes('\n')
	r.url = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(string(r.greeted))
	if r.url == "" {
		t.Fatalf("lintel said %q (%v) and %q, and no address", r.greeted, err, &r.errs)
	}
	r.drained.Go(func() { _, _ = io.Copy(&r.rest, lines) })
	return r
}

type health struct {
	State  string
	Faults []string
}

func (r *running) health(t *testing.T) health {
	t.Helper()
	answer, err := http.Get(r.url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var h health
	if err := json.NewDecoder(answer.Body).Decode(&h); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("/healthz: %s, %v", answer.Status, err)
	}
	if h.Faults == nil {
		t.Fatal("/healthz: no faults, not even none")
	}
	return h
}

// until waits for one of the states.
func (r *running) until(t *testing.T, states ...string) health {
	t.Helper()
	var last health
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(20 * time.Millisecond) {
		if last = r.health(t); slices.Contains(states, last.State) {
			return last
		}
	}
	t.Fatalf("the state is %q and none of %q after %v; standard error: %q", last.State, states, patience, &r.errs)
	return last
}

// stop asks the program to end, which it must do without a word.
func (r *running) stop(t *testing.T) {
	t.Helper()
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r.drained.Wait()
	if err := r.command.Wait(); err != nil {
		t.Errorf("lintel ended with %v: %s", err, &r.errs)
	}
	want := regexp.MustCompile(`^Lintel is on http://127\.0\.0\.1:\d+/ \(.*\)\. Stop it with Ctrl-C\.\n$`)
	if !want.Match(r.greeted) || r.rest.Len() > 0 || r.errs.Len() > 0 {
		t.Errorf("lintel said %q, %q and on standard error %q; want one line with the address", r.greeted, &r.rest, &r.errs)
	}
}

// traces checks that the state directory holds the counts and nothing else, and
// returns how many visits they count.
func (r *running) traces(t *testing.T) (visits int64) {
	t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != counts.FileName {
		t.Fatalf("the state directory holds %v, want %s alone", entries, counts.FileName)
	}
	content, err := os.ReadFile(filepath.Join(r.dir, counts.FileName))
	if err != nil {
		t.Fatal(err)
	}
	// Five tables of integers: STRICT refuses all else, so no temperature and no
	// time of a visit can be in them. Their columns are in appliance/counts
	// (TestSchema).
	tables := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\) STRICT`).FindAllSubmatch(content, -1)
	var names []string
	for _, table := range tables {
		names = append(names, string(table[1]))
		content = bytes.Replace(content, table[0], []byte{0}, 1)
	}
	slices.Sort(names)
	if want := []string{"days", "hours", "spans", "undated", "writings"}; !slices.Equal(names, want) || bytes.Contains(content, []byte("CREATE ")) {
		t.Errorf("the tables are %v, want %v", names, want)
	}
	for _, text := range printable(content) {
		if !slices.Contains([]string{"SQLite format 3", "LNTL", ", WITHOUT ROWID"}, text) &&
			!regexp.MustCompile(`^.?table(\w+)$`).MatchString(text) {
			t.Errorf("the counts hold the text %q", text)
		}
	}
	store, err := counts.Open(t.Context(), counts.Config{Dir: r.dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	hours, err := store.Hours(t.Context(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	// A run of seconds touches the present hour, or two.
	if len(hours) < 1 || len(hours) > 2 {
		t.Errorf("%d rows", len(hours))
	}
	for _, h := range hours {
		if age := time.Since(h.Start); age < 0 || age > 2*time.Hour {
			t.Errorf("a row of %v", h.Start)
		}
		visits += h.Pass + h.Refer + h.Unmeasured
	}
	return visits
}

// printable returns the texts of four letters and more in b.
func printable(b []byte) []string {
	var texts []string
	for _, text := range regexp.MustCompile(`[ -~\n\t]{4,}`).FindAll(b, -1) {
		texts = append(texts, string(text))
	}
	return texts
}

// The program from end to end: simulated visitors come, one is passed, the
// pages are there, the counts are kept, and nothing else is left.
func TestRunScreensSimulatedVisitors(t *testing.T) {
	t.Parallel()
	r := start(t, "lintel", "--source", "sim:normal")
	if h := r.until(t, "passed"); len(h.Faults) != 0 {
		t.Errorf("the faults are %v", h.Faults)
	}
	for path, want := range map[string]int{"/": 200, "/staff": 200, "/healthz": 200, "/nothing": 404} {
		answer, err := http.Get(r.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, answer.Status, want)
		}
	}
	r.stop(t)
	if visits := r.traces(t); visits < 1 {
		t.Errorf("%d visits counted", visits)
	}

	// What staff may see of them: nothing yet, for it is too few people.
	export := exec.Command("lintel", "counts", "export", "--set", "state.dir="+r.dir)
	table, err := export.Output()
	if want := "outcome,from,to,visits\n"; err != nil || string(table) != want {
		t.Errorf("export wrote %q (%v), want %q", table, err, want)
	}
	if visits := r.traces(t); visits < 1 {
		t.Error("the export changed the state directory")
	}
}

// In voluntary mode nothing is counted, so the state directory stays empty.
func TestRunVoluntaryKeepsNothing(t *testing.T) {
	t.Parallel()
	r := start(t, "lintel", "--source", "sim:normal", "--set", "screening.mode=voluntary")
	r.until(t, "passed")
	r.stop(t)
	if entries, err := os.ReadDir(r.dir); err != nil && !errors.Is(err, os.ErrNotExist) || len(entries) > 0 {
		t.Errorf("the state directory holds %v (%v)", entries, err)
	}
}

// Without a reference the kiosk is out of service and says why.
func TestRunWithoutReference(t *testing.T) {
	t.Parallel()
	r := start(t, "lintel", "--source", "sim:no-reference")
	if h := r.until(t, "out_of_service"); !slices.Equal(h.Faults, []string{"reference_missing"}) {
		t.Errorf("the faults are %v, want reference_missing", h.Faults)
	}
	r.stop(t)
	if visits := r.traces(t); visits != 0 {
		t.Errorf("%d visits counted", visits)
	}
}
