package update

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
)

// block is the size of data and hash blocks of dm-verity as RAUC sets it up.
const block = 4096

// chunk is how much is read at a time.
const chunk = 256 * block

// checkTree builds the hash tree of the payload (dm-verity, format 1, SHA-256,
// the salt before each block) and compares it with the tree in the bundle, the
// highest level first, and with the root that was signed.
func (b *Bundle) checkTree(ctx context.Context, f io.ReaderAt, progress func(done, total int64)) error {
	level, err := b.leaves(ctx, f, progress)
	if err != nil {
		return err
	}
	var tree [][]byte
	for len(level) > sha256.Size {
		level = append(level, make([]byte, (block-len(level)%block)%block)...)
		tree = append(tree, level)
		var above []byte
		for at := 0; at < len(level); at += block {
			above = b.hash(above, level[at:at+block])
		}
		level = above
	}
	if !bytes.Equal(level, b.root) {
		return ErrTampered
	}
	at := b.payload
	for i := len(tree) - 1; i >= 0; i-- {
		kept := make([]byte, len(tree[i]))
		if at+int64(len(kept)) > b.payload+b.tree {
			return ErrTampered
		}
		if _, err := f.ReadAt(kept, at); err != nil {
			return unlessRead(err)
		}
		if !bytes.Equal(kept, tree[i]) {
			return ErrTampered
		}
		at += int64(len(kept))
	}
	return nil
}

// leaves returns the hashes of the payload's blocks.
func (b *Bundle) leaves(ctx context.Context, f io.ReaderAt, progress func(done, total int64)) ([]byte, error) {
	var hashes []byte
	data := make([]byte, chunk)
	for at := int64(0); at < b.payload; at += chunk {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("cannot finish reading: %w", err)
		}
		part := data[:min(chunk, b.payload-at)]
		if _, err := f.ReadAt(part, at); err != nil {
			return nil, unlessRead(err)
		}
		for ; len(part) >= block; part = part[block:] {
			hashes = b.hash(hashes, part[:block])
		}
		progress(min(at+chunk, b.payload), b.payload)
	}
	return hashes, nil
}

// hash appends the hash of a block.
func (b *Bundle) hash(to, data []byte) []byte {
	h := sha256.New()
	h.Write(b.salt)
	h.Write(data)
	return h.Sum(to)
}
