package ui

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"lintel/ui/web"
)

// ErrLanguage means that the visitor page does not speak a language.
var ErrLanguage = errors.New("the page does not speak it")

// Page is how the visitor page behaves.
type Page struct {
	// Languages are those that the page speaks, of [web.Languages], the one
	// for whom nobody has chosen first; none stands for English.
	Languages []string
	// Cycle is how long each language is shown until somebody chooses one; 0
	// keeps the first.
	Cycle time.Duration
	// Touch says that the screen can be touched: the page then offers the
	// choice of language and the way to the staff pages.
	Touch bool
	// Sound plays a tone when a visit begins and when it is over, the same
	// for every outcome.
	Sound bool
}

// settings returns what the page is told, as JSON.
//
// Errors: [ErrLanguage].
func (p Page) settings() ([]byte, error) {
	if len(p.Languages) == 0 {
		p.Languages = web.Languages()[:1]
	}
	for _, code := range p.Languages {
		if !slices.Contains(web.Languages(), code) {
			return nil, fmt.Errorf("cannot show the page in %q: %w; it speaks %q", code, ErrLanguage, web.Languages())
		}
	}
	return json.Marshal(map[string]any{
		"languages": p.Languages, "cycle_s": p.Cycle.Seconds(), "touch": p.Touch, "sound": p.Sound,
	})
}

// settings tells the page how to behave.
func (s *Server) settings(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(s.page)
}
