package staff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rsc.io/qr/coding"
)

// rig is a staff with an open session.
type rig struct {
	*Staff
	token string
	vault *memory
}

func open(t *testing.T, cfg Config) *rig {
	t.Helper()
	vault := &memory{}
	cfg.Vault = vault
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.door.first(pin)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{s, token, vault}
}

func (r *rig) ask(method, name, token, body string) *httptest.ResponseRecorder {
	q := httptest.NewRequest(method, Path+name, strings.NewReader(body))
	if token != "" {
		q.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, q)
	return w
}

// table is tallies that a test makes up.
type table struct{ noted []string }

func (*table) Export(_ context.Context, w io.Writer, _, _ time.Time) error {
	_, err := io.WriteString(w, "outcome,from,to,visits\n"+strings.Repeat("pass,2026-10-05T00:00Z,2026-10-06T00:00Z,60\n", 60))
	return err
}

func (*table) ExportChecks(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, "from,to,cleared\n")
	return err
}

func (x *table) NoteCheck(outcome string) error {
	if outcome != "cleared" {
		return errors.New("unknown")
	}
	x.noted = append(x.noted, outcome)
	return nil
}

// Nothing behind the door answers without a session, or with a token that is
// not one.
func TestNothingIsTold(t *testing.T) {
	r := open(t, Config{Tallies: &table{}, SelfTest: func(context.Context) []Line { return nil }})
	for _, q := range []string{
		"POST change", "POST leave", "POST stay", "GET counts", "GET checks", "POST check", "GET operating", "GET health",
		"GET privacy", "GET clock", "POST clock", "GET media", "POST media", "GET qr", "GET sight", "POST accept", "POST confirm",
		"GET updates", "GET parts", "POST look", "POST install", "POST restart", "POST forget",
	} {
		method, name, _ := strings.Cut(q, " ")
		for _, token := range []string{"", "0", strings.Repeat("0", 64), r.token[:63], strings.ToUpper(r.token) + "x"} {
			if got := r.ask(method, name, token, "{}"); got.Code != http.StatusUnauthorized {
				t.Errorf("%s with the token %.4q answers %d", q, token, got.Code)
			}
		}
	}
}

func TestAnswers(t *testing.T) {
	tallies := &table{}
	r := open(t, Config{
		Tallies: tallies, Operating: func() ([]byte, error) { return []byte(`{"sites":[]}`), nil },
		SelfTest: func(context.Context) []Line { return []Line{{"network", true, "lo only"}} },
	})
	for _, c := range []struct {
		method, name, body string
		status             int
		want               string
	}{
		{"GET", "counts", "", 200, "outcome,from,to,visits"},
		{"GET", "checks", "", 200, "from,to,cleared"},
		{"POST", "check", `{"outcome":"cleared"}`, 200, "null"},
		{"POST", "check", `{"outcome":"pass"}`, 400, "question"},
		{"POST", "check", `{"outcome":1}`, 400, "question"},
		{"POST", "check", `{"more":1}`, 400, "question"},
		{"POST", "check", strings.Repeat(" ", maxBody+1) + "{}", 400, "question"},
		{"GET", "operating", "", 200, `{"sites":[]}`},
		{"GET", "privacy", "", 200, "lo only"},
		{"GET", "health", "", 404, "none"},
		{"GET", "clock", "", 404, "none"},
		{"POST", "media", `{"medium":"x"}`, 404, "none"},
		{"GET", "qr", "", 200, `"part":1`},
		{"GET", "sight", "", 404, "none"},
		{"POST", "accept", "{}", 404, "none"},
		{"POST", "stay", "{}", 200, "null"},
		{"GET", "updates", "", 404, "none"},
		{"GET", "parts", "", 404, "none"},
		{"POST", "look", "{}", 404, "none"},
		{"POST", "forget", `{"pin":"314159","sure":"everything"}`, 404, "none"},
		{"DELETE", "counts", "", 405, ""},
		{"GET", "nothing", "", 404, ""},
	} {
		got := r.ask(c.method, c.name, r.token, c.body)
		if got.Code != c.status || !strings.Contains(got.Body.String(), c.want) {
			t.Errorf("%s %s answers %d %.80s, want %d with %q", c.method, c.name, got.Code, got.Body.String(), c.status, c.want)
		}
	}
	if len(tallies.noted) != 1 {
		t.Errorf("second checks were noted as %v", tallies.noted)
	}
}

