package imagetest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lintel/appliance/update"
	"lintel/appliance/update/pack"
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
	enterWith(t, disk, bootAAt, brings+noScreen)
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
		m.request(t, update.Request{Act: update.ActInstall, Bundle: m.bundle("good")})
		m.until(`grep -q '"phase":"installing"' ` + update.SystemFolder + "/" + update.ReportName)
		at := time.Duration(moments.Float64() * float64(20*time.Second))
		time.Sleep(at)
		out, _ := m.try("cat " + update.SystemFolder + "/" + update.ReportName)
		t.Logf("cut %d after %.1f s of an update (%s)", n+1, at.Seconds(), out)
		inUpdate++
		m.cut()
	}
	m := boot(t, disk, append(stick, "-no-reboot")...)
	m.awaitUp()
	sound(t, m)
	m.installs(t, "good", false)
	m.restarts(t)
	m = boot(t, disk)
	m.awaitUp()
	sound(t, m)
	m.good(t, "B")
	t.Logf("%d cuts while it started, %d while the counts were written and an update installed", inStart, inUpdate)
}

const noScreen = "busybox ln -s /dev/null /run/systemd/system/lintel-kiosk.service\n"

// updateStick is QEMU's arguments for a medium with the bundle good.raucb.
func updateStick(t *testing.T) []string {
	t.Helper()
	keys := os.Getenv("LINTEL_OWNER")
	if keys == "" {
		t.Skip("SKIPPED: no cuts in an update: LINTEL_OWNER must name the folder with the keys that the image was built with; make image-test does")
	}
	dir := t.TempDir()
	bootImage, bundle, stick := filepath.Join(dir, "boot.img"), filepath.Join(dir, "good.raucb"), filepath.Join(dir, "stick.img")
	sh(t, "cp", filepath.Join(image(t), "boot.img"), bootImage)
	enterWith(t, bootImage, 0, brings+noScreen)
	plan := pack.Bundle{
		Key: filepath.Join(keys, "owner.key"), Certificate: filepath.Join(keys, "owner.crt"), Version: newer, Board: "lintel-" + arch(t),
		Changes: "Nothing", Root: filepath.Join(image(t), "root.img"), Boot: bootImage,
	}
	if err := plan.Make(t.Context(), bundle); err != nil {
		t.Fatal(err)
	}
	sh(t, "truncate", "-s", "700M", stick)
	sh(t, "mkfs.vfat", "-F", "32", stick)
	sh(t, "mcopy", "-i", stick, bundle, "::")
	return []string{"-drive", "file=" + stick + ",if=none,id=stick,format=raw,readonly=on", "-device", "usb-storage,bus=usb.0,drive=stick,removable=on"}
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
