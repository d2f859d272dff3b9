// Package ui serves the pages of the kiosk on the loopback interface, and
// nothing else. In go a [View] a frame (state, guidance, reason: words that
// the state machine chose) and a [Mirror] (a silhouette, no pixel value). Out
// go the kiosk page, the staff page and:
//
//	GET  /events   server-sent events. Each "view" event is a whole View as
//	               JSON with a rising id; the newest is sent on every
//	               (re)connection. A "heartbeat" event comes every second.
//	POST /mirror   a WebRTC offer, answered whole (package stream)
//	GET  /healthz  JSON: state, guidance, reason, faults, pages, mirrors
//
// The package decides nothing, with one exception that can only take a verdict
// away: when nobody has called Show for a while, the view becomes
// "out_of_service", reason "kiosk_stalled", so that no verdict outlives the
// loop that gave it.
//
// Requests must name a loopback host, so that a page from elsewhere cannot
// reach the kiosk by rebinding a DNS name; a POST must come from the kiosk's
// own page. No cookie is set and nothing is kept.
package ui
