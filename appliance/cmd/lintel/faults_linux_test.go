package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"lintel/appliance/counts"
)

// afflicted is a kiosk that something is wrong with.
type afflicted struct {
	program, dir string
	*running
}

// starts runs the kiosk under another program, and goes on when somebody was
// measured: whatever is wrong, it screens.
func (a *afflicted) starts(t *testing.T, under string) {
	t.Helper()
	a.running = startIn(t, a.dir, under+" "+a.program, "--fast", "--source", "sim:normal", "--set", "counts.every_s=1")
	a.screens(t)
}

func (a *afflicted) screens(t *testing.T) { t.Helper(); a.until(t, "passed") }

// tells waits until /healthz names these faults and no others. The words that
// the staff page has for each are in the catalogue.
func (a *afflicted) tells(t *testing.T, faults ...string) {
	t.Helper()
	words, err := os.ReadFile(filepath.Join("..", "..", "..", "ui", "web", "words.en.json"))
	if err != nil {
		t.Fatal(err)
	}
	var catalogue struct {
		Faults map[string]struct{ Text, Staff string }
	}
	if err := json.Unmarshal(words, &catalogue); err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		if say := catalogue.Faults[f]; say.Text == "" || say.Staff == "" {
			t.Errorf("the staff page has no words for %s", f)
		}
	}
	var last health
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(50 * time.Millisecond) {
		if last = a.health(t); slices.Equal(last.Faults, faults) || len(last.Faults)+len(faults) == 0 {
			return
		}
	}
	t.Fatalf("the faults are %v, want %v", last.Faults, faults)
}

// keeps waits until more visits are counted than before.
func (a *afflicted) keeps(t *testing.T, before int64) (visits int64) {
	t.Helper()
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(100 * time.Millisecond) {
		// Of a copy, for SQLite does not find a file in another's disk. The log is
		// empty but for some milliseconds.
		content, err := os.ReadFile(a.file())
		copied := t.TempDir()
		if err == nil {
			err = os.WriteFile(filepath.Join(copied, counts.FileName), content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if visits, _ = counted(t, copied); visits > before {
			return visits
		}
	}
	t.Fatalf("%d visits are counted, want more than %d", visits, before)
	return 0
}

func (a *afflicted) file() string { return filepath.Join(a.dir, counts.FileName) }

// wellThen runs a healthy kiosk, ends it, and returns what it counted.
func (a *afflicted) wellThen(t *testing.T, under string) int64 {
	t.Helper()
	a.starts(t, under)
	a.tells(t)
	a.keeps(t, 0)
	a.stop(t)
	visits, _ := counted(t, a.dir)
	return visits
}

// TestFaultsOfTheClockAndTheFile: with a clock or a file that is wrong the
// program screens, says so, and loses nothing that was on the disk.
func TestFaultsOfTheClockAndTheFile(t *testing.T) {
	skipRaced(t)
	program, err := altered()
	if err != nil {
		t.Fatal(err)
	}
	clock := func(at time.Time) string { return "env CLOCK=" + at.UTC().Format(time.RFC3339) + ",1" }
	now := time.Now()
	damage := func(with func(path string) error) func(*testing.T, *afflicted) {
		return func(t *testing.T, a *afflicted) {
			a.wellThen(t, "env")
			before, err := os.ReadFile(a.file())
			if err != nil {
				t.Fatal(err)
			}
			if err := with(a.file()); err != nil {
				t.Fatal(err)
			}
			damaged, _ := os.ReadFile(a.file())
			a.starts(t, "env")
			a.tells(t, counts.FaultSetAside)
			a.keeps(t, 0)
			aside := counts.SetAside(a.dir)
			if len(aside) != 1 {
				t.Fatalf("set aside is %v", aside)
			}
			if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, damaged) || bytes.Equal(kept, before) {
				t.Errorf("what was set aside is not what was there (%v)", err)
			}
			// Moved away, as the staff page asks for.
			a.stop(t)
			if err := os.Remove(aside[0]); err != nil {
				t.Fatal(err)
			}
			a.starts(t, "env")
			a.tells(t)
		}
	}
	for name, body := range map[string]func(*testing.T, *afflicted){
		"clock never set": func(t *testing.T, a *afflicted) {
			before := a.wellThen(t, "env")
			a.starts(t, clock(time.Unix(0, 0)))
			a.tells(t, counts.FaultClock)
			a.stop(t)
			if after, _ := counted(t, a.dir); after != before {
				t.Errorf("%d visits have a date, want %d", after, before)
			}
		},
		"clock a year back": func(t *testing.T, a *afflicted) {
			before := a.wellThen(t, "env")
			a.starts(t, clock(now.AddDate(-1, 0, 0)))
			a.tells(t, counts.FaultClock)
			a.stop(t)
			if after, _ := counted(t, a.dir); after != before {
				t.Errorf("%d visits have a date, want %d", after, before)
			}
			a.starts(t, "env")
			a.tells(t)
			a.keeps(t, before)
		},
		"clock was a year ahead": func(t *testing.T, a *afflicted) {
			before := a.wellThen(t, clock(now.AddDate(1, 0, 0)))
			a.starts(t, "env")
			a.tells(t, counts.FaultClock)
			a.stop(t)
			if after, _ := counted(t, a.dir); after != before {
				t.Errorf("%d visits have a date, want %d", after, before)
			}
			// The remedy: the file is moved away.
			if err := os.Rename(a.file(), a.file()+".ahead"); err != nil {
				t.Fatal(err)
			}
			a.starts(t, "env")
			a.tells(t)
			a.keeps(t, 0)
		},
		"file cut off": damage(func(path string) error { return os.Truncate(path, 4096) }),
		"file of garbage": damage(func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("garbage "), 3000), 0o600)
		}),
		"garbage while it runs": func(t *testing.T, a *afflicted) {
			a.starts(t, "env")
			a.keeps(t, 0)
			if err := os.WriteFile(a.file(), bytes.Repeat([]byte("garbage "), 3000), 0o600); err != nil {
				t.Fatal(err)
			}
			a.screens(t)
			a.tells(t, counts.FaultSetAside)
			a.keeps(t, 0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body(t, &afflicted{program: program, dir: filepath.Join(t.TempDir(), "state")})
		})
	}
}

