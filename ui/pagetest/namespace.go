package pagetest

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// insideEnv marks the process that InLoopbackNamespace started.
const insideEnv = "LINTEL_PAGETEST_INSIDE"

// InLoopbackNamespace runs body in a process of its own, within a network
// namespace whose only interface is lo. It must be the last thing its test
// does, and body must not rely on anything the test did before, since the test
// starts anew there. Where neither root nor a user namespace allows it, the
// test is skipped.
func InLoopbackNamespace(t *testing.T, body func()) {
	t.Helper()
	if os.Getenv(insideEnv) == t.Name() {
		if err := raiseLoopback(); err != nil {
			t.Fatalf("cannot raise lo in the namespace: %v", err)
		}
		body()
		return
	}
	output, err := runInside(t)
	switch {
	case errors.Is(err, errNoNamespace):
		t.Skipf("PAGE TEST SKIPPED: this system allows no network namespace, neither to root nor within a user namespace (%v)", err)
	case err != nil:
		t.Fatalf("in the loopback namespace: %v\n%s", err, output)
	case strings.Contains(output, "--- SKIP: "+t.Name()+" ("):
		t.Skip(output)
	default:
		t.Log(output)
	}
}

var errNoNamespace = errors.New("cannot make a network namespace")

// runInside runs this test alone in a new namespace and returns its output.
func runInside(t *testing.T) (string, error) {
	t.Helper()
	alone := syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	asUser := alone
	asUser.Cloneflags |= syscall.CLONE_NEWUSER
	asUser.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	asUser.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}

	var refused error
	for _, attributes := range []syscall.SysProcAttr{alone, asUser} {
		var output strings.Builder
		cmd := exec.CommandContext(t.Context(), os.Args[0], insideArgs(t)...)
		cmd.Env = append(os.Environ(), insideEnv+"="+t.Name())
		cmd.Stdout, cmd.Stderr = &output, &output
		cmd.SysProcAttr = &attributes
		if err := cmd.Start(); err != nil {
			refused = err
			continue
		}
		err := cmd.Wait()
		return output.String(), err
	}
	return "", errors.Join(errNoNamespace, refused)
}

// insideArgs are the flags that run this one test, verbosely, with the time
// that is left.
func insideArgs(t *testing.T) []string {
	t.Helper()
	elements := strings.Split(t.Name(), "/")
	for i, e := range elements {
		elements[i] = "^" + regexp.QuoteMeta(e) + "$"
	}
	args := []string{"-test.run=" + strings.Join(elements, "/"), "-test.v", "-test.count=1"}
	if end, ok := t.Deadline(); ok {
		args = append(args, "-test.timeout="+max(time.Until(end)-time.Second, time.Second).String())
	}
	return args
}

// raiseLoopback switches lo on; a new namespace has it switched off.
func raiseLoopback() error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(socket) }()
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, lo)
}
