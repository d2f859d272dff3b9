package vision

import "lintel/firmware/thermal"

// Spot is a place of the five-spot pattern on a forehead. The zero value is the
// centre.
type Spot uint8

// The spots. Left and right are those of the image: what is left there is the
// visitor's right, unless the image is mirrored.
const (
	SpotCentre Spot = iota
	SpotLeft
	SpotRight
	SpotTop
	SpotBottom

	// Spots is the number of spots.
	Spots = 5
)

const (
	// foreheadInset is the share of the forehead box that is left out at each
	// side: a pixel or two of hair below the hairline reads low, one of an eye
	// socket reads high.
	foreheadInset = 0.15
	// spotSide is the least side of a spot in pixels, and spotShare its share of
	// the height that is measured: the study behind the thresholds took means
	// of 3x3 pixels (doi 10.3390/s22010215).
	spotSide  = 3
	spotShare = 0.25
	// faceInset is the share of the face box that is left out at each side for
	// its hottest place: what is left is the largest box inside the ellipse
	// that a face is, so that nothing behind the head is in it.
	faceInset = 0.147
)

// Regions are the places on a face whose temperature is taken, in pixels of the
// upright image. They lie inside the image where the face does.
type Regions struct {
	// Forehead is the part of the bare forehead that is measured, a margin
	// inside [Face].Forehead.
	Forehead thermal.Box
	// Spots is the five-spot pattern inside Forehead, indexed by [Spot].
	// Small foreheads have spots that overlap.
	Spots [Spots]thermal.Box
	// Centre is the middle half of Forehead.
	Centre thermal.Box
	// Face is where the hottest place of the face is looked for.
	Face thermal.Box
}

// regions lays out where a face is measured, whose forehead is measured inside a
// box.
func regions(box, measured thermal.Box) Regions {
	r := Regions{Forehead: measured, Face: box.Inset(faceInset)}
	in := r.Forehead
	r.Centre = in.Inset(0.25)
	side := max(spotSide, spotShare*in.Height())
	half := min(side, in.Width(), in.Height()) / 2
	m := in.Centre()
	for spot, at := range [Spots]thermal.Point{
		SpotCentre: m,
		SpotLeft:   {X: in.X0 + half, Y: m.Y},
		SpotRight:  {X: in.X1 - half, Y: m.Y},
		SpotTop:    {X: m.X, Y: in.Y0 + half},
		SpotBottom: {X: m.X, Y: in.Y1 - half},
	} {
		r.Spots[spot] = thermal.Box{X0: at.X - half, Y0: at.Y - half, X1: at.X + half, Y1: at.Y + half}
	}
	return r
}
