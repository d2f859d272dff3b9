package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// bench is a machine with folders of its own. RAUC is the real one, but for what
// changes slots.
type bench struct {
	*Machine
	dir      string
	asked    []string                            // programs that were started
	fails    string                              // the program whose start fails, and its first word
	tables   string                              // what dmsetup says
	installs func(out io.Writer, p string) error // what RAUC's installation does
	log      bytes.Buffer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{dir: dir}
	in := func(name string) string { return filepath.Join(dir, name) }
	b.Machine = &Machine{
		Program: in("run"), System: in("system"), Media: in("system/media"), Notes: in("notes"), Forget: in("forget"),
		Image: in("image.json"), Owner: in("owner.crt"), Config: in("system.conf"), CommandLine: in("cmdline"), Mounts: in("mounts"),
		Start: b.start, Log: &b.log, HealthWithin: 20 * time.Millisecond, WarmWithin: 20 * time.Millisecond,
	}
	for _, folder := range []string{"run", "system/media/sda1", "notes", "parts"} {
		if err := os.MkdirAll(in(folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.write(t, "image.json", `{"version":"2026.11.20","compatible":"lintel-amd64"}`)
	b.write(t, "cmdline", "quiet rauc.slot=A lintel.roothash=aa")
	b.write(t, "mounts", "22 1 254:1 / / ro,relatime - squashfs /dev/mapper/lintel-root ro\n")
	b.write(t, "system.conf", "[system]\ncompatible=lintel-amd64\nbootloader=noop\nbundle-formats=verity\nstatusfile="+in("status")+"\n[keyring]\npath="+in("owner.crt")+"\nuse-bundle-signing-time=true\n")
	b.installs = func(io.Writer, string) error { return nil }
	return b
}

func (b *bench) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start stands for every program but rauc info.
func (b *bench) start(ctx context.Context, out, messages io.Writer, name string, args ...string) error {
	if name == "rauc" && slices.Contains(args, "info") {
		return start(ctx, out, messages, name, args...)
	}
	line := strings.Join(append([]string{name}, args...), " ")
	b.asked = append(b.asked, strings.ReplaceAll(line, " --conf="+b.Config, ""))
	if b.fails != "" && strings.HasPrefix(line, b.fails) {
		fmt.Fprintln(messages, "it did not work")
		return errors.New("cannot run it")
	}
	switch {
	case name == "rauc" && slices.Contains(args, "install"):
		return b.installs(out, args[len(args)-1])
	case name == "dmsetup" && args[0] == "info":
		fmt.Fprintln(out, "254:1")
	case name == "dmsetup" && args[0] == "table":
		fmt.Fprintln(out, b.tables)
	case name == "dmsetup" && args[0] == "status":
		fmt.Fprintln(out, "0 800 verity V")
	}
	return nil
}

func (b *bench) ask(t *testing.T, request string) update.Report {
	t.Helper()
	b.write(t, "run/"+update.RequestName, request)
	if err := b.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(b.Program, update.RequestName)); !errors.Is(err, os.ErrNotExist) {
		t.Error("the request is still there")
	}
	r, err := update.ReadReport(b.System)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keys makes an owner's files.
func (b *bench) keys(t *testing.T, name, who string) {
	t.Helper()
	key, certificate, err := owner.Make(who)
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, name+".key", string(key))
	b.write(t, name+".crt", string(certificate))
}

// pack makes a bundle on the medium.
func (b *bench) pack(t *testing.T, file, version, board, by string) string {
	t.Helper()
	for _, program := range []string{"rauc", "mksquashfs"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: bundles are made with Debian's rauc and squashfs-tools, which are not here: %v", err)
		}
	}
	random := bytes.Repeat([]byte("a root that is not compressed 0123456789abcdef"), 40_000)
	for i := range random {
		random[i] ^= byte(i * i >> 7)
	}
	b.write(t, "parts/root.img", string(random))
	b.write(t, "parts/boot.img", string(random[:50_000]))
	in := func(name string) string { return filepath.Join(b.dir, name) }
	to := in("system/media/sda1/" + file)
	plan := pack.Bundle{
		Key: in(by + ".key"), Certificate: in(by + ".crt"), Version: version, Board: board, Changes: "It starts faster.\nAnd more.",
		Root: in("parts/root.img"), Boot: in("parts/boot.img"),
	}
	if err := plan.Make(t.Context(), to); err != nil {
		t.Fatal(err)
	}
	return to
}

// alter copies a bundle and changes it.
func (b *bench) alter(t *testing.T, from, to string, change func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, "system/media/sda1/"+to, string(change(data)))
}

