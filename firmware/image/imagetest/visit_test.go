package imagetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// camera is an emulated thermal camera on the machine's USB.
type camera struct {
	t                testing.TB
	folder, commands string
}

// withCamera returns QEMU's arguments for a camera that can be plugged in, and
// the camera, which is not yet.
func withCamera(t testing.TB) (*camera, []string) {
	t.Helper()
	c := &camera{t: t, folder: t.TempDir()}
	c.commands = filepath.Join(c.folder, "commands")
	write(t, c.commands, nil, 0o644)
	socket := filepath.Join(c.folder, "usb")
	return c, []string{"-chardev", "socket,id=camera,server=on,wait=off,path=" + socket, "-device", "usb-redir,chardev=camera,bus=usb.0"}
}

// plug starts the emulator with a scene.
func (c *camera) plug(scene string) {
	c.t.Helper()
	program := filepath.Join(c.folder, "emulate")
	sh(c.t, "go", "build", "-o", program, "../../hwsim/emulate")
	clock := filepath.Join(c.folder, "clock")
	stop := make(chan struct{})
	go func() { // the camera goes by the clock of this machine, as the guest does
		for tick := time.NewTicker(2 * time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				_ = os.WriteFile(clock, []byte(strconv.FormatInt(time.Now().UnixNano(), 10)), 0o644)
			}
		}
	}()
	e := exec.Command(program, "-model", "lepton", "-serial", "SIM-image", "-socket", filepath.Join(c.folder, "usb"),
		"-clock", clock, "-commands", c.commands, "-events", filepath.Join(c.folder, "events"))
	e.Stderr = os.Stderr
	if err := e.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = e.Process.Kill()
		_ = e.Wait()
		close(stop)
	})
	c.tell("every 2")
	c.tell("scene " + scene)
	c.tell("plug")
}

