package recording

import (
	"compress/gzip"
	"errors"
	"io"
	"strings"
)

// windowSize bounds the largest piece that can be looked at in one go. It holds
// the longest JSON header and the longest row of either format.
const windowSize = 64 << 10

// stream reads a recording piece by piece through one window and knows the
// offset in the uncompressed stream.
type stream struct {
	r      io.Reader
	window []byte
	lo, hi int     // window[lo:hi] is read and not yet used
	base   int64   // offset of window[0]
	err    error   // what the reader ended with
	packed *zipped // the compressed stream below; nil where there is none
}

// zipped is the compressed stream below a stream.
type zipped struct {
	file   *stream
	gunzip *gzip.Reader
}

func newStream(r io.Reader) *stream {
	return &stream{r: r, window: make([]byte, windowSize)}
}

// offset returns the position of the next unused byte.
func (s *stream) offset() int64 { return s.base + int64(s.lo) }

// end returns the position after the last byte that could be read.
func (s *stream) end() int64 { return s.base + int64(s.hi) }

// peek returns the next n bytes without using them; n is at most windowSize.
// They stay valid until the next call. Errors: io.EOF where no byte is left,
// io.ErrUnexpectedEOF where some but too few are, or the reader's.
func (s *stream) peek(n int) ([]byte, error) {
	if s.hi-s.lo < n {
		if err := s.fill(n); err != nil {
			return nil, err
		}
	}
	return s.window[s.lo : s.lo+n], nil
}

// fill reads until n unused bytes are there.
func (s *stream) fill(n int) error {
	if s.lo > 0 {
		copy(s.window, s.window[s.lo:s.hi])
		s.base += int64(s.lo)
		s.hi -= s.lo
		s.lo = 0
	}
	for s.hi < n && s.err == nil {
		var m int
		m, s.err = s.r.Read(s.window[s.hi:])
		s.hi += m
	}
	switch {
	case s.hi >= n:
		return nil
	case errors.Is(s.err, io.EOF) && s.hi > 0:
		return io.ErrUnexpectedEOF
	default:
		return s.err
	}
}

// wipe overwrites everything that was read. The stream cannot be used
// afterwards.
func (s *stream) wipe() {
	clear(s.window)
	s.lo, s.hi, s.err = 0, 0, io.EOF
	if p := s.packed; p != nil {
		p.file.wipe()
		// The inflater keeps the last 32 KB that it wrote, and has no way to
		// drop them but to write others.
		_ = p.gunzip.Reset(strings.NewReader(packedZeros))
		_, _ = io.Copy(io.Discard, p.gunzip)
	}
}

// packedZeros is 64 KB of zeros: head -c 65536 /dev/zero | gzip -9n.
const packedZeros = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x01\x01\x00\x00\x00\x80\x90\xfe\xaf\xee\x08\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x6a\xeb\x8e\x97\xd7\x00\x00\x01\x00"

// Read and ReadByte let the stream be uncompressed without another buffer.
func (s *stream) Read(p []byte) (int, error) {
	if s.lo == s.hi {
		if err := s.fill(1); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.window[s.lo:s.hi])
	s.lo += n
	return n, nil
}

// ReadByte is the least that the inflater needs.
func (s *stream) ReadByte() (byte, error) {
	b, err := s.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// skip uses n bytes that peek has shown.
func (s *stream) skip(n int) { s.lo += n }

// take returns the next n bytes and uses them.
func (s *stream) take(n int) ([]byte, error) {
	b, err := s.peek(n)
	if err == nil {
		s.lo += n
	}
	return b, err
}