// Every bundle that is not the owner's, whole and newer is refused by its name;
// the good one is offered with its version, its changes and its signer.
func TestBundlesAreOfferedOrRefused(t *testing.T) {
	b := newBench(t)
	b.keys(t, "owner", "The library")
	b.keys(t, "supplier", "A supplier")
	good := b.pack(t, "good.raucb", "2026.12.1", "lintel-amd64", "owner")
	b.pack(t, "same.raucb", "2026.11.20", "lintel-amd64", "owner")
	b.pack(t, "older.raucb", "2026.11.19", "lintel-amd64", "owner")
	b.pack(t, "wrong_key.raucb", "2026.12.1", "lintel-amd64", "supplier")
	b.pack(t, "other_board.raucb", "2026.12.1", "lintel-arm64", "owner")
	b.alter(t, good, "truncated.raucb", func(d []byte) []byte { return d[:len(d)-100] })
	b.alter(t, good, "truncated2.raucb", func(d []byte) []byte { return d[:len(d)/2] })
	b.alter(t, good, "tampered.raucb", func(d []byte) []byte { d[len(d)/2] ^= 1; return d })
	b.alter(t, good, "tampered2.raucb", func(d []byte) []byte {
		at := bytes.LastIndex(d, []byte("2026.12.1")) // in the manifest that was signed
		d[at+5] = '3'
		return d
	})
	b.alter(t, good, "unsigned.raucb", func(d []byte) []byte {
		parsed, err := update.ReadBundle(good)
		if err != nil {
			t.Fatal(err)
		}
		return d[:parsed.Squash()]
	})
	b.write(t, "system/media/sda1/bad_format.raucb", strings.Repeat("no bundle at all ", 1000))

	r := b.ask(t, `{"act":"look"}`)
	if r.Phase != update.Idle || len(r.Offers) != 11 {
		t.Fatalf("%+v\n%s", r, b.log.String())
	}
	for _, o := range r.Offers {
		want := strings.TrimRight(strings.TrimSuffix(o.File, update.BundleSuffix), "2")
		if want == "good" || want == "same" {
			want = ""
		}
		if o.Refused != want {
			t.Errorf("%s is refused as %q", o.File, o.Refused)
		}
		told := o.Version != "" && o.Signer == "The library" && o.Changes == "It starts faster.\nAnd more."
		if o.Refused == "" != told && o.Refused != "older" && o.Refused != "other_board" && o.File != "tampered.raucb" {
			t.Errorf("%s: %+v", o.File, o)
		}
		if o.Same != (o.File == "same.raucb") {
			t.Errorf("%s is the version that runs: %v", o.File, o.Same)
		}
	}
	if err := os.Remove(b.Owner); err != nil {
		t.Fatal(err)
	}
	for _, o := range b.ask(t, `{"act":"look"}`).Offers {
		if o.Refused == "" || o.File == "good.raucb" && o.Refused != "no_owner" {
			t.Errorf("an image without an owner offers %+v", o)
		}
	}
}

func TestInstalling(t *testing.T) {
	b := newBench(t)
	b.keys(t, "owner", "The library")
	good := b.pack(t, "good.raucb", "2026.12.1", "lintel-amd64", "owner")
	older := b.pack(t, "older.raucb", "2026.11.19", "lintel-amd64", "owner")
	b.alter(t, good, "tampered.raucb", func(d []byte) []byte { d[len(d)/2] ^= 1; return d })
	request := func(file, more string) string {
		return fmt.Sprintf(`{"act":"install","bundle":%q%s}`, filepath.Join(b.Media, "sda1", file), more)
	}
	trial := filepath.Join(b.Notes, trialName)
	b.installs = func(out io.Writer, _ string) error {
		if data, err := os.ReadFile(trial); err != nil || !strings.Contains(string(data), `"slot":"B"`) {
			t.Errorf("RAUC began before the note was there: %s, %v", data, err)
		}
		fmt.Fprintln(out, "installing\n  0% Installing\n 40% Checking bundle\n100% Installing done.")
		return nil
	}

	// Older: only where staff allowed it; then it is what is on trial.
	r := b.ask(t, request("older.raucb", ""))
	if r.Phase != update.Failed || r.Reason != "older" || len(b.asked) != 0 {
		t.Fatalf("%+v, %v", r, b.asked)
	}
	r = b.ask(t, request("older.raucb", `,"older":true`))
	if r.Phase != update.Installed || r.Version != "2026.11.19" || !slices.Equal(b.asked, []string{"rauc install " + older}) {
		t.Fatalf("%+v, %v\n%s", r, b.asked, b.log.String())
	}
	b.asked = nil

	// Looking once more does not take the restart away.
	if r := b.ask(t, `{"act":"look"}`); r.Phase != update.Installed || r.Version != "2026.11.19" {
		t.Errorf("%+v", r)
	}

	// What RAUC meets while it reads is told by its name, and nothing is on trial.
	b.installs = func(out io.Writer, _ string) error {
		fmt.Fprintln(out, "LastError: Input/output error")
		return errors.New("cannot run rauc")
	}
	r = b.ask(t, request("tampered.raucb", ""))
	if r.Phase != update.Failed || r.Reason != "tampered" {
		t.Errorf("%+v", r)
	}
	r = b.ask(t, request("good.raucb", ""))
	if r.Phase != update.Failed || r.Reason != update.ReasonInstall || !strings.Contains(r.Detail, "Input/output error") {
		t.Errorf("%+v", r)
	}
	if _, err := os.Stat(trial); !errors.Is(err, os.ErrNotExist) {
		t.Error("a version that was not installed is on trial")
	}
	for _, bad := range []string{`{"act":"install","bundle":"/etc/shadow"}`, `{"act":"install"}`, "no JSON"} {
		if r := b.ask(t, bad); r.Phase != update.Failed || r.Reason != update.ReasonRequest {
			t.Errorf("%s: %+v", bad, r)
		}
	}
}

