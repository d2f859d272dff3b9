package uvc

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"time"
)

// fakeHost is a machine with one camera and a clock of its own, on which hours
// pass at once.
type fakeHost struct {
	clock     time.Duration
	cameras   []Camera
	sizes     []Size
	paint     func(n uint32, frame []byte)   // draws frame n
	spoil     func(n uint32, b *buffer) bool // false: nothing is sent
	rate      time.Duration                  // between frames
	unplugged bool
	limit     int // how many frames wait at most; 0 for any number
	refuse    func(unit, selector, request byte) error

	log    []string // what was done to the camera
	opened int      // devices open now
	sent   uint32
	lens   *fakeLepton
}

// fakeLepton answers commands.
type fakeLepton struct {
	values map[[2]byte][]byte
	ffc    int
}

func newFakeLepton() *fakeLepton {
	n := func(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }
	mode := make([]byte, ffcModeBytes)
	mode[0] = ffcAuto
	return &fakeLepton{values: map[[2]byte][]byte{
		{6, sysSerial}: {0xef, 0xbe, 0xad, 0xde, 0, 0, 0, 0}, {6, sysUptime}: n(90_000), {6, sysFFCMode}: mode, {6, sysGain}: n(1),
		{5, radEnable}: n(0), {5, radLinear}: n(0), {5, radLinearRes}: n(0),
	}}
}

func leptonUnits() []Unit {
	var s, r Unit
	s.ID, r.ID = 6, 5
	copy(s.GUID[:], unitSystem)
	copy(r.GUID[:], unitRadiometry)
	return []Unit{r, s}
}

// newFakeHost returns a machine with a camera of the profile.
func newFakeHost(name string) *fakeHost {
	p, err := FindProfile(name)
	if err != nil {
		panic(err)
	}
	if p.Width == 0 {
		p.Width, p.Height = 64, 48
	}
	c := Camera{Node: "/dev/video0", Serial: "7", USB: USBID{1, 1}}
	if len(p.USB) > 0 {
		c.USB = p.USB[0]
	}
	h := &fakeHost{clock: time.Hour, cameras: []Camera{c}, sizes: []Size{{p.Format, p.Width, p.Height}}, rate: time.Second / 9}
	h.paint = func(n uint32, frame []byte) { drawRoom(&p, n, frame) }
	return h
}

// drawRoom is a room with noise, of a camera with the profile.
func drawRoom(p *Profile, n uint32, frame []byte) {
	rng := rand.New(rand.NewPCG(uint64(n), 1))
	per := 100.0
	if k := p.Scale.KelvinPerCount(); k > 0 {
		per = 1 / k
	}
	order := binary.ByteOrder(binary.LittleEndian)
	if p.BigEndian {
		order = binary.BigEndian
	}
	for i := range len(frame) / 2 {
		x, y := i%p.Width, i/p.Width
		t := 295.15 + 0.02*float64(x) - 0.01*float64(y) + 0.05*rng.NormFloat64()
		order.PutUint16(frame[2*i:], uint16(t*per))
	}
	if p.Footer == LeptonFooter {
		putFooter(frame[2*(p.Top+p.Rows)*p.Width:], n, ffcDone, time.Duration(n)*time.Second/9+10*time.Minute, time.Minute)
	}
}

// putFooter writes telemetry rows.
func putFooter(rows []byte, counter uint32, state ffcState, uptime, lastFFC time.Duration) {
	clear(rows)
	put := func(i int, v uint16) { binary.LittleEndian.PutUint16(rows[2*i:], v) }
	put2 := func(i int, v uint32) { put(i, uint16(v)); put(i+1, uint16(v>>16)) }
	put2(wordUptime, uint32(uptime.Milliseconds()))
	put2(wordStatus, uint32(state)<<4)
	put2(wordCounter, counter)
	put(wordSensor, 30315)
	put2(wordLastFFC, uint32(lastFFC.Milliseconds()))
	put(wordLinear, 1)
	put(wordFine, 1)
}

func (h *fakeHost) list() ([]Camera, error) {
	if h.unplugged {
		return nil, nil
	}
	return slices.Clone(h.cameras), nil
}

func (h *fakeHost) offers(*Camera) ([]Size, error) { return h.sizes, nil }
func (h *fakeHost) now() time.Duration             { return h.clock }
func (h *fakeHost) sleep(d time.Duration)          { h.clock += d }

func (h *fakeHost) open(_ *Camera, p *Profile) (device, error) {
	if h.unplugged {
		return nil, ErrNoCamera
	}
	h.log = append(h.log, "open")
	h.opened++
	return &fakeDevice{host: h, frame: make([]byte, p.bytes()), next: h.clock}, nil
}

func (h *fakeHost) reset(*Camera) error {
	h.log = append(h.log, "reset")
	return nil
}

// fakeDevice is the camera while it is open.
type fakeDevice struct {
	host     *fakeHost
	frame    []byte
	sequence uint32
	next     time.Duration
	on       bool
}

func (d *fakeDevice) start() error {
	d.host.log = append(d.host.log, "start")
	d.on = true
	return nil
}

func (d *fakeDevice) stop() error {
	d.host.log = append(d.host.log, "stop")
	d.on = false
	return nil
}

func (d *fakeDevice) dequeue(b *buffer, within time.Duration) error {
	h := d.host
	if h.unplugged {
		return errGone
	}
	if !d.on || d.next > h.clock+within {
		h.clock += within
		return errTimeout
	}
	if n := h.limit; n > 0 {
		// No more than these wait.
		for d.next+time.Duration(n)*h.rate < h.clock-h.rate {
			d.next += h.rate
			d.sequence++
		}
	}
	h.clock = max(h.clock, d.next)
	d.next += h.rate
	h.paint(h.sent, d.frame)
	*b = buffer{bytes: d.frame, sequence: d.sequence, stamp: h.clock}
	n := h.sent
	h.sent++
	d.sequence++
	if h.spoil != nil && !h.spoil(n, b) {
		return errTimeout
	}
	return nil
}

func (d *fakeDevice) requeue(*buffer) error { return nil }

func (d *fakeDevice) query(unit, selector, request byte, data []byte) error {
	h := d.host
	if h.refuse != nil {
		if err := h.refuse(unit, selector, request); err != nil {
			return err
		}
	}
	if h.lens == nil {
		return errors.New("no such control")
	}
	if request == setCurrent && unit == 6 && selector == sysRunFFC {
		h.lens.ffc++
		return nil
	}
	v := h.lens.values[[2]byte{unit, selector}]
	if len(v) != len(data) {
		return errors.New("a wrong length")
	}
	if request == setCurrent {
		copy(v, data)
	} else {
		copy(data, v)
	}
	return nil
}

func (d *fakeDevice) close() error {
	d.host.log = append(d.host.log, "close")
	d.host.opened--
	return nil
}
