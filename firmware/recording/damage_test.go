package recording

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strings"
	"testing"

	"lintel/firmware/thermal"
)

// damage is one way a file can be wrong, and what must be said of it.
type damage struct {
	name   string
	file   []byte
	offset int64
	place  string
	err    error
}

func (d damage) check(t *testing.T) {
	t.Helper()
	for range 2 { // plain, then compressed: the offset is the same
		_, _, err := all(d.file, Config{})
		var re *ReadError
		if !errors.Is(err, d.err) || !errors.As(err, &re) {
			t.Fatalf("%v, want %v", err, d.err)
		}
		if re.Offset != d.offset || re.Path != "x.rec" || !strings.Contains(re.Place, d.place) {
			t.Errorf("%v, want %s at byte %d", err, d.place, d.offset)
		}
		if text := err.Error(); !strings.HasPrefix(text, "cannot read recording x.rec: ") ||
			!strings.Contains(text, d.err.Error()) {
			t.Errorf("it says %q", text)
		}
		d.file = gzipped(t, d.file)
	}
}

func TestCPTVHeaderDamage(t *testing.T) {
	// with replaces or adds fields of a good header.
	with := func(fields ...cptvField) *cptvFile {
		header := cptvHeader(8, 8)
	next:
		for _, f := range fields {
			for i, h := range header {
				if h.code == f.code {
					header[i] = f
					continue next
				}
			}
			header = append(header, f)
		}
		var file cptvFile
		file.begin(header...)
		file.mark("end")
		return &file
	}
	without := func(code byte) *cptvFile {
		header := cptvHeader(8, 8)
		for i, h := range header {
			if h.code == code {
				header = append(header[:i], header[i+1:]...)
				break
			}
		}
		var file cptvFile
		file.begin(header...)
		file.mark("end")
		return &file
	}
	patched := func(mark string, v byte) *cptvFile {
		file := with()
		file.Bytes()[file.marks[mark]] = v
		return file
	}
	for _, c := range []struct {
		name  string
		file  *cptvFile
		mark  string
		place string
		err   error
	}{
		{"version 1", patched("version", 1), "version", "version", ErrUnknownFormat},
		{"version 3", patched("version", 3), "version", "version", ErrUnknownFormat},
		{"another section", patched("H", 'F'), "H", "header", ErrCorrupt},
		{"width of two bytes", with(cptvField{'X', []byte{8, 0}}), "HX", `field "X" (width)`, ErrCorrupt},
		{"width 7", with(u32('X', thermal.MinSide-1)), "HX", `field "X" (width)`, ErrCorrupt},
		{"width 2049", with(u32('X', thermal.MaxSide+1)), "HX", `field "X" (width)`, ErrCorrupt},
		{"width -1", with(u32('X', 0xffffffff)), "HX", `field "X" (width)`, ErrCorrupt},
		{"height of no byte", with(cptvField{'Y', nil}), "HY", `field "Y" (height)`, ErrCorrupt},
		{"height 0", with(u32('Y', 0)), "HY", `field "Y" (height)`, ErrCorrupt},
		{"height 1<<30", with(u32('Y', 1<<30)), "HY", `field "Y" (height)`, ErrCorrupt},
		{"no width", without('X'), "end", `field "X" (width)`, ErrCorrupt},
		{"no height", without('Y'), "end", `field "Y" (height)`, ErrCorrupt},
		{"no compression", with(u8('C', 0)), "HC", `field "C" (compression)`, ErrUnknownFormat},
		{"compression of two bytes", with(cptvField{'C', []byte{1, 0}}), "HC", `field "C" (compression)`, ErrCorrupt},
		{"rate of two bytes", with(cptvField{'Z', []byte{9, 0}}), "HZ", `field "Z" (frame rate)`, ErrCorrupt},
		{"no frame", with(), "end", "frame 0", ErrEmpty},
	} {
		t.Run(c.name, func(t *testing.T) {
			damage{c.name, c.file.Bytes(), c.file.marks[c.mark], c.place, c.err}.check(t)
		})
	}
}