// TestFaultsOfTheDisk: with a disk that is full or read-only the program screens
// and says so; what was written stays, and what was counted meanwhile is
// written when the disk is well.
func TestFaultsOfTheDisk(t *testing.T) {
	skipRaced(t)
	if err := exec.Command("unshare", "-m", "mount", "-t", "tmpfs", "none", t.TempDir()).Run(); err != nil {
		t.Skipf("SKIPPED: this system lets nobody mount a disk of his own (%v): full and read-only disks were not tested", err)
	}
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	for name, mount := range map[string]string{"full": "true", "read-only": "mount -o remount,ro none"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &afflicted{program: program, dir: filepath.Join(t.TempDir(), "state")}
			before := a.wellThen(t, "env")
			// The disk is the kiosk's own: a copy of what is there, on 256 KB.
			script := filepath.Join(t.TempDir(), "on-a-small-disk")
			if err := os.WriteFile(script, []byte("#!/bin/sh\nset -e\ncd "+a.dir+"\nexec 3<"+counts.FileName+"\nmount -t tmpfs -o size=256k none "+a.dir+
				"\ncat <&3 >"+a.file()+"\nexec 3<&-\n"+mount+" "+a.dir+"\nexec \"$@\"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
			a.running = startIn(t, a.dir, "unshare -m "+script+" "+program, "--fast", "--source", "sim:normal", "--set", "counts.every_s=1")
			pid, dir := strconv.Itoa(a.command.Process.Pid), a.dir
			a.dir = filepath.Join("/proc", pid, "root", dir)
			if name == "full" {
				before = a.keeps(t, before)
				a.fill(t)
			}
			a.tells(t, counts.FaultNotWritten)
			a.screens(t)
			if name == "full" {
				err = os.Remove(filepath.Join(a.dir, "filler"))
			} else {
				err = exec.Command("nsenter", "-t", pid, "-m", "mount", "-o", "remount,rw", "none", dir).Run()
			}
			if err != nil {
				t.Fatal(err)
			}
			a.tells(t)
			a.keeps(t, before)
		})
	}
}

// fill leaves no room on the kiosk's disk.
func (a *afflicted) fill(t *testing.T) {
	t.Helper()
	f, err := os.Create(filepath.Join(a.dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for err == nil {
		_, err = f.Write(bytes.Repeat([]byte{1}, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}
