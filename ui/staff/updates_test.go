package staff

import (
	"errors"
	"net/http"
	"slices"
	"testing"
)

// images is what runs, made up, and what was asked of it.
type images struct {
	asked []string
	fail  error
}

func (*images) State() (UpdateState, error) {
	return UpdateState{Image: true, Version: "2026.11.20"}, nil
}
func (*images) Parts() ([]Part, error) { return []Part{{"libc6", "2.36"}}, nil }
func (i *images) note(what string) error {
	i.asked = append(i.asked, what)
	return i.fail
}
func (i *images) Look() error    { return i.note("look") }
func (i *images) Restart() error { return i.note("restart") }
func (i *images) Install(bundle string, older bool) error {
	if older {
		bundle += " older"
	}
	return i.note(bundle)
}

// What cannot be undone asks for the PIN once more, and wrong ones cost time
// there, too.
func TestWhatCannotBeUndoneAsksForThePIN(t *testing.T) {
	i, forgot := &images{}, 0
	r := open(t, Config{Updates: i, Forget: func() { forgot++ }})
	for _, c := range []struct {
		method, name, body string
		status             int
	}{
		{"GET", "updates", "", http.StatusOK},
		{"GET", "parts", "", http.StatusOK},
		{"POST", "look", "{}", http.StatusOK},
		{"POST", "install", `{"bundle":"x"}`, http.StatusOK},
		{"POST", "install", `{"bundle":"x","older":true}`, http.StatusForbidden},
		{"POST", "install", `{"bundle":"x","older":true,"pin":"314159"}`, http.StatusOK},
		{"POST", "restart", "{}", http.StatusOK},
		{"POST", "forget", `{"pin":"314159"}`, http.StatusBadRequest},
		{"POST", "forget", `{"pin":"314159","sure":"everything"}`, http.StatusOK},
		{"POST", "forget", `{"pin":"000000","sure":"everything"}`, http.StatusForbidden},
		{"POST", "forget", `{"pin":"000000","sure":"everything"}`, http.StatusForbidden},
		{"POST", "install", `{"bundle":"x","older":true,"pin":"000000"}`, http.StatusForbidden},
		{"POST", "forget", `{"pin":"314159","sure":"everything"}`, http.StatusTooManyRequests},
	} {
		if got := r.ask(c.method, c.name, r.token, c.body); got.Code != c.status {
			t.Errorf("%s %s: %d %s", c.name, c.body, got.Code, got.Body)
		}
	}
	if want := []string{"look", "x", "x older", "restart"}; !slices.Equal(i.asked, want) || forgot != 1 {
		t.Errorf("asked for %q, forgot %d times", i.asked, forgot)
	}
	i.fail = errors.New("no")
	if got := r.ask("POST", "look", r.token, "{}"); got.Code != http.StatusInternalServerError {
		t.Errorf("what cannot be asked: %d", got.Code)
	}
}
