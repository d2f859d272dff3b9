package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"lintel/appliance/inspect"
)

// TestSelftestOfARunningKiosk: the kiosk is as the selftest says, and the
// selftest notices when it is not.
func TestSelftestOfARunningKiosk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root may look into a running kiosk")
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	for mode, want := range map[string]string{
		"auto": "",
		"off":  "dumps sandbox",
	} {
		r := start(t, program, "--source", "sim:normal", "--set", "privacy.sandbox="+mode)
		r.until(t, "ready", "guiding", "measuring", "passed")
		var failed []string
		for _, c := range inspect.All(inspect.Subject{PID: r.command.Process.Pid, StateDir: r.dir}) {
			if c.Check != "network" && !c.OK {
				failed = append(failed, c.Check)
			}
			if strings.HasPrefix(c.Detail, "not checked") {
				t.Errorf("%s: %s: %s", mode, c.Check, c.Detail)
			}
		}
		if mode == "off" && !slices.Contains(r.health(t).Faults, faultSandbox) {
			t.Error("that the sandbox is off is not told")
		}
		// Where no limit allows core dumps there is nothing to find.
		got := strings.TrimPrefix(strings.Join(failed, " "), "dumps ")
		if got != strings.TrimPrefix(want, "dumps ") {
			t.Errorf("privacy.sandbox=%s: the checks that fail are %v, want %q", mode, failed, want)
		}
		r.stop(t)
	}
}