func TestCPTVFrameDamage(t *testing.T) {
	const width = 8
	good := room(width, width, 1)
	data, wide := packed(good, nil, width)
	w, f := u8('w', wide), u32('f', uint32(len(data)))
	raised := func(first int32) []byte {
		b := bytes.Clone(data)
		binary.LittleEndian.PutUint32(b, uint32(first))
		return b
	}
	steps := func(first int32, delta int32) []byte {
		deltas := make([]int32, width*width-1)
		deltas[12] = delta
		return packedDeltas(first, deltas, widestBits)
	}
	wideF, wideW := u32('f', uint32(len(steps(0, 0)))), u8('w', widestBits)
	fields := func(f ...cptvField) []cptvField { return f }
	for _, c := range []struct {
		name   string
		letter byte
		fields []cptvField
		data   []byte
		mark   string
		place  string
	}{
		{"another section", 'G', fields(w, f), data, "bad", "frame 1"},
		{"a second header", 'H', fields(w, f), data, "bad", "frame 1"},
		{"no bit width", 'F', fields(f), data, "bad data", `frame 1, field "w" (bit width)`},
		{"no frame size", 'F', fields(w), data, "bad data", `frame 1, field "f" (frame size)`},
		{"no field", 'F', nil, data, "bad data", `frame 1, field "w" (bit width)`},
		{"bit width 0", 'F', fields(u8('w', 0), f), data, "badw", `frame 1, field "w" (bit width)`},
		{"bit width 19", 'F', fields(u8('w', widestBits+1), f), data, "badw", `frame 1, field "w" (bit width)`},
		{"bit width 255", 'F', fields(u8('w', 255), f), data, "badw", `frame 1, field "w" (bit width)`},
		{"bit width of two bytes", 'F', fields(cptvField{'w', []byte{9, 0}}, f), data, "badw", `frame 1, field "w" (bit width)`},
		{"frame size of one byte", 'F', fields(w, u8('f', 200)), data, "badf", `frame 1, field "f" (frame size)`},
		{"frame size 0", 'F', fields(w, u32('f', 0)), data, "bad data", `frame 1, field "f" (frame size)`},
		{"frame size too small", 'F', fields(w, u32('f', uint32(len(data)-1))), data, "bad data", `frame 1, field "f" (frame size)`},
		{"frame size too large", 'F', fields(w, u32('f', uint32(len(data)+padding+1))), data, "bad data", `frame 1, field "f" (frame size)`},
		{"frame size 4 GB", 'F', fields(w, u32('f', 0xffffffff)), data, "bad data", `frame 1, field "f" (frame size)`},
		{"bit width and frame size disagree", 'F', fields(u8('w', wide+2), f), data, "bad data", `frame 1, field "f" (frame size)`},
		{"time on of one byte", 'F', fields(u8('t', 1), w, f), data, "badt", `frame 1, field "t" (time on)`},
		{"last FFC of eight bytes", 'F', fields(cptvField{'c', make([]byte, 8)}, w, f), data, "badc", `frame 1, field "c" (last FFC)`},
		{"camera temperature of one byte", 'F', fields(u8('a', 1), w, f), data, "bada", `frame 1, field "a" (camera temperature)`},
		{"first pixel far up", 'F', fields(w, f), raised(65536), "bad data", "frame 1, first pixel"},
		{"first pixel far down", 'F', fields(w, f), raised(-65536), "bad data", "frame 1, first pixel"},
		{"first pixel largest", 'F', fields(w, f), raised(math.MaxInt32), "bad data", "frame 1, first pixel"},
		{"first pixel smallest", 'F', fields(w, f), raised(math.MinInt32), "bad data", "frame 1, first pixel"},
		{"below 0", 'F', fields(w, f), raised(-40000), "row 0", "frame 1, pixel row 0"},
		{"above 65535", 'F', fields(w, f), raised(60000), "row 0", "frame 1, pixel row 0"},
		{"below 0 later", 'F', fields(wideW, wideF), steps(0, -60000), "row 1", "frame 1, pixel row 1"},
		{"above 65535 later", 'F', fields(wideW, wideF), steps(0, 60000), "row 1", "frame 1, pixel row 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var file cptvFile
			file.begin(cptvHeader(width, width)...)
			file.frame(width, good, nil)
			file.section(c.letter, "bad", c.fields...)
			file.mark("bad data")
			at := int64(file.Len())
			file.marks["row 0"] = at + 4
			// Row 0 has seven differences of 18 bits; row 1 starts in the 16th byte.
			file.marks["row 1"] = at + 4 + 15
			file.Write(c.data)
			file.frame(width, good, good)
			damage{c.name, file.Bytes(), file.marks[c.mark], c.place, ErrCorrupt}.check(t)
		})
	}
}