func TestRestartAndForget(t *testing.T) {
	b := newBench(t)
	b.write(t, "run/"+update.RequestName, `{"act":"restart"}`)
	if err := b.Serve(t.Context()); err != nil || !slices.Equal(b.asked, []string{"systemctl reboot"}) {
		t.Errorf("%v, %v", b.asked, err)
	}
	b.asked = nil
	b.write(t, "run/"+update.RequestName, `{"act":"forget"}`)
	if err := b.Serve(t.Context()); err != nil || !slices.Equal(b.asked, []string{"systemctl reboot"}) {
		t.Errorf("%v, %v", b.asked, err)
	}
	if _, err := os.Stat(b.Forget); err != nil {
		t.Error(err)
	}
	if err := b.Serve(t.Context()); err != nil {
		t.Errorf("without a request: %v", err)
	}
}

func TestTheSlotIsTold(t *testing.T) {
	b := newBench(t)
	b.keys(t, "owner", "The library")
	hash := strings.Repeat("a", 64)
	b.tables = "0 800 verity 1 8:3 8:3 4096 4096 100 101 sha256 " + hash + " -"
	built := `{"version":"2026.11.20","compatible":"lintel-amd64","root_hash":"` + hash + `"}`
	b.write(t, "system/"+update.BuiltName, built)
	key, err := os.ReadFile(filepath.Join(b.dir, "owner.key"))
	if err != nil {
		t.Fatal(err)
	}
	signature, err := owner.Sign(key, []byte(built))
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, "system/"+update.BuiltName+".sig", string(signature))
	tell := func() update.Slot {
		t.Helper()
		if err := b.TellSlot(t.Context()); err != nil {
			t.Fatal(err)
		}
		s, err := update.ReadSlot(b.System)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := tell()
	if text, err := s.Check(); err != nil || !s.Signed || s.Name != "A" || s.OwnerName != "The library" || s.FellBack != "" {
		t.Errorf("%+v: %s, %v\n%s", s, text, err, b.log.String())
	}
	b.write(t, "system/"+update.BuiltName, strings.ReplaceAll(built, "aaaa", "aaab"))
	if s := tell(); s.Signed {
		t.Error("an altered image.json counts as signed")
	}
	b.write(t, "system/"+update.BuiltName, built)
	b.write(t, "mounts", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n")
	if s := tell(); s.RunningHash != "" {
		t.Error("a root on a plain disk counts as checked")
	}
	b.write(t, "notes/"+trialName, `{"version":"2026.12.1","slot":"B"}`)
	if s := tell(); s.FellBack != "2026.12.1" {
		t.Errorf("that it fell back is not told: %+v", s)
	}
	b.write(t, "cmdline", "quiet")
	if err := b.TellSlot(t.Context()); !errors.Is(err, errSlot) {
		t.Errorf("without a slot: %v", err)
	}
}

func TestHealth(t *testing.T) {
	const good, bad, reboot = "rauc status mark-good", "rauc status mark-bad", "systemctl reboot"
	for name, x := range map[string]struct {
		health, trial string
		asked         []string
		fails, kept   bool
	}{
		"ready":                    {"ready", "", []string{good}, false, false},
		"no camera":                {"out_of_service camera_missing", "", []string{good}, false, false},
		"on trial and ready":       {"ready", "A", []string{good}, false, false},
		"fell back and ready":      {"ready", "B", []string{good}, false, true},
		"warming up":               {"warming_up", "", []string{good}, false, false},
		"on trial, warming up":     {"warming_up", "A", []string{bad, reboot}, true, true},
		"on trial, nothing told":   {"", "A", []string{bad, reboot}, true, true},
		"on trial, still starting": {"starting", "A", []string{bad, reboot}, true, true},
		"nothing told":             {"", "", nil, true, false},
		"fell back, nothing told":  {"", "B", nil, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if x.health != "" {
				b.write(t, "run/"+update.HealthName, x.health+"\n")
			}
			if x.trial != "" {
				text, _ := json.Marshal(trial{Version: "2026.12.1", Slot: x.trial})
				b.write(t, "notes/"+trialName, string(text))
			}
			if err := b.CheckHealth(t.Context()); (err != nil) != x.fails {
				t.Error(err)
			}
			if !slices.Equal(b.asked, x.asked) {
				t.Errorf("asked for %v", b.asked)
			}
			if _, err := os.Stat(filepath.Join(b.Notes, trialName)); (err == nil) != x.kept {
				t.Errorf("the note is kept: %v", err == nil)
			}
		})
	}
}
