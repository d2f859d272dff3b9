package update

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestVersions(t *testing.T) {
	for _, x := range []struct {
		older, newer string
	}{
		{"1", "2"}, {"2", "10"}, {"1.9", "1.10"}, {"2026.11.20", "2026.11.20.1"}, {"2026.11.20", "2026.12"}, {"0", "0.0.1"},
	} {
		a, b := version(t, x.older), version(t, x.newer)
		if a.Compare(b) >= 0 || b.Compare(a) <= 0 {
			t.Errorf("%v is not older than %v", a, b)
		}
	}
	if a, b := version(t, "1.0"), version(t, "1"); a.Compare(b) != 0 {
		t.Error("1.0 is not 1")
	}
	if unknown := (Version{}); unknown.Compare(version(t, "0")) >= 0 {
		t.Error("an unknown version is not older than all others")
	}
	for _, bad := range []string{"", "v1", "1.", ".1", "1..2", "1.2.3.4.5", "-1", "+1", "01", "1a", "9999999999", "1 "} {
		if v, err := ParseVersion(bad); !errors.Is(err, ErrVersion) {
			t.Errorf("%q was read as %v: %v", bad, v, err)
		}
	}
}

func version(t *testing.T, text string) Version {
	t.Helper()
	v, err := ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The order of versions is one: antisymmetric and transitive, and a text is
// read as it is written.
func TestVersionsAreOrdered(t *testing.T) {
	draw := rapid.Custom(func(t *rapid.T) Version {
		return Version{rapid.SliceOfN(rapid.IntRange(0, 12), 1, maxParts).Draw(t, "parts")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := draw.Draw(t, "a"), draw.Draw(t, "b"), draw.Draw(t, "c")
		if a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%v and %v have two orders", a, b)
		}
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 && a.Compare(c) > 0 {
			t.Fatalf("%v, %v, %v go round", a, b, c)
		}
		if again, err := ParseVersion(a.String()); err != nil || again.Compare(a) != 0 {
			t.Fatalf("%v is read as %v: %v", a, again, err)
		}
	})
}

func FuzzParseVersion(f *testing.F) {
	f.Add("2026.11.20")
	f.Fuzz(func(t *testing.T, text string) {
		if v, err := ParseVersion(text); err == nil && v.String() != text {
			t.Errorf("%q was read as %v", text, v)
		}
	})
}

func TestRequests(t *testing.T) {
	const good = BundleFolder + "/sda1/lintel.raucb"
	for text, ok := range map[string]bool{
		`{"act":"look"}`:                                         true,
		`{"act":"restart"}`:                                      true,
		`{"act":"forget"}`:                                       true,
		`{"act":"install","bundle":"` + good + `"}`:              true,
		`{"act":"install","bundle":"` + good + `","older":true}`: true,
		``:                     false,
		`{}`:                   false,
		`{"act":"shell"}`:      false,
		`{"act":"look","x":1}`: false,
		`{"act":"install"}`:    false,
		`{"act":"restart","bundle":"` + good + `"}`:                         false,
		`{"act":"install","bundle":"/etc/passwd"}`:                          false,
		`{"act":"install","bundle":"` + BundleFolder + `/a.raucb"}`:         false,
		`{"act":"install","bundle":"` + BundleFolder + `/../x/a.raucb"}`:    false,
		`{"act":"install","bundle":"` + BundleFolder + `/sda1/../a.raucb"}`: false,
		`{"act":"install","bundle":"` + BundleFolder + `/sda1/b/a.raucb"}`:  false,
		`{"act":"install","bundle":"` + BundleFolder + `/sda1/a.img"}`:      false,
		`{"act":"look"` + strings.Repeat(" ", maxRequest) + `}`:             false,
	} {
		_, err := ParseRequest(strings.NewReader(text), BundleFolder)
		if (err == nil) != ok || err != nil && !errors.Is(err, ErrRequest) {
			t.Errorf("%.80s: %v", text, err)
		}
	}
}

// Whatever the program writes, root takes no path but one on a medium.
func FuzzParseRequest(f *testing.F) {
	f.Add(`{"act":"install","bundle":"` + BundleFolder + `/sda1/lintel.raucb"}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRequest(strings.NewReader(text), BundleFolder)
		if err != nil {
			return
		}
		if r.Act == ActInstall && (filepath.Clean(r.Bundle) != r.Bundle || filepath.Dir(filepath.Dir(r.Bundle)) != BundleFolder) {
			t.Errorf("%q leads to %s", text, r.Bundle)
		}
	})
}

func TestAskIsWhole(t *testing.T) {
	dir := t.TempDir()
	if err := Ask(dir, Request{Act: ActLook}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, RequestName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if r, err := ParseRequest(f, BundleFolder); err != nil || r.Act != ActLook {
		t.Errorf("%+v, %v", r, err)
	}
	if err := Ask(dir, Request{Act: "shell"}); !errors.Is(err, ErrRequest) {
		t.Errorf("a request for a shell: %v", err)
	}
}

func TestReportsAndHealth(t *testing.T) {
	dir := t.TempDir()
	if r, err := ReadReport(dir); err != nil || r.Phase != Idle {
		t.Errorf("nothing yet is %+v, %v", r, err)
	}
	for text, want := range map[string]Health{
		"ready": Well, "out_of_service camera_missing": Well, "warming_up": WarmingUp,
		"": HealthUnknown, "out_of_service ": HealthUnknown, "starting": HealthUnknown, "out_of_service a b": HealthUnknown,
	} {
		if got := ParseHealth(text); got != want {
			t.Errorf("%q is %v", text, got)
		}
	}
	for _, x := range []struct {
		health Health
		reason string
	}{{Well, ""}, {Well, "camera_missing"}, {WarmingUp, ""}} {
		if err := TellHealth(dir, x.health, x.reason); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join(dir, HealthName))
		if err != nil || ParseHealth(strings.TrimSpace(string(data))) != x.health {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestRefusalsHaveNamesAndSentences(t *testing.T) {
	seen := map[string]bool{}
	for r := ErrUnknown; r <= ErrUnreadable; r++ {
		if r.String() == "" || seen[r.String()] || len(r.Error()) < 20 {
			t.Errorf("%d is %q: %q", r, r.String(), r.Error())
		}
		seen[r.String()] = true
		if Why(errors.Join(errors.New("x"), r)) != r {
			t.Errorf("%v is not found in an error", r)
		}
	}
	if RefusalError(200).String() != "unknown" || Why(errors.New("x")) != ErrUnknown {
		t.Error("what is not known is not unknown")
	}
}

func TestTheRootIsCheckedAgainstTheHashBuilt(t *testing.T) {
	good := Slot{Name: "A", Image: Image{Version: "1", Board: "lintel-amd64", RootHash: "aa"}, RunningHash: "aa", Signed: true, Owner: "ff", OwnerName: "me"}
	if text, err := good.Check(); err != nil || !strings.Contains(text, "signed by the owner") || !strings.Contains(text, "ff") {
		t.Errorf("%q, %v", text, err)
	}
	for name, change := range map[string]func(*Slot){
		"not checked by the kernel": func(s *Slot) { s.RunningHash, s.RootHash = "", "" },
		"a damaged block":           func(s *Slot) { s.Corrupt = true },
		"another root":              func(s *Slot) { s.RunningHash = "ab" },
		"nothing to compare with":   func(s *Slot) { s.RootHash = "" },
	} {
		s := good
		change(&s)
		if text, err := s.Check(); !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if _, err := ReadSlot(t.TempDir()); !errors.Is(err, ErrNoImage) {
		t.Errorf("outside an image: %v", err)
	}
}

// No file makes the reader fail in another way than by a refusal.
func FuzzReadBundle(f *testing.F) {
	f.Add([]byte("hsqs"))
	whole := make([]byte, 3*squashPadding)
	copy(whole, squashMagic)
	whole[squashLengthA+1] = 0x10
	f.Add(whole)
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x.raucb")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		b, err := ReadBundle(path)
		if err != nil {
			if Why(err) == ErrUnknown {
				t.Errorf("refused without a reason: %v", err)
			}
			return
		}
		if err := b.CheckPayload(t.Context(), func(int64, int64) {}); err != nil && Why(err) == ErrUnknown {
			t.Errorf("refused without a reason: %v", err)
		}
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte("[update]\ncompatible=x\nversion=1\n\n[bundle]\nformat=verity\nverity-hash=00\nverity-salt=00\nverity-size=4096\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if m, err := parseManifest(text); err == nil && m.format != "verity" {
			t.Errorf("%q was taken", m.format)
		}
	})
}
