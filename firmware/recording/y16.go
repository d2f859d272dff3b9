package recording

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"lintel/firmware/thermal"
)

const (
	// longestHeader bounds the JSON header; known ones have about 400 bytes.
	longestHeader = 32 << 10
	// highestRate bounds the frame rate, in frames per second.
	highestRate = 1000
	// y16FrameHeader is the size of index, seconds and milliseconds.
	y16FrameHeader = 8 + 8 + 8
	// latestStamp is the last second that fits a time.Duration since 1970.
	latestStamp = 9.2e9
)

// y16Header is the part of the JSON header that matters here.
type y16Header struct {
	Version    *int    `json:"version"`
	Width      int     `json:"width"`
	Height     int     `json:"height"`
	FPS        float64 `json:"fps"`
	DType      string  `json:"dtype"`
	Endianness string  `json:"endianness"`
	RawUnit    string  `json:"raw_unit"`
	Model      string  `json:"model"`
	Serial     string  `json:"serial"`
}

// y16 decodes PTY16V1.
type y16 struct {
	s      *stream
	camera thermal.Info
	clock  clock
	frame  uint64 // frames begun

	firstIndex, lastIndex uint64
	lastStamp             time.Duration
}

func newY16(s *stream, scale thermal.CountScale) (*y16, error) {
	s.skip(len(y16Magic))
	at := s.offset()
	b, err := s.take(4)
	if err != nil {
		return nil, readFault("header length", s.end(), err)
	}
	n := binary.LittleEndian.Uint32(b)
	if n < 2 || n > longestHeader {
		return nil, fault("header length", at, ErrCorrupt, "%d bytes, allowed are 2 to %d", n, longestHeader)
	}
	at = s.offset()
	if b, err = s.take(int(n)); err != nil {
		return nil, readFault("header", s.end(), err)
	}
	var h y16Header
	if err := json.Unmarshal(b, &h); err != nil {
		return nil, fault("header", at, ErrCorrupt, "%v", err)
	}
	if err := h.check(at); err != nil {
		return nil, err
	}
	scale, err = h.scale(at, scale)
	if err != nil {
		return nil, err
	}
	return &y16{
		s: s,
		camera: thermal.Info{
			Model: printable(h.Model), Serial: printable(h.Serial),
			Width: h.Width, Height: h.Height, Rate: h.FPS, Scale: scale,
		},
		clock: newClock(h.FPS),
	}, nil
}

// check refuses a header whose values cannot be.
func (h *y16Header) check(at int64) error {
	bad := func(key string, value any, allowed string) error {
		return fault(fmt.Sprintf("header, key %q", key), at, ErrCorrupt, "%v, allowed is %s", value, allowed)
	}
	sides := fmt.Sprintf("%d to %d pixels", thermal.MinSide, thermal.MaxSide)
	switch {
	case h.Version != nil && *h.Version != 1:
		return bad("version", *h.Version, "1")
	case h.Width < thermal.MinSide || h.Width > thermal.MaxSide:
		return bad("width", h.Width, sides)
	case h.Height < thermal.MinSide || h.Height > thermal.MaxSide:
		return bad("height", h.Height, sides)
	case h.FPS < 0 || h.FPS > highestRate:
		return bad("fps", h.FPS, fmt.Sprintf("0 (unknown) to %d", highestRate))
	case h.DType != "" && h.DType != "uint16":
		return bad("dtype", fmt.Sprintf("%q", h.DType), "uint16")
	case h.Endianness != "" && h.Endianness != "little":
		return bad("endianness", fmt.Sprintf("%q", h.Endianness), "little")
	}
	return nil
}

// scale returns what the header says of the counts, or the configured scale
// where it says nothing.
func (h *y16Header) scale(at int64, configured thermal.CountScale) (thermal.CountScale, error) {
	const place = `header, key "raw_unit"`
	unit := h.RawUnit
	switch {
	case unit == "kelvin_x100", strings.HasPrefix(unit, "kelvin_x100_"):
		return thermal.CentiKelvin, nil
	case unit == "kelvin_x64", strings.HasPrefix(unit, "kelvin_x64_"):
		return thermal.Kelvin64, nil
	case unit != "":
		return 0, fault(place, at, thermal.ErrNotRadiometric, "%q, known are kelvin_x100 and kelvin_x64", unit)
	case configured == 0:
		return 0, &ReadError{Place: place, Offset: at, Err: ErrScaleUnknown}
	default:
		return configured, nil
	}
}

func (d *y16) info() thermal.Info { return d.camera }

func (d *y16) next(sensor []uint16, st *stamp) error {
	at := d.s.offset()
	if _, err := d.s.peek(1); err != nil {
		if errors.Is(err, io.EOF) {
			return err
		}
		return readFault(d.place("header"), d.s.end(), err)
	}
	b, err := d.s.take(y16FrameHeader)
	if err != nil {
		return readFault(d.place("header"), d.s.end(), err)
	}
	if err := d.readStamp(b, at, st); err != nil {
		return err
	}
	for y := range d.camera.Height {
		b, err := d.s.take(2 * d.camera.Width)
		if err != nil {
			return readFault(d.place(fmt.Sprintf("pixel row %d", y)), d.s.end(), err)
		}
		row := sensor[y*d.camera.Width:][:d.camera.Width]
		for x := range row {
			row[x] = binary.LittleEndian.Uint16(b[2*x:])
		}
	}
	d.frame++
	return nil
}

// readStamp reads a frame's index and time. The milliseconds repeat the
// seconds and are not looked at.
func (d *y16) readStamp(b []byte, at int64, st *stamp) error {
	index := binary.LittleEndian.Uint64(b)
	if d.frame == 0 {
		d.firstIndex = index
	} else if index <= d.lastIndex {
		return fault(d.place(`field "frame_index"`), at, ErrCorrupt, "%d after %d", index, d.lastIndex)
	}
	seconds := math.Float64frombits(binary.LittleEndian.Uint64(b[8:]))
	if !(seconds >= 0 && seconds <= latestStamp) {
		return fault(d.place(`field "timestamp_s"`), at+8, ErrCorrupt, "%v seconds since 1970", seconds)
	}
	whole, part := math.Modf(seconds)
	now := time.Duration(whole)*time.Second + time.Duration(math.Round(part*1e9))
	*st = stamp{sequence: index - d.firstIndex, time: d.clock.tick(now - d.lastStamp)}
	d.lastIndex, d.lastStamp = index, now
	return nil
}

// place names a part of the current frame; it is called for errors only.
func (d *y16) place(part string) string { return fmt.Sprintf("frame %d, %s", d.frame, part) }
