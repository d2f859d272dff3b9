package camera

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"
)

// clock is a time that the test sets.
type clock struct{ now time.Time }

func newCamera(t *testing.T, model string) (*Camera, *clock, *[]Event) {
	t.Helper()
	m, err := FindModel(model)
	if err != nil {
		t.Fatal(err)
	}
	at, events := &clock{time.Unix(1, 0)}, &[]Event{}
	c, err := New(Config{Model: m, Serial: "1", Scene: "empty", Seed: 1, Now: func() time.Time { return at.now }, Sent: func(e Event) { *events = append(*events, e) }})
	if err != nil {
		t.Fatal(err)
	}
	return c, at, events
}

// request makes a control transfer.
func request(t *testing.T, c *Camera, kind, code byte, value, index uint16, out []byte) []byte {
	t.Helper()
	var setup [8]byte
	setup[0], setup[1] = kind, code
	binary.LittleEndian.PutUint16(setup[2:], value)
	binary.LittleEndian.PutUint16(setup[4:], index)
	binary.LittleEndian.PutUint16(setup[6:], 4096)
	in, ok := c.Control(setup, out)
	if !ok {
		t.Fatalf("request %#x of kind %#x stalls", code, kind)
	}
	return in
}

// next returns the next payload.
func next(c *Camera, at *clock) []byte {
	at.now = at.now.Add(c.model.interval)
	var all []byte
	for b := c.Bulk(16384); len(b) > 0; b = c.Bulk(16384) {
		all = append(all, b...)
		if len(b) < 16384 {
			break
		}
	}
	return all
}

// The lengths in the descriptors are those of the descriptors.
func TestDescriptors(t *testing.T) {
	for _, m := range Models() {
		c, _, _ := newCamera(t, m.Name)
		b := request(t, c, 0x80, 6, 2<<8, 0, nil)
		if int(binary.LittleEndian.Uint16(b[2:])) != len(b) {
			t.Errorf("%s: the total length is %d of %d", m.Name, binary.LittleEndian.Uint16(b[2:]), len(b))
		}
		for rest := b; len(rest) > 0; rest = rest[rest[0]:] {
			if rest[0] < 2 || int(rest[0]) > len(rest) {
				t.Fatalf("%s: a descriptor of %d bytes with %d left", m.Name, rest[0], len(rest))
			}
		}
	}
}

// A frame has its length, its header and the sum that is told, and is spoilt as
// often as asked.
func TestFrames(t *testing.T) {
	for _, m := range Models() {
		c, at, events := newCamera(t, m.Name)
		request(t, c, 0x21, setCurrent, 2<<8, 1, []byte{1, 0, 1, byte(len(m.footers)), 0, 0})
		c.SpoilShare(0.25)
		kinds := map[Spoil]int{}
		for i := range 80 {
			p := next(c, at)
			e := (*events)[len(*events)-1]
			if len(p) < header || p[0] != header || (p[1]&headerError != 0) != (e.Spoil == Flagged) {
				t.Fatalf("%s: payload %d of %d bytes begins %x; %v", m.Name, i, len(p), p[:2], e.Spoil)
			}
			size := len(m.footers) - 1
			if whole := len(p) == header+m.bytes(size); whole == (e.Spoil == Short) {
				t.Errorf("%s: payload %d, %v, has %d bytes", m.Name, i, e.Spoil, len(p))
			} else if whole {
				image := p[header+2*m.top*m.width:][:2*m.width*m.height]
				if crc32.ChecksumIEEE(image) != e.Sum {
					t.Errorf("%s: payload %d has another sum", m.Name, i)
				}
			}
			kinds[e.Spoil]++
		}
		if kinds[Good] != 60 || kinds[Short] != 5 || kinds[Flagged] != 5 || kinds[Repeated] != 5 || kinds[Torn] != 5 {
			t.Errorf("%s: %v", m.Name, kinds)
		}
	}
}

// A Lepton is not radiometric until it is told to be.
func TestLeptonBegins(t *testing.T) {
	c, at, _ := newCamera(t, "lepton")
	request(t, c, 0x21, setCurrent, 2<<8, 1, []byte{1, 0, 1, 1})
	first := func() uint16 { return binary.LittleEndian.Uint16(next(c, at)[header+20000:]) }
	if v := first(); v > 15000 {
		t.Errorf("switched on, it reads %d", v)
	}
	for _, s := range []struct {
		unit, selector uint16
		value          int
	}{{unitRadiometry, radEnable, 1}, {unitRadiometry, radLinear, 1}, {unitRadiometry, radLinearRes, 1}, {unitSystem, sysGain, 0}} {
		if n := request(t, c, 0xa1, getLength, s.selector<<8, s.unit<<8, nil); binary.LittleEndian.Uint16(n) != 4 {
			t.Errorf("control %d has %v bytes", s.selector, n)
		}
		request(t, c, 0x21, setCurrent, s.selector<<8, s.unit<<8, le32(s.value))
	}
	if v := first(); v < 28000 || v > 31000 {
		t.Errorf("told to, it reads %d", v)
	}
}

