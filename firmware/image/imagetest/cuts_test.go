package imagetest

import (
	"encoding/json"
	"fmt"
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

// cutDiskSize is the smallest disk that BUILD.md asks for: less is looked through
// after each cut.
const cutDiskSize = 2000 * mib

// noScreen keeps the screen's session out: nothing here asks for it, and the
// starts are quicker.
const noScreen = "busybox ln -s /dev/null /run/systemd/system/lintel-kiosk.service\n"

// single gives each of two machines at once one processor.
var single = []string{"-smp", "1"}

// busySite has the counts written every second.
const busySite = `[reference]
temperature_c = 37.0
[camera]
rotate = 90
warm_up_s = 0
[counts]
every_s = 1
`

// TestPowerCuts takes the power away at random moments, again and again from the
// same disk: of one machine while the counts are written, and now and then while
// it starts; of another while an update is installed. After each the machine
// starts, with the state that it had, and what is on the disk is looked at from
// outside, too. The two machines run at the same time.
func TestPowerCuts(t *testing.T) {
	for name, phase := range map[string]func(*testing.T, *disk){"while the counts are written": cutsInWriting, "during an update": cutsInUpdate} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &disk{file: newDisk(t, busySite), moments: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))}
			if err := os.Truncate(d.file, cutDiskSize); err != nil {
				t.Fatal(err)
			}
			enterWith(t, d.file, bootAAt, brings+noScreen)
			m := boot(t, d.file, single...)
			m.awaitUp()
			m.good(t, "A")
			m.keepsPIN(t)
			m.counted(t, visits)
			m.until("systemctl is-active -q lintel.service")
			m.cut()
			d.sound(t)
			phase(t, d)
		})
	}
}

// cuts is how often.
func cuts() int {
	if n, err := strconv.Atoi(os.Getenv("LINTEL_CUTS")); err == nil {
		return n
	}
	return 20
}

func cutsInWriting(t *testing.T, d *disk) {
	written := d.serial
	for n := range cuts() {
		m := boot(t, d.file, single...)
		m.awaitUp()
		if n%5 != 4 {
			m.stands(t)
		}
		at := d.moment(5 * time.Second)
		time.Sleep(at)
		m.cut()
		d.sound(t)
		t.Logf("cut %d, %v after %s; the counts were written %d times", n+1, at.Round(time.Millisecond), map[bool]string{true: "the kiosk was up", false: "the first unit"}[n%5 != 4], d.serial)
	}
	if d.serial-written < cuts() {
		t.Errorf("the counts were written %d times only between %d cuts", d.serial-written, cuts())
	}
	m := boot(t, d.file, single...)
	m.awaitUp()
	m.stands(t)
	m.good(t, "A")
}

func cutsInUpdate(t *testing.T, d *disk) {
	stick := append(updateStick(t), single...)
	during, installed := 0, 0
	long := 20 * time.Second
	for n := range cuts() {
		m := boot(t, d.file, stick...)
		m.awaitUp()
		m.stands(t)
		m.request(t, update.Request{Act: update.ActInstall, Bundle: m.bundle("good")})
		m.until(`grep -qE '"phase":"(installing|installed)"' ` + update.SystemFolder + "/" + update.ReportName)
		at := d.moment(long)
		time.Sleep(at)
		out, _ := m.try("cat " + update.SystemFolder + "/" + update.ReportName)
		m.cut()
		d.sound(t)
		var r update.Report
		_ = json.Unmarshal([]byte(out), &r)
		// So long as it takes here, and a little longer.
		if r.Phase == update.Installed {
			installed++
			long = long * 8 / 10
		} else {
			during++
			long = long * 11 / 10
		}
		t.Logf("cut %d, %v after an update began: %s, %d %%", n+1, at.Round(time.Millisecond), r.Phase, r.Percent)
	}
	t.Logf("%d cuts while it was installed, %d right after", during, installed)
	m := boot(t, d.file, append(stick, "-no-reboot")...)
	m.awaitUp()
	m.stands(t)
	from := m.slot(t).Name
	m.installs(t, "good", false)
	m.restarts(t)
	m = boot(t, d.file, single...)
	m.awaitUp()
	m.stands(t)
	m.good(t, map[string]string{"A": "B", "B": "A"}[from])
	m.stillHas(t, visits)
}

// stands: the kiosk runs, from a slot that is good, with the state from before.
func (m *machine) stands(t testing.TB) {
	t.Helper()
	m.until("systemctl is-active -q lintel.service")
	out := m.run("ls /run/lintel-system/state-remade /run/lintel-system/state-lost 2>/dev/null; find /state/lintel -name '*.damaged*'; grub-editenv /efi/grubenv list")
	if strings.Contains(out, "/state") || strings.Contains(out, "damaged") {
		t.Errorf("the state was lost: %s", out)
	}
	if !strings.Contains(out, "A_OK=1") && !strings.Contains(out, "B_OK=1") {
		t.Errorf("no slot is good: %s", out)
	}
}

// disk is a disk whose power is cut.
type disk struct {
	file    string
	moments *rand.Rand
	// serial is how often the counts were written, when last looked at.
	serial int
}

func (d *disk) moment(within time.Duration) time.Duration {
	return time.Duration(d.moments.Float64() * float64(within))
}

// A cut that falls into the writing of GRUB's counters leaves them torn, or
// empty. The kiosk starts all the same, and mends them.
func TestTornCounters(t *testing.T) {
	disk := newDisk(t, site)
	putFile(t, disk, espAt, "grubenv", nil)
	m := boot(t, disk)
	m.awaitUp()
	m.until("grub-editenv /efi/grubenv list | grep -qx 'ORDER=A B'")
	m.good(t, "A")
}

// sound looks at a copy of the state, as the cut left it: the file system comes
// up with its journal, the counts are whole, no visit is lost and no writing
// undone that was there before.
func (d *disk) sound(t testing.TB) {
	t.Helper()
	folder := t.TempDir()
	state, found := filepath.Join(folder, "state"), filepath.Join(folder, "found")
	var table struct {
		PartitionTable struct {
			Partitions []struct {
				Name        string
				Start, Size int64
			}
		}
	}
	if err := json.Unmarshal([]byte(sh(t, "sfdisk", "--json", d.file)), &table); err != nil {
		t.Fatal(err)
	}
	for _, p := range table.PartitionTable.Partitions {
		if p.Name == "lintel-state" {
			sh(t, "dd", "if="+d.file, "of="+state, "bs=512", fmt.Sprint("skip=", p.Start), fmt.Sprint("count=", p.Size), "conv=sparse", "status=none")
		}
	}
	// 1 is "repaired", among it the journal that was played; what needs a person's
	// yes is more.
	sh(t, "sh", "-c", "e2fsck -fp "+state+" >"+folder+"/log; [ $? -le 1 ] || { cat "+folder+"/log; exit 1; }")
	if err := os.Mkdir(found, 0o700); err != nil {
		t.Fatal(err)
	}
	sh(t, "debugfs", "-R", "rdump /lintel "+found, state)
	const script = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
print(db.execute("SELECT sum(pass) FROM days").fetchone()[0], db.execute("SELECT serial FROM writings").fetchone()[0])`
	before, passed := d.serial, 0
	if _, err := fmt.Sscan(sh(t, "/usr/bin/python3", "-c", script, filepath.Join(found, "lintel", "counts.db")), &passed, &d.serial); err != nil {
		t.Fatal(err)
	}
	if passed != visits || d.serial < before {
		t.Errorf("%d visits of %d are on the disk, and %d writings where there were %d", passed, visits, d.serial, before)
	}
}

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
