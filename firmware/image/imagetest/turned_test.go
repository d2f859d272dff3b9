package imagetest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A screen on its side, by screen.conf: the page is turned with it and so is the
// touch panel, and between the hours that are given the screen is off.
func TestScreen(t *testing.T) {
	disk := newDisk(t, site+"[page]\ntouch = true\n")
	putFile(t, disk, espAt, "screen.conf", []byte("rotate = 90\r\noff = 21:30\r\non = 06:15\r\n"))
	m := boot(t, disk)
	m.awaitUp()
	m.sees(t, "turned", "out_of_service")

	// A panel that is plugged in now: the session begins anew with it.
	// The panel's left edge is the page's upper one, so the page's right lower corner
	// is the panel's right upper one: there is the door to the staff's pages.
	begun := time.Now()
	for bright := 0.; bright < 0.5; _, bright = m.ground(t) {
		if time.Since(begun) > 3*time.Minute {
			m.keep("touched")
			t.Fatalf("the door to the staff's pages was touched and did not open: %s", m.run("for e in /dev/input/event*; do udevadm info -q property $e | grep -E 'NAME=|TOUCH|CALIB'; done; true"))
		}
		m.touch(t, 991./1024, 45./600)
		time.Sleep(3 * time.Second)
	}
	m.keep("touched")

	m.until("systemctl is-active -q lintel-dark.timer")
	m.run("date -s 21:29:57")
	m.until("systemctl is-active -q lintel-dark.service")
	time.Sleep(2 * time.Second)
	if name, bright := m.ground(t); name != "" || bright != 0 {
		t.Errorf("the screen that is switched off shows %q, %.3f of it bright", name, bright)
	}
	m.keep("dark")
	if got := m.run("cat /sys/class/drm/card*/card*-*/dpms"); !strings.Contains(got, "Off") {
		t.Errorf("the screen's power is %s", got)
	}
	m.run("date -s 06:14:57")
	m.until("systemctl is-active -q lintel-kiosk.service && ! systemctl is-active -q lintel-dark.service")
	m.sees(t, "lit", "out_of_service")
}

// touch touches a panel that is turned with the screen, in parts of its width and
// height as it is built.
func (m *machine) touch(t testing.TB, x, y float64) {
	t.Helper()
	if r := m.answer(m.ask(map[string]any{"Touch": []int{int(x * 65535), int(y * 65535)}})); r.Status != 0 {
		t.Fatal(fmt.Errorf("%s", r.Out))
	}
}
