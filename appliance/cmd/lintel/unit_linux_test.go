package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"lintel/appliance/config"
)

// unit is the systemd unit of the appliance's image.
const unit = "../../../firmware/image/lintel.service"

// clockUnit is that of what sets the clock for it.
const clockUnit = "../../../firmware/image/lintel-clock.service"

// exposed is the exposure of the unit at most, in tenths, as systemd-analyze
// counts it: 0 is nothing, 100 is all.
const exposed = "20"

// TestUnitIsTight: the unit is understood whole, and leaves nothing open that a
// kiosk does not need.
func TestUnitIsTight(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("SKIPPED: systemd-analyze is not installed: the appliance's unit was not checked")
	}
	for _, u := range []string{unit, clockUnit} {
		out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold="+exposed, "--no-pager", u).CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		t.Log(u, regexp.MustCompile(`Overall.*`).FindString(string(out)))
	}
	said, _ := exec.Command("systemd-analyze", "verify", unit, clockUnit, strings.TrimSuffix(clockUnit, "service")+"path").CombinedOutput()
	for line := range strings.Lines(string(said)) {
		if regexp.MustCompile(`lintel(-clock)?\.(service|path)`).MatchString(line) && !strings.Contains(line, "is not executable") {
			t.Error(line)
		}
	}
}

// TestUnitAllowsWhatTheKioskCalls: no system call of a kiosk in the middle of
// its work, from its start to its end, is kept from it by the unit's filter.
func TestUnitAllowsWhatTheKioskCalls(t *testing.T) {
	skipRaced(t)
	groups, err := exec.Command("systemd-analyze", "syscall-filter").Output()
	if err != nil {
		t.Skipf("SKIPPED: systemd-analyze does not run (%v): the unit's filter was not checked", err)
	}
	content, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]bool{}
	for line := range strings.Lines(string(content)) {
		names, found := strings.CutPrefix(strings.TrimSpace(line), "SystemCallFilter=")
		names, forbid := strings.CutPrefix(names, "~")
		if !found {
			continue
		}
		for _, name := range strings.Fields(names) {
			for _, call := range members(string(groups), name) {
				allowed[call] = !forbid
			}
		}
	}
	if len(allowed) < 200 {
		t.Fatalf("only %d system calls are allowed: the filter was not read", len(allowed))
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	file := filepath.Join(t.TempDir(), "calls")
	r := startIn(t, filepath.Join(t.TempDir(), "state"), "strace -D -f -qq -e signal=none -e abbrev=all -s 0 -o "+file+" "+program, "--source", "sim:normal", "--set", "counts.every_s=1")
	r.read(t)
	r.until(t, "passed", "referred", "unmeasured")
	r.stop(t)
	// Not every system lets a test lock memory.
	if !allowed["mlockall"] {
		t.Error("the unit's filter would refuse mlockall")
	}
	// SQLite gives its files to the owner of the folder when it runs as root,
	// which the unit's user is not.
	allowed["fchown"] = true
	var missing []string
	calls := 0
	for call := range (&trace{r, file}).calls(t) {
		calls++
		if m := callName.FindStringSubmatch(call); m != nil && !allowed[m[1]] && !slices.Contains(missing, m[1]) {
			missing = append(missing, m[1])
		}
	}
	if len(missing) > 0 || calls < 1000 {
		t.Errorf("of %d calls the unit's filter would refuse %v", calls, missing)
	}
}

// members returns the calls of a group, by what systemd-analyze lists of it, or
// the call itself.
func members(groups, name string) []string {
	if !strings.HasPrefix(name, "@") {
		return []string{name}
	}
	var calls []string
	_, rest, _ := strings.Cut("\n"+groups, "\n"+name+"\n")
	for line := range strings.Lines(rest) {
		line = strings.TrimRight(line, "\n")
		if line == "" || !strings.HasPrefix(line, " ") {
			break
		}
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			calls = append(calls, members(groups, line)...)
		}
	}
	return calls
}

// TestImagesConfiguration: the image's settings are some, and strict: beside a
// network it does not start.
func TestImagesConfiguration(t *testing.T) {
	const file = "../../../firmware/image/lintel.toml"
	c := config.Default()
	if err := c.Load(file); err != nil {
		t.Fatal(err)
	}
	if c.Privacy != (config.Privacy{Network: config.NetworkRefuse, Sandbox: config.SandboxRequire}) {
		t.Errorf("the image's privacy is %+v", c.Privacy)
	}
	if len(otherInterfaces(t)) == 0 {
		t.Skip("SKIPPED: there is no network here to refuse")
	}
	dir := filepath.Join(t.TempDir(), "state")
	out, err := exec.Command("lintel", "run", "--config", file, "--source", "sim:normal", "--listen", "127.0.0.1:0", "--set", "state.dir="+dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "cannot vouch that nothing leaves") {
		t.Errorf("beside a network the kiosk says %v, %q", err, out)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("it has made a state directory")
	}
	// With the development switch it starts, and says so.
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, program, "--config", file, "--source", "sim:normal", "--development")
	r.until(t, "ready", "guiding", "measuring", "passed")
	if faults := r.health(t).Faults; !slices.Contains(faults, faultNetwork) {
		t.Errorf("the faults are %v", faults)
	}
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func otherInterfaces(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("/sys/class/net")
	if err != nil {
		t.Skipf("SKIPPED: the interfaces are not known: %v", err)
	}
	var others []string
	for _, e := range entries {
		if e.Name() != "lo" {
			others = append(others, e.Name())
		}
	}
	return others
}
