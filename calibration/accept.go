package calibration

import "math"

// Bounds of a disc that is taken for a reference. A real disc is round, even,
// sharp-edged and warmer than what surrounds it on every side; heads, cups and
// lamps fail one or more by far. Lengths scale with the radius and levels with
// the contrast, so the bounds hold for any camera; each leaves a margin for a
// disc seen askew, smaller or with less contrast.
const (
	maxUncovered  = 0.1   // part of the rays without a good edge
	maxResidual   = 0.025 // rms distance of the edge from an ellipse / radius
	leastResidual = 0.1   // pixels: what the pixel grid alone does
	maxFlattening = 0.12  // 1.27 to 1 between the axes: seen 38 degrees askew
	maxUneven     = 0.2   // spread of the inner part / contrast
	maxTilt       = 0.12  // one side of the inner part against the rest / contrast
	minWeakest    = 0.5   // contrast of the weakest eighth of the ring / contrast
	minSharp      = 0.55  // contrast within the edge / contrast
)

// criteria is the number of figures by which a disc is accepted.
const criteria = 8

// criterionNames names them, in the order of ratios.
func criterionNames() [criteria]string {
	return [criteria]string{"uncovered", "residual", "flattening", "uneven", "tilt", "weakest", "sharp", "contrast"}
}

// ratios returns every figure of the disc as a part of its bound: the disc is
// accepted where all are at most 1. least is the smallest contrast in counts.
func (d *disc) ratios(least float64) [criteria]float64 {
	contrast := math.Max(d.contrast, 1e-9)
	return [criteria]float64{
		(1 - d.good) / maxUncovered,
		d.residual / math.Max(leastResidual, maxResidual*d.circle.R),
		d.flattening / maxFlattening,
		d.spread / (maxUneven * contrast),
		d.tilt / (maxTilt * contrast),
		(1 - d.weakest) / (1 - minWeakest),
		(1 - d.sharp) / (1 - minSharp),
		least / contrast,
	}
}

// worst returns the largest of the ratios.
func (d *disc) worst(least float64) float64 {
	worst := 0.0
	for _, r := range d.ratios(least) {
		worst = math.Max(worst, r)
	}
	return worst
}

// Bounds while a known disc is followed. The surround may be as warm as the
// disc on one side (a face behind it), so the ring is not judged and the
// contrast is the one at which the disc was accepted.
const (
	followBlind      = 0.35 // part of the rays without an edge
	followBad        = 0.05 // part of the rays with the edge elsewhere
	followResidual   = 0.06
	followRadius     = 0.15 // change of the radius / radius
	followTilt       = 0.06 // change of the tilt / contrast
	followFlattening = 0.06 // change of the flattening
	partlySeen       = 0.1  // part of the rays that tells occluded from missing
)

// whole says whether the disc is the known one, uncovered and in shape. It does
// not judge its place.
func (d *disc) whole(known *disc) bool {
	return d.intact() && d.inShape(known)
}

// intact says whether all of the edge that can be seen is where it belongs.
func (d *disc) intact() bool { return d.bad <= followBad && d.blind <= followBlind }

// inShape says whether the disc is as round and as even as the known one.
func (d *disc) inShape(known *disc) bool {
	return d.residual <= math.Max(2*leastResidual, followResidual*d.circle.R) &&
		math.Hypot(d.wide-known.wide, d.skew-known.skew) <= followFlattening &&
		d.spread <= maxUneven*known.contrast &&
		d.tilt <= known.tilt+followTilt*known.contrast
}
