package uvc

import (
	"fmt"
	"strings"
)

// defect is what is wrong with a single frame.
type defect uint8

// The defects; none is a good frame.
const (
	none defect = iota
	short
	flagged
	repeated
	torn
	shifted
	stuck   // a part of it stays as it was
	shutter // taken while the flat field was being corrected
	notRadiometric
	wrongGain
)

// fault returns the fault that only frames of this defect amount to.
func (d defect) fault() Fault {
	switch d {
	case repeated, stuck:
		return Frozen
	case short, flagged, torn:
		return Damaged
	case shifted:
		return Shifted
	case notRadiometric:
		return NotRadiometric
	case wrongGain:
		return Gain
	default:
		return Silent
	}
}

// Counts says what became of the frames since the source was opened. Nothing in
// it is about what they show.
type Counts struct {
	// Good frames were delivered.
	Good uint64
	// Short frames lack bytes, Flagged ones the driver marked as wrong.
	Short, Flagged uint64
	// Repeated frames are those before them once more, Torn ones have a part of
	// it, Shifted ones do not begin where they should.
	Repeated, Torn, Shifted uint64
	// Stuck frames have rows that stay as they were. Filled ones have few, filled in
	// from the rows beside them, and are among the good ones.
	Stuck, Filled uint64
	// Shutter frames were taken during a flat-field correction.
	Shutter uint64
	// NotRadiometric frames hold no temperatures, Gain ones those of another
	// scale.
	NotRadiometric, Gain uint64
	// Missing frames were numbered and not delivered by the driver: it drops what
	// is damaged, or had no room.
	Missing uint64
	// Overtaken frames were whole, and a newer one was there.
	Overtaken uint64
	// Outages counts how often the frames stayed away, Restarts and Resets what
	// was done about it.
	Outages, Restarts, Resets uint64
	// Corrections were asked of the camera, Refused commands not taken by it.
	Corrections, Refused uint64
}

// of returns the counter of a defect.
func (c *Counts) of(d defect) *uint64 {
	switch d {
	case short:
		return &c.Short
	case flagged:
		return &c.Flagged
	case repeated:
		return &c.Repeated
	case torn:
		return &c.Torn
	case shifted:
		return &c.Shifted
	case stuck:
		return &c.Stuck
	case shutter:
		return &c.Shutter
	case notRadiometric:
		return &c.NotRadiometric
	case wrongGain:
		return &c.Gain
	default:
		return &c.Good
	}
}

// String lists what is not zero.
func (c Counts) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d good", c.Good)
	for _, n := range []struct {
		word string
		n    uint64
	}{
		{"short", c.Short},
		{"flagged", c.Flagged},
		{"repeated", c.Repeated},
		{"torn", c.Torn},
		{"shifted", c.Shifted},
		{"with stuck rows", c.Stuck},
		{"with stuck rows filled in", c.Filled},
		{"during corrections", c.Shutter},
		{"not radiometric", c.NotRadiometric},
		{"of another gain", c.Gain},
		{"missing", c.Missing},
		{"overtaken", c.Overtaken},
		{"outages", c.Outages},
		{"restarts", c.Restarts},
		{"resets", c.Resets},
		{"corrections", c.Corrections},
		{"commands refused", c.Refused},
	} {
		if n.n > 0 {
			fmt.Fprintf(&b, ", %d %s", n.n, n.word)
		}
	}
	return b.String()
}
