package imagetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lintel/appliance/update"
	"lintel/appliance/update/owner"
	"lintel/appliance/update/pack"
)

// Versions of the bundles; the image's own lies between.
const (
	newer  = "99.1"
	newest = "99.2"
	older  = "0.0.1"
)

// visits is how many were counted before the first update.
const visits = 41

// An owner's whole way: every bundle that is not hers is refused, hers is
// installed and starts, one that does not come up is gone back from, an older one
// needs the deliberate act, and what was counted is there all the time, until
// everything is forgotten.
func TestUpdates(t *testing.T) {
	disk := newDisk(t, site)
	enterWith(t, disk, bootAAt, brings+noScreen)
	stick := newStick(t)
	on := func() *machine {
		m := boot(t, disk, "-no-reboot", "-drive", "file="+stick+",if=none,id=stick,format=raw", "-device", "usb-storage,bus=usb.0,drive=stick,removable=on")
		m.awaitUp()
		return m
	}
	m := on()
	m.good(t, "A")
	m.keepsPIN(t)
	m.counted(t, visits)

	t.Logf("%v: slot A is good, %d visits", time.Since(m.began).Round(time.Second), visits)
	offers := m.looks(t)
	t.Logf("%v: looked: %+v", time.Since(m.began).Round(time.Second), offers)
	for _, refused := range []string{"truncated", "unsigned", "wrong_key", "tampered", "other_board", "older"} {
		if got := offers[refused+".raucb"].Refused; got != refused {
			t.Errorf("%s is refused as %q", refused, got)
		}
		before := m.environment()
		if r := m.asks(t, update.Request{Act: update.ActInstall, Bundle: m.bundle(refused)}); r.Phase != update.Failed || r.Reason != refused {
			t.Errorf("%s: %+v", refused, r)
		}
		// What RAUC meets while it reads spoils the other slot, and no other.
		if after := m.environment(); after["A_OK"] != "1" || !strings.HasPrefix(after["ORDER"], "A") || refused != "tampered" && after["B_OK"] != before["B_OK"] {
			t.Errorf("after %s the boot loader has %v", refused, after)
		}
		t.Logf("%v: %s is refused", time.Since(m.began).Round(time.Second), refused)
	}
	if o := offers["good.raucb"]; o.Refused != "" || o.Version != newer || o.Signer == "" || o.Changes == "" {
		t.Errorf("the good one is offered as %+v", o)
	}

	m.installs(t, "good", false)
	m.restarts(t)
	m = on()
	m.good(t, "B")
	m.stillHas(t, visits)
	t.Logf("%v: slot B is good and has what was kept", time.Since(m.began).Round(time.Second))

	// It starts, but its program does not: it is marked bad and gone back from.
	m.installs(t, "unwell", false)
	m.restarts(t)
	m = on()
	m.ends(t)
	m = on()
	m.good(t, "B")
	if s := m.slot(t); s.FellBack != newest {
		t.Errorf("that it fell back is not told: %+v", s)
	}
	m.stillHas(t, visits)
	t.Logf("%v: it went back by itself and has what was kept", time.Since(m.began).Round(time.Second))

	// Older than what runs: refused above, installed by the deliberate act. The
	// slot is written, which is enough here.
	m.installs(t, "older", true)

	m.request(t, update.Request{Act: update.ActForget})
	m.ends(t)
	m = on()
	m.until("test -e /var/lib/lintel/counts.db")
	if _, status := m.try("test -e /var/lib/lintel/staff.json"); status == 0 {
		t.Error("the PIN is still there")
	}
	m.counted(t, 0)
}

// bundle is a bundle's path in the machine.
func (m *machine) bundle(name string) string {
	m.t.Helper()
	return m.until("ls " + update.BundleFolder + "/*/" + name + update.BundleSuffix)
}

// request writes a request as the kiosk's program does.
func (m *machine) request(t testing.TB, r update.Request) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	m.run(fmt.Sprintf("echo '%s' >/run/lintel/x && mv /run/lintel/x /run/lintel/%s", text, update.RequestName))
}

