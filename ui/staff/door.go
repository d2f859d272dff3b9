package staff

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Vault keeps the PIN's hash and the number of wrong ones. It is called by one
// goroutine at a time.
type Vault interface {
	// Load returns what was saved last, nil where nothing was.
	Load() ([]byte, error)
	Save(data []byte) error
}

// When a session ends.
const (
	sessionIdle = 3 * time.Minute
	sessionMost = time.Hour
	maxSessions = 4
)

// The cost of wrong PINs.
const (
	freeTries = 2
	firstWait = 5 * time.Second
	lockAt    = 10
	lockFor   = 15 * time.Minute
)

// Errors of the door.
var (
	// ErrWrong means that the PIN is wrong.
	ErrWrong = errors.New("the PIN is wrong")
	// ErrWait means that it is too early for another try.
	ErrWait = errors.New("too many wrong PINs: wait")
	// ErrSet means that a PIN is there already.
	ErrSet = errors.New("a PIN is set already")
)

// kept is what the vault holds.
type kept struct {
	PIN    string `json:"pin"`
	Wrong  int    `json:"wrong"`  // since the last right one
	Format int    `json:"format"` // 1
}

// session is one that was let in.
type session struct{ since, touched time.Time }

// door lets staff in. A PIN is looked at one at a time, so that many tries at
// once cost no memory and gain nothing.
type door struct {
	vault Vault
	now   func() time.Time

	mu       sync.Mutex
	kept     kept
	wrong    int64 // since the start
	next     time.Time
	sessions map[[sha256.Size]byte]session
}

// newDoor reads the vault.
//
// Errors: the vault's, or that what it holds cannot be read.
func newDoor(vault Vault, now func() time.Time) (*door, error) {
	d := &door{vault: vault, now: now, sessions: map[[sha256.Size]byte]session{}}
	data, err := vault.Load()
	if err != nil {
		return nil, fmt.Errorf("cannot read the staff PIN: %w", err)
	}
	if data != nil {
		if err := json.Unmarshal(data, &d.kept); err != nil || d.kept.Format != 1 || d.kept.PIN == "" {
			return nil, fmt.Errorf("cannot read the staff PIN: %w: delete the file to set a new PIN at the kiosk", errHash)
		}
	}
	d.next = now().Add(wait(d.kept.Wrong))
	return d, nil
}

// wait is how long nobody may try after that many wrong PINs in a row.
func wait(wrong int) time.Duration {
	switch {
	case wrong <= freeTries:
		return 0
	case wrong >= lockAt:
		return lockFor
	default:
		return min(firstWait<<(wrong-freeTries-1), lockFor)
	}
}

// state says whether a PIN is set and how long nobody may try.
func (d *door) state() (set bool, left time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.kept.PIN != "", max(0, d.next.Sub(d.now()))
}

// first sets the first PIN and lets in.
//
// Errors: [ErrSet], [ErrPIN], the vault's.
func (d *door) first(pin string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept.PIN != "" {
		return "", ErrSet
	}
	if err := d.set(pin); err != nil {
		return "", err
	}
	return d.open(), nil
}

// enter lets in who knows the PIN.
//
// Errors: [ErrWait], [ErrWrong], the vault's.
func (d *door) enter(pin string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.try(pin); err != nil {
		return "", err
	}
	return d.open(), nil
}

// confirm asks once more whether somebody knows the PIN, before what cannot be
// undone.
//
// Errors: [ErrWait], [ErrWrong], the vault's.
func (d *door) confirm(pin string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.try(pin)
}

// change sets another PIN. Every other session ends.
//
// Errors: [ErrWait], [ErrWrong], [ErrPIN], the vault's.
func (d *door) change(old, pin string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := checkPIN(pin); err != nil {
		return "", err
	}
	if err := d.try(old); err != nil {
		return "", err
	}
	if err := d.set(pin); err != nil {
		return "", err
	}
	clear(d.sessions)
	return d.open(), nil
}

// try looks at a PIN. The try is noted before the PIN is looked at: cutting
// the power in between gains nothing. The caller holds mu.
func (d *door) try(pin string) error {
	switch {
	case d.kept.PIN == "":
		return ErrWrong
	case d.now().Before(d.next):
		return ErrWait
	}
	noted := d.kept
	noted.Wrong++
	if err := d.save(noted); err != nil {
		return err
	}
	right, err := matchPIN(pin, d.kept.PIN)
	if err != nil {
		return fmt.Errorf("cannot check the PIN: %w", err)
	}
	if !right {
		d.wrong++
		d.next = d.now().Add(wait(d.kept.Wrong))
		return ErrWrong
	}
	noted.Wrong = 0
	return d.save(noted)
}

func (d *door) set(pin string) error {
	if err := checkPIN(pin); err != nil {
		return err
	}
	return d.save(kept{PIN: hashPIN(pin), Format: 1})
}

func (d *door) save(k kept) error {
	data, err := json.Marshal(k)
	if err == nil {
		err = d.vault.Save(data)
	}
	if err != nil {
		return fmt.Errorf("cannot keep the staff PIN: %w", err)
	}
	d.kept = k
	return nil
}

// open begins a session and returns its token; of many, the oldest ends.
func (d *door) open() string {
	if len(d.sessions) >= maxSessions {
		var oldest [sha256.Size]byte
		var since time.Time
		for id, s := range d.sessions {
			if since.IsZero() || s.since.Before(since) {
				oldest, since = id, s.since
			}
		}
		delete(d.sessions, oldest)
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails
	token := hex.EncodeToString(random)
	now := d.now()
	d.sessions[sha256.Sum256([]byte(token))] = session{now, now}
	return token
}

// knows says whether a token's session goes on; touched, that somebody has
// just done something.
func (d *door) knows(token string, touched bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := sha256.Sum256([]byte(token))
	s, ok := d.sessions[id]
	now := d.now()
	if !ok || now.Sub(s.touched) > sessionIdle || now.Sub(s.since) > sessionMost {
		delete(d.sessions, id)
		return false
	}
	if touched {
		s.touched = now
		d.sessions[id] = s
	}
	return true
}

// inside says whether any session goes on.
func (d *door) inside() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	for _, s := range d.sessions {
		if now.Sub(s.touched) <= sessionIdle && now.Sub(s.since) <= sessionMost {
			return true
		}
	}
	return false
}

// leave ends a session.
func (d *door) leave(token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.sessions, sha256.Sum256([]byte(token)))
}

// wrongPINs is how many there were since the start.
func (d *door) wrongPINs() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wrong
}
