package update

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Version is an image's version: one to four numbers, as in 2026.11.20. The zero
// Version is unknown and older than every other.
type Version struct{ parts []int }

// ErrVersion means that a text is no version.
var ErrVersion = errors.New("a version is one to four numbers with dots between them, as in 2026.11.20")

const (
	maxParts  = 4
	maxDigits = 9
)

// ParseVersion reads a version.
//
// Errors: [ErrVersion].
func ParseVersion(text string) (Version, error) {
	words := strings.Split(text, ".")
	if len(words) > maxParts {
		return Version{}, fmt.Errorf("cannot read the version %.40q: %w", text, ErrVersion)
	}
	var v Version
	for _, word := range words {
		n, err := strconv.ParseUint(word, 10, 32)
		if err != nil || len(word) > maxDigits || strconv.FormatUint(n, 10) != word {
			return Version{}, fmt.Errorf("cannot read the version %.40q: %w", text, ErrVersion)
		}
		v.parts = append(v.parts, int(n))
	}
	return v, nil
}

// Compare is negative where v is older than w, positive where it is newer. Parts
// that are missing count as 0.
func (v Version) Compare(w Version) int {
	return slices.Compare(v.padded(), w.padded())
}

// padded has every part, and a first one that tells the unknown version apart.
func (v Version) padded() []int {
	all := make([]int, 1+maxParts)
	all[0] = cmp.Compare(len(v.parts), 0)
	copy(all[1:], v.parts)
	return all
}

func (v Version) String() string {
	if len(v.parts) == 0 {
		return "unknown"
	}
	words := make([]string, len(v.parts))
	for i, n := range v.parts {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ".")
}
