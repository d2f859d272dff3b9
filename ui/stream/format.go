package stream

import (
	"encoding/binary"
	"math"

	"lintel/firmware/thermal"
)

// Mirror is what a visitor sees of himself: a silhouette and boxes. It holds
// no pixel value and no temperature. The zero Mirror wipes what is shown.
type Mirror struct {
	// Width and Height are the number of cells, each 1 to [thermal.MaxSide], or
	// both 0.
	Width, Height int
	// Body has one bit a cell, 1 where somebody is: row by row from the top
	// left, each row padded to whole bytes, the leftmost cell in the most
	// significant bit (the layout of a binary PBM file). It is as the camera
	// sees it; the page swaps left and right.
	Body []byte
	// Faces are the faces found, in cells. At most [MaxFaces] are sent.
	Faces []thermal.Box
}

// valid says whether the mirror's size is in range and Body fits it.
func (m Mirror) valid() bool {
	if m.Width == 0 && m.Height == 0 {
		return len(m.Body) == 0 && len(m.Faces) == 0
	}
	return m.Width >= 1 && m.Width <= thermal.MaxSide &&
		m.Height >= 1 && m.Height <= thermal.MaxSide &&
		len(m.Body) == rowBytes(m.Width)*m.Height
}

// A message, big endian, is
//
//	byte 0      version, 1
//	byte 1      number of faces, 0 to MaxFaces
//	bytes 2-5   sequence number, counting up by one a message sent to anybody
//	            and wrapping; gaps are lost messages
//	bytes 6-7   width in cells; a message of 0 x 0 cells wipes the mirror
//	bytes 8-9   height in cells
//	8 a face    x0, y0, x1, y1, two bytes each, as fractions of the width and
//	            the height: 65535 is the right or lower edge
//	the rest    the silhouette, laid out as Mirror.Body
//
// ui/web/format.js reads it.
const (
	formatVersion = 1
	headerBytes   = 10
	faceBytes     = 8

	// MaxFaces is how many faces one message carries.
	MaxFaces = 8
	// maxBody keeps a message well under the 65,536 bytes above which a data
	// channel refuses to send, and to few packets. A finer silhouette is
	// thinned out, every second cell, third cell, and so on.
	maxBody = 16 << 10
	// maxMessage is the size of the largest message.
	maxMessage = headerBytes + MaxFaces*faceBytes + maxBody
)

func rowBytes(width int) int { return (width + 7) / 8 }

// appendMessage appends the message for m to dst and returns it. It allocates
// only where dst is too small. m must be valid.
func appendMessage(dst []byte, m Mirror, seq uint32) []byte {
	step := thinning(m.Width, m.Height)
	width, height := (m.Width+step-1)/step, (m.Height+step-1)/step
	faces := m.Faces[:min(len(m.Faces), MaxFaces)]

	dst = append(dst, formatVersion, byte(len(faces)))
	dst = binary.BigEndian.AppendUint32(dst, seq)
	dst = binary.BigEndian.AppendUint16(dst, uint16(width))
	dst = binary.BigEndian.AppendUint16(dst, uint16(height))
	for _, f := range faces {
		dst = binary.BigEndian.AppendUint16(dst, fraction(f.X0, m.Width))
		dst = binary.BigEndian.AppendUint16(dst, fraction(f.Y0, m.Height))
		dst = binary.BigEndian.AppendUint16(dst, fraction(f.X1, m.Width))
		dst = binary.BigEndian.AppendUint16(dst, fraction(f.Y1, m.Height))
	}
	if step == 1 {
		return append(dst, m.Body...)
	}
	stride := rowBytes(m.Width)
	for y := 0; y < m.Height; y += step {
		dst = appendThinned(dst, m.Body[y*stride:(y+1)*stride], m.Width, step)
	}
	return dst
}

// appendThinned appends every step-th cell of a row of width cells.
func appendThinned(dst, row []byte, width, step int) []byte {
	var cells byte
	n := 0
	for x := 0; x < width; x += step {
		cells = cells<<1 | row[x/8]>>(7-x%8)&1
		if n++; n%8 == 0 {
			dst = append(dst, cells)
		}
	}
	if n%8 != 0 {
		dst = append(dst, cells<<(8-n%8))
	}
	return dst
}

// thinning returns the smallest step at which the silhouette fits maxBody.
func thinning(width, height int) int {
	step := 1
	for rowBytes((width+step-1)/step)*((height+step-1)/step) > maxBody {
		step++
	}
	return step
}

// fraction returns v/size in units of 1/65535, held within 0 and 1. What is
// not a number becomes 0.
func fraction(v float64, size int) uint16 {
	f := math.Round(v / float64(size) * math.MaxUint16)
	switch {
	case !(f > 0):
		return 0
	case f > math.MaxUint16:
		return math.MaxUint16
	}
	return uint16(f)
}