func TestWrongPINOverHTTP(t *testing.T) {
	r := open(t, Config{})
	for i := range 12 {
		got := r.ask("POST", "enter", "", `{"pin":"000000"}`)
		want := http.StatusForbidden
		if i > 2 {
			want = http.StatusTooManyRequests
		}
		if got.Code != want {
			t.Errorf("try %d answers %d, want %d", i+1, got.Code, want)
		}
	}
	if got := r.ask("POST", "enter", "", fmt.Sprintf(`{"pin":%q}`, pin)); got.Code != http.StatusTooManyRequests {
		t.Errorf("the right PIN while locked answers %d", got.Code)
	}
	if bytes.Contains(r.vault.data, []byte(pin)) {
		t.Error("the PIN is kept as it is")
	}
	if r.WrongPINs() != 3 {
		t.Errorf("%d wrong PINs were counted", r.WrongPINs())
	}
}

// Every part of the codes holds whole lines and names itself; together they
// are the table. Bits are compared with the library's own plan.
func TestCodes(t *testing.T) {
	var text bytes.Buffer
	for i := range 100 {
		fmt.Fprintf(&text, "pass,2026-10-05T00:00Z,2026-10-06T00:00Z,%d\n", 5*i)
	}
	made, err := codes(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(made) < 3 || made[0].Parts != len(made) {
		t.Fatalf("%d codes, the first of %d", len(made), made[0].Parts)
	}
	for _, c := range made {
		if len(c.Rows) != 17+4*qrVersion {
			t.Errorf("part %d has %d rows", c.Part, len(c.Rows))
		}
		// The three finder patterns (ISO/IEC 18004, 6.3.3).
		for _, row := range []string{c.Rows[0][:7], c.Rows[0][len(c.Rows)-7:], c.Rows[len(c.Rows)-1][:7]} {
			if row != "1111111" {
				t.Errorf("part %d has no finder pattern: %s", c.Part, row)
			}
		}
	}
	if _, err := codes(bytes.Repeat([]byte("x"), 3000)); err == nil {
		t.Error("a line that fits no code was taken")
	}
	if coding.Version(qrVersion).DataBytes(qrLevel) < 900 {
		t.Error("a code holds less than a table")
	}
}

func TestRing(t *testing.T) {
	var r Ring
	points := func() []point {
		body, err := json.Marshal(&r)
		if err != nil {
			t.Fatal(err)
		}
		var out []point
		if err := json.Unmarshal(body, &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := points(); len(got) != 0 {
		t.Errorf("an empty ring has %v", got)
	}
	r.Note(0, Point{OffsetK: 1, UncertaintyK: math.NaN(), RoomC: math.Inf(1)})
	r.Note(30*time.Second, Point{OffsetK: 2, Fault: "reference_moved"})
	r.Note(40*time.Second, Point{OffsetK: 3})
	r.Note(3*time.Minute, Point{OffsetK: 4})
	got := points()
	if len(got) != 2 || got[0].MinutesAgo != 3 || *got[0].OffsetK != 3 || got[0].Fault != "reference_moved" || *got[1].OffsetK != 4 {
		t.Errorf("the ring has %+v", got)
	}
	for minute := range 3 * ringMinutes {
		r.Note(time.Duration(minute)*time.Minute, Point{OffsetK: float64(minute)})
	}
	if got = points(); len(got) != ringMinutes || *got[0].OffsetK != 2*ringMinutes || got[0].MinutesAgo != ringMinutes-1 {
		t.Errorf("a full ring has %d points from %+v", len(got), got[0])
	}
	r.Note(time.Duration(6*ringMinutes)*time.Minute, Point{})
	if got = points(); len(got) != 1 {
		t.Errorf("after a long gap the ring has %d points", len(got))
	}
	r.Note(0, Point{})
	if got = points(); len(got) != 1 || got[0].MinutesAgo != 0 {
		t.Errorf("after time went back the ring has %+v", got)
	}
	r.NoteBudget(&Budget{{Name: "certificate", UK: 0.1}})
	if terms := r.Terms(); len(terms) != 1 || terms[0] != (Term{"certificate", 0.1}) {
		t.Errorf("the budget is %v", terms)
	}
	if n := testing.AllocsPerRun(100, func() { r.Note(time.Second, Point{OffsetK: 1}) }); n != 0 {
		t.Errorf("a point costs %v allocations", n)
	}
}
