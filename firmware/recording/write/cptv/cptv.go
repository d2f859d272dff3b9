// Package cptv records radiometric frames in the Cacophony Project's CPTV
// format, version 2 (https://github.com/TheCacophonyProject/go-cptv,
// SPECv2.md), gzipped, which package recording plays. It keeps pixels, times to
// the millisecond, and of the telemetry the uptime, the time since the last
// flat-field correction and the sensor's temperature. The time of day is
// written as zero.
//
// It lies below package write because the appliance may play a recording and
// may never make one: only the bench program links it.
package cptv

import (
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"
	"time"

	"lintel/firmware/thermal"
)

// What New and Write refuse.
var (
	// ErrSize means that the image has not the size the recording was begun
	// with, or one that no camera has.
	ErrSize = errors.New("every frame must have the size of the recording")
	// ErrOrder means that a frame's number is not above the last one's, or its
	// time lies before the last one's: write the frames in the order of capture.
	ErrOrder = errors.New("the frames must come in the order of capture")
	// ErrScale means that the counts are not centikelvin, which CPTV files are
	// taken for.
	ErrScale = errors.New("the scale must be centikelvin: record other cameras as PTY16V1")
	// ErrRate means that the frame rate does not fit the format.
	ErrRate = errors.New("the rate must be 0 (unknown) to 255 frames per second")
	// ErrText means that the model or the serial number does not fit the format.
	ErrText = errors.New("model and serial number may have 255 bytes each")
	// ErrUptime means that the camera does not say how long it has been on,
	// which is the clock of this format.
	ErrUptime = errors.New("the format counts time from when the camera was switched on, which this one does not tell: record it as PTY16V1")
	// ErrClosed is returned by Write after Close.
	ErrClosed = errors.New("the recording is finished")
)

// longestSince is the longest time since a flat-field correction that can be
// told from one that is still to come, about 24 days.
const longestSince = math.MaxInt32 * time.Millisecond

// widest is the most bits of a difference: counts have 16, their change 17,
// the difference of two changes 18.
const widest = 18

// Writer writes one recording. It is used by one goroutine at a time.
type Writer struct {
	gz       *gzip.Writer
	info     thermal.Info     // upright
	back     thermal.Mounting // from the upright image to the sensor's
	sensor   thermal.Frame    // the frame as it is written
	before   []uint16         // the frame before, as it was written
	steps    []int32          // differences of neighbouring changes
	packed   []byte           // the data of a frame
	head     []byte           // its fields
	begun    bool
	switched time.Duration // the source's time when the camera was switched on
	sequence uint64
	time     time.Duration
	err      error // what every further Write returns
}

// New begins a recording of the camera that info describes, whose frames are
// written as they are. The rate is rounded to a whole number, as the format
// has it.
//
// Errors: [ErrSize] for sides outside [thermal.MinSide] to [thermal.MaxSide],
// [ErrScale], [ErrRate], [ErrText], or w's.
func New(w io.Writer, info thermal.Info) (*Writer, error) {
	return NewMounted(w, info, thermal.Mounting{})
}

// NewMounted begins a recording that is played with mounting: the frames are
// upright, and are written as a sensor mounted that way has them. Field
// recordings are played with a rotation of 90 degrees.
//
// Errors: those of [New], and of [thermal.Mounting.Validate].
func NewMounted(w io.Writer, info thermal.Info, mounting thermal.Mounting) (*Writer, error) {
	refuse := func(err error) (*Writer, error) {
		return nil, fmt.Errorf("cannot begin a recording of %dx%d pixels at %g frames per second in %v: %w",
			info.Width, info.Height, info.Rate, info.Scale, err)
	}
	if err := mounting.Validate(); err != nil {
		return refuse(err)
	}
	switch {
	case info.Width < thermal.MinSide || info.Width > thermal.MaxSide || info.Height < thermal.MinSide || info.Height > thermal.MaxSide:
		return refuse(fmt.Errorf("a side has %d to %d pixels: %w", thermal.MinSide, thermal.MaxSide, ErrSize))
	case info.Scale != thermal.CentiKelvin:
		return refuse(ErrScale)
	case !(info.Rate >= 0 && info.Rate <= math.MaxUint8):
		return refuse(ErrRate)
	case len(info.Model) > math.MaxUint8 || len(info.Serial) > math.MaxUint8:
		return refuse(ErrText)
	}
	n := info.Width * info.Height
	c := &Writer{
		gz: gzip.NewWriter(w), info: info, back: inverse(mounting),
		before: make([]uint16, n), steps: make([]int32, n-1),
		packed: make([]byte, 0, 4+(n*widest+7)/8), head: make([]byte, 0, 64),
	}
	c.sensor.Resize(c.back.Size(info.Width, info.Height))
	if _, err := c.gz.Write(c.header()); err != nil {
		return refuse(err)
	}
	return c, nil
}

// inverse returns the mounting that undoes m. A mirrored one undoes itself.
func inverse(m thermal.Mounting) thermal.Mounting {
	if !m.Mirror {
		m.Rotate = (360 - m.Rotate) % 360
	}
	return m
}

// header returns the magic and the header section.
func (w *Writer) header() []byte {
	f := fields{}
	f.add('T', make([]byte, 8)) // nobody's business
	f.number('X', uint32(w.sensor.Width))
	f.number('Y', uint32(w.sensor.Height))
	f.add('C', []byte{1})
	f.add('E', []byte(w.info.Model))
	f.add('N', serial(w.info.Serial))
	f.add('Z', []byte{byte(math.Round(w.info.Rate))})
	return append([]byte{'C', 'P', 'T', 'V', 2, 'H', f.n}, f.b...)
}