// While the shutter is closed no frame comes; one that it closes of its own
// accord is announced.
func TestShutter(t *testing.T) {
	c, at, _ := newCamera(t, "lepton")
	request(t, c, 0x21, setCurrent, 2<<8, 1, []byte{1, 0, 1, 2})
	state := func(p []byte) int {
		return int(binary.LittleEndian.Uint16(p[header+2*160*120+6:]) >> 4 & 3)
	}
	if p := next(c, at); state(p) != 0 {
		t.Errorf("at first the state is %d", state(p))
	}
	c.Correct()
	if p := next(c, at); state(p) != 1 {
		t.Errorf("announced, the state is %d", state(p))
	}
	silent := 0
	for range 30 {
		if p := next(c, at); len(p) == 0 {
			silent++
		} else if silent > 0 && state(p) != 3 {
			t.Errorf("afterwards the state is %d", state(p))
		}
	}
	if silent < 13 || silent > 15 {
		t.Errorf("%d frames are missing", silent)
	}
}

// A camera that is stuck is freed by a reset.
func TestStuck(t *testing.T) {
	c, at, events := newCamera(t, "p2pro")
	commit := func() { request(t, c, 0x21, setCurrent, 2<<8, 1, []byte{1, 0, 1, 1}) }
	commit()
	next(c, at)
	c.Freeze()
	next(c, at)
	if e := (*events)[len(*events)-1]; e.Spoil != Repeated {
		t.Errorf("frozen, it sends %v", e.Spoil)
	}
	c.Mute()
	if p := next(c, at); len(p) != 0 {
		t.Errorf("mute, it sends %d bytes", len(p))
	}
	c.Reset()
	commit()
	if p := next(c, at); len(p) == 0 {
		t.Error("it is still stuck")
	}
	c.Unplug()
	if p := next(c, at); len(p) != 0 {
		t.Error("unplugged, it sends")
	}
}

// Rows that are fixed stay as they are, and those around them do not.
func TestFixedRows(t *testing.T) {
	for _, m := range Models() {
		c, at, _ := newCamera(t, m.Name)
		request(t, c, 0x21, setCurrent, 2<<8, 1, []byte{1, 0, 1, 1})
		c.Fix(2)
		a, b := next(c, at)[header:], next(c, at)[header:]
		line := 2 * m.width
		for _, y := range []int{-1, 0, 1, 2} {
			i := (m.top + m.height/2 + y) * line
			if same := string(a[i:i+line]) == string(b[i:i+line]); same != (y == 0 || y == 1) {
				t.Errorf("%s: row %d from the middle, same: %v", m.Name, y, same)
			}
		}
	}
}

// Gain and radiometry can be kept from whoever sets them, and so can answers.
func TestUnwilling(t *testing.T) {
	p, at, _ := newCamera(t, "p2pro")
	request(t, p, 0x21, setCurrent, 2<<8, 1, []byte{1, 0, 1, 1})
	middle := func() uint16 { return binary.LittleEndian.Uint16(next(p, at)[header+2*256*(192+96):]) }
	fine := middle()
	p.LowGain(true)
	if coarse := middle(); coarse > fine/4+100 || coarse < fine/4-100 {
		t.Errorf("in low gain %d counts are %d", fine, coarse)
	}
	c, _, _ := newCamera(t, "lepton")
	for what, control := range map[string][2]uint16{"radiometry": {unitRadiometry, radLinear}, "gain": {unitSystem, sysGain}} {
		c.Keep(what)
		before := request(t, c, 0xa1, getCurrent, control[1]<<8, control[0]<<8, nil)[0]
		request(t, c, 0x21, setCurrent, control[1]<<8, control[0]<<8, le32(int(before)^1))
		if got := request(t, c, 0xa1, getCurrent, control[1]<<8, control[0]<<8, nil)[0]; got != before {
			t.Errorf("%s was set", what)
		}
	}
	c.Ignore(true)
	if c.Answers([8]byte{0xa1, getCurrent, 0, sysGain, 0, unitSystem}) || !c.Answers([8]byte{0xa1, getCurrent, 0, 2, 1, 0}) || !c.Answers([8]byte{0x80, 6}) {
		t.Error("it ignores other requests, or not these")
	}
}
