package uvc

import (
	"bytes"
	"hash/maphash"

	"lintel/firmware/thermal"
)

const (
	// tornRows is how many rows in a block must be those of the frame before for
	// a frame to be torn. Even where a camera filters so much that half of the
	// pixels stay as they were, no whole row of a live image does.
	tornRows = 6
	// stuckFrames is in how many frames running a row must be the same for it to be
	// stuck.
	stuckFrames = 3
	// stuckShare is one row in how many may be stuck and filled in.
	stuckShare = 60
	// extraPixels is by how many an image is shifted that has 8 bytes before it,
	// as users of the TC001 report.
	extraPixels = 4
	// shiftFrames is how many frames in a row must have a seam: one may be the
	// edge of a door.
	shiftFrames = 5
)

// inspector finds what is wrong with single frames. It keeps the bytes of the
// frame before.
type inspector struct {
	profile *Profile
	before  []byte
	have    bool // before is a frame
	seed    maphash.Seed
	sum     uint64  // of the temperatures of the frame before; outlives forget
	shifts  int     // frames in a row with a seam
	same    []uint8 // by row: in how many frames running it was that of the frame before
	stuck   []int   // the rows that are
	columns []uint32
}

func newInspector(p *Profile) *inspector {
	return &inspector{profile: p, before: make([]byte, p.bytes()), seed: maphash.MakeSeed(), same: make([]uint8, p.rows()), stuck: make([]int, 0, p.rows()), columns: make([]uint32, p.Width)}
}

// forget overwrites the frame before. A camera that is restarted and sends it
// once more is found out all the same.
func (in *inspector) forget() {
	clear(in.before)
	clear(in.same)
	in.have, in.shifts, in.stuck = false, 0, in.stuck[:0]
}

// bytes judges a frame by its bytes alone, and keeps them.
func (in *inspector) bytes(frame []byte, wrong bool) defect {
	switch {
	case wrong && len(frame) >= in.profile.bytes():
		return flagged
	case len(frame) < in.profile.bytes():
		return short
	case len(frame) > in.profile.bytes():
		// Nobody knows which of the bytes are the image.
		return shifted
	}
	d := none
	sum := maphash.Bytes(in.seed, in.profile.temperatureRows(frame))
	switch {
	case sum == in.sum:
		d = repeated
	case in.have:
		d = in.against(frame)
	}
	copy(in.before, frame)
	in.have, in.sum = true, sum
	return d
}

// against looks for parts of the frame before. Only temperatures count: a camera
// numbers repeated frames as if they were new.
func (in *inspector) against(frame []byte) defect {
	p := in.profile
	now, before := p.temperatureRows(frame), p.temperatureRows(in.before)
	line := 2 * p.Width
	block, longest := 0, 0
	in.stuck = in.stuck[:0]
	for y := range p.rows() {
		i := y * line
		if !bytes.Equal(now[i:i+line], before[i:i+line]) {
			block, in.same[y] = 0, 0
			continue
		}
		if in.same[y] = min(in.same[y]+1, stuckFrames); in.same[y] == stuckFrames {
			in.stuck = append(in.stuck, y)
		}
		block++
		longest = max(longest, block)
	}
	switch {
	case !in.fillable():
		return stuck
	case longest >= min(tornRows, p.rows()/2):
		return torn
	default:
		return none
	}
}

// fillable says that the rows that are stuck are few, and those beside each are
// good, so that these tell what it should read.
func (in *inspector) fillable() bool {
	for i, y := range in.stuck {
		if i > 0 && in.stuck[i-1] == y-1 {
			return false
		}
	}
	return len(in.stuck) <= in.profile.rows()/stuckShare
}

// counts judges a frame by what its counts say.
func (in *inspector) counts(c []uint16) defect {
	if in.profile.Scale == 0 {
		return notRadiometric
	}
	if d := plausible(c, in.profile.Scale); d != none {
		return d
	}
	if in.foreign(c) {
		return shifted
	}
	if !in.seam(c) {
		in.shifts = 0
		return none
	}
	if in.shifts = min(in.shifts+1, shiftFrames); in.shifts < shiftFrames {
		return none
	}
	return shifted
}

// A frame whose median lies outside these shows no place where people are. The
// limits are the widest operating range of the cameras on sale (FLIR Lepton: -40
// to +80 degC ambient) and far beyond it at the top.
const (
	coldest thermal.Celsius = -40
	hottest thermal.Celsius = 120
)

// coarser returns the factor by which a count means more in low gain: ten on a
// Lepton (0.1 K), four on InfiRay (1/16 K).
func coarser(s thermal.CountScale) float64 {
	if s == thermal.Kelvin64 {
		return 4
	}
	return 10
}

// plausible says whether the counts are temperatures of the scale. Where they
// would be in low gain, that is what is wrong.
func plausible(c []uint16, scale thermal.CountScale) defect {
	low, high := scale.Counts(coldest), scale.Counts(hottest)
	if medianWithin(c, low, high) {
		return none
	}
	if k := coarser(scale); medianWithin(c, low/k, high/k) {
		return wrongGain
	}
	return notRadiometric
}

// medianWithin says whether the median lies within the limits. It needs no
// sorting: the median lies below when more than half do.
func medianWithin(c []uint16, low, high float64) bool {
	l, h := uint16(max(low, 0)), uint16(min(high, 65535))
	below, above := 0, 0
	for _, v := range c {
		if v < l {
			below++
		}
		if v > h {
			above++
		}
	}
	return 2*below <= len(c) && 2*above <= len(c)
}

// foreign says whether the first pixels are no temperatures while those after
// them are: something comes before the image.
func (in *inspector) foreign(c []uint16) bool {
	low, high := in.profile.Scale.Counts(coldest), in.profile.Scale.Counts(hottest)
	for i, v := range c[:2*extraPixels] {
		if temperature := float64(v) >= low && float64(v) <= high; temperature != (i >= extraPixels) {
			return false
		}
	}
	return true
}

// seam says whether the end of each row goes on smoothly in the next, and breaks
// off after these pixels.
func (in *inspector) seam(c []uint16) bool {
	w := in.profile.Width
	if w < 4*extraPixels {
		return false
	}
	clear(in.columns)
	for i := w; i < len(c); i++ {
		d := int32(c[i]) - int32(c[i-1])
		in.columns[i%w] += uint32(max(d, -d))
	}
	// The steps around the seam are the measure of smoothness.
	smooth := uint32(0)
	for x := 1; x < 3*extraPixels; x++ {
		if x != extraPixels {
			smooth = max(smooth, in.columns[x], in.columns[w-x])
		}
	}
	return in.columns[extraPixels] > 4*smooth && in.columns[0] < 2*smooth
}
