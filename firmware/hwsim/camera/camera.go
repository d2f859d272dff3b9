package camera

import (
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"lintel/firmware/sim"
)

// Config is a camera to emulate.
type Config struct {
	Model  Model
	Serial string
	// Scene and Seed are those of package sim.
	Scene string
	Seed  uint64
	// Now is the time; nil for that of the host. An emulated processor has a time
	// of its own.
	Now func() time.Time
	// Sent is told of every frame whose sending begins, and of what the camera is
	// made to do. It must not block.
	Sent func(Event)
}

// Event is something the camera did.
type Event struct {
	Time time.Time
	// Kind is frame, start, stop, reset, ffc or control.
	Kind string
	// Spoil says what is wrong with a frame, and Sum is the CRC-32 (IEEE) of its
	// temperatures as the sensor has them.
	Spoil Spoil
	Sum   uint32
	// Number is that of the frame.
	Number uint32
}

// Camera is an emulated camera. Its methods may be called from any goroutine.
type Camera struct {
	model  Model
	serial string
	every  int // see Every
	now    func() time.Time
	sent   func(Event)

	mu        sync.Mutex
	size      int // index of the frame size
	streaming bool
	coarse    bool // in low gain, for a camera that takes no commands
	mute      bool // it answers no extension unit
	source    *sim.Source
	booted    time.Time
	lepton    lepton
	stream    stream
}

// New returns a camera that is switched on and not plugged in.
//
// Errors: those of the simulation.
func New(c Config) (*Camera, error) {
	source, err := c.Model.scene(c.Scene, c.Seed)
	if err != nil {
		return nil, fmt.Errorf("cannot emulate the camera: %w", err)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Sent == nil {
		c.Sent = func(Event) {}
	}
	return &Camera{model: c.Model, serial: c.Serial, every: 1, now: c.Now, sent: c.Sent, source: source, booted: c.Now(), lepton: newLepton()}, nil
}

// Vendor and Product are its USB numbers.
func (c *Camera) Vendor() uint16 { return c.model.vendor }

// Product is its USB product number.
func (c *Camera) Product() uint16 { return c.model.product }

// tell reports an event.
func (c *Camera) tell(kind string) { c.sent(Event{Time: c.now(), Kind: kind}) }

// PlugIn switches the camera on anew.
func (c *Camera) PlugIn() {
	c.mu.Lock()
	defer c.mu.Unlock()
	keeps := c.lepton.keeps
	c.booted, c.lepton = c.now(), newLepton()
	c.lepton.keeps = keeps
	c.stream.stuck = alive
}

// Keep makes a Lepton acknowledge that its radiometry or its gain is set and
// leave it as it is, as others than radiometric ones do; other words set it
// free. It takes effect when the camera is plugged in anew.
func (c *Camera) Keep(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch what {
	case "radiometry":
		c.lepton.keeps = [2]byte{unitRadiometry, radLinear}
	case "gain":
		c.lepton.keeps = [2]byte{unitSystem, sysGain}
	default:
		c.lepton.keeps = [2]byte{}
	}
}

// LowGain puts a camera that takes no commands into low gain, or back.
func (c *Camera) LowGain(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.coarse = on
}

// Ignore makes the camera answer no request to its extension units, as firmware
// that hangs, or answer again.
func (c *Camera) Ignore(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mute = on
}

// Answers says whether the camera answers a control transfer at all.
func (c *Camera) Answers(setup [8]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.mute || setup[0]&0x7f != 0x21 || setup[4] != 0 || setup[5] == 0
}

// Every sends every n-th frame of the scene, for readers that have little time.
func (c *Camera) Every(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.every = max(n, 1)
}

// Correct lets a Lepton correct its flat field of its own accord. Its telemetry
// says so before.
func (c *Camera) Correct() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lepton.correct(c, c.now().Add(notice))
}

// Unplug ends the stream.
func (c *Camera) Unplug() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop()
}

// Reset is a reset of the port. It frees a camera that is stuck.
func (c *Camera) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop()
	c.stream.stuck = alive
	c.tell("reset")
}

// Control answers a control transfer: in is what is read, ok whether the request
// is known; otherwise it is a stall.
func (c *Camera) Control(setup [8]byte, out []byte) (in []byte, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kind, request := setup[0], setup[1]
	value, index := binary.LittleEndian.Uint16(setup[2:]), binary.LittleEndian.Uint16(setup[4:])
	switch {
	case kind == 0x80 && request == 6:
		in = c.descriptor(byte(value>>8), byte(value))
		ok = in != nil
	case kind == 0x80 && request == 0:
		in, ok = []byte{0, 0}, true
	case kind == 0x80 && request == 8:
		in, ok = []byte{1}, true
	case kind == 0x81 && request == 10:
		in, ok = []byte{0}, true
	case kind == 0x00 && (request == 1 || request == 3 || request == 5 || request == 9), kind == 0x01 && request == 11:
		ok = true
	case kind == 0x02 && request == 1: // the halt of the endpoint is cleared
		c.stop()
		ok = true
	case (kind == 0x21 || kind == 0xa1) && index == 1:
		in, ok = c.negotiate(request, byte(value>>8), out)
	case (kind == 0x21 || kind == 0xa1) && index&0xff == 0 && c.model.lepton:
		in, ok = c.lepton.control(byte(index>>8), byte(value>>8), request, out, c)
	}
	if n := int(binary.LittleEndian.Uint16(setup[6:])); len(in) > n {
		in = in[:n]
	}
	return in, ok
}

// probe is what the camera offers: the size that was asked for.
func (c *Camera) probe() []byte {
	n := c.model.bytes(c.size)
	return join(le16(1), []byte{1, byte(c.size + 1)}, le32(int(c.model.interval.Nanoseconds()/100)), make([]byte, 10), le32(n), le32(n+header))
}

// negotiate answers requests about the stream.
func (c *Camera) negotiate(request, selector byte, out []byte) ([]byte, bool) {
	const probe, commit = 1, 2
	if selector != probe && selector != commit {
		return nil, false
	}
	switch request {
	case setCurrent:
		if len(out) >= 4 && out[3] >= 1 && int(out[3]) <= len(c.model.footers) {
			c.size = int(out[3]) - 1
		}
		if selector == commit {
			c.start()
		}
		return nil, true
	case getCurrent, getMin, getMax, getDefault:
		return c.probe(), true
	case getLength:
		return le16(len(c.probe())), true
	case getInfo:
		return []byte{3}, true
	default:
		return nil, false
	}
}
