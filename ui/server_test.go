package ui

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds waits that end early when all is well.
const patience = 20 * time.Second

// serve runs a server until the test ends, or until the returned function is
// called.
func serve(t *testing.T, cfg Config) (*Server, func()) {
	t.Helper()
	cfg.Listen = "127.0.0.1:0"
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Serve ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return s, stop
}

// request is one request to the server; empty fields stand for what the
// kiosk's own page sends.
type request struct{ method, path, host, origin, kind, body string }

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func do(t *testing.T, s *Server, r request) answer {
	t.Helper()
	response := send(t, s, r)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func send(t *testing.T, s *Server, r request) *http.Response {
	t.Helper()
	if r.method == "" {
		r.method = http.MethodGet
	}
	q, err := http.NewRequestWithContext(t.Context(), r.method, "http://"+s.Addr().String()+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if r.host != "" {
		q.Host = r.host
	}
	if r.origin != "" {
		q.Header.Set("Origin", r.origin)
	}
	if r.kind != "" {
		q.Header.Set("Content-Type", r.kind)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(q)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestPagesAndTheirHeaders(t *testing.T) {
	s, _ := serve(t, Config{})
	for path, kind := range map[string]string{
		"/":              "text/html; charset=utf-8",
		"/staff":         "text/html; charset=utf-8",
		"/kiosk.css":     "text/css; charset=utf-8",
		"/kiosk.js":      "text/javascript; charset=utf-8",
		"/words.en.json": "application/json",
		"/icon.svg":      "image/svg+xml",
		"/healthz":       "application/json",
		"/settings":      "application/json",

		"/fonts/latin-400.woff2": "font/woff2",
		"/nothing":               "text/plain; charset=utf-8",
	} {
		got := do(t, s, request{path: path})
		want := map[string]string{
			"Content-Type":                 kind,
			"Cache-Control":                "no-store",
			"Content-Security-Policy":      "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Referrer-Policy":              "no-referrer",
			"X-Content-Type-Options":       "nosniff",
			"Set-Cookie":                   "",
		}
		for name, value := range want {
			if h := got.header.Get(name); h != value {
				t.Errorf("%s: %s is %q, want %q", path, name, h, value)
			}
		}
		if (got.status == http.StatusOK) == (path == "/nothing") {
			t.Errorf("%s: status %d", path, got.status)
		}
		if got.body == "" {
			t.Errorf("%s is empty", path)
		}
	}
}

func TestWhatIsNotServed(t *testing.T) {
	s, _ := serve(t, Config{})
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/index.html", http.StatusNotFound},
		{"GET", "/staff.html", http.StatusNotFound},
		{"GET", "/web.go", http.StatusNotFound},
		{"GET", "/../go.mod", http.StatusTemporaryRedirect},
		{"GET", "/go.mod", http.StatusNotFound},
		{"POST", "/", http.StatusMethodNotAllowed},
		{"DELETE", "/healthz", http.StatusMethodNotAllowed},
		{"POST", "/events", http.StatusMethodNotAllowed},
		{"GET", "/mirror", http.StatusMethodNotAllowed},
	} {
		if got := do(t, s, request{method: c.method, path: c.path}); got.status != c.want {
			t.Errorf("%s %s: status %d, want %d", c.method, c.path, got.status, c.want)
		}
	}
}

// A page from elsewhere whose name was made to point here is refused.
func TestHost(t *testing.T) {
	s, _ := serve(t, Config{})
	for host, want := range map[string]int{
		"127.0.0.1":             http.StatusOK,
		"127.0.0.1:8099":        http.StatusOK,
		"localhost":             http.StatusOK,
		"localhost:1":           http.StatusOK,
		"[::1]":                 http.StatusOK,
		"[::1]:8099":            http.StatusOK,
		"evil.example":          http.StatusForbidden,
		"evil.example:8099":     http.StatusForbidden,
		"127.0.0.1.example":     http.StatusForbidden,
		"localhost.example:80":  http.StatusForbidden,
		"192.168.0.1:8099":      http.StatusForbidden,
		"localhost@evil":        http.StatusForbidden,
		"127.0.0.1:80:80":       http.StatusForbidden,
		"evil.example:127.0.01": http.StatusForbidden,
	} {
		for _, path := range []string{"/", "/healthz", "/staff"} {
			got := do(t, s, request{path: path, host: host})
			// net/http itself refuses some of them.
			if got.status != want && (want == http.StatusOK || got.status != http.StatusBadRequest) {
				t.Errorf("%s of host %s: status %d, want %d: %s", path, host, got.status, want, got.body)
			}
		}
	}
}

func TestMirrorIsForTheOwnPage(t *testing.T) {
	s, _ := serve(t, Config{})
	own := "http://" + s.Addr().String()
	for _, c := range []struct {
		name string
		r    request
		want int
	}{
		{"no origin", request{kind: "application/sdp", body: "v=0"}, http.StatusForbidden},
		{"other origin", request{origin: "http://evil.example", kind: "application/sdp", body: "v=0"}, http.StatusForbidden},
		{"other port", request{origin: "http://127.0.0.1:1", kind: "application/sdp", body: "v=0"}, http.StatusForbidden},
		{"hidden origin", request{origin: "null", kind: "application/sdp", body: "v=0"}, http.StatusForbidden},
		{"no type", request{origin: own, body: "v=0"}, http.StatusUnsupportedMediaType},
		{"a form's type", request{origin: own, kind: "text/plain", body: "v=0"}, http.StatusUnsupportedMediaType},
		{"empty", request{origin: own, kind: "application/sdp"}, http.StatusBadRequest},
		{"no offer", request{origin: own, kind: "application/sdp; charset=utf-8", body: "v=0"}, http.StatusBadRequest},
		{"too large", request{origin: own, kind: "application/sdp", body: strings.Repeat("a", maxOffer+1)}, http.StatusRequestEntityTooLarge},
	} {
		c.r.method, c.r.path = http.MethodPost, "/mirror"
		if got := do(t, s, c.r); got.status != c.want {
			t.Errorf("%s: status %d, want %d: %s", c.name, got.status, c.want, got.body)
		}
	}
}

func TestHealthz(t *testing.T) {
	faults := []string{"camera_lost", "reference_moved"}
	s, _ := serve(t, Config{Faults: func() []string { return faults }})
	s.Show(View{State: "out_of_service", Reason: "camera_lost"})
	body := do(t, s, request{path: "/healthz"}).body
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"state": "out_of_service", "guidance": "", "reason": "camera_lost",
		"faults": []any{"camera_lost", "reference_moved"}, "pages": 0.0, "mirrors": 0.0,
		"refused": map[string]any{"host": 0.0, "origin": 0.0, "offer": 0.0, "pages": 0.0, "connections": 0.0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHealthzWithoutFaults(t *testing.T) {
	s, _ := serve(t, Config{})
	body := do(t, s, request{path: "/healthz"}).body
	if !strings.Contains(body, `"state":"starting"`) || !strings.Contains(body, `"faults":[]`) {
		t.Errorf("before the first view /healthz says %s", body)
	}
}
