package ui

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// refused reads the counts of /healthz.
func refused(t *testing.T, s *Server) map[string]int64 {
	t.Helper()
	var h struct{ Refused map[string]int64 }
	if err := json.Unmarshal([]byte(do(t, s, request{path: "/healthz"}).body), &h); err != nil {
		t.Fatal(err)
	}
	return h.Refused
}

// fakeStaff answers everything; the server must let only its own pages ask.
type fakeStaff struct{ asked int }

func (f *fakeStaff) ServeHTTP(http.ResponseWriter, *http.Request) { f.asked++ }

func (f *fakeStaff) WrongPINs() int64 { return 7 }

// What comes from elsewhere is refused, leaves a count and nothing else, and
// the service goes on.
func TestHostileRequests(t *testing.T) {
	office := &fakeStaff{}
	s, _ := serve(t, Config{Staff: office})
	own := "http://" + s.Addr().String()
	for _, c := range []struct {
		name string
		r    request
		want int
	}{
		{"a name that was made to point here", request{path: "/", host: "kiosk.example"}, http.StatusForbidden},
		{"another address", request{path: "/staff/api/door", host: "10.0.0.1"}, http.StatusForbidden},
		{"a PIN from a foreign page", request{method: "POST", path: "/staff/api/enter", origin: "http://evil.example", body: "{}"}, http.StatusForbidden},
		{"a PIN from nowhere", request{method: "POST", path: "/staff/api/enter", body: "{}"}, http.StatusForbidden},
		{"a PIN from a page without an origin", request{method: "POST", path: "/staff/api/enter", origin: "null", body: "{}"}, http.StatusForbidden},
		{"a question from a foreign page", request{path: "/staff/api/counts", origin: "http://evil.example"}, http.StatusForbidden},
		{"an offer from a foreign page", request{method: "POST", path: "/mirror", origin: "http://evil.example", kind: "application/sdp", body: "v=0"}, http.StatusForbidden},
		{"an offer that is none", request{method: "POST", path: "/mirror", origin: own, kind: "application/sdp", body: "v=0\r\n" + strings.Repeat("a=x\r\n", 50)}, http.StatusBadRequest},
		{"an offer of zeros", request{method: "POST", path: "/mirror", origin: own, kind: "application/sdp", body: strings.Repeat("\x00", 4000)}, http.StatusBadRequest},
		{"an offer of 64 KB", request{method: "POST", path: "/mirror", origin: own, kind: "application/sdp", body: strings.Repeat("v", 64<<10)}, http.StatusRequestEntityTooLarge},
		{"an offer of another kind", request{method: "POST", path: "/mirror", origin: own, kind: "text/plain", body: "v=0"}, http.StatusUnsupportedMediaType},
	} {
		if got := do(t, s, c.r); got.status != c.want {
			t.Errorf("%s: status %d, want %d", c.name, got.status, c.want)
		}
	}
	if office.asked != 0 {
		t.Errorf("%d foreign questions came through", office.asked)
	}
	got := refused(t, s)
	for name, want := range map[string]int64{"host": 2, "origin": 5, "offer": 4, "pin": 7} {
		if got[name] != want {
			t.Errorf("%s: %d refused, want %d", name, got[name], want)
		}
	}
	if got := do(t, s, request{method: "POST", path: "/staff/api/enter", origin: own, body: "{}"}); got.status != http.StatusOK || office.asked != 1 {
		t.Errorf("the kiosk's own page is answered %d", got.status)
	}
	if got := do(t, s, request{path: "/"}); got.status != http.StatusOK {
		t.Errorf("afterwards the page is answered %d", got.status)
	}
}

// Thousands of connections that say nothing: all but a few are hung up on, a
// page that is connected goes on hearing, and when they are gone a new one is
// served.
func TestThousandsOfConnections(t *testing.T) {
	s, _ := serve(t, Config{})
	next := listenTo(t, s)
	nextView(t, next)
	const many = 3000
	var open []net.Conn
	dialer := net.Dialer{Timeout: patience}
	for range many {
		c, err := dialer.DialContext(t.Context(), "tcp", s.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
	}
	want := View{State: "ready"}
	s.Show(want)
	if got, _ := nextView(t, next); got != want {
		t.Errorf("the page hears %v", got)
	}
	for _, c := range open {
		_ = c.Close()
	}
	for end := time.Now().Add(patience); ; {
		if n := refused(t, s)["connections"]; n > many*8/10 && n < many {
			break
		} else if time.Now().After(end) {
			t.Fatalf("%d of %d connections were refused", n, many)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// More pages than a kiosk can have are told so.
func TestManyPages(t *testing.T) {
	s, _ := serve(t, Config{})
	for range maxPages {
		nextView(t, listenTo(t, s))
	}
	if got := do(t, s, request{path: "/events"}); got.status != http.StatusServiceUnavailable {
		t.Errorf("one page too many is answered %d", got.status)
	}
	if n := refused(t, s)["pages"]; n != 1 {
		t.Errorf("%d pages were refused", n)
	}
}
