package vision

import (
	"time"

	"lintel/firmware/thermal"
)

// Face is one face found in the current frame.
type Face struct {
	// Track tells faces apart from frame to frame while they are in view. It
	// says nothing about who it is, and a number is never used again.
	Track int
	// Since is the time of the first frame in which this face was reported.
	Since time.Duration
	// Box is the face, Forehead the bare skin between brows (or the upper rim
	// of glasses) and hairline (or hat), both in pixels of the upright image.
	Box, Forehead thermal.Box
	// Regions are where the face is measured.
	Regions Regions
	// Score is how sure the detector is, 0 to 1.
	Score float64
	// Answers is what the network says of the face in this frame alone.
	Answers
	// Reject says why the forehead must not be measured in this frame;
	// [Usable] where it may.
	Reject Reject
}

// Answers is what the network says of a face beside its place: each the
// probability, 0 to 1, of what is named.
type Answers struct {
	// Bare: there is bare forehead to measure.
	Bare float64
	// Frontal: the face is turned to the camera.
	Frontal float64
	// Down: the face looks down.
	Down float64
	// Sharp: neither movement nor focus smears the face.
	Sharp float64
	// GlassesOverBrow: glasses cover a part of the forehead.
	GlassesOverBrow float64
}

// Usable says whether the forehead may be measured in this frame.
func (f *Face) Usable() bool { return f.Reject == Usable }

// Reject is the reason why a forehead is not measured. The zero value is
// unknown and counts as not usable.
type Reject uint8

// The reasons. [Gates] lists them with their limits; where several hold, the
// first there is given.
const (
	// Usable is no reason: the forehead may be measured.
	Usable Reject = iota + 1
	// TooFar: fewer pixels on the face or its forehead than a reading needs.
	TooFar
	// CutOff: the forehead reaches the edge of the image; its hottest part may
	// lie outside.
	CutOff
	// AtReference: the face is in front of the reference, which is as warm.
	AtReference
	// Turned: profile or back of the head.
	Turned
	// Covered: hat, fringe, hood or hand on the forehead.
	Covered
	// Moving: the face moves too fast for its forehead to be sampled.
	Moving
	// TooNear: the face takes so much of the image that what is on the head may
	// be out of view.
	TooNear
	// LookingDown: the forehead is seen at a flat angle.
	LookingDown
	// GlassesOverBrow: glasses are on the forehead.
	GlassesOverBrow
	// HotObject: something hotter than skin is where the forehead should be.
	HotObject
	// OutOfFocus: the face is smeared by the lens or by movement.
	OutOfFocus
	// NoContrast: what should be a forehead is no warmer than the room.
	NoContrast
)

// String names the reason as the replay does.
func (r Reject) String() string {
	switch r {
	case Usable:
		return "usable"
	case TooFar:
		return "too_far"
	case CutOff:
		return "cut_off"
	case AtReference:
		return "at_reference"
	case Turned:
		return "turned"
	case Covered:
		return "covered"
	case Moving:
		return "moving"
	case TooNear:
		return "too_near"
	case LookingDown:
		return "looking_down"
	case GlassesOverBrow:
		return "glasses_over_brow"
	case HotObject:
		return "hot_object"
	case OutOfFocus:
		return "out_of_focus"
	case NoContrast:
		return "no_contrast"
	default:
		return "unknown"
	}
}

// Result is what was found in one frame. It is reused from frame to frame.
type Result struct {
	// Faces lists every face found, the largest first.
	Faces []Face
	// Nobody says that nothing in the frame may be a face, not even one that is
	// too far away or too unsure to be among Faces, and that none was a moment
	// ago. False where it is not known.
	Nobody bool
	// Body is the silhouette: a bit a cell, set where somebody is. Images
	// longer than about 200 pixels have cells of several pixels.
	Body Mask
}

// Wipe overwrites the faces and the silhouette, so that nobody's outline stays
// in memory after the last frame was used.
func (r *Result) Wipe() {
	clear(r.Faces[:cap(r.Faces)])
	r.Faces = r.Faces[:0]
	clear(r.Body.Bits[:cap(r.Body.Bits)])
}

// empty makes r say that nobody is there, with room for everybody.
func (r *Result) empty() {
	if cap(r.Faces) < maxFaces {
		r.Faces = make([]Face, 0, maxFaces)
	}
	clear(r.Faces) // who has left stays in no spare capacity
	r.Faces = r.Faces[:0]
	r.Nobody = false
	clear(r.Body.Bits)
}

// Mask is one bit a cell, row by row, each row padded to whole bytes; the
// first cell of a byte is its highest bit.
type Mask struct {
	Width, Height int
	Bits          []byte
}

// Stride returns the bytes in a row.
func (m *Mask) Stride() int { return (m.Width + 7) / 8 }

// At says whether the cell in column x and row y is set.
func (m *Mask) At(x, y int) bool {
	return m.Bits[y*m.Stride()+x/8]&(0x80>>(x%8)) != 0
}

// resize makes the mask width x height cells, none set.
func (m *Mask) resize(width, height int) {
	m.Width, m.Height = width, height
	n := m.Stride() * height
	if cap(m.Bits) < n {
		m.Bits = make([]byte, n)
	}
	m.Bits = m.Bits[:n]
	clear(m.Bits)
}

func (m *Mask) set(x, y int) { m.Bits[y*m.Stride()+x/8] |= 0x80 >> (x % 8) }
