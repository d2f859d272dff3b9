package staff

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a PIN: the least that OWASP's Password Storage Cheat Sheet names
// for argon2id (19 MiB, two passes), and one more pass. It takes about 50 ms
// on a small computer.
const (
	hashMemory  = 19 << 10 // KiB
	hashPasses  = 3
	hashThreads = 1
	hashBytes   = 32
	saltBytes   = 16
)

// PINs are digits alone: a kiosk has no keyboard.
const (
	minPIN = 6
	maxPIN = 12
)

// ErrPIN means that a PIN is too short, too long, not of digits, or one of
// those that everybody tries first.
var ErrPIN = errors.New("the PIN must have 6 to 12 digits, and not be all the same or in a row")

// errHash means that the kept hash cannot be read.
var errHash = errors.New("the kept PIN cannot be read")

// checkPIN says whether a new PIN may be used.
//
// Errors: [ErrPIN].
func checkPIN(pin string) error {
	if len(pin) < minPIN || len(pin) > maxPIN {
		return ErrPIN
	}
	same, up, down := true, true, true
	for i := range len(pin) {
		if pin[i] < '0' || pin[i] > '9' {
			return ErrPIN
		}
		if i > 0 {
			step := int(pin[i]) - int(pin[i-1])
			same, up, down = same && step == 0, up && step == 1, down && step == -1
		}
	}
	if same || up || down {
		return ErrPIN
	}
	return nil
}

// hashPIN returns the hash of a PIN with a new salt, in the PHC format.
func hashPIN(pin string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(pin), salt, hashPasses, hashMemory, hashThreads, hashBytes)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads, encode(salt), encode(sum))
}

// matchPIN says whether a PIN is the one of a hash that hashPIN made.
//
// Errors: a hash of another make.
func matchPIN(pin, hash string) (bool, error) {
	parts := strings.Split(hash, "$")
	want := fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashPasses, hashThreads)
	if len(parts) != 6 || !strings.HasPrefix(hash, want) {
		return false, errHash
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil || len(salt) != saltBytes {
		return false, errHash
	}
	sum, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(sum) != hashBytes {
		return false, errHash
	}
	got := argon2.IDKey([]byte(pin), salt, hashPasses, hashMemory, hashThreads, hashBytes)
	return subtle.ConstantTimeCompare(got, sum) == 1, nil
}
