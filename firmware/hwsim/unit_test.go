//go:build amd64

package hwsim

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// unit is the appliance as its systemd unit runs it, in a guest whose first
// program is systemd.
type unit struct {
	t     *testing.T
	name  string
	board *board
}

// tell runs a command and returns what it says.
func tell(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// startUnit starts the unit with users, groups and permissions from the image's
// own files.
func startUnit(t *testing.T) *unit {
	t.Helper()
	inGuest(t)
	name := os.Getenv("UNIT")
	if name == "" {
		t.Skip("skipped: systemd is not this guest's first program")
	}
	u := &unit{t, name, openBoard(t)}
	tell(t, "systemd-sysusers", "/etc/lintel.conf")
	settings := "[reference]\ntemperature_c = 37\n[camera]\nrotate = 90\nwarm_up_s = 0\n[gpio]\ndoor = \"fail_secure\"\n"
	for i, key := range keys() {
		settings += fmt.Sprintf("%s = \"%s:%d\"\n", key, u.board.chip, i)
	}
	shipped, err := os.ReadFile(filepath.Join(os.Getenv("HWSIM"), "image", "lintel.toml"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, "/etc/lintel.toml", string(shipped)+settings)
	tell(t, "systemctl", "reset-failed")
	tell(t, "systemctl", "start", "systemd-udevd.service")
	tell(t, "udevadm", "trigger", "--subsystem-match=gpio", "--subsystem-match=video4linux", "--subsystem-match=usb")
	tell(t, "udevadm", "settle")
	t.Cleanup(func() {
		tell(t, "systemctl", "stop", name)
		for line := range outputs {
			if u.board.high(line) {
				t.Errorf("line %d is high after the unit's end", line)
			}
		}
		out, err := exec.Command("journalctl", "--no-pager", "-o", "short-monotonic", "-u", name).CombinedOutput()
		t.Logf("%s, %v", out, err)
	})
	begin := time.Now()
	tell(t, "systemctl", "start", name) // it returns when the program says that it is ready
	t.Logf("started after %v", time.Since(begin))
	return u
}

// ready waits until the kiosk can screen.
func (u *unit) ready() {
	u.t.Helper()
	within(u.t, "ready", func() bool { return !u.board.high(outOfServiceLamp) })
}

// property is what systemd says of the unit.
func (u *unit) property(name string) string {
	u.t.Helper()
	return tell(u.t, "systemctl", "show", "--value", "-p", name, u.name)
}

// restarted waits until systemd has started the program anew so many times and it
// is ready.
func (u *unit) restarted(times int) {
	u.t.Helper()
	within(u.t, "a new start", func() bool {
		time.Sleep(time.Second) // asking costs the guest much
		return u.property("NRestarts") == fmt.Sprint(times) && u.property("ActiveState") == "active"
	})
}

// frameLoop returns the program's thread that waits for frames.
func (u *unit) frameLoop() int {
	u.t.Helper()
	found, pid := 0, u.property("MainPID")
	waits := func(call string) bool {
		return strings.HasPrefix(call, fmt.Sprint(unix.SYS_POLL)+" ") || strings.HasPrefix(call, fmt.Sprint(unix.SYS_PPOLL)+" ")
	}
	within(u.t, "the frame loop's thread", func() bool {
		all, err := filepath.Glob("/proc/" + pid + "/task/*/syscall")
		if err != nil {
			u.t.Fatal(err)
		}
		for _, f := range all {
			b, err := os.ReadFile(f)
			if err == nil && waits(string(b)) {
				_, _ = fmt.Sscan(filepath.Base(filepath.Dir(f)), &found)
			}
		}
		return found != 0
	})
	return found
}

// hold holds one thread of a program until that has ended, as a call that never
// returns would.
func hold(t *testing.T, thread int) {
	t.Helper()
	held := make(chan error)
	go func() {
		runtime.LockOSThread() // only who traces may wait
		err := unix.PtraceSeize(thread)
		if err == nil {
			err = unix.PtraceInterrupt(thread)
		}
		held <- err
		for err == nil {
			_, err = syscall.Wait4(thread, nil, 0x40000000, nil) // __WALL
		}
	}()
	if err := <-held; err != nil {
		t.Fatalf("the frame loop's thread cannot be held: %v", err)
	}
}

// watchdog is that of units/lintel.conf.
const watchdog = 6 * time.Second

// The unit of the image starts the program as a user of its own, who may use the
// camera and the lines by the image's udev rules. The program is ready without a
// camera, and screens when there is one.
func TestUnit(t *testing.T) {
	u := startUnit(t)
	if state := u.property("ActiveState"); state != "active" {
		t.Fatalf("the unit is %s", state)
	}
	first := u.property("MainPID")
	if user := tell(t, "stat", "-c", "%U", "/proc/"+first); user != "lintel" {
		t.Errorf("it runs as %s", user)
	}
	if got := u.property("WatchdogUSec"); got != "6s" {
		t.Errorf("the watchdog waits %s", got)
	}
	if !u.board.high(outOfServiceLamp) {
		t.Error("without a camera the out-of-service lamp is dark")
	}
	time.Sleep(watchdog + 2*time.Second)
	if n, pid := u.property("NRestarts"), u.property("MainPID"); n != "0" || pid != first {
		t.Errorf("without a camera it was started anew %s times", n)
	}

	e := plug(t, "lepton")
	e.command(rarely)
	u.ready()
	for path, want := range map[string]string{
		"/dev/video0": "video 660", "/dev/" + u.board.chip: "gpio 660",
		fmt.Sprintf("/dev/bus/usb/%03s/%03s", line(t, filepath.Join(e.folder(), "busnum")), line(t, filepath.Join(e.folder(), "devnum"))): "video 660",
	} {
		if got := tell(t, "stat", "-c", "%G %a", path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
	e.command(seldom)
	e.command("scene normal")
	within(t, "PASS", func() bool { return u.board.high(passLamp) && u.board.high(doorRelay) })
}

// When the frame loop hangs the lamp says so at once, and systemd starts the
// program anew when no sign of life came; and so it does when it was killed.
func TestUnitIsStartedAnew(t *testing.T) {
	u := startUnit(t)
	e := plug(t, "lepton")
	e.command(rarely)
	u.ready()
	begin := time.Now()
	hold(t, u.frameLoop())
	within(t, "the lamp", func() bool { return u.board.high(outOfServiceLamp) })
	t.Logf("the lamp was lit after %v", time.Since(begin))
	u.restarted(1)
	took := time.Since(begin)
	t.Logf("the frame loop hung: started anew after %v", took)
	if took < watchdog/2 || took > 4*watchdog {
		t.Errorf("started anew after %v", took)
	}
	u.ready()
	tell(t, "systemctl", "kill", "--signal=KILL", u.name)
	u.restarted(2)
	u.ready()
}
