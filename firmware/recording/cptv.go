package recording

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"lintel/firmware/thermal"
)

// cptv decodes CPTV version 2. All numbers are little-endian; a section is a
// letter, a count of fields, and the fields: length, code, value.
type cptv struct {
	s             *stream
	width, height int
	brand, model  string
	serial        string
	rate          float64
	scale         thermal.CountScale

	clock  clock
	frame  uint64 // frames delivered
	fields frameFields
	timeOn uint32 // of the last frame
}

func newCPTV(s *stream, scale thermal.CountScale) (*cptv, error) {
	if scale == 0 {
		scale = thermal.CentiKelvin
	}
	d := &cptv{s: s, scale: scale}
	s.skip(len(cptvMagic))
	at := s.offset()
	b, err := s.take(1)
	if err != nil {
		return nil, readFault("version", s.end(), err)
	}
	if b[0] != 2 {
		return nil, fault("version", at, ErrUnknownFormat, "CPTV version %d", b[0])
	}
	n, err := d.section('H', "header")
	if err != nil {
		return nil, err
	}
	for range n {
		f, err := d.field("header")
		if err != nil {
			return nil, err
		}
		if err := d.headerField(f); err != nil {
			return nil, err
		}
	}
	switch {
	case d.width == 0:
		return nil, fault(`header, field "X" (width)`, s.offset(), ErrCorrupt, "it is missing")
	case d.height == 0:
		return nil, fault(`header, field "Y" (height)`, s.offset(), ErrCorrupt, "it is missing")
	}
	d.clock = newClock(d.rate)
	return d, nil
}

func (d *cptv) info() thermal.Info {
	return thermal.Info{
		Model: strings.TrimSpace(d.brand + " " + d.model), Serial: d.serial,
		Width: d.width, Height: d.height, Rate: d.rate, Scale: d.scale,
	}
}

// field is one field of a section; its value is valid until the next read.
type field struct {
	code   byte
	value  []byte
	offset int64 // of the value
}

// section reads the letter and the number of fields of a section.
func (d *cptv) section(letter byte, where string) (int, error) {
	at := d.s.offset()
	b, err := d.s.take(2)
	if err != nil {
		return 0, readFault(where, d.s.end(), err)
	}
	if b[0] != letter {
		return 0, fault(where, at, ErrCorrupt, "section %q where %q belongs", b[0], letter)
	}
	return int(b[1]), nil
}

// field reads one field.
func (d *cptv) field(where string) (field, error) {
	b, err := d.s.take(2)
	if err != nil {
		return field{}, readFault(where+", field", d.s.end(), err)
	}
	f := field{code: b[1], offset: d.s.offset()}
	if f.value, err = d.s.take(int(b[0])); err != nil {
		return field{}, readFault(place(where, f.code), d.s.end(), err)
	}
	return f, nil
}

// headerField takes over what matters of the header; the place and the time of
// day of a recording are nobody's business here.
func (d *cptv) headerField(f field) error {
	const where = "header"
	switch f.code {
	case 'X', 'Y':
		n, err := f.number(where, 4)
		if err != nil {
			return err
		}
		if n < thermal.MinSide || n > thermal.MaxSide {
			return fault(place(where, f.code), f.offset, ErrCorrupt,
				"%d pixels, allowed are %d to %d", n, thermal.MinSide, thermal.MaxSide)
		}
		if f.code == 'X' {
			d.width = int(n)
		} else {
			d.height = int(n)
		}
	case 'C':
		n, err := f.number(where, 1)
		if err != nil {
			return err
		}
		if n != 1 {
			return fault(place(where, f.code), f.offset, ErrUnknownFormat, "scheme %d, known is 1", n)
		}
	case 'Z':
		n, err := f.number(where, 1)
		if err != nil {
			return err
		}
		d.rate = float64(n)
	case 'B':
		d.brand = printable(string(f.value))
	case 'E':
		d.model = printable(string(f.value))
	case 'N':
		d.serial = f.serial()
	}
	return nil
}

// number reads an unsigned value of size bytes, 1 or 4.
func (f field) number(where string, size int) (uint32, error) {
	if len(f.value) != size {
		return 0, fault(place(where, f.code), f.offset, ErrCorrupt, "%d bytes long, not %d", len(f.value), size)
	}
	if size == 1 {
		return uint32(f.value[0]), nil
	}
	return binary.LittleEndian.Uint32(f.value), nil
}

// serial reads the camera's serial number. The specification says text, the
// recorders write a 32-bit number.
func (f field) serial() string {
	if len(f.value) == 4 {
		return strconv.FormatUint(uint64(binary.LittleEndian.Uint32(f.value)), 10)
	}
	return printable(string(f.value))
}

// place names a field for an error.
func place(where string, code byte) string {
	name := ""
	switch code {
	case 'X':
		name = " (width)"
	case 'Y':
		name = " (height)"
	case 'C':
		name = " (compression)"
	case 'Z':
		name = " (frame rate)"
	case 't':
		name = " (time on)"
	case 'c':
		name = " (last FFC)"
	case 'w':
		name = " (bit width)"
	case 'f':
		name = " (frame size)"
	case 'a':
		name = " (camera temperature)"
	}
	return fmt.Sprintf("%s, field %s%s", where, strconv.Quote(string(rune(code))), name)
}

// printable drops what cannot be shown.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}
