package update

import "errors"

// Refusal is why a bundle is not installed. It is an error; the page has words
// for its name.
type Refusal uint8

// Why a bundle is refused.
const (
	// Unknown stands for no refusal that is known.
	Unknown Refusal = iota
	// Truncated: the end of the file is missing.
	Truncated
	// Unsigned: nobody signed it.
	Unsigned
	// WrongKey: somebody else than the owner signed it.
	WrongKey
	// Tampered: it was altered after it was signed.
	Tampered
	// OtherBoard: it was made for another kind of computer.
	OtherBoard
	// Older: it is older than the version that runs.
	Older
	// BadFormat: it is no bundle, or of a kind that is not taken.
	BadFormat
	// NoOwner: the image has no owner's certificate, so it takes no update.
	NoOwner
	// Unreadable: the medium cannot be read.
	Unreadable
)

// refusals are the names and the sentences, in the order of the constants.
var refusals = [...]struct{ name, text string }{
	Unknown:    {"unknown", "nothing is known of it"},
	Truncated:  {"truncated", "its end is missing: copy it to the medium again"},
	Unsigned:   {"unsigned", "nobody signed it: sign it with the owner's key"},
	WrongKey:   {"wrong_key", "it is not signed with the owner's key: sign it with the key whose certificate the image holds"},
	Tampered:   {"tampered", "it was altered after it was signed: copy it again from where it was made"},
	OtherBoard: {"other_board", "it was made for another kind of computer: take the one for this board"},
	Older:      {"older", "it is older than what is installed: allow that on the staff page if it is meant"},
	BadFormat:  {"bad_format", "it is no bundle of the verity format: make it with lintel-lab bundle"},
	NoOwner:    {"no_owner", "this image was built without an owner's certificate and takes no update: build it with one"},
	Unreadable: {"unreadable", "the medium cannot be read: try another one"},
}

// String returns the name, as in JSON.
func (r Refusal) String() string {
	if int(r) >= len(refusals) {
		r = Unknown
	}
	return refusals[r].name
}

// Error says what is wrong and what to do.
func (r Refusal) Error() string {
	if int(r) >= len(refusals) {
		r = Unknown
	}
	return refusals[r].text
}

// Why returns the refusal in err, Unknown where there is none.
func Why(err error) Refusal {
	if r := Refusal(0); errors.As(err, &r) {
		return r
	}
	return Unknown
}