// asks waits until a request was done.
func (m *machine) asks(t testing.TB, r update.Request) update.Report {
	t.Helper()
	report := update.SystemFolder + "/" + update.ReportName
	m.run("rm -f " + report)
	m.request(t, r)
	m.until(fmt.Sprintf(`grep -qE '"phase":"(idle|installed|failed)"' %s`, report))
	var got update.Report
	if err := json.Unmarshal([]byte(m.run("cat "+report)), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// looks finds the bundles on the medium.
func (m *machine) looks(t testing.TB) map[string]update.Offer {
	t.Helper()
	m.bundle("good")
	offers := map[string]update.Offer{}
	for _, o := range m.asks(t, update.Request{Act: update.ActLook}).Offers {
		offers[o.File] = o
	}
	if options := m.run("findmnt -no OPTIONS " + update.BundleFolder + "/*"); !strings.HasPrefix(options, "ro,nosuid,nodev,noexec") {
		t.Errorf("the medium is mounted with %s", options)
	}
	return offers
}

func (m *machine) installs(t testing.TB, name string, allowed bool) {
	t.Helper()
	begun := time.Now()
	r := m.asks(t, update.Request{Act: update.ActInstall, Bundle: m.bundle(name), Older: allowed})
	if r.Phase != update.Installed {
		t.Fatalf("%s: %+v\n%s", name, r, m.run("journalctl -u lintel-update -u rauc --no-pager | tail -20"))
	}
	t.Logf("%s was installed in %v", name, time.Since(begun).Round(time.Second))
}

func (m *machine) restarts(t testing.TB) {
	t.Helper()
	m.request(t, update.Request{Act: update.ActRestart})
	m.ends(t)
}

// ends waits until the machine restarts, which ends it here.
func (m *machine) ends(t testing.TB) {
	t.Helper()
	select {
	case <-m.ended:
	case <-time.After(patience):
		t.Fatalf("the machine does not restart:\n%s", m.console())
	}
}

// environment is what the boot loader goes by.
func (m *machine) environment() map[string]string {
	m.t.Helper()
	values := map[string]string{}
	for line := range strings.Lines(m.run("grub-editenv /efi/grubenv list")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[name] = value
	}
	return values
}

// good waits until the running slot, which must be that one, is marked good.
func (m *machine) good(t testing.TB, slot string) {
	t.Helper()
	if got := m.slot(t); got.Name != slot || got.RunningHash == "" || got.RunningHash != got.RootHash || !got.Signed {
		t.Errorf("the slot is %+v, want %s, checked and signed", got, slot)
	}
	m.until(fmt.Sprintf("grub-editenv /efi/grubenv list | grep -qx %s_TRY=0 && grub-editenv /efi/grubenv list | grep -qx %s_OK=1", slot, slot))
}

func (m *machine) slot(t testing.TB) (s update.Slot) {
	t.Helper()
	file := update.SystemFolder + "/" + update.SlotName
	if err := json.Unmarshal([]byte(m.until("cat "+file)), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// pin stands for what staff entered: a hash that this test does not know the PIN
// of.
const pin = `{"pin":"$argon2id$v=19$m=19456,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","wrong":0,"format":1}`

func (m *machine) keepsPIN(t testing.TB) {
	t.Helper()
	m.run("printf '%s' '" + pin + "' >/var/lib/lintel/staff.json && chown lintel:lintel /var/lib/lintel/staff.json")
}

// counted puts so many visits into the counts, which must have none yet.
func (m *machine) counted(t testing.TB, n int) {
	t.Helper()
	m.until("test -e /var/lib/lintel/counts.db-wal || test -e /var/lib/lintel/counts.db")
	if before := m.passes(t, n); before != 0 {
		t.Errorf("%d visits were counted before the first", before)
	}
}

// stillHas holds what the kiosk keeps against what it kept before.
func (m *machine) stillHas(t testing.TB, n int) {
	t.Helper()
	if got := m.passes(t, 0); got != n {
		t.Errorf("%d visits are kept, want %d", got, n)
	}
	if got := m.run("cat /var/lib/lintel/staff.json"); got != pin {
		t.Errorf("the PIN is %s", got)
	}
}

// passes stops the kiosk, reads how many visits passed out of its counts and adds
// more.
func (m *machine) passes(t testing.TB, more int) (n int) {
	t.Helper()
	m.run("systemctl stop lintel.service && sync")
	file := filepath.Join(t.TempDir(), "counts.db")
	data, err := base64.StdEncoding.DecodeString(m.run("base64 -w0 /var/lib/lintel/counts.db"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, data, 0o600)
	const script = `import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1])
assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
n = db.execute("SELECT coalesce(sum(pass), 0) FROM days").fetchone()[0]
db.execute("PRAGMA journal_mode = DELETE")
if int(sys.argv[2]):
    db.execute("INSERT INTO days VALUES (?, ?, 0, 0, 0, 0, 0, 0, 0)", (int(time.time() // 86400) - 3, int(sys.argv[2])))
db.commit()
print(n)`
	if _, err := fmt.Sscan(sh(t, "/usr/bin/python3", "-c", script, file, fmt.Sprint(more)), &n); err != nil {
		t.Fatal(err)
	}
	if more > 0 {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := base64.StdEncoding.EncodeToString(data)
		m.run(": >/run/counts")
		for part := range slices.Chunk([]byte(text), 60_000) {
			m.run("printf %s " + string(part) + " >>/run/counts")
		}
		m.run("base64 -d /run/counts >/var/lib/lintel/counts.db && rm -f /var/lib/lintel/counts.db-*")
	}
	m.run("systemctl start --no-block lintel.service")
	return n
}

// newStick makes a medium with a bundle of each kind.
func newStick(t *testing.T) string {
	t.Helper()
	keys := os.Getenv("LINTEL_OWNER")
	if keys == "" {
		t.Skip("SKIPPED: no updates: LINTEL_OWNER must name the folder with owner.key and owner.crt that the image was built with; make image-test does")
	}
	if _, err := exec.LookPath("rauc"); err != nil {
		t.Skipf("SKIPPED: no updates: bundles are made with Debian's rauc: %v", err)
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	key, certificate, err := owner.Make("A supplier")
	if err != nil {
		t.Fatal(err)
	}
	write(t, in("supplier.key"), key, 0o600)
	write(t, in("supplier.crt"), certificate, 0o600)
	// A bundle that is refused need not hold an image.
	sh(t, "sh", "-c", "head -c 1000000 "+filepath.Join(image(t), "root.img")+" >"+in("small.img"))
	root, bootGood, bootUnwell := filepath.Join(image(t), "root.img"), in("boot.img"), in("unwell.img")
	for _, to := range []string{bootGood, bootUnwell} {
		sh(t, "cp", filepath.Join(image(t), "boot.img"), to)
	}
	enterWith(t, bootGood, 0, brings+noScreen)
	enterWith(t, bootUnwell, 0, brings+noScreen+isUnwell)
	board := "lintel-" + arch(t)
	for _, b := range []struct{ file, by, version, board, root, boot string }{
		{"good", filepath.Join(keys, "owner"), newer, board, root, bootGood},
		{"unwell", filepath.Join(keys, "owner"), newest, board, root, bootUnwell},
		{"wrong_key", in("supplier"), newer, board, in("small.img"), in("small.img")},
		{"other_board", filepath.Join(keys, "owner"), newer, "lintel-other", in("small.img"), in("small.img")},
		{"older", filepath.Join(keys, "owner"), older, board, in("small.img"), in("small.img")},
		{"whole", filepath.Join(keys, "owner"), newer, board, in("small.img"), in("small.img")},
	} {
		plan := pack.Bundle{Key: b.by + ".key", Certificate: b.by + ".crt", Version: b.version, Board: b.board, Changes: "What is new in " + b.version, Root: b.root, Boot: b.boot}
		if err := plan.Make(t.Context(), in(b.file+update.BundleSuffix)); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(in("whole.raucb"))
	if err != nil {
		t.Fatal(err)
	}
	read, err := update.ReadBundle(in("whole.raucb"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, in("truncated.raucb"), whole[:len(whole)-100], 0o600)
	write(t, in("unsigned.raucb"), whole[:read.Squash()], 0o600)
	whole[len(whole)/3] ^= 1
	write(t, in("tampered.raucb"), whole, 0o600)

	stick := in("stick.img")
	sh(t, "truncate", "-s", "1500M", stick)
	sh(t, "mkfs.vfat", "-F", "32", stick)
	for _, file := range []string{"good", "unwell", "wrong_key", "other_board", "older", "truncated", "unsigned", "tampered"} {
		sh(t, "mcopy", "-i", stick, in(file+".raucb"), "::")
	}
	return stick
}

// isUnwell keeps the kiosk's program of a version from starting, and shortens how
// long that is looked at.
const isUnwell = `busybox ln -s /dev/null /run/systemd/system/lintel.service
busybox mkdir -p /run/systemd/system/lintel-health.service.d
busybox printf '[Service]\nExecStart=\nExecStart=/usr/lib/lintel/lintel-update health 20s\n' >/run/systemd/system/lintel-health.service.d/soon.conf
`
