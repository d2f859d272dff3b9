package ui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"lintel/ui/stream"
)

const (
	heartbeatEvery = 500 * time.Millisecond
	// writeWithin is how long a page may take to accept an event.
	writeWithin = 5 * time.Second
	// answerWithin is how long an offer may take to be read and answered.
	answerWithin = 5 * time.Second
	// maxOffer is the size of the largest offer read, in bytes. Chromium's are
	// about 1 KB.
	maxOffer = 16 << 10
	// maxPages is how many pages read the events at a time. A kiosk has one
	// screen; a page that was reloaded may still be listed for a moment.
	maxPages = 32
	// reconnectAfter is how long a browser waits before it reconnects, in ms.
	reconnectAfter = 500
)

// events streams the views to a page until it leaves or the server closes.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	// This answer has no end, so each write has its own deadline.
	_ = control.SetReadDeadline(time.Time{})
	changed, leave := s.board.subscribe()
	defer leave()
	if s.board.pages() > maxPages {
		s.refused.pages.Add(1)
		http.Error(w, "Too many pages read along.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	beat := time.NewTicker(heartbeatEvery)
	defer beat.Stop()

	event := fmt.Appendf(nil, "retry: %d\n\n", reconnectAfter)
	var sent uint64
	for {
		if v, id := s.board.latest(); id != sent {
			sent = id
			var err error
			if event, err = appendView(event, v, id); err != nil {
				return
			}
		}
		if len(event) > 0 {
			_ = control.SetWriteDeadline(time.Now().Add(writeWithin))
			if _, err := w.Write(event); err != nil {
				return
			}
			if err := control.Flush(); err != nil {
				return
			}
			event = event[:0]
		}
		select {
		case <-r.Context().Done():
			return
		case <-changed:
		case <-beat.C:
			event = append(event, "event: heartbeat\ndata: 1\n\n"...)
		}
	}
}

// appendView appends the "view" event for v.
func appendView(dst []byte, v View, id uint64) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return dst, fmt.Errorf("internal error: cannot write a view as JSON: %w", err)
	}
	dst = append(dst, "event: view\nid: "...)
	dst = strconv.AppendUint(dst, id, 10)
	dst = append(dst, "\ndata: "...)
	dst = append(dst, body...)
	return append(dst, "\n\n"...), nil
}

// mirror answers the WebRTC offer of the kiosk page.
func (s *Server) mirror(w http.ResponseWriter, r *http.Request) {
	if !ownPage(r) {
		s.refused.origin.Add(1)
		http.Error(w, "Only the kiosk's own page may ask for the mirror.", http.StatusForbidden)
		return
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/sdp" {
		s.refused.offer.Add(1)
		http.Error(w, "The offer must be application/sdp.", http.StatusUnsupportedMediaType)
		return
	}
	offer, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxOffer))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		s.refused.offer.Add(1)
		http.Error(w, "The offer is too large.", http.StatusRequestEntityTooLarge)
		return
	}
	if err != nil {
		http.Error(w, "The offer cannot be read.", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	answer, err := s.hub.Answer(ctx, string(offer))
	switch {
	case errors.Is(err, stream.ErrOffer):
		s.refused.offer.Add(1)
		http.Error(w, "The offer cannot be used.", http.StatusBadRequest)
	case err != nil:
		http.Error(w, "The mirror is not available.", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "application/sdp")
		_, _ = io.WriteString(w, answer)
	}
}

// health is the body of /healthz.
type health struct {
	State    string   `json:"state"`
	Guidance string   `json:"guidance"`
	Reason   string   `json:"reason"`
	Faults   []string `json:"faults"`
	Pages    int      `json:"pages"`   // pages that read the events
	Mirrors  int      `json:"mirrors"` // pages that see the mirror
	// Refused counts what was refused since the start, by the reason.
	Refused map[string]int64 `json:"refused"`
}

// healthz says how the kiosk is. It answers 200 whatever the state: the state
// is in the body.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) {
	v, _ := s.board.latest()
	h := health{
		State: v.State, Guidance: v.Guidance, Reason: v.Reason,
		Faults: append([]string{}, s.faults()...),
		Pages:  s.board.pages(), Mirrors: s.hub.Peers(), Refused: s.refused.counts(),
	}
	if s.staff != nil {
		h.Refused["pin"] = s.staff.WrongPINs()
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(h)
}