// serial is a number of 32 bits, as recorders write it, or else text, which must
// not look like one.
func serial(text string) []byte {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil && strconv.FormatUint(n, 10) == text {
		return binary.LittleEndian.AppendUint32(nil, uint32(n))
	}
	if len(text) == 4 {
		text += "\x00"
	}
	return []byte(text)
}

// fields is a list of fields: length, code, value.
type fields struct {
	b []byte
	n byte
}

func (f *fields) add(code byte, value []byte) {
	if len(value) == 0 {
		return
	}
	f.b = append(append(f.b, byte(len(value)), code), value...)
	f.n++
}

func (f *fields) number(code byte, v uint32) {
	f.b = binary.LittleEndian.AppendUint32(append(f.b, 4, code), v)
	f.n++
}

// Write appends a frame. Times are kept to the millisecond; the uptime is that
// of the first frame and goes on with the frames' times. A flat-field correction
// more than 24 days ago is left out.
//
// Errors: [ErrSize], [ErrOrder], [ErrUptime], [ErrClosed], or the file's. An
// error of the file is final; after the others the recording is whole and goes
// on.
func (w *Writer) Write(f *thermal.Frame) error {
	if w.err != nil {
		return w.err
	}
	if f.Width != w.info.Width || f.Height != w.info.Height || len(f.Counts) != f.Width*f.Height {
		return fmt.Errorf("cannot record a frame of %dx%d pixels and %d counts in a recording of %dx%d: %w",
			f.Width, f.Height, len(f.Counts), w.info.Width, w.info.Height, ErrSize)
	}
	if f.Time < 0 || w.begun && (f.Sequence <= w.sequence || f.Time < w.time) {
		return fmt.Errorf("cannot record frame %d of %v after frame %d of %v: %w", f.Sequence, f.Time, w.sequence, w.time, ErrOrder)
	}
	if !w.begun {
		if !f.Telemetry.HasUptime {
			return fmt.Errorf("cannot record frame %d: %w", f.Sequence, ErrUptime)
		}
		w.switched, w.begun = f.Time-f.Telemetry.Uptime, true
	}
	w.sequence, w.time = f.Sequence, f.Time
	w.back.Upright(&w.sensor, f.Counts, f.Width, f.Height)
	width := w.pack()
	w.describe(f, width)
	for _, part := range [...][]byte{w.head, w.packed} {
		if _, err := w.gz.Write(part); err != nil {
			w.err = fmt.Errorf("cannot record frame %d: %w", f.Sequence, err)
			return w.err
		}
	}
	return nil
}

// describe writes the fields of a frame whose differences have width bits.
func (w *Writer) describe(f *thermal.Frame, width int) {
	on := milliseconds(f.Time - w.switched)
	list := fields{b: append(w.head[:0], 'F', 0)}
	list.number('t', on)
	list.b, list.n = append(list.b, 1, 'w', byte(width)), list.n+1
	list.number('f', uint32(len(w.packed)))
	if t := &f.Telemetry; t.HasSinceFFC && t.SinceFFC >= 0 && t.SinceFFC <= longestSince {
		list.number('c', milliseconds(f.Time-w.switched-t.SinceFFC))
	}
	if t := &f.Telemetry; t.HasSensor {
		list.number('a', math.Float32bits(float32(t.Sensor)))
	}
	list.b[1] = list.n
	w.head = list.b
}

// milliseconds counts as the camera does: 32 bits, round and round. Zero would
// stand for unknown.
func milliseconds(d time.Duration) uint32 {
	return max(uint32(d.Round(time.Millisecond).Milliseconds()), 1)
}

// pack writes the changes since the frame before into packed and returns the
// bits of a difference: the first change whole, then the differences of
// neighbours along a snake, even rows left to right, odd rows right to left.
func (w *Writer) pack() int {
	columns := w.sensor.Width
	var first, last int32
	widestStep := uint32(0)
	k := 0
	for y := range w.sensor.Height {
		i, step := y*columns, 1
		if y%2 == 1 {
			i, step = i+columns-1, -1
		}
		for range columns {
			change := int32(w.sensor.Counts[i]) - int32(w.before[i])
			if k == 0 {
				first = change
			} else {
				d := change - last
				w.steps[k-1] = d
				widestStep |= uint32(d ^ d>>31)
			}
			last = change
			k++
			i += step
		}
	}
	copy(w.before, w.sensor.Counts)
	width := bits.Len32(widestStep) + 1
	out := binary.LittleEndian.AppendUint32(w.packed[:0], uint32(first))
	var acc uint64
	have := 0
	for _, d := range w.steps {
		acc = acc<<width | uint64(uint32(d)&(1<<width-1))
		for have += width; have >= 8; have -= 8 {
			out = append(out, byte(acc>>(have-8)))
		}
	}
	if have > 0 {
		out = append(out, byte(acc<<(8-have)))
	}
	w.packed = out
	return width
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
	w.sensor.Wipe()
	clear(w.before)
	clear(w.steps)
	clear(w.packed[:cap(w.packed)])
	if err := w.gz.Close(); err != nil {
		return fmt.Errorf("cannot finish the recording: %w", err)
	}
	return nil
}
