package staff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

func (s *Staff) doorState(w http.ResponseWriter, _ *http.Request) {
	set, left := s.door.state()
	reply(w, map[string]any{"set": set, "wait_s": int((left + time.Second - 1) / time.Second)})
}

type pinQuestion struct {
	PIN string `json:"pin"`
	Old string `json:"old"`
}

func (s *Staff) first(w http.ResponseWriter, r *http.Request) {
	var q pinQuestion
	if ask(w, r, &q) {
		s.letIn(w, func() (string, error) { return s.door.first(q.PIN) })
	}
}

func (s *Staff) enter(w http.ResponseWriter, r *http.Request) {
	var q pinQuestion
	if ask(w, r, &q) {
		s.letIn(w, func() (string, error) { return s.door.enter(q.PIN) })
	}
}

func (s *Staff) change(w http.ResponseWriter, r *http.Request) {
	var q pinQuestion
	if ask(w, r, &q) {
		s.letIn(w, func() (string, error) { return s.door.change(q.Old, q.PIN) })
	}
}

func (s *Staff) letIn(w http.ResponseWriter, open func() (string, error)) {
	token, err := open()
	_, left := s.door.state()
	switch {
	case err == nil:
		reply(w, map[string]string{"token": token})
	case errors.Is(err, ErrWrong):
		failFor(w, http.StatusForbidden, "wrong", left)
	case errors.Is(err, ErrWait):
		failFor(w, http.StatusTooManyRequests, "wait", left)
	case errors.Is(err, ErrPIN):
		fail(w, http.StatusBadRequest, "weak")
	case errors.Is(err, ErrSet):
		fail(w, http.StatusConflict, "set")
	default:
		fail(w, http.StatusInternalServerError, "not_kept")
	}
}

func (s *Staff) leave(w http.ResponseWriter, r *http.Request) {
	s.door.leave(token(r))
	reply(w, nil)
}

// table answers with one of the tallies' tables.
func (s *Staff) table(w http.ResponseWriter, r *http.Request, write func(context.Context, *bytes.Buffer) error) {
	if s.cfg.Tallies == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	var out bytes.Buffer
	if err := write(r.Context(), &out); err != nil {
		fail(w, http.StatusInternalServerError, "not_read")
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	_, _ = w.Write(out.Bytes())
}

func (s *Staff) counts(w http.ResponseWriter, r *http.Request) {
	s.table(w, r, func(ctx context.Context, out *bytes.Buffer) error {
		return s.cfg.Tallies.Export(ctx, out, time.Time{}, time.Time{})
	})
}

func (s *Staff) checks(w http.ResponseWriter, r *http.Request) {
	s.table(w, r, func(ctx context.Context, out *bytes.Buffer) error { return s.cfg.Tallies.ExportChecks(ctx, out) })
}

func (s *Staff) check(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Outcome string `json:"outcome"`
	}
	if !ask(w, r, &q) {
		return
	}
	switch {
	case s.cfg.Tallies == nil:
		fail(w, http.StatusNotFound, "none")
	case s.cfg.Tallies.NoteCheck(q.Outcome) != nil:
		fail(w, http.StatusBadRequest, "question")
	default:
		reply(w, nil)
	}
}

func (s *Staff) operating(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Operating == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	body, err := s.cfg.Operating()
	if err != nil {
		fail(w, http.StatusInternalServerError, "not_read")
		return
	}
	reply(w, json.RawMessage(body))
}

func (s *Staff) health(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Health == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	settings := []Setting{}
	if s.cfg.Installation != nil {
		settings = append(settings, s.cfg.Installation.Settings()...)
	}
	reply(w, map[string]any{"points": s.cfg.Health, "budget": s.cfg.Health.Terms(), "settings": settings})
}

// selfTestWithin is how long the self-test may take.
const selfTestWithin = 8 * time.Second

func (s *Staff) privacy(w http.ResponseWriter, r *http.Request) {
	if s.cfg.SelfTest == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), selfTestWithin)
	defer cancel()
	reply(w, map[string]any{"selftest": s.cfg.SelfTest(ctx)})
}

func (s *Staff) clock(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Clock == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	reply(w, map[string]any{"unix": s.cfg.Clock.Now().Unix(), "known": s.cfg.Clock.Known()})
}

func (s *Staff) setClock(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Unix int64 `json:"unix"`
	}
	if !ask(w, r, &q) {
		return
	}
	switch {
	case s.cfg.Clock == nil:
		fail(w, http.StatusNotFound, "none")
	case s.cfg.Clock.Set(time.Unix(q.Unix, 0)) != nil:
		fail(w, http.StatusForbidden, "not_set")
	default:
		s.clock(w, r)
	}
}

func (s *Staff) media(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Media == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	list, err := s.cfg.Media.List()
	if err != nil {
		fail(w, http.StatusInternalServerError, "not_read")
		return
	}
	reply(w, map[string]any{"media": append([]string{}, list...)})
}

// exported is everything that is carried away, as one CSV document.
func (s *Staff) exported(ctx context.Context) ([]byte, error) {
	var out bytes.Buffer
	if err := s.cfg.Tallies.Export(ctx, &out, time.Time{}, time.Time{}); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	err := s.cfg.Tallies.ExportChecks(ctx, &out)
	return out.Bytes(), err
}

func (s *Staff) write(w http.ResponseWriter, r *http.Request) {
	var q struct {
		Medium string `json:"medium"`
	}
	if !ask(w, r, &q) {
		return
	}
	if s.cfg.Media == nil || s.cfg.Tallies == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	data, err := s.exported(r.Context())
	if err != nil {
		fail(w, http.StatusInternalServerError, "not_read")
		return
	}
	name := fmt.Sprintf("lintel-counts-%s.csv", s.day())
	if err := s.cfg.Media.Write(q.Medium, name, data); err != nil {
		fail(w, http.StatusInternalServerError, "not_written")
		return
	}
	reply(w, map[string]string{"file": name})
}

// day is the date for a file's name.
func (s *Staff) day() string {
	if s.cfg.Clock == nil || !s.cfg.Clock.Known() {
		return "no-date"
	}
	return s.cfg.Clock.Now().UTC().Format(time.DateOnly)
}

func (s *Staff) qr(w http.ResponseWriter, r *http.Request) {
	if s.cfg.Tallies == nil {
		fail(w, http.StatusNotFound, "none")
		return
	}
	data, err := s.exported(r.Context())
	if err != nil {
		fail(w, http.StatusInternalServerError, "not_read")
		return
	}
	made, err := codes(data)
	if err != nil {
		fail(w, http.StatusInternalServerError, "internal")
		return
	}
	reply(w, map[string]any{"codes": made})
}
