package sandbox

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inside is the environment's word for the folder that the confined process may
// write to.
const inside = "SANDBOX_TEST_INSIDE"

// alone runs the test again in a process of its own, which cannot be undone, as
// this user and, where this is root, as nobody.
func alone(t *testing.T, body func(dir string)) {
	t.Helper()
	if dir := os.Getenv(inside); dir != "" {
		body(dir)
		return
	}
	users := []uint32{uint32(os.Getuid())}
	if os.Getuid() == 0 {
		users = append(users, 65534)
	}
	for _, user := range users {
		dir, err := os.MkdirTemp("", "sandbox") //nolint:usetesting // nobody could not look into the test's own folder
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		if err := os.Chown(dir, int(user), int(user)); err != nil {
			t.Fatal(err)
		}
		program := filepath.Join(dir, "program")
		content, err := os.ReadFile(os.Args[0])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(program, content, 0o755); err != nil {
			t.Fatal(err)
		}
		child := exec.Command(program, "-test.run=^"+t.Name()+"$", "-test.v")
		child.Dir = dir
		child.Env = append(os.Environ(), inside+"="+dir)
		if user != uint32(os.Getuid()) {
			child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
		}
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("as user %d: %v\n%s", user, err, out)
		}
	}
}

func TestHarden(t *testing.T) {
	alone(t, func(string) {
		if err := Harden(); err != nil {
			t.Fatal(err)
		}
		if n, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); n != 0 || err != nil {
			t.Errorf("dumpable is %d, %v", n, err)
		}
		var core unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &core); err != nil || core != (unix.Rlimit{}) {
			t.Errorf("the limit of core dumps is %+v, %v", core, err)
		}
		if n, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0); n != 1 || err != nil {
			t.Errorf("no_new_privs is %d, %v", n, err)
		}
		status, err := os.ReadFile("/proc/self/status")
		if err != nil {
			t.Fatal(err)
		}
		if locked := !strings.Contains(string(status), "VmLck:\t       0 kB"); locked != unlimited() {
			t.Logf("memory is locked: %v; this user may: %v", locked, unlimited())
		}
		if err := Harden(); err != nil {
			t.Errorf("once more: %v", err)
		}
	})
}

func TestConfine(t *testing.T) {
	if Version() == 0 {
		t.Skip("SKIPPED: this kernel has no Landlock: that the program can write nowhere else was not tested")
	}
	alone(t, func(dir string) {
		state, other := filepath.Join(dir, "state"), filepath.Join(dir, "other")
		for _, d := range []string{state, other} {
			if err := os.Mkdir(d, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		listening, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listening.Close() }()
		stop := make(chan bool)
		go func() { // another thread
			for range stop {
			}
		}()
		if Confined() {
			t.Error("confined before it was")
		}
		reads := filepath.Join(dir, "settings.toml")
		if err := os.WriteFile(reads, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Confine(Policy{Write: []string{state, filepath.Join(dir, "none")}, Read: []string{reads, filepath.Join(dir, "neither")}}); err != nil {
			t.Fatal(err)
		}
		if err := Harden(); err != nil {
			t.Fatal(err)
		}
		if !Confined() {
			t.Error("not confined after it was")
		}
		write := func(path string) error { return os.WriteFile(path, []byte("a frame"), 0o600) }
		for _, name := range []string{filepath.Join(state, "counts.db"), filepath.Join(state, "counts.db-wal")} {
			if err := errors.Join(write(name), os.Rename(name, name+"2"), os.Remove(name+"2")); err != nil {
				t.Errorf("the state directory is closed: %v", err)
			}
		}
		done := make(chan error)
		for _, name := range []string{filepath.Join(other, "x"), filepath.Join(dir, "x"), "/tmp/x", "/dev/shm/x", "/var/tmp/x"} {
			go func() { done <- write(name) }()
			if err := <-done; !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("writing %s says %v", name, err)
			}
		}
		if err := os.Rename(filepath.Join(state), filepath.Join(other, "s")); err == nil {
			t.Error("the state directory can be moved away")
		}
		if _, err := os.ReadFile(reads); err != nil {
			t.Errorf("what may be read is closed: %v", err)
		}
		if _, err := os.ReadFile("/proc/self/status"); err != nil {
			t.Errorf("what libraries read is closed: %v", err)
		}
		if _, err := os.ReadFile(filepath.Join(dir, "program")); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("reading elsewhere says %v", err)
		}
		if Version() >= 4 {
			if c, err := net.Dial("tcp", listening.Addr().String()); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("dialling says %v, %v", c, err)
			}
			// Go asks for Multipath TCP, which Landlock does not close, unless told
			// otherwise.
			if l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}); err == nil {
				t.Logf("listening anew: %v", l.Addr())
			}
		}
		if err := exec.Command("/bin/true").Run(); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("starting a program says %v", err)
		}
	})
}
