// Package write records radiometric frames in the gzipped container PTY16V1
// (https://github.com/liflabuc/purethermal-y16-recorder), which package
// recording plays. It keeps pixels, frame numbers and times since the start of
// the recording: no telemetry, and no time of day.
//
// It is apart from the player because the appliance may play a recording and
// may never make one: only the bench program links it.
package write

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"lintel/firmware/thermal"
)

// What Write and New refuse.
var (
	// ErrSize means that the image has not the size the recording was begun
	// with, or one that no camera has.
	ErrSize = errors.New("every frame must have the size of the recording")
	// ErrOrder means that a frame's number is not above the last one's, or its
	// time lies before the last one's: write the frames in the order of capture.
	ErrOrder = errors.New("the frames must come in the order of capture")
	// ErrScale means that the recording would not say what a count means.
	ErrScale = errors.New("the scale must be centikelvin or kelvin64")
	// ErrRate means that the frame rate is none.
	ErrRate = errors.New("the rate must be 0 (unknown) to 1000 frames per second")
	// ErrClosed is returned by Write after Close.
	ErrClosed = errors.New("the recording is finished")
)

const (
	magic       = "PTY16V1\n"
	frameHeader = 8 + 8 + 8 // number, seconds, milliseconds
	highestRate = 1000      // what the player believes
)

// header is the JSON header, with the keys of the recorder that introduced the
// format and its order.
type header struct {
	Format      string      `json:"format"`
	Version     int         `json:"version"`
	Width       int         `json:"width"`
	Height      int         `json:"height"`
	FPS         float64     `json:"fps,omitempty"`
	DType       string      `json:"dtype"`
	Endianness  string      `json:"endianness"`
	RawUnit     string      `json:"raw_unit"`
	Seconds     string      `json:"timestamp_s"`
	Millis      string      `json:"timestamp_ms"`
	Model       string      `json:"model,omitempty"`
	Serial      string      `json:"serial,omitempty"`
	FrameRecord frameRecord `json:"frame_record"`
}

type frameRecord struct {
	Index   string `json:"frame_index"`
	Seconds string `json:"timestamp_s"`
	Millis  string `json:"timestamp_ms"`
	Pixels  string `json:"raw_y16"`
}

// Writer writes one recording. It is used by one goroutine at a time.
type Writer struct {
	gz            *gzip.Writer
	width, height int
	record        []byte // one frame as it is in the file
	frames        int
	sequence      uint64
	time          time.Duration
	err           error // what every further Write returns
}

// New begins a recording of the camera that info describes.
//
// Errors: [ErrSize] for sides outside [thermal.MinSide] to [thermal.MaxSide],
// [ErrScale] for an unknown scale, [ErrRate], or w's.
func New(w io.Writer, info thermal.Info) (*Writer, error) {
	if info.Width < thermal.MinSide || info.Width > thermal.MaxSide ||
		info.Height < thermal.MinSide || info.Height > thermal.MaxSide {
		return nil, fmt.Errorf("cannot begin a recording of %dx%d pixels: a side has %d to %d: %w",
			info.Width, info.Height, thermal.MinSide, thermal.MaxSide, ErrSize)
	}
	if !(info.Rate >= 0 && info.Rate <= highestRate) {
		return nil, fmt.Errorf("cannot begin a recording of %v frames per second: %w", info.Rate, ErrRate)
	}
	unit := rawUnit(info.Scale)
	if unit == "" {
		return nil, fmt.Errorf("cannot begin a recording of scale %v: %w", info.Scale, ErrScale)
	}
	text, err := json.Marshal(header{
		Format: "PureThermal Y16 Raw Gzip", Version: 1,
		Width: info.Width, Height: info.Height, FPS: info.Rate,
		DType: "uint16", Endianness: "little", RawUnit: unit,
		Seconds: "seconds_since_start_float64", Millis: "milliseconds_since_start_int64",
		Model: info.Model, Serial: info.Serial,
		FrameRecord: frameRecord{"uint64", "float64", "int64", "uint16[height,width]"},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot begin a recording: %w", err)
	}
	head := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(text)))
	rec := &Writer{
		gz: gzip.NewWriter(w), width: info.Width, height: info.Height,
		record: make([]byte, frameHeader+2*info.Width*info.Height),
	}
	if _, err := rec.gz.Write(append(head, text...)); err != nil {
		return nil, fmt.Errorf("cannot begin a recording: %w", err)
	}
	return rec, nil
}

// rawUnit names the scale as the header does.
func rawUnit(s thermal.CountScale) string {
	switch s {
	case thermal.CentiKelvin:
		return "kelvin_x100"
	case thermal.Kelvin64:
		return "kelvin_x64"
	}
	return ""
}

// Write appends a frame; its telemetry is not recorded. Times up to 50 days
// after the start of the source come back to the nanosecond; a pause of more
// than a day is played as one frame interval.
//
// Errors: [ErrSize], [ErrOrder], [ErrClosed], or the file's. An error of the
// file is final; after the others the recording is whole and goes on.
func (w *Writer) Write(f *thermal.Frame) error {
	if w.err != nil {
		return w.err
	}
	if f.Width != w.width || f.Height != w.height || len(f.Counts) != w.width*w.height {
		return fmt.Errorf("cannot record a frame of %dx%d pixels and %d counts in a recording of %dx%d: %w",
			f.Width, f.Height, len(f.Counts), w.width, w.height, ErrSize)
	}
	if f.Time < 0 || w.frames > 0 && (f.Sequence <= w.sequence || f.Time < w.time) {
		return fmt.Errorf("cannot record frame %d of %v after frame %d of %v: %w",
			f.Sequence, f.Time, w.sequence, w.time, ErrOrder)
	}
	b := w.record
	binary.LittleEndian.PutUint64(b, f.Sequence)
	binary.LittleEndian.PutUint64(b[8:], math.Float64bits(f.Time.Seconds()))
	binary.LittleEndian.PutUint64(b[16:], uint64(f.Time.Milliseconds()))
	for i, c := range f.Counts {
		binary.LittleEndian.PutUint16(b[frameHeader+2*i:], c)
	}
	if _, err := w.gz.Write(b); err != nil {
		w.err = fmt.Errorf("cannot record frame %d: %w", f.Sequence, err)
		return w.err
	}
	w.frames++
	w.sequence, w.time = f.Sequence, f.Time
	return nil
}

// Close finishes the recording; without it the file counts as cut short. It
// does not close the io.Writer below. A second Close does nothing.
func (w *Writer) Close() error {
	if w.err != nil {
		if errors.Is(w.err, ErrClosed) {
			return nil
		}
		return w.err
	}
	w.err = fmt.Errorf("cannot record: %w", ErrClosed)
	clear(w.record)
	if err := w.gz.Close(); err != nil {
		return fmt.Errorf("cannot finish the recording: %w", err)
	}
	return nil
}
