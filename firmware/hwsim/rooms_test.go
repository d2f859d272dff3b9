package hwsim

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The lines and the room's sensors have kernel tests of their own, which are
// compiled for the guest with these.
func TestRoomsOnTheKernel(t *testing.T) {
	inGuest(t)
	for _, c := range []struct{ room, needs string }{
		{"gpio", "LINTEL_TEST_GPIOSIM=/sys/kernel/config/gpio-sim"},
		{"ambient", "LINTEL_TEST_SYSFS=/sys"},
	} {
		t.Run(c.room, func(t *testing.T) {
			program := filepath.Join(os.Getenv("HWSIM"), c.room+".test")
			if _, err := os.Stat(program); err != nil {
				t.Skip("skipped: this guest has the reader alone")
			}
			if c.room == "ambient" {
				connectSensors(t)
			}
			cmd := exec.Command(program, "-test.v", "-test.run=^TestKernel")
			cmd.Env = append(os.Environ(), c.needs)
			out, err := cmd.CombinedOutput()
			t.Logf("%s", out)
			if err != nil || strings.Contains(string(out), "--- SKIP") || !strings.Contains(string(out), "--- PASS") {
				t.Errorf("the room's own tests: %v", err)
			}
		})
	}
}
