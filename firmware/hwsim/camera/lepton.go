package camera

import (
	"encoding/binary"
	"time"
)

// Requests (USB Device Class Definition for Video Devices 1.5, table A-8).
const (
	setCurrent = 0x01
	getCurrent = 0x81
	getMin     = 0x82
	getMax     = 0x83
	getStep    = 0x84
	getLength  = 0x85
	getInfo    = 0x86
	getDefault = 0x87
)

// Controls of the units, as a PureThermal numbers them.
const (
	sysSerial    = 3
	sysUptime    = 4
	sysFFCMode   = 16
	sysRunFFC    = 17
	sysGain      = 19
	radEnable    = 5
	radLinear    = 49
	radLinearRes = 50
)

// shutterTime is how long a flat-field correction takes.
const shutterTime = 1600 * time.Millisecond

// notice is how long before a correction of its own accord the telemetry says so.
const notice = 600 * time.Millisecond

// step is by how many counts the readings change with a correction.
const step = 40

// lepton is the camera module behind a PureThermal board. After power-on it is
// not radiometric and in low gain, so that whoever reads it must see to that.
type lepton struct {
	values map[[2]byte][]byte
	ffc    time.Time // when the last correction began, or will begin
	before time.Time // the one before
	ffcs   int
	keeps  [2]byte // the control that it does not let be set, the zero value for none
}

func newLepton() lepton {
	mode := make([]byte, 32)
	mode[0] = 1 // automatic
	return lepton{values: map[[2]byte][]byte{
		{unitSystem, sysSerial}:        {0x17, 0xf0, 0x01, 0, 0, 0, 0, 0},
		{unitSystem, sysUptime}:        le32(0),
		{unitSystem, sysFFCMode}:       mode,
		{unitSystem, sysRunFFC}:        {0},
		{unitSystem, sysGain}:          le32(1),
		{unitRadiometry, radEnable}:    le32(0),
		{unitRadiometry, radLinear}:    le32(0),
		{unitRadiometry, radLinearRes}: le32(0),
	}}
}

// control answers a request to an extension unit.
func (l *lepton) control(unit, selector, request byte, out []byte, c *Camera) ([]byte, bool) {
	key := [2]byte{unit, selector}
	v, there := l.values[key]
	if !there {
		v = []byte{0, 0}
	}
	if key == [2]byte{unitSystem, sysUptime} {
		binary.LittleEndian.PutUint32(v, uint32(c.now().Sub(c.booted).Milliseconds()))
	}
	switch request {
	case getLength:
		return le16(len(v)), true
	case getInfo:
		return []byte{3}, true
	case getMin, getDefault, getStep:
		return make([]byte, len(v)), true
	case getMax:
		return v, true
	case getCurrent:
		return v, true
	case setCurrent:
		if len(out) != len(v) {
			return nil, false
		}
		if key == [2]byte{unitSystem, sysRunFFC} {
			l.correct(c, c.now())
			return nil, true
		}
		if key != l.keeps {
			copy(v, out)
		}
		c.tell("control")
		return nil, true
	default:
		return nil, false
	}
}

// correct begins a flat-field correction at a time.
func (l *lepton) correct(c *Camera, at time.Time) {
	l.before, l.ffc = l.ffc, at
	l.ffcs++
	c.tell("ffc")
}

func (l *lepton) number(unit, selector byte) uint32 {
	return binary.LittleEndian.Uint32(l.values[[2]byte{unit, selector}])
}

// closed says that the shutter is closed.
func (l *lepton) closed(now time.Time) bool {
	return l.ffcs > 0 && !now.Before(l.ffc) && now.Sub(l.ffc) < shutterTime
}

// respond turns simulated centikelvin into what the module sends.
func (l *lepton) respond(counts []uint16) {
	linear := l.number(unitRadiometry, radEnable) == 1 && l.number(unitRadiometry, radLinear) == 1
	coarse := l.number(unitRadiometry, radLinearRes) == 0 || l.number(unitSystem, sysGain) == 1
	for i, v := range counts {
		switch {
		case !linear:
			v = v/4 + 600
		case coarse:
			v /= 10
		case l.ffcs%2 == 1:
			v += step
		}
		counts[i] = v
	}
}

// footer writes the telemetry rows of frame n (FLIR Lepton engineering
// datasheet, telemetry rows A and C).
func (l *lepton) footer(rows []byte, n uint32, booted, now time.Time) {
	clear(rows)
	word := func(i int, v uint16) { binary.LittleEndian.PutUint16(rows[2*i:], v) }
	double := func(i int, v uint32) {
		word(i, uint16(v))
		word(i+1, uint16(v>>16))
	}
	state, last := uint32(0), time.Duration(0)
	if l.ffcs > 0 {
		state, last = 3, l.ffc.Sub(booted)
		if now.Before(l.ffc) {
			state, last = 1, max(l.before.Sub(booted), 0)
		}
	}
	word(0, 14)
	double(1, uint32(now.Sub(booted).Milliseconds()))
	double(3, state<<4)
	double(20, 3*n)
	word(24, 30515)
	double(30, uint32(last.Milliseconds()))
	const rowC = 160
	word(rowC+5, uint16(l.number(unitSystem, sysGain)))
	word(rowC+6, uint16(l.number(unitSystem, sysGain)))
	word(rowC+48, uint16(l.number(unitRadiometry, radLinear)))
	word(rowC+49, uint16(l.number(unitRadiometry, radLinearRes)))
}
