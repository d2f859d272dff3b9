package ui

import (
	"net"
	"net/http"
)

// policy keeps a page to what the kiosk itself serves.
const policy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

// guard sets the headers that every answer has, and lets through only requests
// to this kiosk by a loopback name.
func guard(next http.Handler) http.Handler {
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
			http.Error(w, "This kiosk answers only to 127.0.0.1 and localhost.", http.StatusForbidden)
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
