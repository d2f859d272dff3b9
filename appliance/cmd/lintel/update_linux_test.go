package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintel/appliance/config"
	"lintel/appliance/update"
)

// staffAsk asks as the staff page does.
func (r *running) staffAsk(t *testing.T, method, name, token, question string) (status int, answer map[string]any) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), method, r.url+"/staff/api/"+name, strings.NewReader(question))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.Header.Set("Origin", r.url)
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	got, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = json.Unmarshal(body, &answer) // null is no object
	return got.StatusCode, answer
}

const testPIN = "314159"

// enter sets the first PIN and returns the session's token.
func (r *running) enter(t *testing.T) string {
	t.Helper()
	status, answer := r.staffAsk(t, "POST", "first", "", `{"pin":"`+testPIN+`"}`)
	token, _ := answer["token"].(string)
	if status != http.StatusOK || token == "" {
		t.Fatalf("the first PIN: %d, %v", status, answer)
	}
	return token
}

// TestForgettingEverything: with the PIN and the second word, the kiosk ends and
// nothing of what it kept is in its folder; without them it goes on.
func TestForgettingEverything(t *testing.T) {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	dir, run := filepath.Join(t.TempDir(), "state"), t.TempDir()
	r := startIn(t, dir, "env RUNTIME_DIRECTORY="+run+" "+program, "--source", "sim:normal")
	token := r.enter(t)
	r.until(t, "passed")
	for _, x := range []struct {
		token, question string
		status          int
	}{
		{"", `{"pin":"` + testPIN + `","sure":"everything"}`, http.StatusUnauthorized},
		{token, `{"pin":"` + testPIN + `","sure":""}`, http.StatusBadRequest},
		{token, `{"pin":"271828","sure":"everything"}`, http.StatusForbidden},
	} {
		if status, answer := r.staffAsk(t, "POST", "forget", x.token, x.question); status != x.status {
			t.Errorf("%s: %d, %v", x.question, status, answer)
		}
	}
	// What a record, a writing that was cut off and damaged counts leave behind.
	marker := []byte("what was kept 4711")
	for _, name := range []string{"commissioning.json", "staff.json.123", "counts.db.damaged-1"} {
		if err := os.WriteFile(filepath.Join(dir, name), marker, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if before, _ := os.ReadDir(dir); len(before) < 5 {
		t.Fatalf("the kiosk keeps %v", before)
	}
	if status, answer := r.staffAsk(t, "POST", "forget", token, `{"pin":"`+testPIN+`","sure":"everything"}`); status != http.StatusOK {
		t.Fatalf("%d, %v", status, answer)
	}
	r.drained.Wait()
	if err := r.command.Wait(); err != nil {
		t.Errorf("the kiosk ended with %v; %s", err, &r.errs)
	}
	if !strings.Contains(r.rest.String(), "Everything is forgotten") {
		t.Errorf("it says %q", &r.rest)
	}
	after, err := os.ReadDir(dir)
	if err != nil || len(after) != 0 {
		t.Errorf("there is still %v (%v)", after, err)
	}
	f, err := os.Open(filepath.Join(run, update.RequestName))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if q, err := update.ParseRequest(f, update.BundleFolder); err != nil || q.Act != update.ActForget {
		t.Errorf("root is asked for %+v, %v", q, err)
	}
}

// TestAskingForUpdates: the confined program may write its request and nothing
// else, an older version only with the PIN; it tells how it came up.
func TestAskingForUpdates(t *testing.T) {
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	dir, run := filepath.Join(t.TempDir(), "state"), t.TempDir()
	r := startIn(t, dir, "env RUNTIME_DIRECTORY="+run+" "+program, "--source", "sim:normal")
	token := r.enter(t)
	r.until(t, "ready", "guiding", "measuring", "passed")
	told, err := os.ReadFile(filepath.Join(run, update.HealthName))
	if err != nil || update.ParseHealth(strings.TrimSpace(string(told))) != update.Well {
		t.Errorf("its health is %q, %v", told, err)
	}
	if status, answer := r.staffAsk(t, "GET", "updates", token, ""); status != http.StatusOK || answer["image"] != false {
		t.Errorf("outside an image: %d, %v", status, answer)
	}
	bundle := update.BundleFolder + "/sda1/x.raucb"
	request := filepath.Join(run, update.RequestName)
	for _, x := range []struct {
		name, question string
		status         int
		want           string
	}{
		{"look", "{}", http.StatusOK, `{"act":"look"}`},
		{"restart", "{}", http.StatusOK, `{"act":"restart"}`},
		{"install", fmt.Sprintf(`{"bundle":%q}`, bundle), http.StatusOK, fmt.Sprintf(`{"act":"install","bundle":%q}`, bundle)},
		{"install", fmt.Sprintf(`{"bundle":%q,"older":true}`, bundle), http.StatusForbidden, ""},
		{"install", fmt.Sprintf(`{"bundle":%q,"older":true,"pin":%q}`, bundle, testPIN), http.StatusOK, fmt.Sprintf(`{"act":"install","bundle":%q,"older":true}`, bundle)},
		{"install", `{"bundle":"/etc/passwd"}`, http.StatusInternalServerError, ""},
	} {
		if status, answer := r.staffAsk(t, "POST", x.name, token, x.question); status != x.status {
			t.Errorf("%s %s: %d, %v", x.name, x.question, status, answer)
		}
		got, _ := os.ReadFile(request)
		if strings.TrimSpace(string(got)) != x.want {
			t.Errorf("%s %s asks root for %q", x.name, x.question, got)
		}
		_ = os.Remove(request)
	}
	r.stop(t)
}

func TestForgetCommand(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"counts.db", "counts.db-wal", "counts.db.damaged-1-wal", "staff.json", "commissioning.json", config.OwnName, "holiday.jpg"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("something"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wellKnown := func(args ...string) (string, error) {
		c := command(false)
		var out bytes.Buffer
		c.SetOut(&out)
		c.SetArgs(append([]string{"forget", "--set", "state.dir=" + dir}, args...))
		return out.String(), c.ExecuteContext(t.Context())
	}
	if _, err := wellKnown(); err == nil || !strings.Contains(err.Error(), "--sure") {
		t.Errorf("without --sure: %v", err)
	}
	if out, err := wellKnown("--sure"); err != nil {
		t.Errorf("%s: %v", out, err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "holiday.jpg" {
		t.Errorf("left are %v, %v: what is not the kiosk's must stay, and nothing else", left, err)
	}
}

// A file is written over before it is removed: who has it open reads zeros.
func TestWipedFilesAreWrittenOver(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(name, bytes.Repeat([]byte("secret"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := wipe(name); err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(f); err != nil || len(data) != 600 || bytes.ContainsAny(data, "secret") {
		t.Errorf("%q is left, %v", data, err)
	}
}

func TestUpdatesOfAnImage(t *testing.T) {
	dir := t.TempDir()
	u := updates{program: dir, system: dir, parts: filepath.Join(dir, "sbom.json")}
	hash := strings.Repeat("a", 64)
	slot := update.Slot{Name: "B", Image: update.Image{Version: "2026.12.1", Board: "lintel-amd64", RootHash: hash}, RunningHash: hash, Signed: true, Owner: "ff", OwnerName: "The library", FellBack: "2027.1"}
	report := update.Report{Phase: update.Failed, Reason: "tampered", Version: "2027.1", Offers: []update.Offer{{Bundle: "b", File: "f", Version: "2027.1", Refused: "tampered"}}}
	for name, content := range map[string]any{
		update.SlotName: slot, update.ReportName: report,
		"sbom.json": map[string]any{"components": []any{map[string]any{"name": "libc6", "version": "2.36", "type": "library"}}},
	} {
		if err := update.WriteJSON(filepath.Join(dir, name), content); err != nil {
			t.Fatal(err)
		}
	}
	s, err := u.State()
	if err != nil || !s.Image || !s.RootOK || s.Slot != "B" || s.FellBack != "2027.1" || s.Reason != "tampered" || len(s.Offers) != 1 || s.Offers[0].Refused != "tampered" {
		t.Errorf("%+v, %v", s, err)
	}
	if parts, err := u.Parts(); err != nil || len(parts) != 1 || parts[0].Name != "libc6" {
		t.Errorf("%v, %v", parts, err)
	}
	if text, err := checkImage(dir); err != nil || !strings.Contains(text, "slot B") || !strings.Contains(text, hash) {
		t.Errorf("%q, %v", text, err)
	}
	slot.RunningHash = strings.Repeat("b", 64)
	if err := update.WriteJSON(filepath.Join(dir, update.SlotName), slot); err != nil {
		t.Fatal(err)
	}
	if _, err := checkImage(dir); err == nil {
		t.Error("another root passes the selftest")
	}
	if text, err := checkImage(t.TempDir()); err != nil || !strings.HasPrefix(text, "not an image") {
		t.Errorf("outside an image: %q, %v", text, err)
	}
	if err := (updates{system: dir}).Look(); err == nil {
		t.Error("without a run folder somebody was asked")
	}
}
