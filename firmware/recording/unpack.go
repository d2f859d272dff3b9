package recording

import "encoding/binary"

// unpacker takes numbers of a few bits out of a frame's data, row by row.
type unpacker struct {
	bits uint   // size of a number, 1 to widestBits
	left int    // bytes of the frame's data still in the stream
	acc  uint64 // bits taken from the stream, the next one on top
	have uint   // how many

	chunk []byte // what the row may use
	used  int    // how much it has used
}

// load makes the bytes of a row of n numbers available.
func (u *unpacker) load(s *stream, n int) error {
	want := min((n*int(u.bits)+7)/8, u.left)
	if want == 0 {
		u.chunk, u.used = nil, 0
		return nil
	}
	var err error
	u.chunk, err = s.peek(want)
	u.used = 0
	return err
}

// unload tells the stream how much the row has used.
func (u *unpacker) unload(s *stream) {
	s.skip(u.used)
	u.left -= u.used
}

// row adds the changes to the counts of one row. change is that of the pixel
// before; first says that it belongs to the row's first pixel. It returns the
// change of the row's last pixel, and false if a count left its 16 bits.
func (u *unpacker) row(row []uint16, change int32, first, reversed bool) (int32, bool) {
	i, step := 0, 1
	if reversed {
		i, step = len(row)-1, -1
	}
	var over int32
	for n := range row {
		if n > 0 || !first {
			if u.have < u.bits {
				u.refill()
			}
			change += int32(int64(u.acc) >> (64 - u.bits))
			u.acc <<= u.bits
			u.have -= u.bits
		}
		count := int32(row[i]) + change
		over |= count
		row[i] = uint16(count)
		i += step
	}
	return change, over>>16 == 0
}

// refill takes whole bytes out of the chunk while there is room.
func (u *unpacker) refill() {
	if len(u.chunk)-u.used >= 8 {
		n := (64 - u.have) / 8
		u.acc |= binary.BigEndian.Uint64(u.chunk[u.used:]) >> (64 - 8*n) << (64 - 8*n - u.have)
		u.have += 8 * n
		u.used += int(n)
		return
	}
	for u.have <= 56 && u.used < len(u.chunk) {
		u.acc |= uint64(u.chunk[u.used]) << (56 - u.have)
		u.have += 8
		u.used++
	}
}
