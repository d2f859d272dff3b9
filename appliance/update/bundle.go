package update

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Bundle is what a bundle says of itself. Nothing of it is to be believed before
// its signature was checked, which is RAUC's part.
type Bundle struct {
	Path string
	// Board is the kind of computer that it was made for.
	Board string
	// Version is the version's text, and Changes what the owner says of it.
	Version, Changes string

	squash, payload int64
	manifest
}

// The end of a bundle: the length of the signed message, 8 bytes, big-endian,
// after the message.
const (
	trailer      = 8
	maxSignature = 64 << 10 // RAUC's own limit
)

// The head of the payload, a squashfs (its magic, and where its length stands).
const (
	squashMagic   = "hsqs"
	squashLengthA = 40
	squashLengthB = 48
	squashPadding = 4096
)

// ReadBundle reads the end of a bundle. It does not check the signature nor the
// payload.
//
// Errors: [ErrTruncated], [ErrUnsigned], [ErrBadFormat], [ErrUnreadable].
func ReadBundle(path string) (*Bundle, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w: %w", path, err, ErrUnreadable)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot look at %s: %w: %w", path, err, ErrUnreadable)
	}
	b, err := readBundle(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("cannot take %s: %w", path, err)
	}
	b.Path = path
	return b, nil
}

func readBundle(f io.ReaderAt, size int64) (*Bundle, error) {
	head := make([]byte, squashLengthB)
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, unlessRead(err)
	}
	if !bytes.HasPrefix(head, []byte(squashMagic)) {
		return nil, ErrBadFormat
	}
	payload := binary.LittleEndian.Uint64(head[squashLengthA:])
	if payload > 1<<40 {
		return nil, ErrBadFormat
	}
	whole := int64(payload+squashPadding-1) / squashPadding * squashPadding
	switch {
	case size < int64(payload):
		return nil, ErrTruncated
	case size <= whole:
		// It ends where the squashfs ends.
		return nil, ErrUnsigned
	}
	message, err := readSignature(f, size, whole)
	if err != nil {
		return nil, err
	}
	text, err := signedContent(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrBadFormat)
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Board: m.board, Version: m.version, Changes: m.changes, squash: whole, manifest: m}
	b.payload = size - trailer - int64(len(message)) - m.tree
	if b.payload < whole || m.tree < 0 || b.payload%block != 0 {
		return nil, fmt.Errorf("cannot find the hash tree: %w", ErrTampered)
	}
	return b, nil
}

// readSignature reads the message at the end. One that is not whole has lost its
// end: what follows the squashfs is more than padding.
func readSignature(f io.ReaderAt, size, after int64) ([]byte, error) {
	var last [trailer]byte
	if _, err := f.ReadAt(last[:], size-trailer); err != nil {
		return nil, unlessRead(err)
	}
	length := binary.BigEndian.Uint64(last[:])
	if length == 0 || length > maxSignature || int64(length) > size-trailer-after {
		return nil, ErrTruncated
	}
	message := make([]byte, length)
	if _, err := f.ReadAt(message, size-trailer-int64(length)); err != nil {
		return nil, unlessRead(err)
	}
	if message[0] != 0x30 { // a message is a sequence
		return nil, ErrTruncated
	}
	return message, nil
}

// unlessRead says that the end is missing, or that the medium failed.
func unlessRead(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return fmt.Errorf("%w: %w", err, ErrUnreadable)
}

// CheckPayload reads all of the bundle and compares it with the hash that was
// signed. It tells done and total bytes now and then.
//
// Errors: [ErrTampered], [ErrUnreadable], ctx's.
func (b *Bundle) CheckPayload(ctx context.Context, progress func(done, total int64)) error {
	f, err := os.Open(b.Path)
	if err != nil {
		return fmt.Errorf("cannot open %s: %w: %w", b.Path, err, ErrUnreadable)
	}
	defer func() { _ = f.Close() }()
	if err := b.checkTree(ctx, f, progress); err != nil {
		return fmt.Errorf("cannot take %s: %w", b.Path, err)
	}
	return nil
}

// Squash is the length of the squashfs in the payload, with its padding, in
// bytes.
func (b *Bundle) Squash() int64 { return b.squash }
