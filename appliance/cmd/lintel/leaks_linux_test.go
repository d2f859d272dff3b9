package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestLeaksAreCaught: each of these leaks, put into the program, is found by the
// same look at what it does as TestTracedDay's.
func TestLeaksAreCaught(t *testing.T) {
	skipRaced(t)
	program, err := altered()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	sets := []string{"reference.temperature_c=37", "camera.rotate=90"}
	file := record(t, "normal", 60, true, nil)
	s := secretsOf(t, "recording:"+file, 0, sets...).rich(t)
	run := func(leak, sandbox string) []string {
		dir := filepath.Join(t.TempDir(), "state")
		args := []string{"--fast", "--source", "recording:" + file}
		for _, set := range append(sets, "privacy.sandbox="+sandbox) {
			args = append(args, "--set", set)
		}
		tr := startTracedUnder(t, "env LEAK="+leak, dir, program, args...)
		tr.until(t, "out_of_service")
		if err := tr.command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		tr.drained.Wait()
		_ = tr.command.Wait()
		j := judge{secrets: s, dir: dir, program: program, reads: file}
		return j.all(tr.calls(t))
	}
	if findings := run("nothing", "auto"); len(findings) > 0 {
		t.Errorf("without a leak: %v", findings)
	}
	for _, x := range []struct {
		leak, sandbox string
		want          []string
	}{
		{"frame", "auto", []string{"opens /tmp/lintel-leaks-this to write"}},
		{"frame", "off", []string{"opens /tmp/lintel-leaks-this to write", "to /tmp/lintel-leaks-this", "a piece of a frame"}},
		{"name", "auto", []string{"connects"}},
		{"datagram", "auto", []string{"sendto with another address than loopback"}},
		{"program", "auto", []string{"starts a program: /usr/bin/true"}},
		{"reading", "auto", []string{"a temperature, "}},
		{"reading", "off", []string{"a temperature, ", "says "}},
		{"bytes", "auto", []string{"the reading "}},
		{"bytes", "off", []string{"the reading ", "says "}},
		{"box", "auto", []string{"a box, "}},
		{"box", "off", []string{"a box, ", "says "}},
		{"visit", "off", []string{"says \"a visitor was measured"}},
		{"time", "off", []string{"calls utimensat"}},
		{"look", "auto", []string{"opens /var/lib/dpkg/status"}},
	} {
		all := strings.Join(run(x.leak, x.sandbox), "\n")
		for _, want := range x.want {
			if !strings.Contains(all, want) {
				t.Errorf("%s with the sandbox %s is not caught, want %q among the findings:\n%.2000s", x.leak, x.sandbox, want, all)
			}
		}
	}
	_ = os.Remove("/tmp/lintel-leaks-this")
}

// TestPanicsPrintNoData: a panic that holds a reading ends the program with one
// sentence that says where it was, or with none, and with no reading.
func TestPanicsPrintNoData(t *testing.T) {
	skipRaced(t)
	program, err := altered()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	for leak, says := range map[string]*regexp.Regexp{
		"panic": regexp.MustCompile(`^lintel: cannot go on: internal error in appliance/kiosk\.leak \(leak\.go:[^\n]+\n$`),
		// Nobody catches it, so nothing is said at all.
		"panic-aside": regexp.MustCompile(`^$`),
	} {
		r := startIn(t, filepath.Join(t.TempDir(), "state"), "env LEAK="+leak+" "+program, "--fast", "--source", "sim:normal")
		r.drained.Wait()
		if err := r.command.Wait(); err == nil {
			t.Errorf("%s: the program ended well", leak)
		}
		if said := r.errs.String(); !says.MatchString(said) || degrees.MatchString(said) {
			t.Errorf("%s: the program said %q", leak, said)
		}
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
