package staff

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// Installation is what the commissioning page shows and asks of the running
// kiosk.
type Installation interface {
	// Sight is what the camera sees now. Asking switches the heat view on for
	// a few seconds.
	Sight() Sight
	// Accept watches the reference and, where it is in order, keeps a record
	// of it, signed off. It returns what was signed.
	//
	// Errors: [ErrUnsettled], [ErrEntry], or why it cannot be kept.
	Accept(ctx context.Context, s SignOff) (Signed, error)
	// Confirm has the reference looked for anew, wherever it is now: staff say
	// that it was exchanged or moved on purpose.
	Confirm()
}

// Errors of an [Installation].
var (
	// ErrUnsettled means that the reference was not in order for long enough.
	ErrUnsettled = errors.New("the reference was not in order for long enough")
	// ErrEntry means that the role, the room or the day is not allowed.
	ErrEntry = errors.New("an entry is not allowed")
)

// Sight is what the camera sees, and what is set. Places are pixels of the
// upright image.
type Sight struct {
	Camera     string  `json:"camera"`
	Width      int     `json:"width"`
	Height     int     `json:"height"`
	Hertz      float64 `json:"hertz"`
	Rotate     int     `json:"rotate"`
	Mirror     bool    `json:"mirror"`
	State      string  `json:"state"`
	ReferenceC float64 `json:"reference_c"`
	ExpandedK  float64 `json:"expanded_k"`
	Fault      string  `json:"fault"` // of the reference; empty where it is in order
	X          float64 `json:"x"`
	Y          float64 `json:"y"`
	R          float64 `json:"r"` // 0 where the reference is not in order
	OffsetK    float64 `json:"offset_k"`
	Heat       Heat    `json:"heat"`
	// Signed is the record that holds, nil for none; Newer says that one was
	// made since, which holds from the next start on.
	Signed *Signed `json:"signed"`
	Newer  bool    `json:"newer"`
}

// Heat is a coarse view of what is warm, in 16 steps from the coldest to the
// warmest that is in view. No temperature can be read from it.
type Heat struct {
	// Blank says that somebody is, or just was, in sight: there is nothing to
	// see then.
	Blank  bool `json:"blank"`
	Width  int  `json:"width"`
	Height int  `json:"height"`
	// Levels has a hexadecimal digit for each cell, row by row; empty while
	// blank.
	Levels string `json:"levels"`
}

// SignOff is what staff enter.
type SignOff struct {
	Role     string  `json:"role"` // owner, technician or laboratory
	Serial   string  `json:"serial"`
	RoomC    float64 `json:"room_c"`
	Humidity float64 `json:"humidity"` // relative, above 0 to 1
}

// Signed is a record that was signed off.
type Signed struct {
	SignOff
	Date    string  `json:"date"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	R       float64 `json:"r"`
	OffsetK float64 `json:"offset_k"`
	BandK   float64 `json:"band_k"`
	Seal    string  `json:"seal"`
}

func (s *Staff) sight(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Installation == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	reply(w, s.cfg.Installation.Sight())
}

func (s *Staff) confirm(w http.ResponseWriter, r *http.Request) {
	var q struct{}
	if !ask(w, r, &q) {
		return
	}
	if s.cfg.Installation == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	s.cfg.Installation.Confirm()
	reply(w, nil)
}

// acceptWithin is how long watching the reference may take; it needs 10 s.
const acceptWithin = 25 * time.Second

func (s *Staff) accept(w http.ResponseWriter, r *http.Request) {
	var q SignOff
	if !ask(w, r, &q) {
		return
	}
	if s.cfg.Installation == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), acceptWithin)
	defer cancel()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(acceptWithin + 5*time.Second))
	signed, err := s.cfg.Installation.Accept(ctx, q)
	switch {
	case err == nil:
		reply(w, signed)
	case errors.Is(err, ErrUnsettled):
		fail(w, http.StatusConflict, "unsettled")
	case errors.Is(err, ErrEntry):
		fail(w, http.StatusBadRequest, "entry")
	default:
		fail(w, http.StatusInternalServerError, "not_kept")
	}
}
