package update

import "errors"

// RefusalError is why a bundle is not installed. It is an error; the page has words
// for its name.
type RefusalError uint8

// Why a bundle is refused.
const (
	// ErrUnknown stands for no refusal that is known.
	ErrUnknown RefusalError = iota
	// ErrTruncated: the end of the file is missing.
	ErrTruncated
	// ErrUnsigned: nobody signed it.
	ErrUnsigned
	// ErrWrongKey: somebody else than the owner signed it.
	ErrWrongKey
	// ErrTampered: it was altered after it was signed.
	ErrTampered
	// ErrOtherBoard: it was made for another kind of computer.
	ErrOtherBoard
	// ErrOlder: it is older than the version that runs.
	ErrOlder
	// ErrBadFormat: it is no bundle, or of a kind that is not taken.
	ErrBadFormat
	// ErrNoOwner: the image has no owner's certificate, so it takes no update.
	ErrNoOwner
	// ErrUnreadable: the medium cannot be read.
	ErrUnreadable
)

// refusals are the names and the sentences, in the order of the constants.
var refusals = [...]struct{ name, text string }{
	ErrUnknown:    {"unknown", "nothing is known of it"},
	ErrTruncated:  {"truncated", "its end is missing: copy it to the medium again"},
	ErrUnsigned:   {"unsigned", "nobody signed it: sign it with the owner's key"},
	ErrWrongKey:   {"wrong_key", "it is not signed with the owner's key: sign it with the key whose certificate the image holds"},
	ErrTampered:   {"tampered", "it was altered after it was signed: copy it again from where it was made"},
	ErrOtherBoard: {"other_board", "it was made for another kind of computer: take the one for this board"},
	ErrOlder:      {"older", "it is older than what is installed: allow that on the staff page if it is meant"},
	ErrBadFormat:  {"bad_format", "it is no bundle of the verity format: make it with lintel-lab bundle"},
	ErrNoOwner:    {"no_owner", "this image was built without an owner's certificate and takes no update: build it with one"},
	ErrUnreadable: {"unreadable", "the medium cannot be read: try another one"},
}

// String returns the name, as in JSON.
func (r RefusalError) String() string {
	if int(r) >= len(refusals) {
		r = ErrUnknown
	}
	return refusals[r].name
}

// Error says what is wrong and what to do.
func (r RefusalError) Error() string {
	if int(r) >= len(refusals) {
		r = ErrUnknown
	}
	return refusals[r].text
}

// Why returns the refusal in err, ErrUnknown where there is none.
func Why(err error) RefusalError {
	if r := RefusalError(0); errors.As(err, &r) {
		return r
	}
	return ErrUnknown
}
