package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// leaky is the program with testdata/leaky built in, in memory: the tree stays
// as it is.
var leaky = sync.OnceValues(func() (string, error) {
	dir := os.Getenv(programDir)
	room, err := filepath.Abs(filepath.Join("..", "..", "kiosk"))
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(filepath.Join(room, "kiosk.go"))
	if err != nil {
		return "", err
	}
	const anchor = "func (k *Kiosk) publish(step screening.Step) {\n"
	changed := strings.Replace(string(source), anchor, anchor+"\tleak(k, step)\n", 1)
	if changed == string(source) {
		return "", fmt.Errorf("kiosk.go has no %q to put the leak into", anchor)
	}
	leak, err := filepath.Abs(filepath.Join("testdata", "leaky", "leak.go.txt"))
	if err != nil {
		return "", err
	}
	put := filepath.Join(dir, "kiosk.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(room, "kiosk.go"): put, filepath.Join(room, "leak.go"): leak}})
	if err != nil {
		return "", err
	}
	list := filepath.Join(dir, "overlay.json")
	for name, content := range map[string][]byte{put: []byte(changed), list: overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return "", err
		}
	}
	path := filepath.Join(dir, "leaky")
	if out, err := exec.Command("go", "build", "-overlay", list, "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// TestLeaksAreCaught: each of these leaks, put into the program, is found by the
// same look at what it does as TestTracedDay's.
func TestLeaksAreCaught(t *testing.T) {
	skipRaced(t)
	program, err := leaky()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	const known = "reference.temperature_c=37"
	file := record(t, "normal", 60, true, nil)
	s := secretsOf(t, file, known, "camera.rotate=90")
	run := func(leak string, sets ...string) []string {
		dir := filepath.Join(t.TempDir(), "state")
		args := []string{"--fast", "--source", "recording:" + file}
		for _, set := range append(sets, known, "camera.rotate=90") {
			args = append(args, "--set", set)
		}
		tr := startTracedUnder(t, "env LEAK="+leak, dir, program, args...)
		tr.until(t, "out_of_service")
		if err := tr.command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		tr.drained.Wait()
		_ = tr.command.Wait()
		return s.judge(tr.calls(t), dir)
	}
	if findings := run("nothing"); len(findings) > 0 {
		t.Errorf("without a leak: %v", findings)
	}
	for _, x := range []struct {
		leak, set string
		want      []string
	}{
		{"frame", "privacy.sandbox=auto", []string{"opens /tmp/lintel-leaks-this to write"}},
		{"frame", "privacy.sandbox=off", []string{"opens /tmp/lintel-leaks-this to write", "a piece of a frame"}},
		{"name", "privacy.sandbox=auto", []string{"connects"}},
		{"reading", "privacy.sandbox=auto", []string{"a temperature, "}},
		{"bytes", "privacy.sandbox=auto", []string{"the reading "}},
		{"box", "privacy.sandbox=auto", []string{"a box, "}},
	} {
		all := strings.Join(run(x.leak, x.set), "\n")
		for _, want := range x.want {
			if !strings.Contains(all, want) {
				t.Errorf("%s with %s is not caught, want %q among the findings:\n%.2000s", x.leak, x.set, want, all)
			}
		}
	}
	_ = os.Remove("/tmp/lintel-leaks-this")
}

// TestPanicsPrintNoData: a panic that holds a reading ends the program with one
// sentence that says where it was, and with no reading.
func TestPanicsPrintNoData(t *testing.T) {
	skipRaced(t)
	program, err := leaky()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	r := startIn(t, filepath.Join(t.TempDir(), "state"), "env LEAK=panic "+program, "--fast", "--source", "sim:normal")
	r.drained.Wait()
	if err := r.command.Wait(); err == nil {
		t.Error("the program ended well")
	}
	said := r.errs.String()
	if !sentence.MatchString(said) || !strings.Contains(said, "internal error in appliance/kiosk.leak (leak.go:") || degrees.MatchString(said) {
		t.Errorf("the program said %q", said)
	}
}

// TestNoCoreDump crashes a kiosk in the middle of a visit on a system that would
// keep a core dump. Without the sandbox there is one, with a face in it; with
// it there is none.
func TestNoCoreDump(t *testing.T) {
	skipRaced(t)
	pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err != nil || bytes.ContainsAny(pattern, "|/%") {
		t.Skipf("SKIPPED: core dumps of this system go elsewhere (%q, %v): that there is none was not tested", pattern, err)
	}
	if withDumps() == "" {
		t.Skip("SKIPPED: this system allows no core dumps: that there is none was not tested")
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	path, search := simulatedVisit(t, 60, false)
	for _, mode := range []string{"off", "auto"} {
		here := t.TempDir()
		r := startIn(t, filepath.Join(t.TempDir(), "state"), "env -C "+here+" GOTRACEBACK=crash"+withDumps()+" "+program,
			"--source", "recording:"+path, "--set", "reference.temperature_c=37", "--set", "privacy.sandbox="+mode)
		r.until(t, "measuring")
		if err := r.command.Process.Signal(syscall.SIGSEGV); err != nil {
			t.Fatal(err)
		}
		r.drained.Wait()
		_ = r.command.Wait()
		found := map[string]int{}
		files, _ := filepath.Glob(filepath.Join(here, "*"))
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			search.find(content, file, found, new([]string))
		}
		if mode == "off" && found["upright"] == 0 {
			t.Errorf("without the sandbox the dump shows no face: this test sees nothing (%v)", files)
		}
		if mode == "auto" && len(files) > 0 {
			t.Errorf("with the sandbox there is %v with %v of the visitor", files, found)
		}
	}
}
