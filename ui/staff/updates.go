package staff

import (
	"net/http"
)

// Updates are the image that runs and those that could.
type Updates interface {
	// State is what runs, and how an update is getting on.
	State() (UpdateState, error)
	// Parts lists what the image is made of.
	Parts() ([]Part, error)
	// Look has the media looked at for updates.
	Look() error
	// Install has a bundle installed; older allows one that is older than what
	// runs.
	Install(bundle string, older bool) error
	// Restart restarts the machine.
	Restart() error
}

// UpdateState is what the page about updates shows.
type UpdateState struct {
	// Image says whether this is an image at all; without one there is nothing
	// to update, and of the rest only Version is known.
	Image   bool   `json:"image"`
	Version string `json:"version"`
	Board   string `json:"board"`
	// Slot is A or B.
	Slot string `json:"slot"`
	// RootHash is the hash of the root as it runs; Root says what was found when
	// it was held against the one that was built, and RootOK how that ended.
	RootHash string `json:"root_hash"`
	Root     string `json:"root"`
	RootOK   bool   `json:"root_ok"`
	// Owner is the fingerprint of the owner's certificate, OwnerName its name.
	Owner     string `json:"owner"`
	OwnerName string `json:"owner_name"`
	// FellBack is a version that was installed and did not come up; empty for
	// none.
	FellBack string `json:"fell_back"`
	// StateRemade says that what was kept could not be read and was begun anew.
	StateRemade bool `json:"state_remade"`

	// Phase is idle, looking, installing, installed or failed; Percent how far
	// that is, Reason why it failed, Installing which version it is about.
	Phase      string  `json:"phase"`
	Percent    int     `json:"percent"`
	Reason     string  `json:"reason"`
	Detail     string  `json:"detail"`
	Installing string  `json:"installing"`
	Offers     []Offer `json:"offers"`
}

// Offer is an update on a medium.
type Offer struct {
	Bundle  string `json:"bundle"`
	File    string `json:"file"`
	Version string `json:"version"`
	Changes string `json:"changes"`
	Signer  string `json:"signer"`
	// Refused is why it is not installed; empty where it may be.
	Refused string `json:"refused"`
	// Same says that it is the version that runs.
	Same bool `json:"same"`
}

// Part is a part of the image, of the list that is made with it.
type Part struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

func (s *Staff) updates(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Updates == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	state, err := s.cfg.Updates.State()
	if err != nil {
		fail(w, http.StatusInternalServerError, "not_read")
		return
	}
	state.Offers = append([]Offer{}, state.Offers...)
	reply(w, state)
}

func (s *Staff) parts(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Updates == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	parts, err := s.cfg.Updates.Parts()
	if err != nil {
		fail(w, http.StatusInternalServerError, "not_read")
		return
	}
	reply(w, map[string]any{"parts": append([]Part{}, parts...)})
}

func (s *Staff) look(w http.ResponseWriter, r *http.Request) {
	var q struct{}
	if ask(w, r, &q) {
		s.passOn(w, func() error { return s.cfg.Updates.Look() })
	}
}

func (s *Staff) restart(w http.ResponseWriter, r *http.Request) {
	var q struct{}
	if ask(w, r, &q) {
		s.passOn(w, func() error { return s.cfg.Updates.Restart() })
	}
}

// install needs the PIN once more for a bundle that is older than what runs.
func (s *Staff) install(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Bundle string `json:"bundle"`
		Older  bool   `json:"older"`
		PIN    string `json:"pin"`
	}
	if !ask(w, r, &q) {
		return
	}
	if q.Older && !s.confirmed(w, q.PIN) {
		return
	}
	s.passOn(w, func() error { return s.cfg.Updates.Install(q.Bundle, q.Older) })
}

func (s *Staff) passOn(w http.ResponseWriter, ask func() error) {
	switch {
	case s.cfg.Updates == nil:
		fail(w, http.StatusNotFound, "none")
	case ask() != nil:
		fail(w, http.StatusInternalServerError, "not_asked")
	default:
		reply(w, nil)
	}
}

// forget needs the PIN once more, and the word that the page asks for twice.
func (s *Staff) forget(w http.ResponseWriter, r *http.Request) {
	var q struct {
		PIN  string `json:"pin"`
		Sure string `json:"sure"`
	}
	if !ask(w, r, &q) {
		return
	}
	switch {
	case s.cfg.Forget == nil:
		fail(w, http.StatusNotFound, "none")
	case q.Sure != "everything":
		fail(w, http.StatusBadRequest, "question")
	case s.confirmed(w, q.PIN):
		reply(w, nil)
		s.cfg.Forget()
	}
}

// confirmed says whether the PIN is right; where it is not, it is answered.
func (s *Staff) confirmed(w http.ResponseWriter, pin string) bool {
	if err := s.door.confirm(pin); err != nil {
		s.letIn(w, func() (string, error) { return "", err })
		return false
	}
	return true
}
