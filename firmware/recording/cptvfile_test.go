package recording

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math"
	"math/bits"
	"testing"

	"lintel/firmware/thermal"
)

// cptvFile builds a CPTV file piece by piece, whole or damaged, after
// SPECv2.md of go-cptv. It remembers where each piece starts.
type cptvFile struct {
	bytes.Buffer
	marks map[string]int64
}

func (c *cptvFile) mark(name string) {
	if c.marks == nil {
		c.marks = map[string]int64{}
	}
	c.marks[name] = int64(c.Len())
}

// cptvField is a field as it is in the file.
type cptvField struct {
	code  byte
	value []byte
}

func u8(code, v byte) cptvField { return cptvField{code, []byte{v}} }

func u32(code byte, v uint32) cptvField {
	return cptvField{code, binary.LittleEndian.AppendUint32(nil, v)}
}

func text(code byte, v string) cptvField { return cptvField{code, []byte(v)} }

func cameraTemperature(v float32) cptvField { return u32('a', math.Float32bits(v)) }

// section writes a letter and fields, and marks the fields' values with
// prefix+code.
func (c *cptvFile) section(letter byte, prefix string, fields ...cptvField) {
	c.mark(prefix)
	c.Write([]byte{letter, byte(len(fields))})
	for _, f := range fields {
		c.Write([]byte{byte(len(f.value)), f.code})
		c.mark(prefix + string(rune(f.code)))
		c.Write(f.value)
	}
}

// packed returns the data of a frame and its bit width, the smallest.
func packed(counts, before []uint16, width int) ([]byte, byte) {
	snake := func(i int) int {
		if y, x := i/width, i%width; y%2 == 1 {
			return y*width + width - 1 - x
		}
		return i
	}
	change := func(i int) int32 {
		c := int32(counts[snake(i)])
		if before != nil {
			c -= int32(before[snake(i)])
		}
		return c
	}
	deltas := make([]int32, len(counts)-1)
	wide := 1
	for i := range deltas {
		d := change(i+1) - change(i)
		deltas[i] = d
		if d < 0 {
			d = ^d
		}
		wide = max(wide, bits.Len32(uint32(d))+1)
	}
	return packedDeltas(change(0), deltas, wide), byte(wide)
}

// packedDeltas packs numbers of wide bits, one bit at a time.
func packedDeltas(first int32, deltas []int32, wide int) []byte {
	data := binary.LittleEndian.AppendUint32(nil, uint32(first))
	at := 0
	for _, d := range deltas {
		for b := wide - 1; b >= 0; b-- {
			if at%8 == 0 {
				data = append(data, 0)
			}
			data[len(data)-1] |= byte(d>>b&1) << (7 - at%8)
			at++
		}
	}
	return data
}

// cptvHeader is a header as the recordings have it.
func cptvHeader(width, height int) []cptvField {
	return []cptvField{
		{'T', make([]byte, 8)},
		u32('X', uint32(width)), u32('Y', uint32(height)), u8('C', 1),
		u32('N', 20233546), text('D', "kiosk"), text('B', "flir"), text('E', "lepton3.5"), u8('Z', 9),
	}
}

// begin writes the magic, the version and a header.
func (c *cptvFile) begin(fields ...cptvField) {
	c.WriteString("CPTV")
	c.mark("version")
	c.WriteByte(2)
	c.section('H', "H", fields...)
}

// frame writes a frame of the counts, which follow those in before.
func (c *cptvFile) frame(width int, counts, before []uint16, more ...cptvField) {
	data, wide := packed(counts, before, width)
	fields := append(more, u8('w', wide), u32('f', uint32(len(data))))
	c.section('F', "F", fields...)
	c.mark("F data")
	c.Write(data)
}

// file returns a whole recording of the frames, as recorders write it but
// not compressed.
func cptvOf(width, height int, frames ...[]uint16) []byte {
	var c cptvFile
	c.begin(cptvHeader(width, height)...)
	var before []uint16
	for i, f := range frames {
		c.frame(width, f, before, u32('t', 60_000+111*uint32(i)), u32('c', 30_000))
		before = f
	}
	return c.Bytes()
}

// room returns counts of a room at 22 degC with some structure that depends
// on seed.
func room(width, height, seed int) []uint16 {
	counts := make([]uint16, width*height)
	base := thermal.CentiKelvin.Counts(22)
	for i := range counts {
		x, y := i%width, i/width
		counts[i] = uint16(base + 800*math.Sin(float64(x+seed)/5)*math.Cos(float64(y*seed)/7))
	}
	return counts
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
