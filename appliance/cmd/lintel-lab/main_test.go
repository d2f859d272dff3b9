package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// Scripts run this very binary as lintel-lab; the longer tests build the real
// one, which the race detector does not slow down.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lintel-lab": func() { os.Exit(run()) }})
}

// built is the program, made once for all tests.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "lintel-lab")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "lintel-lab")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", &buildError{out, err}
	}
	return path, nil
})

type buildError struct {
	out []byte
	err error
}

func (e *buildError) Error() string { return e.err.Error() + ": " + string(e.out) }

// lab runs the program, which must do its job, and returns its output.
func lab(t *testing.T, args ...string) []byte {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	c := exec.CommandContext(t.Context(), path, args...)
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		t.Fatalf("lintel-lab %q: %v: %s", args, err, &errs)
	}
	return out
}

// dataFolder returns a folder of ../shared/data beside the repository, or skips
// the test.
func dataFolder(t *testing.T, name string) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "shared", "data", name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(folder); err != nil {
		t.Skipf("SKIPPED %s: the real recordings are not there (%v)", t.Name(), err)
	}
	return folder
}

// sentence is what the program says when it cannot do its job.
var sentence = regexp.MustCompile(`^lintel-lab: cannot [^\n]{10,}\n$`)

// refuses is a command of the scripts: it runs the program, which must fail with
// one sentence that matches the pattern, and with nothing on its output.
//
//	refuses PATTERN ARGUMENT...
func refuses(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: refuses PATTERN ARGUMENT...")
	}
	if err := ts.Exec("lintel-lab", args[1:]...); err == nil {
		ts.Fatalf("lintel-lab %q ended with status 0", args[1:])
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("lintel-lab %q wrote %.80q", args[1:], out)
	}
	said := ts.ReadFile("stderr")
	if !sentence.MatchString(said) {
		ts.Fatalf("lintel-lab %q said %q, not one sentence", args[1:], said)
	}
	if !regexp.MustCompile(args[0]).MatchString(said) {
		ts.Fatalf("lintel-lab %q said %q, want %q", args[1:], said, args[0])
	}
}