func TestY16Damage(t *testing.T) {
	header := y16Json(8, 8, "")
	swap := func(old, with string) []byte {
		if !strings.Contains(header, old) {
			t.Fatalf("the header has no %s", old)
		}
		file, _ := y16Of(strings.Replace(header, old, with, 1), visit(8, 8, 2)...)
		return file
	}
	length := func(n uint32) []byte {
		file, _ := y16Of(header, visit(8, 8, 2)...)
		binary.LittleEndian.PutUint32(file[8:], n)
		return file
	}
	_, offsets := y16Of(header, visit(8, 8, 3)...)
	frame := func(change func([]y16Frame)) []byte {
		frames := visit(8, 8, 3)
		change(frames)
		file, _ := y16Of(header, frames...)
		return file
	}
	nothing, _ := y16Of(header)
	for _, c := range []damage{
		{"header of no byte", length(0), 8, "header length", ErrCorrupt},
		{"header of one byte", length(1), 8, "header length", ErrCorrupt},
		{"header of 4 GB", length(0xffffffff), 8, "header length", ErrCorrupt},
		{"header just too long", length(longestHeader + 1), 8, "header length", ErrCorrupt},
		{"header beyond the end", length(longestHeader), int64(len(swap("1", "1"))), "header", ErrTruncated},
		{"header too short", length(20), 12, "header", ErrCorrupt},
		{"no JSON", swap(`{"format"`, `<"format"`), 12, "header", ErrCorrupt},
		{"width a text", swap(`"width":8`, `"width":"8"`), 12, "header", ErrCorrupt},
		{"width 7", swap(`"width":8`, `"width":7`), 12, `key "width"`, ErrCorrupt},
		{"width -8", swap(`"width":8`, `"width":-8`), 12, `key "width"`, ErrCorrupt},
		{"width beyond 64 bits", swap(`"width":8`, `"width":8e30`), 12, `header`, ErrCorrupt},
		{"no width", swap(`"width":8`, `"wide":8`), 12, `key "width"`, ErrCorrupt},
		{"height 2049", swap(`"height":8`, `"height":2049`), 12, `key "height"`, ErrCorrupt},
		{"no height", swap(`"height":8`, `"high":8`), 12, `key "height"`, ErrCorrupt},
		{"rate -1", swap(`"fps":9.0`, `"fps":-1`), 12, `key "fps"`, ErrCorrupt},
		{"rate 1e9", swap(`"fps":9.0`, `"fps":1e9`), 12, `key "fps"`, ErrCorrupt},
		{"version 2", swap(`"version":1`, `"version":2`), 12, `key "version"`, ErrCorrupt},
		{"8-bit pixels", swap(`"uint16"`, `"uint8"`), 12, `key "dtype"`, ErrCorrupt},
		{"big-endian", swap(`"little"`, `"big"`), 12, `key "endianness"`, ErrCorrupt},
		{"no frame", nothing, int64(len(nothing)), "frame 0", ErrEmpty},
		{"number repeated", frame(func(f []y16Frame) { f[2].index = 1 }), offsets[2], `frame 2, field "frame_index"`, ErrCorrupt},
		{"number goes back", frame(func(f []y16Frame) { f[1].index, f[0].index = 4, 5 }), offsets[1], `frame 1, field "frame_index"`, ErrCorrupt},
		{"time not a number", frame(func(f []y16Frame) { f[1].seconds = math.NaN() }), offsets[1] + 8, `frame 1, field "timestamp_s"`, ErrCorrupt},
		{"time infinite", frame(func(f []y16Frame) { f[1].seconds = math.Inf(1) }), offsets[1] + 8, `frame 1, field "timestamp_s"`, ErrCorrupt},
		{"time negative", frame(func(f []y16Frame) { f[0].seconds = -1 }), offsets[0] + 8, `frame 0, field "timestamp_s"`, ErrCorrupt},
		{"time after the year 2261", frame(func(f []y16Frame) { f[2].seconds = 1e10 }), offsets[2] + 8, `frame 2, field "timestamp_s"`, ErrCorrupt},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t) })
	}
}
