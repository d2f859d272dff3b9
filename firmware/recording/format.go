package recording

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Format is the format of a recording. The zero value is unknown.
type Format uint8

// The formats that can be played.
const (
	// CPTV is the Cacophony Project's format, version 2. These files come from
	// a field kiosk's Lepton and say nothing of the mounting.
	CPTV Format = iota + 1
	// Y16 is the container PTY16V1.
	Y16
)

// String names the format.
func (f Format) String() string {
	switch f {
	case CPTV:
		return "cptv"
	case Y16:
		return "pty16v1"
	default:
		return "unknown"
	}
}

const (
	cptvMagic = "CPTV"
	y16Magic  = "PTY16V1\n"
	gzipMagic = "\x1f\x8b" // RFC 1952 section 2.3.1
)

// Identify tells the format of a file by its content, reading its first bytes
// only, so that a command can choose its defaults before it opens the file.
//
// Errors: those of [Open] that concern the first bytes.
func Identify(path string) (Format, error) {
	file, err := openFile(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	s, err := streamOf(file)
	if err != nil {
		return 0, withPath(path, err)
	}
	f, err := identify(s)
	return f, withPath(path, err)
}

func openFile(path string) (*os.File, error) {
	file, err := os.Open(path)
	if err == nil {
		return file, nil
	}
	// The path is in our own words already.
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: check the name", err)
	}
	return nil, fmt.Errorf("cannot open recording %s: %w", path, err)
}

// streamOf returns the stream of r, uncompressed if its first bytes say gzip.
func streamOf(r io.Reader) (*stream, error) {
	s := newStream(r)
	head, err := s.peek(len(gzipMagic))
	switch {
	case err == nil && string(head) == gzipMagic:
		z, err := gzip.NewReader(s)
		if err != nil {
			return nil, readFault("gzip header", s.offset(), err)
		}
		unpacked := newStream(z)
		unpacked.packed = &zipped{s, z}
		return unpacked, nil
	case err == nil, errors.Is(err, io.ErrUnexpectedEOF):
		return s, nil
	case errors.Is(err, io.EOF):
		return nil, &ReadError{Place: "start", Err: ErrEmpty}
	default:
		return nil, readFault("start", s.end(), err)
	}
}

// identify looks at the first bytes and uses none.
func identify(s *stream) (Format, error) {
	head, err := s.peek(len(y16Magic))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		if errors.Is(err, io.EOF) {
			err = ErrEmpty
		}
		if s.hi == 0 {
			return 0, readFault("start", 0, err)
		}
	}
	if err != nil {
		head = s.window[:s.hi]
	}
	switch {
	case bytes.HasPrefix(head, []byte(cptvMagic)):
		return CPTV, nil
	case bytes.HasPrefix(head, []byte(y16Magic)):
		return Y16, nil
	case err != nil && startsAny(head, cptvMagic, y16Magic, gzipMagic):
		return 0, readFault("magic", s.end(), err)
	default:
		return 0, fault("magic", 0, ErrUnknownFormat, "the file starts with %q", head)
	}
}

// startsAny says whether one of the magics starts with head.
func startsAny(head []byte, magics ...string) bool {
	return slices.ContainsFunc(magics, func(m string) bool { return strings.HasPrefix(m, string(head)) })
}

// withPath names the file in a ReadError.
func withPath(path string, err error) error {
	var re *ReadError
	if errors.As(err, &re) {
		re.Path = path
		return re
	}
	return err
}
