package vision

import (
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

// The gates. A forehead that fails one is never measured.
const (
	// minFaceWidth in pixels: the forehead of such a face has about 16x9
	// pixels, and the visitor has come to the kiosk rather than walking up.
	minFaceWidth = 24
	// keepFaceWidth is where a face that was near enough becomes too far: the
	// width of somebody who stands still trembles by a pixel or two.
	keepFaceWidth = 21
	// minForeheadWidth in pixels: size-of-source effects make anything
	// narrower than about 10 pixels read low (doi 10.3390/s21020607).
	minForeheadWidth = 10
	// minForeheadHeight in pixels: the 3x3 mean that is measured, and half a
	// pixel of the lens's blur on either side.
	minForeheadHeight = 4
	// maxFace is the share of the image's width or height that a face takes at
	// most: beyond it hairline and hat are soon out of view, and lenses of fixed
	// focus are not sharp so near.
	maxFace = 0.7
	// minFrontal, maxDown, minBare, maxGlasses and minSharp bound the network's
	// probabilities, those of the frame and the smoothed ones. A head turns
	// within a frame or two: of minFrontal only the frame is asked. minBare is
	// low, because the second network sees better what covers a forehead.
	minFrontal = 0.5
	maxDown    = 0.5
	minBare    = 0.2
	maxGlasses = 0.5
	minSharp   = 0.5
	// minWorn bounds the second network's probability of a bare forehead, that
	// of the frame and the smoothed one.
	minWorn = 0.5
	// minMeasured is the least width and height, in pixels, and minRows the
	// least height, in rows of the second network's crop, of what is left to be
	// measured: where a hat ends just above the brows, next to nothing is.
	minMeasured = 2
	minRows     = 2
	// minSkin is the share of the measured pixels that are as warm as the skin
	// among them: a finger, a lock or a rim takes more than a tenth.
	minSkin = 0.9
	// maxBelow in kelvin: how much colder than the warmest of the face below it
	// a forehead is at most. Of 4,574 rounds of a clinical study 1 in 1,000 has
	// more than 3.3 K between face and forehead (doi 10.13026/3bhc-9065); more is
	// a hat or hair.
	maxBelow = 3.5
	// maxAbove in kelvin: how much warmer than the warmest of the face below it
	// a forehead is at most. In the field recordings it is up to 1.1 K, behind
	// glasses and a mask up to what cloth and skin differ by; more is a lamp or
	// a cup.
	maxAbove = 6.0
	// maxOver in kelvin: how much warmer than the middle of the face below it a
	// forehead is at most. A mask warmed by the breath is up to 8 K colder in a
	// heated room; more is a lamp that reaches into the face's box too.
	maxOver = 12.0
	// minWarm in kelvin: how much warmer than the room a forehead is at least;
	// bodies are told from walls by the same.
	minWarm = bodyKelvin
	// maxSpeed in face widths a second: beyond it, the exposure of a
	// microbolometer (about 10 ms time constant) smears the forehead.
	maxSpeed = 3.0
)

// Gate is one line of the table of gates.
type Gate struct {
	Reject Reject
	// Quantity is what is compared, Limit and Unit where it is refused: below
	// Limit, or above it where Above is set.
	Quantity string
	Above    bool
	Limit    float64
	Unit     string
}

// Gates lists every gate of this room, in the order in which they are tried.
func Gates() []Gate {
	const most = true
	return []Gate{
		{TooFar, fmt.Sprintf("width of the face, %d px once it was near enough,", keepFaceWidth), !most, minFaceWidth, "px"},
		{TooNear, "width or height of the face", most, maxFace, "of the image"},
		{CutOff, "distance of the forehead from the edge of the image", !most, 1, "cell of the detector, 1 px on images up to 240 px"},
		{AtReference, "distance of the face from the middle of the reference", !most, hideMargin, "radii"},
		{Turned, "probability of facing the camera: not turned by more than about 20 degrees", !most, minFrontal, ""},
		{LookingDown, "probability of looking down by more than about 25 degrees", most, maxDown, ""},
		{GlassesOverBrow, "probability of glasses on the forehead", most, maxGlasses, ""},
		{Covered, "probability of a bare forehead", !most, minBare, ""},
		{HotObject, "forehead over the warmest of the face below it", most, maxAbove, "K"},
		{HotObject, "forehead over the middle of the face below it", most, maxOver, "K"},
		{NoContrast, "forehead over the coolest fifth of the image", !most, minWarm, "K"},
		{Moving, "speed", most, maxSpeed, "face widths a second"},
		{OutOfFocus, "probability of a sharp face", !most, minSharp, ""},
		{Covered, "probability of a bare forehead, by the second network,", !most, minWorn, ""},
		{Covered, "width of the forehead", !most, minForeheadWidth, "px"},
		{Covered, "height of the forehead", !most, minForeheadHeight, "px"},
		{Covered, "warmest of the face below it over the forehead", most, maxBelow, "K"},
		{Covered, "pixels as warm as the skin among them", !most, minSkin, "of those measured"},
		{Covered, "width and height of what is left to be measured", !most, minMeasured, "px"},
		{Covered, "its height", !most, minRows, "rows of the second network's crop"},
	}
}

// sight is what the gates look at.
type sight struct {
	*track
	// width and height are those of the image, in pixels.
	width, height int
	// cut says that the forehead reaches the edge of the image.
	cut       bool
	drawn     thermal.Box // the forehead as the second network drew it
	forehead  thermal.Box // as fitted to the image
	measured  thermal.Box // what is left of it for measuring
	skin      skin
	reference thermal.Circle
}

// judge returns why a forehead must not be measured, or Usable, by what the
// first network and the image say; see judgeForehead.
func judge(s *sight) Reject {
	box := s.now.box
	switch {
	case !s.nearEnough():
		// A head that is turned aside is narrow and no further away for that.
		if s.size() >= minFaceWidth && s.turned() {
			return Turned
		}
		return TooFar
	case box.Width() > maxFace*float64(s.width), box.Height() > maxFace*float64(s.height):
		return TooNear
	case s.cut:
		return CutOff
	case overlaps(box, s.reference):
		return AtReference
	case s.turned():
		return Turned
	case !(s.most(func(a Answers) float64 { return a.Down }) <= maxDown):
		return LookingDown
	case !(s.most(func(a Answers) float64 { return a.GlassesOverBrow }) <= maxGlasses):
		return GlassesOverBrow
	case !(s.least(func(a Answers) float64 { return a.Bare }) >= minBare):
		return Covered
	case s.unlikeSkin() != Usable:
		return s.unlikeSkin()
	case s.speed() > maxSpeed:
		return Moving
	case !(s.least(func(a Answers) float64 { return a.Sharp }) >= minSharp):
		return OutOfFocus
	default:
		return Usable
	}
}

// judgeForehead is judge for the forehead that the second network drew and for
// what is to be measured of it.
func judgeForehead(s *sight) Reject {
	switch {
	case !s.looks.bare(), !(s.forehead.Width() >= minForeheadWidth), !(s.forehead.Height() >= minForeheadHeight),
		!(s.drawn.Height() >= minForeheadHeight):
		return Covered
	case s.unlikeSkin() != Usable:
		return s.unlikeSkin()
	case s.skin.below > maxBelow, !(s.skin.share >= minSkin),
		!(s.measured.Width() >= minMeasured), !(s.measured.Height() >= s.leastHeight()):
		return Covered
	default:
		return Usable
	}
}

// leastHeight returns the least height of what is left to be measured, in
// pixels.
func (s *sight) leastHeight() float64 {
	return math.Max(minMeasured, minRows*cropTall/CropRows*s.now.box.Width())
}

// unlikeSkin says why what is taken for a forehead is none by its temperature.
func (s *sight) unlikeSkin() Reject {
	switch {
	case s.skin.below < -maxAbove, s.skin.over > maxOver:
		return HotObject
	case !(s.skin.warm >= minWarm):
		return NoContrast
	default:
		return Usable
	}
}

func (s *sight) turned() bool { return !(s.now.frontal >= minFrontal) }

// nearEnough says whether the face has the width that a reading needs.
func (s *sight) nearEnough() bool {
	least := float64(minFaceWidth)
	if s.near {
		least = keepFaceWidth
	}
	s.near = s.now.box.Width() >= least
	return s.near
}

// least and most return the lower and the higher of the frame's answer and the
// smoothed one.
func (s *sight) least(of func(Answers) float64) float64 {
	return math.Min(of(s.now.answers()), of(s.smooth))
}

func (s *sight) most(of func(Answers) float64) float64 {
	return math.Max(of(s.now.answers()), of(s.smooth))
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
