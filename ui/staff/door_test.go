package staff

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a vault that forgets with the test.
type memory struct {
	data []byte
	fail error
}

func (m *memory) Load() ([]byte, error) { return m.data, nil }

func (m *memory) Save(data []byte) error {
	if m.fail == nil {
		m.data = data
	}
	return m.fail
}

// clock is a time that a test moves.
type clock struct{ now time.Time }

func (c *clock) time() time.Time { return c.now }

const pin = "314159"

func testDoor(t *testing.T) (*door, *memory, *clock) {
	t.Helper()
	vault, now := &memory{}, &clock{time.Unix(1_000_000, 0)}
	d, err := newDoor(vault, now.time)
	if err != nil {
		t.Fatal(err)
	}
	return d, vault, now
}

func TestThereIsNoDefaultPIN(t *testing.T) {
	d, _, _ := testDoor(t)
	for _, guess := range []string{"", "000000", "123456", pin} {
		if _, err := d.enter(guess); err == nil {
			t.Errorf("%q opened a door that has no PIN", guess)
		}
	}
	if set, _ := d.state(); set {
		t.Error("a PIN is set that nobody chose")
	}
	if d.knows("", true) {
		t.Error("no token is a session")
	}
	token, err := d.first(pin)
	if err != nil || !d.knows(token, true) {
		t.Fatalf("whoever sets the first PIN is not let in: %v", err)
	}
	if _, err := d.first("271828"); !errors.Is(err, ErrSet) {
		t.Errorf("a second first PIN: %v", err)
	}
}

func TestPINsThatAreRefused(t *testing.T) {
	d, _, _ := testDoor(t)
	for _, weak := range []string{"", "12345", "31415", "111111", "123456", "987654", "3141592653589", "31415a", "３１４１５９"} {
		if _, err := d.first(weak); !errors.Is(err, ErrPIN) {
			t.Errorf("%q was taken: %v", weak, err)
		}
	}
}

// Ten wrong PINs: each costs more, the right one is refused meanwhile, and a
// restart gains nothing.
func TestWrongPINsCostTime(t *testing.T) {
	d, vault, now := testDoor(t)
	if _, err := d.first(pin); err != nil {
		t.Fatal(err)
	}
	for i, seconds := range []int{0, 0, 5, 10, 20, 40, 80, 160, 320, 900} {
		want := time.Duration(seconds) * time.Second
		if _, err := d.enter("271828"); !errors.Is(err, ErrWrong) {
			t.Fatalf("wrong PIN %d: %v", i+1, err)
		}
		_, left := d.state()
		if left != want {
			t.Errorf("after %d wrong PINs one waits %v, want %v", i+1, left, want)
		}
		if left > 0 {
			now.now = now.now.Add(left - time.Millisecond)
			if _, err := d.enter(pin); !errors.Is(err, ErrWait) {
				t.Errorf("the right PIN too early: %v", err)
			}
			now.now = now.now.Add(time.Millisecond)
		}
	}
	if d.wrongPINs() != 10 {
		t.Errorf("%d wrong PINs were counted", d.wrongPINs())
	}
	again, err := newDoor(vault, now.time)
	if err != nil {
		t.Fatal(err)
	}
	if _, left := again.state(); left != lockFor {
		t.Errorf("after a restart one waits %v, want %v", left, lockFor)
	}
	now.now = now.now.Add(lockFor)
	if _, err := again.enter(pin); err != nil {
		t.Errorf("the right PIN in time: %v", err)
	}
	if _, err := again.enter("271828"); !errors.Is(err, ErrWrong) {
		t.Error(err)
	}
	if _, left := again.state(); left != 0 {
		t.Errorf("the right PIN did not make up for the wrong ones: %v", left)
	}
}

// A try that cannot be noted is none: else a full disk would give tries away.
func TestTriesAreNotedFirst(t *testing.T) {
	d, vault, _ := testDoor(t)
	if _, err := d.first(pin); err != nil {
		t.Fatal(err)
	}
	vault.fail = errors.New("disk full")
	if _, err := d.enter(pin); !errors.Is(err, vault.fail) {
		t.Errorf("without a note: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	d, _, now := testDoor(t)
	token, err := d.first(pin)
	if err != nil {
		t.Fatal(err)
	}
	now.now = now.now.Add(sessionIdle)
	if !d.knows(token, true) {
		t.Error("a session ended too early")
	}
	now.now = now.now.Add(sessionIdle)
	if !d.knows(token, false) {
		t.Error("a session ended too early")
	}
	now.now = now.now.Add(time.Second)
	for range 2 {
		if d.knows(token, true) {
			t.Error("a session that nobody touched goes on")
		}
	}
	token, _ = d.enter(pin)
	for range 41 {
		now.now = now.now.Add(sessionMost / 40)
		d.knows(token, true)
	}
	if d.knows(token, true) {
		t.Error("a session has no end")
	}
	token, _ = d.enter(pin)
	d.leave(token)
	if d.knows(token, true) {
		t.Error("a session goes on after it was left")
	}
	first, _ := d.enter(pin)
	for range maxSessions {
		now.now = now.now.Add(time.Second)
		if _, err := d.enter(pin); err != nil {
			t.Fatal(err)
		}
	}
	if d.knows(first, true) || len(d.sessions) != maxSessions {
		t.Errorf("%d sessions are open", len(d.sessions))
	}
}

func TestChangingThePINEndsOtherSessions(t *testing.T) {
	d, _, _ := testDoor(t)
	before, err := d.first(pin)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.change("999999", "271828"); !errors.Is(err, ErrWrong) {
		t.Errorf("changed with a wrong PIN: %v", err)
	}
	after, err := d.change(pin, "271828")
	if err != nil || d.knows(before, true) || !d.knows(after, true) {
		t.Errorf("old session %v, new session %v: %v", d.knows(before, true), d.knows(after, true), err)
	}
	if _, err := d.enter(pin); !errors.Is(err, ErrWrong) {
		t.Errorf("the old PIN: %v", err)
	}
}

func TestDamagedVault(t *testing.T) {
	for _, data := range []string{"", "{", "{}", `{"pin":"","format":1}`, `{"pin":"x","format":2}`} {
		if _, err := newDoor(&memory{data: []byte(data)}, time.Now); !errors.Is(err, errHash) {
			t.Errorf("%q was taken: %v", data, err)
		}
	}
	d, err := newDoor(&memory{data: []byte(`{"pin":"$argon2id$v=19$m=1,t=1,p=1$AAAA$AAAA","format":1}`)}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.enter(pin); !errors.Is(err, errHash) {
		t.Errorf("a hash that costs nothing was taken: %v", err)
	}
}

func TestHashes(t *testing.T) {
	hash := hashPIN(pin)
	if hash == hashPIN(pin) {
		t.Error("two hashes of a PIN are the same: there is no salt")
	}
	for guess, want := range map[string]bool{pin: true, "314158": false, "": false, pin + "0": false} {
		if got, err := matchPIN(guess, hash); got != want || err != nil {
			t.Errorf("matchPIN(%q) = %v, %v", guess, got, err)
		}
	}
}

// Waits never shrink with more wrong PINs, and never exceed the lock.
func TestWaitsRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 1_000_000).Draw(t, "wrong")
		if a, b := wait(n), wait(n+1); a > b || b > lockFor {
			t.Fatal(fmt.Sprint(n, a, b))
		}
	})
}

func FuzzMatchPIN(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$")
	f.Fuzz(func(t *testing.T, hash string) {
		if right, _ := matchPIN("314159", hash); right {
			t.Errorf("%q let in", hash)
		}
	})
}