func (c *camera) tell(command string) {
	c.t.Helper()
	f, err := os.OpenFile(c.commands, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if _, err := fmt.Fprintln(f, command); err != nil {
		c.t.Fatal(err)
	}
}

// live waits until the page holds its connection to the kiosk: what is seen before
// that is what the page shows without its scripts.
func (m *machine) live() {
	m.t.Helper()
	m.until(`grep -q ' 0100007F:1FA3 [0-9A-F:]* 01 ' /proc/$(systemctl show -P MainPID lintel.service)/net/tcp`)
	m.t.Logf("%s the page lives", m.when())
}

// A simulated visitor in front of the emulated camera: without a camera the
// screen says out of service, with it a visit ends with PASS on the screen.
func TestVisit(t *testing.T) {
	const passes, refers, isOut = 3, 4, 5
	c, usb := withCamera(t)
	l, more, plug := withLamps(t)
	m := boot(t, newDisk(t, site+`[page]
sound = true
[gpio]
pass_lamp = "gpiochip0:3"
refer_lamp = "gpiochip0:4"
out_of_service_lamp = "gpiochip0:5"
`), append(usb, more...)...)
	plug()
	m.awaitUp()
	m.await("out_of_service")
	l.lights(t, isOut, passes, refers)
	m.sees(t, "no-camera", "out_of_service")
	m.live()
	c.plug("empty")
	m.await("ready")
	// The program that comes up with a camera is another one than that without.
	m.live()
	m.sees(t, "ready", "page")
	t.Logf("the screen's session was begun anew %s times", m.run("systemctl show -P NRestarts lintel-kiosk.service"))
	c.tell("scene normal")
	// The simulated forehead is at 34.8 degC.
	m.sees(t, "passed", "passed")
	for _, lamp := range []struct{ line, times int }{{passes, 1}, {refers, 0}} {
		if _, times := l.on(lamp.line); min(times, 1) != lamp.times {
			t.Errorf("the lamp on line %d came on %d times", lamp.line, times)
		}
	}
	t.Run("sound", func(t *testing.T) {
		// The browser's sound comes after its picture, and QEMU writes what was
		// played once it has gathered some.
		var size, loud int
		for end := time.Now().Add(2 * time.Minute); loud < 1000 && time.Now().Before(end); time.Sleep(time.Second) {
			text, err := os.ReadFile(m.path("sound.wav"))
			if err != nil {
				t.Fatal(err)
			}
			size, loud = len(text), 0
			for _, b := range text[min(44, len(text)):] {
				if b != 0 && b != 0xff {
					loud++
				}
			}
		}
		t.Logf("%d bytes of sound, %d of them not silent", size, loud)
		if loud < 1000 {
			t.Errorf("no tone was played; the cards are %s", m.run("cat /proc/asound/cards; cat /proc/asound/card*/pcm*p/sub*/status; lsmod | grep snd || true"))
		}
	})
	t.Run("selftest", func(t *testing.T) { selftest(t, m) })
	t.Run("journal", func(t *testing.T) {
		if out := m.run(`journalctl -u lintel.service -o cat --no-pager`); strings.Contains(out, "34.") || strings.Contains(out, "35.") {
			t.Errorf("the journal has a temperature: %s", out)
		}
	})
}

// The program that is stopped is started anew by systemd, and the machine whose
// systemd does not run by the watchdog.
func TestWatchdog(t *testing.T) {
	m := boot(t, newDisk(t, site), "-no-reboot")
	m.awaitUp()
	first := m.kiosk()
	m.await("out_of_service", "ready")
	m.run("systemctl kill -s STOP lintel.service")
	begin := time.Now()
	m.until(fmt.Sprintf(`p=$(systemctl show -P MainPID lintel.service); [ "$p" != 0 ] && [ "$p" != %d ]`, first))
	t.Logf("the stopped program was started anew after %.0f s", time.Since(begin).Seconds())
	m.await("out_of_service", "ready")
	m.run("systemctl kill -s SEGV lintel.service")
	m.await("out_of_service", "ready")
	if out := m.run("find /state /run /tmp /var -xdev -name 'core*' -type f | head"); out != "" {
		t.Errorf("the crash left %s", out)
	}

	if got := m.run("cat /sys/class/watchdog/watchdog0/identity /sys/class/watchdog/watchdog0/state"); !strings.Contains(got, "i6300ESB") || !strings.Contains(got, "active") {
		t.Errorf("the hardware's watchdog: %s", got)
	}
	// Nothing else gets the processors any more, not even the share that the kernel
	// keeps for it.
	begin = time.Now()
	_ = m.ask(map[string]any{"Run": []string{"/bin/sh", "-c", "echo -1 >/proc/sys/kernel/sched_rt_runtime_us; mount -t debugfs none /sys/kernel/debug; for f in /sys/kernel/debug/sched/fair_server/cpu*/runtime; do echo 0 >$f; done; for i in 1 2 3; do chrt -f 99 sh -c 'while :; do :; done' & done; wait"}})
	select {
	case <-m.ended:
		t.Logf("the stuck machine was reset after %.0f s", time.Since(begin).Seconds())
	case <-time.After(patience):
		t.Error("the watchdog did not reset a stuck machine")
	}
}

// One byte that was changed in the root: refused at the start where it is
// needed there, else when it is read, and then by a new start.
func TestChangedByte(t *testing.T) {
	t.Run("at the start", func(t *testing.T) {
		disk := newDisk(t, site)
		flip(t, disk, rootAAt+9)
		m := boot(t, disk, "-no-reboot")
		select {
		case <-m.ended:
		case <-m.up:
			t.Error("it started")
		case <-time.After(patience):
			t.Error("it neither started nor gave up")
		}
		if !strings.Contains(m.console(), "no sound partition lintel-root-a") {
			t.Errorf("the screen says %s", m.console())
		}
	})
	t.Run("when it is read", func(t *testing.T) {
		disk := newDisk(t, site)
		flip(t, disk, rootAAt+200*mib+1234)
		m := boot(t, disk, "-no-reboot")
		m.awaitUp()
		m.run("dd if=/dev/mapper/lintel-root of=/dev/null bs=1M skip=100 count=4")
		_ = m.ask(map[string]any{"Run": []string{"dd", "if=/dev/mapper/lintel-root", "of=/dev/null", "bs=1M", "skip=199", "count=3"}})
		select {
		case <-m.ended:
		case <-time.After(patience):
			t.Error("a changed byte was read")
		}
	})
}
