package vision

import (
	"math"

	"lintel/firmware/thermal"
)

// The gates. A forehead that fails one is never measured.
const (
	// minForeheadWidth in pixels: size-of-source effects make anything
	// narrower than about 10 pixels read low (doi 10.3390/s21020607).
	minForeheadWidth = 10
	// minForeheadHeight in pixels: less than the 3x3 mean that is measured is
	// no forehead.
	minForeheadHeight = 3
	// minFaceWidth in pixels: the forehead of such a face has about 16x9
	// pixels, and the visitor has come to the kiosk rather than walking up.
	minFaceWidth = 24
	// minBare and minFrontal are the network's confidence, that of the frame
	// and the smoothed one.
	minBare    = 0.5
	minFrontal = 0.5
	// maxSpeed in face widths a second: beyond it, the exposure of a
	// microbolometer (about 10 ms time constant) smears the forehead.
	maxSpeed = 3.0
)

// judge returns why the forehead of t must not be measured, or Usable. cut says
// that the forehead reaches the edge of the image.
func judge(t *track, cut bool, reference thermal.Circle) Reject {
	switch {
	case t.now.box.Width() < minFaceWidth:
		return TooFar
	case cut:
		return CutOff
	case t.now.forehead.Width() < minForeheadWidth:
		return TooFar
	case overlaps(t.now.box, reference):
		return AtReference
	case t.frontal < minFrontal || t.now.frontal < minFrontal:
		return Turned
	case t.bare < minBare || t.now.bare < minBare || t.now.forehead.Height() < minForeheadHeight:
		return Covered
	case t.speed() > maxSpeed:
		return Moving
	default:
		return Usable
	}
}

// overlaps says whether the reference, with its blurred edge, reaches into the
// box.
func overlaps(b thermal.Box, reference thermal.Circle) bool {
	if reference.R <= 0 {
		return false
	}
	dx := reference.X - min(max(reference.X, b.X0), b.X1)
	dy := reference.Y - min(max(reference.Y, b.Y0), b.Y1)
	return math.Hypot(dx, dy) < reference.R*hideMargin
}
