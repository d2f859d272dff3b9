package ui

import (
	"net"
	"net/http"
	"sync/atomic"
)

// refusals counts what was refused since the start, by the reason. There is
// no log: a count says as much, and nothing of who or when.
type refusals struct {
	host, origin, offer, pages, connections atomic.Int64
}

// counts returns the counts by their names in /healthz.
func (r *refusals) counts() map[string]int64 {
	return map[string]int64{
		"host": r.host.Load(), "origin": r.origin.Load(), "offer": r.offer.Load(),
		"pages": r.pages.Load(), "connections": r.connections.Load(),
	}
}

// policy keeps a page to what the kiosk itself serves.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

// guard sets the headers that every answer has, and lets through only requests
// to this kiosk by a loopback name.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		if !ownHost(r) {
			s.refused.host.Add(1)
			http.Error(w, "This kiosk answers only to 127.0.0.1 and localhost.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownPages lets only the kiosk's own pages through to next. A browser names no
// origin with a GET of the same page, so that one may be missing there.
func (s *Server) ownPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownPage(r) && (r.Method != http.MethodGet || r.Header.Get("Origin") != "") {
			s.refused.origin.Add(1)
			http.Error(w, "Only the kiosk's own page may ask.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownHost says whether the request names this machine's loopback interface. A
// name of somebody else's that was made to point here is refused.
func ownHost(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	switch host {
	case "127.0.0.1", "localhost", "::1", "[::1]":
		return true
	}
	return false
}

// ownPage says whether the kiosk's own page made the request. Browsers name
// the page's origin with every POST.
func ownPage(r *http.Request) bool {
	return r.Header.Get("Origin") == "http://"+r.Host
}
