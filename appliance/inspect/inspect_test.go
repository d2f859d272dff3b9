package inspect

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// view is a kernel's view of one kiosk, process 42.
type view struct {
	files map[string]string
	links map[string]string // of descriptors
}

func kiosk() view {
	return view{
		files: map[string]string{
			"42/cmdline":    "/usr/bin/lintel\x00run\x00--config\x00x",
			"7/cmdline":     "/usr/bin/lintel\x00selftest\x00",
			"8/cmdline":     "/usr/bin/lintel\x00run\x00--set=state.dir=/tmp/other\x00",
			"9/cmdline":     "lintel\x00run\x00--set\x00state.dir=state\x00",
			"42/status":     "Name:\tlintel\nVmLck:\t  90000 kB\nNoNewPrivs:\t1\nSeccomp:\t2\n",
			"42/limits":     "Limit Soft Hard Units\nMax core file size        0                    0                    bytes\n",
			"42/net/dev":    "Inter-| Receive\n face |bytes\n    lo: 0 0\n",
			"42/net/tcp":    "  sl  local_address rem_address\n   0: 0100007F:1FA3 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 555 1\n   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 999 1\n",
			"42/net/udp":    "  sl  local_address\n   0: 0100007F:EC43 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 556 2\n",
			"42/mountinfo":  "22 27 254:1 / / ro,relatime - squashfs /dev/root ro\n23 27 254:2 / /var/lib/lintel rw,relatime - ext4 /dev/vda2 rw\n24 27 0:5 / /proc rw - proc none rw\n",
			"42/fdinfo/4":   "pos:\t0\nflags:\t02100002\n",
			"42/fdinfo/5":   "pos:\t0\nflags:\t02000000\n",
			"42/fdinfo/6":   "pos:\t0\nflags:\t02\n",
			"42/fdinfo/7":   "pos:\t0\nflags:\t02\n",
			"swaps":         "Filename\tType\n",
			"etc/lintel":    "program",
			"etc/README":    "",
			"42/fd/.folder": "",
		},
		links: map[string]string{"3": "socket:[555]", "4": "/var/lib/lintel/counts.db", "5": "/usr/lib/x.so", "6": "/dev/video0", "7": "socket:[556]", "2": "/var/log/anything"},
	}
}

func (v view) write(t *testing.T) string {
	t.Helper()
	proc := t.TempDir()
	for name, content := range v.files {
		path := filepath.Join(proc, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for fd, target := range v.links {
		if err := os.Symlink(target, filepath.Join(proc, "42/fd", fd)); err != nil {
			t.Fatal(err)
		}
	}
	return proc
}

func TestAll(t *testing.T) {
	sum := sha256.Sum256([]byte("program"))
	good := hex.EncodeToString(sum[:])
	for _, x := range []struct {
		name   string
		change func(*view)
		check  string
		ok     bool
		says   string
	}{
		{"lo", func(*view) {}, "network", true, "lo only"},
		{"another interface", func(v *view) { v.files["42/net/dev"] += "  eth0: 0\n" }, "network", false, "other interfaces: eth0"},
		{"its sockets", func(*view) {}, "sockets", true, "2, each bound to this machine alone"},
		{"open to all", func(v *view) {
			v.files["42/net/tcp"] = strings.ReplaceAll(v.files["42/net/tcp"], "999", "555")
		}, "sockets", false, "not bound to this machine alone (00000000:0016)"},
		{"its files", func(*view) {}, "files", true, "1 files open to write, all in /var/lib/lintel"},
		{"another file", func(v *view) { v.links["4"] = "/tmp/frames" }, "files", false, "/tmp/frames open to write"},
		{"a file below", func(v *view) { v.links["4"] = "/var/lib/lintel/x/frames" }, "files", false, "open to write"},
		{"disks", func(*view) {}, "mounts", true, "can be written: /var/lib/lintel;"},
		{"no disk", func(v *view) { v.files["42/mountinfo"] = "" }, "mounts", true, "no disk can be written"},
		{"no swap", func(*view) {}, "swap", true, "off"},
		{"swap", func(v *view) { v.files["swaps"] += "/dev/vda3\tpartition\n" }, "swap", true, "memory is locked (90000 kB)"},
		{"swap and unlocked", func(v *view) {
			v.files["swaps"] += "/dev/vda3\tpartition\n"
			v.files["42/status"] = strings.Replace(v.files["42/status"], "90000", "16", 1)
		}, "swap", false, "swap is on and the kiosk's memory is not locked"},
		{"no dumps", func(*view) {}, "dumps", true, "a crash leaves nothing"},
		{"dumps", func(v *view) {
			v.files["42/limits"] = "Max core file size        0                    unlimited            bytes\n"
		}, "dumps", false, "may dump its memory"},
		{"sandbox", func(*view) {}, "sandbox", true, "system calls are filtered"},
		{"no sandbox", func(v *view) {
			v.files["42/status"] = strings.Replace(v.files["42/status"], "Privs:\t1", "Privs:\t0", 1)
		}, "sandbox", false, "without its sandbox"},
		{"libraries", func(*view) {}, "packages", true, "libraries, none to recognise"},
		{"no manifest", func(*view) {}, "program", true, "sha256 " + good + "; there is no lintel.sha256"},
		{"manifest", func(v *view) { v.files["etc/lintel.sha256"] = good + "  lintel\n" }, "program", true, "as in lintel.sha256"},
		{"another program", func(v *view) { v.files["etc/lintel.sha256"] = strings.Repeat("0", 64) + "  lintel\n" }, "program", false, "lintel.sha256 says 000"},
		{"no list", func(v *view) { v.files["etc/lintel.sha256"] = "00  lintel\n" }, "program", false, "lintel.sha256 is not a list of hashes"},
		{"development", func(*view) {}, "signature", true, "development build"},
		{"not in the manifest", func(v *view) { v.files["etc/lintel.sha256"] = good + "  other\n" }, "program", false, "does not name lintel"},
		{"it has ended", func(v *view) { delete(v.files, "42/limits") }, "dumps", false, "it has just ended"},
	} {
		t.Run(x.name, func(t *testing.T) {
			v := kiosk()
			x.change(&v)
			proc := v.write(t)
			if pid := Running(proc, "/var/lib/lintel"); pid != 42 {
				t.Fatalf("the kiosk is %d", pid)
			}
			if other := Running(proc, "elsewhere"); other != 0 {
				t.Errorf("the kiosk of another folder is %d", other)
			}
			checks := All(Subject{Proc: proc, Root: proc, PID: 42, StateDir: "/var/lib/lintel", Program: filepath.Join(proc, "etc/lintel"), Device: []string{"/dev/video"}})
			for _, c := range checks {
				if c.Check == x.check && (c.OK != x.ok || !strings.Contains(c.Detail, x.says)) {
					t.Errorf("%+v, want %v and %q", c, x.ok, x.says)
				}
				if c.Check != x.check && !c.OK {
					t.Errorf("%+v", c)
				}
				if strings.Contains(c.Detail, "\n") || c.OK == strings.HasPrefix(c.Detail, "cannot ") {
					t.Errorf("%s says %q", c.Check, c.Detail)
				}
			}
		})
	}
}

func TestWithoutAKiosk(t *testing.T) {
	proc := t.TempDir()
	if pid := Running(proc, "x"); pid != 0 {
		t.Errorf("the kiosk is %d", pid)
	}
	for _, c := range All(Subject{Proc: proc, StateDir: "x"}) {
		if c.Check != "network" && !c.OK {
			t.Errorf("%+v", c)
		}
	}
}
