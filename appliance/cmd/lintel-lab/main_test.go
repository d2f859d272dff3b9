package main

import (
	"bytes"
	"fmt"
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
	testscript.Main(tests{m}, map[string]func(){"lintel-lab": func() { os.Exit(run()) }})
}

// tests gives the real program a folder that is gone when the tests are over.
type tests struct{ *testing.M }

// programDir is the environment's word for that folder.
const programDir = "LINTEL_TEST_PROGRAM"

func (m tests) Run() int {
	dir, err := os.MkdirTemp("", "lintel-test")
	if err == nil {
		err = os.Setenv(programDir, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	return m.M.Run()
}

// built is the program, made once for all tests.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.Getenv(programDir), "lintel-lab")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("cannot build lintel-lab: %w: %s", err, out)
	}
	return path, nil
})

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
