package imagetest

import (
	"encoding/json"
	"strings"
	"testing"
)

// site is what a site sets before the first start: what is on the certificate of
// its blackbody, and that nobody waits half an hour for the camera here.
const site = `[reference]
temperature_c = 37.0
[camera]
rotate = 90
warm_up_s = 0
[counts]
every_s = 10
`

// From power-on to the page on the screen; then everything that is promised of a
// machine that stands there.
func TestBoot(t *testing.T) {
	disk := newDisk(t, site)
	m := boot(t, disk)
	m.awaitUp()
	t.Logf("%s systemd runs", m.when())
	m.sees(t, "boot", "page", "out_of_service")
	m.live()
	t.Logf("the guest's own clock: %s s; %s", m.run("cut -d' ' -f1 /proc/uptime"), m.run("systemd-analyze time | head -3"))
	t.Logf("who took the processor's time, in ms:\n%s", m.run(`systemctl list-units --type=service --plain --no-legend | while read -r u _; do
	echo "$(($(systemctl show -P CPUUsageNSec $u | grep -x '[0-9]*' || echo 0) / 1000000)) $u"; done | sort -rn | head -8`))
	m.await("out_of_service", "ready", "warming_up")

	t.Run("selftest", func(t *testing.T) { selftest(t, m) })
	t.Run("network", func(t *testing.T) {
		if got := m.run("ls /sys/class/net"); got != "lo" {
			t.Errorf("the interfaces are %q", got)
		}
		if got := m.run("ip -o link | grep -vc ': lo:' || true"); got != "0" {
			t.Errorf("ip shows others: %s", m.run("ip -o link"))
		}
		if got := m.run("ss -Hlntu"); got != "" {
			t.Errorf("the system listens on %s", got)
		}
	})
	t.Run("nothing can be written", func(t *testing.T) {
		for _, place := range []string{"/", "/usr", "/etc", "/var/lib", "/usr/lib/lintel", "/boot"} {
			if out, status := m.try("touch " + place + "/x"); status == 0 || !strings.Contains(out, "Read-only") {
				t.Errorf("%s can be written: %s", place, out)
			}
		}
		if out, status := m.try("mount -o remount,rw / && touch /x"); status == 0 {
			t.Errorf("the root was made writable: %s", out)
		}
		if _, status := m.try("cp /bin/true /state/x && /state/x"); status == 0 {
			t.Error("a program in the state can be started")
		}
		_, _ = m.try("rm -f /state/x")
	})
	t.Run("no way in", func(t *testing.T) {
		if got := m.run("awk -F: '$2 !~ /^!/' /etc/shadow | wc -l"); got != "0" {
			t.Errorf("%s users have a password", got)
		}
		if got := m.run("awk -F: '$7 !~ /nologin/' /etc/passwd | wc -l"); got != "0" {
			t.Errorf("%s users have a shell", got)
		}
		if got := m.run("ls /usr/sbin/sshd /usr/bin/ssh /usr/bin/login /sbin/agetty /usr/bin/apt /usr/bin/dpkg /usr/bin/su 2>/dev/null | wc -l"); got != "0" {
			t.Errorf("%s programs that let somebody in, or install, are there", got)
		}
		if got := m.run("find / -xdev -perm /6000 -type f | wc -l"); got != "0" {
			t.Errorf("%s programs take another's rights", got)
		}
		if got := m.run("ps -eo comm 2>/dev/null | grep -cE 'getty|login|sh$' || true"); got != "0" && got != "" {
			t.Logf("shells that run: %s (this one among them)", got)
		}
		if got := m.run("find /lib/modules -path '*drivers/net*' -o -path '*bluetooth*' -o -path '*/wireless/*' | wc -l"); got != "0" {
			t.Errorf("%s drivers of networks are there", got)
		}
	})
	t.Run("memory stays memory", func(t *testing.T) {
		if got := m.run("tail -n+2 /proc/swaps | wc -l"); got != "0" {
			t.Errorf("there is swap: %s", got)
		}
		if got := m.run("journalctl --header | grep -c /var/log/journal || true"); got != "0" {
			t.Error("the journal is on the disk")
		}
	})
	t.Run("what failed", func(t *testing.T) {
		if got := m.run("systemctl --failed --no-legend --plain"); got != "" {
			t.Errorf("units failed: %s", got)
		}
	})
	t.Run("processes", func(t *testing.T) { confined(t, m) })
}

// selftest: every line is in order, and none was left out.
func selftest(t *testing.T, m *machine) {
	t.Helper()
	out, status := m.try("lintel selftest --json --config /etc/lintel.toml")
	lines := 0
	for line := range strings.Lines(out) {
		var c struct {
			Check, Detail string
			OK            bool
		}
		if json.Unmarshal([]byte(line), &c) != nil {
			t.Errorf("no line of a selftest: %s", line)
			continue
		}
		lines++
		t.Logf("%-14s %v %s", c.Check, c.OK, c.Detail)
		if !c.OK || strings.HasPrefix(c.Detail, "not checked") {
			t.Errorf("%s: %s", c.Check, c.Detail)
		}
	}
	if status != 0 || lines < 14 {
		t.Errorf("the selftest ended with %d after %d lines", status, lines)
	}
}

// confined: the kiosk is what its unit makes of it.
func confined(t *testing.T, m *machine) {
	t.Helper()
	pid := "/proc/$(systemctl show -P MainPID lintel.service)/"
	text := m.run("cat " + pid + "status " + pid + "limits " + pid + "net/dev " + pid + "coredump_filter")
	field := func(name string) string {
		_, rest, _ := strings.Cut(text, "\n"+name)
		line, _, _ := strings.Cut(rest, "\n")
		return strings.Join(strings.Fields(line), " ")
	}
	for name, want := range map[string]string{
		"NoNewPrivs:": "1", "Seccomp:": "2", "VmSwap:": "0 kB", "Max core file size": "0 0 bytes",
	} {
		if got := field(name); got != want {
			t.Errorf("%s %s, want %s", name, got, want)
		}
	}
	if caps := field("CapEff:"); caps != "0000000000000000" && caps != "0000000002000000" {
		t.Errorf("its capabilities are %s", caps)
	}
	if uid := field("Uid:"); strings.HasPrefix(uid, "0 ") {
		t.Error("it runs as root")
	}
	if strings.Contains(text, "eth") {
		t.Error("it sees a network")
	}
	out := m.run("systemd-analyze security lintel.service --no-pager | tail -1")
	t.Log(out)
}
