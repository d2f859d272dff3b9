package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestWishes(t *testing.T) {
	for text, want := range map[string]int64{
		"1793448000": 1793448000, "1767225600": 1767225600,
		"": 0, "-1": 0, "1e9": 0, "0": 0, "1767225599": 0, "4102444801": 0, "99999999999999999999": 0, "1793448000\n": 0, " 1793448000": 0, "१७": 0,
	} {
		got, err := parseWish(text)
		if want == 0 && err == nil || want != 0 && (err != nil || got.Unix() != want) {
			t.Errorf("%q: %v, %v, want %d", text, got, err, want)
		}
	}
}

// What is no plain file of digits sets no clock, waits for nothing and is gone
// afterwards.
func TestWishFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	link, long := filepath.Join(dir, "link"), filepath.Join(dir, "long")
	if err := os.Symlink("/etc/hostname", link); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(long, make([]byte, 1<<16), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, long, filepath.Join(dir, "none")} {
		c := clockCommand()
		c.SetArgs([]string{path})
		c.SilenceUsage, c.SilenceErrors = true, true
		if err := c.Execute(); err == nil {
			t.Errorf("%s was granted", path)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	if _, err := os.Stat("/etc/hostname"); err != nil {
		t.Error("what the link points to is gone")
	}
}

func FuzzWish(f *testing.F) {
	f.Add("1793448000")
	f.Add("-1")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := parseWish(text); err == nil && (got.Before(clockBegin) || got.After(clockEnd)) {
			t.Errorf("%q was taken for %v", text, got)
		}
	})
}

func TestClockStaysInBounds(t *testing.T) {
	for _, when := range []time.Time{{}, time.Unix(0, 0), clockBegin.Add(-time.Second), clockEnd.Add(time.Second)} {
		if err := (systemClock{wish: t.TempDir()}).Set(when); err == nil {
			t.Errorf("the clock was set to %v", when)
		}
	}
}

// A kiosk that may not set the clock asks for it, and says whether it was
// granted. What was not is taken back.
func TestClockIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, clockName)
	c := systemClock{wish: dir, set: func(time.Time) error { return unix.EPERM }}
	asked := make(chan time.Time, 1)
	go func() {
		for {
			text, err := os.ReadFile(path)
			if err == nil {
				wanted, _ := parseWish(string(text))
				asked <- wanted
				_ = os.Remove(path)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	now := time.Now()
	if err := c.Set(now); err != nil {
		t.Errorf("a wish that was granted: %v", err)
	}
	if got := <-asked; got.Unix() != now.Unix() {
		t.Errorf("asked for %v, want %v", got, now)
	}
	if err := c.Set(now.Add(time.Hour)); !errors.Is(err, unix.EPERM) {
		t.Errorf("a wish that nobody granted: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the wish was left for later")
	}
}
