package imagetest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestPowerCuts takes the power away at random moments, again and again from the
// same disk, while the counts are written and an update is being installed, and
// from the first instant on. After each, the machine starts, the counts are
// sound and one of the two slots is good; in the end the update is installed and
// runs.
func TestPowerCuts(t *testing.T) {
	cuts := 20
	if n, err := strconv.Atoi(os.Getenv("LINTEL_CUTS")); err == nil {
		cuts = n
	}
	disk := newDisk(t, busySite)
	// No screen: nothing here asks for it, and the starts are quicker.
	noScreen(t, disk, bootAAt)
	stick := updateStick(t)
	moments := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	inStart, inUpdate := 0, 0
	for n := range cuts {
		m := boot(t, disk, stick...)
		if n%5 == 4 {
			// Now and then while it starts: the first start divides the disk.
			time.Sleep(time.Duration(moments.Float64() * float64(20*time.Second)))
			inStart++
			m.cut()
			continue
		}
		m.awaitUp()
		sound(t, m)
		m.run("umount /mnt 2>/dev/null; systemctl start dbus.service && systemd-run -q --unit=try-update rauc install " + bundleOnStick)
		m.until("rauc status 2>/dev/null | grep -q . && journalctl -u rauc -o cat --no-pager | grep -q -i 'install'")
		at := time.Duration(moments.Float64() * float64(20*time.Second))
		time.Sleep(at)
		out, _ := m.try("journalctl -u rauc -o cat --no-pager | tail -1")
		t.Logf("cut %d after %.1f s of an update (%s)", n+1, at.Seconds(), out)
		inUpdate++
		m.cut()
	}
	m := boot(t, disk, stick...)
	m.awaitUp()
	sound(t, m)
	t.Logf("%d cuts while it started, %d while the counts were written and an update installed", inStart, inUpdate)
}

// busySite has the counts written every second.
const busySite = `[reference]
temperature_c = 37.0
[camera]
rotate = 90
warm_up_s = 0
[counts]
every_s = 1
`

// sound: the kiosk runs from a good slot, its state is the one from before, and
// the counts are in order.
func sound(t *testing.T, m *machine) {
	t.Helper()
	m.until("systemctl is-active -q lintel.service")
	if out, status := m.try("ls /run/lintel-system/state-remade /run/lintel-system/state-lost"); status == 0 {
		t.Errorf("the state was lost: %s", out)
	}
	out, _ := m.try("lintel selftest --json --config /etc/lintel.toml")
	for line := range strings.Lines(out) {
		if strings.Contains(line, `"counts"`) && !strings.Contains(line, `"ok":true`) {
			t.Errorf("%s", line)
		}
	}
	if out := m.run("find /state/lintel -name '*.damaged*'"); out != "" {
		t.Errorf("counts were set aside: %s", out)
	}
	if out := m.run("grub-editenv /efi/grubenv list"); !strings.Contains(out, "A_OK=1") && !strings.Contains(out, "B_OK=1") {
		t.Errorf("no slot is good: %s", out)
	}
}
