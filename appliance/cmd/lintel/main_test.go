package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lintel/firmware/recording/write"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

// Tests run this very binary as lintel.
func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"lintel": func() { os.Exit(run()) }})
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

func TestScripts(t *testing.T) {
	whole := simulated(t, 10, nil)
	files := map[string][]byte{
		"whole.y16.gz": whole,
		"cut.y16.gz":   whole[:len(whole)/20],
		"empty.cptv":   {},
		"text.cptv":    []byte("This is no recording.\n"),
		// About what a camera without radiometry delivers.
		"counts.y16.gz": simulated(t, 3, func(f *thermal.Frame) {
			for i := range f.Counts {
				f.Counts[i] = 2650 + f.Counts[i]%500
			}
		}),
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"refuses": refuses},
		Condition: func(name string) (bool, error) {
			if name != "unshare" {
				return false, errors.New("unknown condition " + name)
			}
			return exec.Command("unshare", "-rnpf", "--mount-proc", "true").Run() == nil, nil
		},
		Setup: func(env *testscript.Env) error {
			for name, content := range files {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), content, 0o600); err != nil {
					return err
				}
			}
			busy, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			env.Defer(func() { _ = busy.Close() })
			env.Setenv("BUSY", busy.Addr().String())
			return nil
		},
	})
}

// simulated returns a recording of one visitor, each frame changed by change.
func simulated(t *testing.T, frames int, change func(*thermal.Frame)) []byte {
	t.Helper()
	source, err := sim.Open(sim.Config{Scene: "normal", Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	var out bytes.Buffer
	w, err := write.New(&out, source.Info())
	if err != nil {
		t.Fatal(err)
	}
	var f thermal.Frame
	for range frames {
		if err := source.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(&f)
		}
		if err := w.Write(&f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sentence is what the program says when it cannot do its job.
var sentence = regexp.MustCompile(`^lintel: cannot [^\n]{10,}\n$`)

// refuses is a command of the scripts: it runs the program, which must fail with
// one sentence that matches the pattern, with nothing on its output and no state
// left behind.
//
//	refuses PATTERN ARGUMENT...
func refuses(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 1 {
		ts.Fatalf("usage: refuses PATTERN ARGUMENT...")
	}
	if err := ts.Exec("lintel", args[1:]...); err == nil {
		ts.Fatalf("lintel %q ended with status 0", args[1:])
	}
	if out := ts.ReadFile("stdout"); out != "" {
		ts.Fatalf("lintel %q wrote %.80q", args[1:], out)
	}
	said := ts.ReadFile("stderr")
	if !sentence.MatchString(said) {
		ts.Fatalf("lintel %q said %q, not one sentence", args[1:], said)
	}
	if !regexp.MustCompile(args[0]).MatchString(said) {
		ts.Fatalf("lintel %q said %q, want %q", args[1:], said, args[0])
	}
	if _, err := os.Stat(ts.MkAbs("state")); !os.IsNotExist(err) {
		ts.Fatalf("lintel %q left a state directory (%v)", args[1:], err)
	}
}
