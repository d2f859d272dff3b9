package counts

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// diskDir is the environment's word for where the small disk is mounted.
const diskDir = "COUNTS_TEST_DISK_DIR"

// onSmallDisk runs body in a process of its own that has mounted a disk of
// 256 KB, for its own eyes only. It must be the last thing its test does.
func onSmallDisk(t *testing.T, body func(dir string)) {
	t.Helper()
	if dir := os.Getenv(diskDir); dir != "" {
		if err := syscall.Mount("none", dir, "tmpfs", 0, "size=256k"); err != nil {
			t.Fatal(err)
		}
		body(dir)
		return
	}
	alone := syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	asUser := syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER, Pdeathsig: syscall.SIGKILL,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	var refused error
	for _, attributes := range []*syscall.SysProcAttr{&asUser, &alone} {
		var out strings.Builder
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
		child.Env = append(os.Environ(), diskDir+"="+t.TempDir())
		child.Stdout, child.Stderr, child.SysProcAttr = &out, &out, attributes
		if err := child.Start(); err != nil {
			refused = err
			continue
		}
		if err := child.Wait(); err != nil {
			t.Fatalf("on the small disk: %v\n%s", err, out.String())
		}
		return
	}
	t.Skipf("SKIPPED: this system lets nobody mount a disk of his own (%v): full and read-only disks were not tested", refused)
}

func passes(t *testing.T, s *Store, want int64) {
	t.Helper()
	var n int64
	if err := s.db.QueryRow("SELECT sum(pass) FROM days").Scan(&n); err != nil || n != want {
		t.Errorf("%d visits are written, want %d (%v)", n, want, err)
	}
}

// wantFault writes, which must fail and be told.
func wantFault(t *testing.T, s *Store) {
	t.Helper()
	if err := s.write(context.Background()); err == nil || !slices.Equal(s.Faults(), []string{FaultNotWritten}) {
		t.Errorf("the writing says %v, the faults are %v", err, s.Faults())
	}
}

// TestDiskFull: what cannot be written is told, kept and written when there is
// room, and what was written stays.
func TestDiskFull(t *testing.T) {
	onSmallDisk(t, func(dir string) {
		c := &clock{now: tuesday}
		s := open(t, Config{Dir: dir, Now: c.Now})
		add(t, s, Pass)
		write(t, s)
		filler := filepath.Join(dir, "filler")
		f, err := os.Create(filler)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = f.Write(bytes.Repeat([]byte{1}, 4096))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
		for range 3 {
			add(t, s, Pass)
			wantFault(t, s)
		}
		passes(t, s, 1)

		// A kiosk that starts now goes on as well.
		other := filepath.Join(dir, "other")
		late, err := Open(context.Background(), Config{Dir: other, Now: c.Now, Patient: true})
		if err != nil {
			t.Fatalf("a kiosk with a full disk does not start: %v", err)
		}
		add(t, late, Pass)
		wantFault(t, late)
		if _, err := late.Hours(context.Background(), tuesday, tuesday); err == nil || !strings.Contains(err.Error(), "at present") {
			t.Errorf("reading says %v", err)
		}

		if err := errors.Join(f.Close(), os.Remove(filler)); err != nil {
			t.Fatal(err)
		}
		write(t, s)
		passes(t, s, 4)
		if got := s.Faults(); len(got) != 0 {
			t.Errorf("the faults are %v with room on the disk", got)
		}
		write(t, late)
		passes(t, late, 1)
		if err := late.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestDiskReadOnly: the same for a disk that became read-only.
func TestDiskReadOnly(t *testing.T) {
	onSmallDisk(t, func(dir string) {
		remount := func(flags uintptr) {
			t.Helper()
			if err := syscall.Mount("none", dir, "", syscall.MS_REMOUNT|flags, "size=256k"); err != nil {
				t.Fatal(err)
			}
		}
		c := &clock{now: tuesday}
		s := open(t, Config{Dir: dir, Now: c.Now})
		add(t, s, Pass)
		write(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		remount(syscall.MS_RDONLY)
		if _, err := Open(context.Background(), Config{Dir: dir}); err == nil {
			t.Error("a read-only disk is opened without a word")
		}
		late, err := Open(context.Background(), Config{Dir: dir, Now: c.Now, Patient: true})
		if err != nil {
			t.Fatalf("a kiosk with a read-only disk does not start: %v", err)
		}
		add(t, late, Pass)
		wantFault(t, late)
		remount(0)
		write(t, late)
		passes(t, late, 2)
		if err := late.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestFileExchangedWhileTheKioskRuns: garbage, nothing or another file in place
// of the counts is noticed at the next writing.
func TestFileExchangedWhileTheKioskRuns(t *testing.T) {
	for name, x := range map[string]struct {
		exchange func(path string) error
		faults   []string
	}{
		"overwritten with garbage": {func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("garbage "), 2000), 0o600)
		}, []string{FaultSetAside}},
		"cut to nothing": {func(path string) error { return os.Truncate(path, 0) }, nil},
		"removed":        {os.Remove, nil},
		"replaced by garbage": {func(path string) error {
			return errors.Join(os.WriteFile(path+"~", []byte("garbage"), 0o600), os.Rename(path+"~", path))
		}, []string{FaultSetAside}},
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{now: tuesday}
			dir := t.TempDir()
			s := open(t, Config{Dir: dir, Now: c.Now})
			add(t, s, Pass)
			write(t, s)
			if err := x.exchange(filepath.Join(dir, FileName)); err != nil {
				t.Fatal(err)
			}
			add(t, s, Pass, Pass)
			_ = s.write(context.Background()) // it may take one to notice
			write(t, s)
			passes(t, s, 2)
			if got := s.Faults(); !slices.Equal(got, x.faults) {
				t.Errorf("the faults are %v, want %v", got, x.faults)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			passes(t, open(t, Config{Dir: dir, Now: c.Now}), 2)
		})
	}
}
