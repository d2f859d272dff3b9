package recording

import (
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// What can be wrong with a file; a [*ReadError] wraps one of these,
// [thermal.ErrNotRadiometric] or the operating system's error.
var (
	// ErrTruncated means that the file stops in the middle.
	ErrTruncated = errors.New("the file is cut short: copy it again")
	// ErrCorrupt means that the file contradicts its format.
	ErrCorrupt = errors.New("the file is damaged: copy it again")
	// ErrUnknownFormat means that the file is no recording that can be played.
	ErrUnknownFormat = errors.New("the format is not known: allowed are CPTV version 2 and PTY16V1, plain or gzipped")
	// ErrEmpty means that the file holds no byte, or a header and no frame.
	ErrEmpty = errors.New("the file holds no frame: record or copy it again")
	// ErrScaleUnknown means that neither the file nor the configuration says
	// what a count means.
	ErrScaleUnknown = errors.New("the file does not say what a count means: set camera.scale")
)

// ReadError says where in a file reading failed.
type ReadError struct {
	// Path is the file as it was given to Open.
	Path string
	// Place is where in the file's structure, for example
	// `frame 12, field "f" (frame size)`.
	Place string
	// Offset is in bytes from the start of the uncompressed stream: where the
	// field starts, or where the file ends if it was cut short.
	Offset int64
	// Detail is what was found and what was expected; it may be empty.
	Detail string
	// Err is the sentinel, or the operating system's error.
	Err error
}

// Error tells the place, the offset, what was found and the remedy.
func (e *ReadError) Error() string {
	if e.Detail == "" {
		return fmt.Sprintf("cannot read recording %s: %s at byte %d: %v", e.Path, e.Place, e.Offset, e.Err)
	}
	return fmt.Sprintf("cannot read recording %s: %s at byte %d: %s; %v", e.Path, e.Place, e.Offset, e.Detail, e.Err)
}

// Unwrap returns the sentinel.
func (e *ReadError) Unwrap() error { return e.Err }

// fault is a ReadError without its path, which the decoders do not know.
func fault(place string, offset int64, err error, format string, args ...any) *ReadError {
	return &ReadError{Place: place, Offset: offset, Detail: fmt.Sprintf(format, args...), Err: err}
}

// readFault turns an error of the stream into a ReadError. Wherever it is
// called the file had to go on, so a plain end is a truncation too.
func readFault(place string, offset int64, err error) *ReadError {
	var inflate flate.CorruptInputError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &ReadError{Place: place, Offset: offset, Err: ErrTruncated}
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &inflate):
		return fault(place, offset, ErrCorrupt, "%v", err)
	default:
		return &ReadError{Place: place, Offset: offset, Err: err}
	}
}
