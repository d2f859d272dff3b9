package staff

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// Tallies are the counts that staff may see: suppressed and rounded.
type Tallies interface {
	// Export writes the table of visits as CSV; zero times are no limit.
	Export(ctx context.Context, w io.Writer, from, to time.Time) error
	// ExportChecks writes the table of second checks as CSV.
	ExportChecks(ctx context.Context, w io.Writer) error
	// NoteCheck counts a second check: cleared, confirmed or not_done.
	NoteCheck(outcome string) error
}

// Clock is the kiosk's clock. There is no network time.
type Clock interface {
	Now() time.Time
	// Known says whether somebody has set it.
	Known() bool
	Set(t time.Time) error
}

// Media are what can be carried away.
type Media interface {
	// List names the media that are plugged in and can be written.
	List() ([]string, error)
	// Write writes a whole file to one of them.
	Write(medium, name string, data []byte) error
}

// Line is the result of one check of the self-test.
type Line struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Config is what the staff pages need. Vault is required; what else is nil is
// said to be missing on its page.
type Config struct {
	Vault   Vault
	Tallies Tallies // nil where nothing is counted
	Clock   Clock
	Media   Media
	Health  *Ring
	// Installation is the running kiosk to be commissioned.
	Installation Installation
	// Updates are those of the image.
	Updates Updates
	// Forget wipes everything that is kept, and ends the kiosk. It returns at
	// once.
	Forget func()
	// Operating returns what each threshold is worth, as JSON.
	Operating func() ([]byte, error)
	// SelfTest checks this machine.
	SelfTest func(ctx context.Context) []Line
	// Now is the time that waits and sessions are measured with; nil is
	// time.Now.
	Now func() time.Time
}

// Path is where the pages ask.
const Path = "/staff/api/"

// Staff answers what the staff pages ask. It is safe for use by many
// goroutines.
type Staff struct {
	cfg  Config
	door *door
	mux  http.ServeMux
}

// New returns the answers to the staff pages.
//
// Errors: the vault's.
func New(cfg Config) (*Staff, error) {
	if cfg.Vault == nil {
		return nil, errors.New("internal error: cannot guard the staff pages without a vault")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	door, err := newDoor(cfg.Vault, cfg.Now)
	if err != nil {
		return nil, err
	}
	s := &Staff{cfg: cfg, door: door}
	s.mux.HandleFunc("GET "+Path+"door", s.doorState)
	s.mux.HandleFunc("POST "+Path+"first", s.first)
	s.mux.HandleFunc("POST "+Path+"enter", s.enter)
	for pattern, answer := range map[string]http.HandlerFunc{
		"POST change":   s.change,
		"POST leave":    s.leave,
		"POST stay":     func(w http.ResponseWriter, _ *http.Request) { reply(w, nil) },
		"GET counts":    s.counts,
		"GET checks":    s.checks,
		"POST check":    s.check,
		"GET operating": s.operating,
		"GET health":    s.health,
		"GET privacy":   s.privacy,
		"GET clock":     s.clock,
		"POST clock":    s.setClock,
		"GET media":     s.media,
		"POST media":    s.write,
		"GET qr":        s.qr,
		"GET sight":     s.sight,
		"POST accept":   s.accept,
		"POST confirm":  s.confirm,
		"POST adjust":   s.adjust,
		"GET lamps":     s.lamps,
		"POST lamps":    s.tryLamp,
		"GET updates":   s.updates,
		"GET parts":     s.parts,
		"POST look":     s.look,
		"POST install":  s.install,
		"POST restart":  s.restart,
		"POST forget":   s.forget,
	} {
		method, name, _ := strings.Cut(pattern, " ")
		s.mux.Handle(method+" "+Path+name, s.inside(answer, method == http.MethodPost))
	}
	return s, nil
}

// ServeHTTP answers a request. The caller has made sure that it comes from the
// kiosk's own page.
func (s *Staff) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// WrongPINs returns how many there were since the start.
func (s *Staff) WrongPINs() int64 { return s.door.wrongPINs() }

// Inside says whether somebody's session goes on.
func (s *Staff) Inside() bool { return s.door.inside() }

// inside lets only those through who were let in. A POST is a touch: somebody
// is there; a GET may be the page's own.
func (s *Staff) inside(next http.HandlerFunc, touch bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.door.knows(token(r), touch) {
			fail(w, http.StatusUnauthorized, "outside")
			return
		}
		next(w, r)
	})
}

func token(r *http.Request) string {
	text, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return text
}

// maxBody is the size of the largest question, in bytes.
const maxBody = 1 << 10

// ask reads the question, a small JSON object.
func ask(w http.ResponseWriter, r *http.Request, question any) bool {
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	in.DisallowUnknownFields()
	if err := in.Decode(question); err != nil {
		fail(w, http.StatusBadRequest, "question")
		return false
	}
	return true
}

// reply writes an answer as JSON.
func reply(w http.ResponseWriter, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		fail(w, http.StatusInternalServerError, "internal")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// fail says by a name what went wrong; the page has words for it.
func fail(w http.ResponseWriter, status int, name string) {
	failFor(w, status, name, 0)
}

func failFor(w http.ResponseWriter, status int, name string, left time.Duration) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	seconds := int((left + time.Second - 1) / time.Second)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": name, "wait_s": seconds})
}
