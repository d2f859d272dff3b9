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
	// Adjust changes how the camera is mounted and what is on the certificate,
	// keeps that, and measures by it from then on. A record that was made for
	// other values no longer holds.
	//
	// Errors: a [*EntryError], [ErrEntry], or why it cannot be kept.
	Adjust(a Adjustment) error
	// Settings lists what was set here beside the owner's configuration.
	Settings() []Setting
	// Lamps names the lamps that can be tried, and TryLamp lights one alone for
	// a moment.
	Lamps() []string
	TryLamp(ctx context.Context, name string) error
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

// EntryError is an [ErrEntry] that says which one.
type EntryError struct {
	Name string
	Err  error
}

// Error says which entry is not allowed, and why.
func (e *EntryError) Error() string { return "cannot take the " + e.Name + ": " + e.Err.Error() }

// Unwrap returns [ErrEntry] and the reason.
func (e *EntryError) Unwrap() []error { return []error{ErrEntry, e.Err} }

// Adjustment is what staff enter of the mounting and the certificate. What is
// nil stays; an empty text goes back to the owner's value, and Reset does so
// with all.
type Adjustment struct {
	Rotate *int  `json:"rotate"` // degrees clockwise: 0, 90, 180, 270
	Mirror *bool `json:"mirror"`
	// Temperature in degrees Celsius, Uncertainty (k = 2) in kelvin and
	// Emissivity are decimal numbers as they are typed; Expires is such as
	// 2027-03-31.
	Temperature *string `json:"temperature"`
	Uncertainty *string `json:"uncertainty"`
	Emissivity  *string `json:"emissivity"`
	Serial      *string `json:"serial"`
	Expires     *string `json:"expires"`
	Reset       bool    `json:"reset"`
}

// Setting is a value that was set at the kiosk, and the owner's; empty where
// the owner gave none.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Owner string `json:"owner"`
}

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
	Emissivity float64 `json:"emissivity"` // 0 where the certificate does not say
	Serial     string  `json:"serial"`
	Expires    string  `json:"expires"`
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
	RoomC    float64 `json:"room_c"`
	Humidity float64 `json:"humidity"` // relative, above 0 to 1
}

// Signed is a record that was signed off.
type Signed struct {
	SignOff
	Serial  string  `json:"serial"`
	Date    string  `json:"date"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	R       float64 `json:"r"`
	OffsetK float64 `json:"offset_k"`
	BandK   float64 `json:"band_k"`
	Seal    string  `json:"seal"`
	// Criteria say what was asked of the installation, and whether it holds.
	Criteria []Criterion `json:"criteria"`
}

// Criterion is one line of the acceptance.
type Criterion struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Limit float64 `json:"limit"`
	Unit  string  `json:"unit"`
	Least bool    `json:"least"` // Limit is the least that passes, not the most
	Pass  bool    `json:"pass"`
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

// letters are those of a serial number.
func letters(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return len(text) <= maxSerial
}

// maxSerial is the longest serial number, in bytes.
const maxSerial = 40

func (s *Staff) adjust(w http.ResponseWriter, r *http.Request) {
	var q Adjustment
	if !ask(w, r, &q) {
		return
	}
	if s.cfg.Installation == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	if q.Serial != nil && !letters(*q.Serial) {
		fail(w, http.StatusBadRequest, "bad_serial")
		return
	}
	err := s.cfg.Installation.Adjust(q)
	bad := new(EntryError)
	switch {
	case err == nil:
		reply(w, nil)
	case errors.As(err, &bad):
		fail(w, http.StatusBadRequest, "bad_"+bad.Name)
	case errors.Is(err, ErrEntry):
		fail(w, http.StatusBadRequest, "bad_together")
	default:
		fail(w, http.StatusInternalServerError, "not_kept")
	}
}

func (s *Staff) lamps(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Installation == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	reply(w, map[string]any{"lamps": append([]string{}, s.cfg.Installation.Lamps()...)})
}

func (s *Staff) tryLamp(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Lamp string `json:"lamp"`
	}
	if !ask(w, r, &q) {
		return
	}
	switch {
	case s.cfg.Installation == nil:
		fail(w, http.StatusNotFound, "none")
	case s.cfg.Installation.TryLamp(r.Context(), q.Lamp) != nil:
		fail(w, http.StatusConflict, "no_lamp")
	default:
		reply(w, nil)
	}
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
