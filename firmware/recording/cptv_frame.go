package recording

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"lintel/firmware/thermal"
)

const (
	// widestBits holds any difference between two pixels' changes: counts have
	// 16 bits, their change 17, the difference of two changes 18.
	widestBits = 18
	// padding is how many bytes more than needed a frame's data may have, for
	// a writer that fills up to a whole word.
	padding = 8
)

// frameFields is what the fields of a frame section said.
type frameFields struct {
	timeOn, lastFFC, size uint32
	bits                  uint
	sensor                float32
	hasTimeOn, hasLastFFC bool
	hasSize, hasSensor    bool
	background            bool
}

func (d *cptv) next(sensor []uint16, st *stamp) error {
	for {
		if _, err := d.s.peek(1); err != nil {
			if errors.Is(err, io.EOF) {
				return err
			}
			return readFault(d.where(), d.s.end(), err)
		}
		if err := d.readFields(); err != nil {
			return err
		}
		if err := d.pixels(sensor); err != nil {
			return err
		}
		if !d.fields.background {
			break
		}
	}
	d.readStamp(st)
	d.frame++
	return nil
}

// where names the current frame; it is called for errors only.
func (d *cptv) where() string { return fmt.Sprintf("frame %d", d.frame) }

// readFields reads a frame section up to its data.
func (d *cptv) readFields() error {
	at := d.s.offset()
	b, err := d.s.take(2)
	if err != nil {
		return readFault(d.where(), d.s.end(), err)
	}
	if b[0] != 'F' {
		return fault(d.where(), at, ErrCorrupt, "section %q where 'F' belongs", b[0])
	}
	d.fields = frameFields{}
	for range int(b[1]) {
		if err := d.frameField(); err != nil {
			return err
		}
	}
	switch f := &d.fields; {
	case f.bits == 0:
		return fault(place(d.where(), 'w'), d.s.offset(), ErrCorrupt, "it is missing")
	case !f.hasSize:
		return fault(place(d.where(), 'f'), d.s.offset(), ErrCorrupt, "it is missing")
	}
	return nil
}

// frameField reads one field. It names the place only when something is wrong,
// for a name costs memory.
func (d *cptv) frameField() error {
	b, err := d.s.take(2)
	if err != nil {
		return readFault(d.where()+", field", d.s.end(), err)
	}
	size, code := int(b[0]), b[1]
	at := d.s.offset()
	v, err := d.s.take(size)
	if err != nil {
		return readFault(place(d.where(), code), d.s.end(), err)
	}
	want := -1
	switch code {
	case 't', 'c', 'f', 'a':
		want = 4
	case 'w':
		want = 1
	}
	if want >= 0 && size != want {
		return fault(place(d.where(), code), at, ErrCorrupt, "%d bytes long, not %d", size, want)
	}
	f := &d.fields
	switch code {
	case 't':
		f.timeOn, f.hasTimeOn = binary.LittleEndian.Uint32(v), true
	case 'c':
		f.lastFFC, f.hasLastFFC = binary.LittleEndian.Uint32(v), true
	case 'f':
		f.size, f.hasSize = binary.LittleEndian.Uint32(v), true
	case 'a':
		f.sensor, f.hasSensor = math.Float32frombits(binary.LittleEndian.Uint32(v)), true
	case 'w':
		if v[0] < 1 || v[0] > widestBits {
			return fault(place(d.where(), code), at, ErrCorrupt, "%d bits, allowed are 1 to %d", v[0], widestBits)
		}
		f.bits = uint(v[0])
	case 'g':
		// A learned background, not a picture; the next frame builds on it.
		f.background = size > 0 && v[0] != 0
	}
	return nil
}

// pixels adds the packed changes to sensor, which holds the frame before (all
// zero before the first). The first change is an int32; each further one is
// the previous plus a signed number of f.bits bits, most significant bit first.
// The order is that of a snake: even rows left to right, odd rows right to left.
func (d *cptv) pixels(sensor []uint16) error {
	bits, n := d.fields.bits, d.width*d.height
	need := 4 + ((n-1)*int(bits)+7)/8
	if size := int64(d.fields.size); size < int64(need) || size > int64(need)+padding {
		return fault(place(d.where(), 'f'), d.s.offset(), ErrCorrupt,
			"%d bytes, but %dx%d pixels of %d bits need %d", size, d.width, d.height, bits, need)
	}
	at := d.s.offset()
	b, err := d.s.take(4)
	if err != nil {
		return readFault(d.where()+", first pixel", d.s.end(), err)
	}
	u := unpacker{bits: bits, left: need - 4}
	change := int32(binary.LittleEndian.Uint32(b))
	if change < -math.MaxUint16 || change > math.MaxUint16 {
		return fault(d.where()+", first pixel", at, ErrCorrupt, "a change of %d counts", change)
	}
	for y := range d.height {
		if err := u.load(d.s, d.width); err != nil {
			return readFault(fmt.Sprintf("%s, pixel row %d", d.where(), y), d.s.end(), err)
		}
		row := sensor[y*d.width:][:d.width]
		var ok bool
		if change, ok = u.row(row, change, y == 0, y%2 == 1); !ok {
			// The byte in which the row starts.
			at += 4 + int64(max(0, y*d.width-1))*int64(bits)/8
			return fault(fmt.Sprintf("%s, pixel row %d", d.where(), y), at, ErrCorrupt, "a count outside 0 to 65535")
		}
		u.unload(d.s)
	}
	if _, err := d.s.take(int(d.fields.size) - need); err != nil {
		return readFault(d.where()+", padding", d.s.end(), err)
	}
	return nil
}

// readStamp turns the frame's fields into its time and telemetry.
func (d *cptv) readStamp(st *stamp) {
	f := &d.fields
	// The camera counts milliseconds in 32 bits, so the difference is right
	// even when the counter starts again after 49.7 days. A counter that
	// stands still is none.
	step := time.Duration(int32(f.timeOn-d.timeOn)) * time.Millisecond
	if !f.hasTimeOn || step == 0 {
		step = -1
	}
	d.timeOn = f.timeOn
	*st = stamp{sequence: d.frame, time: d.clock.tick(step)}
	t := &st.telemetry
	if f.hasTimeOn && f.timeOn != 0 {
		t.Uptime, t.HasUptime = time.Duration(f.timeOn)*time.Millisecond, true
	}
	// 0 is what a recorder writes that has seen no correction.
	if since := int32(f.timeOn - f.lastFFC); t.HasUptime && f.hasLastFFC && f.lastFFC != 0 && since >= 0 {
		t.SinceFFC, t.HasSinceFFC = time.Duration(since)*time.Millisecond, true
	}
	// 0 is what one writes that does not know. Beyond these limits no camera works.
	if f.hasSensor && f.sensor != 0 && f.sensor > -60 && f.sensor < 150 {
		t.Sensor, t.HasSensor = thermal.Celsius(f.sensor), true
	}
}
