package camera

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"time"

	"lintel/firmware/thermal"
)

// Spoil is what is wrong with a frame. The zero value is nothing.
type Spoil uint8

// What can be wrong.
const (
	Good Spoil = iota
	// Short frames lack their end.
	Short
	// Flagged frames say themselves that they are damaged.
	Flagged
	// Repeated frames are those before them once more, Torn ones half of it.
	Repeated
	Torn

	spoils
)

// String names it.
func (s Spoil) String() string {
	return [...]string{"good", "short", "flagged", "repeated", "torn"}[s]
}

// stuck is how a camera fails that stays plugged in.
type stuck uint8

const (
	alive  stuck = iota
	silent       // it sends nothing
	frozen       // it sends one frame over and over
)

// Bits of the header of a payload, and its length.
const (
	headerEnd   = 0x80
	headerError = 0x40
	headerLast  = 0x02
	header      = 2
)

// stream is the frame clock and the frame that is being sent.
type stream struct {
	next   time.Time
	number uint32
	toggle byte
	rest   []byte // of the payload
	before []byte // the frame before
	share  float64
	due    float64 // spoilt frames that are owed
	kind   Spoil   // of the last spoilt frame
	stuck  stuck
	extra  bool // 8 bytes come before the image
	fixed  int  // rows in the middle that stay as they are
	held   []byte
	frame  thermal.Frame
}

// start begins the stream. mu is held.
func (c *Camera) start() {
	c.stop()
	c.streaming = true
	s := &c.stream
	s.next, s.rest = c.now(), nil
	c.tell("start")
}

func (c *Camera) stop() {
	if c.streaming {
		c.tell("stop")
	}
	c.streaming, c.stream.rest = false, nil
}

// Show changes the scene.
//
// Errors: those of the simulation.
func (c *Camera) Show(scene string, seed uint64) error {
	source, err := c.model.scene(scene, seed)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.source = source
	return nil
}

// SpoilShare spoils that share of the frames, 0 to 0.5, in all ways in turn.
func (c *Camera) SpoilShare(share float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stream.share, c.stream.due = share, 0
}

// Freeze makes the camera send one frame over and over, Mute nothing, until it
// is reset or unplugged.
func (c *Camera) Freeze() { c.stick(frozen) }

// Mute makes the camera send nothing until it is reset or unplugged.
func (c *Camera) Mute() { c.stick(silent) }

func (c *Camera) stick(s stuck) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stream.stuck = s
}

// Shift puts 8 bytes before the image, or no longer.
func (c *Camera) Shift(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stream.extra = on
}

// Fix lets so many rows in the middle of the image stay as they are; none for 0.
func (c *Camera) Fix(rows int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stream.fixed, c.stream.held = rows, nil
}

// hold puts the rows that stay as they are into an image.
func (s *stream) hold(image []byte, line int) {
	middle := len(image) / line / 2 * line
	part := image[middle : middle+s.fixed*line]
	if s.held == nil {
		s.held = append(s.held, part...)
	}
	copy(part, s.held)
}

// Bulk returns up to n bytes of the payload that is being sent, nil while there
// is none.
func (c *Camera) Bulk(n int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.stream.rest) == 0 {
		c.tick(c.now())
	}
	b := c.stream.rest[:min(n, len(c.stream.rest))]
	c.stream.rest = c.stream.rest[len(b):]
	return b
}

// tick makes the next frame when it is due.
func (c *Camera) tick(now time.Time) {
	s := &c.stream
	if !c.streaming || now.Before(s.next) {
		return
	}
	interval := c.model.interval * time.Duration(c.every)
	if s.next = s.next.Add(interval); now.Sub(s.next) > interval {
		s.next = now.Add(interval)
	}
	if s.stuck == silent {
		return
	}
	frame := s.before
	spoil := Repeated
	if s.stuck != frozen || frame == nil || len(frame) != c.model.bytes(c.size) {
		frame = c.draw(now)
		if frame == nil {
			return
		}
		frame, spoil = s.spoil(frame, 2*(c.model.top+c.model.height/2)*c.model.width)
	}
	s.toggle ^= 1
	bits := headerEnd | headerLast | s.toggle
	if spoil == Flagged {
		bits |= headerError
	}
	sum := crc32.ChecksumIEEE(frame[min(len(frame), 2*c.model.top*c.model.width):min(len(frame), 2*(c.model.top+c.model.height)*c.model.width)])
	c.sent(Event{Time: now, Kind: "frame", Spoil: spoil, Sum: sum, Number: s.number})
	if spoil == Good {
		s.before = frame
	}
	s.rest = join([]byte{header, bits}, frame)
}

// draw takes the next frame of the scene; nil while the shutter is closed.
func (c *Camera) draw(now time.Time) []byte {
	s, m := &c.stream, &c.model
	for range c.every {
		if err := c.source.Next(context.Background(), &s.frame); err != nil {
			panic(fmt.Errorf("internal error: the simulation ended: %w", err))
		}
	}
	s.number++
	if m.lepton && c.lepton.closed(now) {
		return nil
	}
	// The sensor lies on its side: upright x is the sensor's row from the end,
	// upright y its column.
	counts := make([]uint16, m.width*m.height)
	for y := range m.height {
		for x := range m.width {
			counts[y*m.width+x] = s.frame.At(m.height-1-y, x)
		}
	}
	if m.lepton {
		c.lepton.respond(counts)
	}
	b := make([]byte, m.bytes(c.size))
	for i := range m.top * m.width { // a grey picture
		b[2*i], b[2*i+1] = byte(i*31), 0x80
	}
	image := b[2*m.top*m.width:]
	for i, v := range counts {
		if c.coarse && !m.lepton {
			v /= 4 // 1/16 K
		}
		binary.LittleEndian.PutUint16(image[2*i:], v)
	}
	s.hold(image[:2*len(counts)], 2*m.width)
	if m.footers[c.size] > 0 {
		c.lepton.footer(image[2*len(counts):], s.number, c.booted, now)
	}
	if s.extra {
		copy(b[8:], b[:len(b)-8])
		clear(b[:8])
	}
	return b
}

// spoil damages a frame when one is due. tear is where the frame before begins
// in a torn one.
func (s *stream) spoil(frame []byte, tear int) ([]byte, Spoil) {
	s.due += s.share
	if s.due < 1 || len(s.before) != len(frame) {
		return frame, Good
	}
	s.due--
	if s.kind++; s.kind == spoils {
		s.kind = Short
	}
	switch s.kind {
	case Short:
		frame = frame[:len(frame)*3/4]
	case Repeated:
		frame = s.before
	case Torn:
		copy(frame[tear:], s.before[tear:])
	default:
	}
	return frame, s.kind
}
