package recording

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// y16Of builds a PTY16V1 file, not compressed. offsets are those of the frames.
func y16Of(header string, frames ...y16Frame) (file []byte, offsets []int64) {
	var b bytes.Buffer
	b.WriteString("PTY16V1\n")
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(header))))
	b.WriteString(header)
	for _, f := range frames {
		offsets = append(offsets, int64(b.Len()))
		b.Write(binary.LittleEndian.AppendUint64(nil, f.index))
		b.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(f.seconds)))
		b.Write(binary.LittleEndian.AppendUint64(nil, uint64(int64(f.seconds*1000))))
		for _, c := range f.counts {
			b.Write(binary.LittleEndian.AppendUint16(nil, c))
		}
	}
	return b.Bytes(), offsets
}

type y16Frame struct {
	index   uint64
	seconds float64
	counts  []uint16
}

// y16Json is a header as the recorder writes it, with further keys.
func y16Json(width, height int, more string) string {
	return fmt.Sprintf(`{"format":"PureThermal Y16 Raw Gzip","version":1,"width":%d,"height":%d,"fps":9.0,`+
		`"dtype":"uint16","endianness":"little","raw_unit":"kelvin_x100_if_radiometric_tlinear"%s}`, width, height, more)
}

// visit returns n frames at 9 frames per second from a time of day on.
func visit(width, height, n int) []y16Frame {
	frames := make([]y16Frame, n)
	for i := range frames {
		frames[i] = y16Frame{uint64(i), 1778610934.25 + float64(i)/8, room(width, height, i+1)}
	}
	return frames
}
