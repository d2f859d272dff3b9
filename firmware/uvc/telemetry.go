package uvc

import (
	"encoding/binary"
	"time"

	"lintel/firmware/thermal"
)

// ffcState is what a Lepton says of its flat-field correction.
type ffcState uint8

// The states as the Lepton numbers them.
const (
	ffcNever ffcState = iota
	ffcImminent
	ffcRunning
	ffcDone
)

// footer is what the telemetry rows of a Lepton say. The words are those of
// rows A and C (FLIR Lepton engineering datasheet, "Telemetry modes"); 32-bit
// numbers have their low word first.
type footer struct {
	uptime   time.Duration
	status   uint32
	counter  uint32 // of frames
	sensor   uint16 // temperature in 0.01 K
	lastFFC  time.Duration
	lowGain  bool
	linear   bool // counts are temperatures
	fine     bool // of 0.01 K, not of 0.1 K
	hasModes bool
}

// Places in the rows, in words.
const (
	wordUptime  = 1
	wordStatus  = 3
	wordCounter = 20
	wordSensor  = 24
	wordLastFFC = 30
	rowWords    = 80 // of one telemetry row

	wordGain   = 2*rowWords + 6  // effective gain
	wordLinear = 2*rowWords + 48 // TLinear
	wordFine   = 2*rowWords + 49 // its resolution
)

// parseFooter reads the telemetry rows. ok is false where they are too few, or
// cannot be those of a Lepton.
func parseFooter(rows []byte) (f footer, ok bool) {
	if len(rows) < 2*rowWords {
		return f, false
	}
	word := func(i int) uint16 { return binary.LittleEndian.Uint16(rows[2*i:]) }
	double := func(i int) uint32 { return uint32(word(i)) | uint32(word(i+1))<<16 }
	f = footer{
		uptime:  time.Duration(double(wordUptime)) * time.Millisecond,
		status:  double(wordStatus),
		counter: double(wordCounter),
		sensor:  word(wordSensor),
		lastFFC: time.Duration(double(wordLastFFC)) * time.Millisecond,
	}
	if len(rows) >= 2*(wordFine+1) {
		f.hasModes = true
		f.lowGain, f.linear, f.fine = word(wordGain) == 1, word(wordLinear) == 1, word(wordFine) == 1
	}
	// A sensor works between 233 and 373 K; rows that hold pixels rarely say so.
	ok = f.sensor > 23300 && f.sensor < 37300 && f.lastFFC <= f.uptime && f.uptime > 0
	return f, ok
}

func (f *footer) ffc() ffcState { return ffcState(f.status >> 4 & 3) }

// wantsFFC says that the camera asks for a correction: its temperature moved.
func (f *footer) wantsFFC() bool { return f.status>>3&1 == 1 }

// telemetry puts the footer in the words of every room.
func (f *footer) telemetry() thermal.Telemetry {
	t := thermal.Telemetry{
		Uptime: f.uptime, HasUptime: true,
		Sensor: thermal.Celsius(float64(f.sensor)/100) + thermal.AbsoluteZero, HasSensor: true,
	}
	if f.ffc() == ffcDone {
		t.SinceFFC, t.HasSinceFFC = f.uptime-f.lastFFC, true
	}
	return t
}
