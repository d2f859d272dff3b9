package main

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lintel/appliance/counts"
	"lintel/appliance/update"
	"lintel/ui/web"
)

// TestKioskThatCannotStartSaysWhy: under systemd, whatever keeps the kiosk from
// starting stands on the page by its name, and root is told of it as a sign of
// health.
func TestKioskThatCannotStartSaysWhy(t *testing.T) {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	for name, x := range map[string]struct {
		file, content string // in its state
		set           string
		fault         string
	}{
		"settings":    {"", "", "camera.rotate=45", faultSettings},
		"lamps":       {"", "", "gpio.pass_lamp=gpiochip99:1", faultLamps},
		"PIN":         {pinName, "no JSON", "", faultState},
		"record":      {"commissioning.json", "no JSON", "", faultState},
		"other files": {"counts.db", strings.Repeat("SQLite format 3\x00", 1), "", ""}, // damaged counts are set aside
	} {
		t.Run(name, func(t *testing.T) {
			dir, run := filepath.Join(t.TempDir(), "state"), t.TempDir()
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			if x.file != "" {
				if err := os.WriteFile(filepath.Join(dir, x.file), []byte(x.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			args := []string{"--source", "sim:normal"}
			if x.set != "" {
				args = append(args, "--set", x.set)
			}
			r := startIn(t, dir, "env NOTIFY_SOCKET="+filepath.Join(run, "nobody")+" RUNTIME_DIRECTORY="+run+" "+program, args...)
			if x.fault == "" {
				r.until(t, "ready", "guiding", "measuring", "passed")
				return
			}
			h := r.until(t, "out_of_service")
			if len(h.Faults) != 1 || h.Faults[0] != x.fault || !strings.Contains(string(r.greeted), x.fault) {
				t.Errorf("the faults are %q, it says %q", h.Faults, r.greeted)
			}
			told, err := os.ReadFile(filepath.Join(run, update.HealthName))
			if err != nil || string(told) != "out_of_service "+x.fault+"\n" {
				t.Errorf("its health is %q, %v", told, err)
			}
		})
	}
}

// TestDamagedStateIsMendedByForgetting: from the page that says so, to a kiosk
// that screens.
func TestDamagedStateIsMendedByForgetting(t *testing.T) {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	dir, run := filepath.Join(t.TempDir(), "state"), t.TempDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(dir, "commissioning.json")
	if err := os.WriteFile(record, []byte("no JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	// A port of its own, because the page comes back on it.
	r := startIn(t, dir, "env NOTIFY_SOCKET="+filepath.Join(run, "nobody")+" "+program, "--source", "sim:normal")
	r.until(t, "out_of_service")
	token := r.enter(t)
	if status, answer := r.staffAsk(t, "POST", "forget", token, `{"pin":"`+testPIN+`","sure":"everything"}`); status != http.StatusOK {
		t.Fatalf("%d, %v", status, answer)
	}
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(dir, "counts.db")); err == nil {
			break // it has started
		}
		if time.Since(begun) > patience {
			t.Fatalf("it does not start: %s", &r.errs)
		}
	}
	if _, err := os.Stat(record); !os.IsNotExist(err) {
		t.Error("the damaged record is still there")
	}
}

// Whatever the program names itself has words on the page.
func TestFaultsHaveWords(t *testing.T) {
	text, err := fs.ReadFile(web.Files(), "words.en.json")
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct{ Faults map[string]json.RawMessage }
	if err := json.Unmarshal(text, &catalogue); err != nil {
		t.Fatal(err)
	}
	for _, fault := range []string{faultSettings, faultState, faultLamps, faultStart, faultNetwork, faultSandbox, counts.FaultNewer, counts.FaultNotWritten, counts.FaultSetAside, counts.FaultClock} {
		if catalogue.Faults[fault] == nil {
			t.Errorf("words.en.json has none for %s", fault)
		}
	}
}
