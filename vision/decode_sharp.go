package vision

import (
	"math"

	"lintel/firmware/thermal"
)

// How sharp a face is can be seen on the image better than the network says it:
// of pairs of a sharp face and one smeared by more than 2.5 pixels and a
// twentieth of its head, the image tells 89 of 100 apart, the network 68.
const (
	// softAcross and softDown are how wide the steepest edges of a face are at
	// most, as parts of the face's width and softBase, both in input values. On
	// usable faces of the field recordings it is up to 0.075 and 0.11; people
	// walk by rather than jump, so smear goes across.
	softAcross = 0.085
	softDown   = 0.12
	softBase   = 30
	// softStep is the part of the limit by which the odds of a sharp face fall
	// to 1/e.
	softStep = 0.05
	// steepest names the steepest edges, without a single bad pixel.
	steepest = 0.995
	// besideFace and aboveFace are how far beyond the face, in its widths, its
	// outline is looked at.
	besideFace = 0.12
	aboveFace  = 0.35
	// smallest face that is judged, in input values.
	sharpWidth = 20
)

// sharp returns the probability, 0 to 1, that a face is neither smeared nor out
// of focus; 1 for a face too small to say.
func (p *plane) sharp(face thermal.Box) float64 {
	k := float64(p.factor)
	wide := face.Width() / k
	if wide < sharpWidth {
		return 1
	}
	x0 := max(0, int(math.Round(face.X0/k-besideFace*wide)))
	y0 := max(0, int(math.Round(face.Y0/k-aboveFace*wide)))
	x1 := min(p.innerW, int(math.Round(face.X1/k+besideFace*wide)))
	y1 := min(p.innerH, int(math.Round(face.Y1/k)))
	if x1-x0 < 10 || y1-y0 < 10 {
		return 1
	}
	at := p.cells[(y0+p.top)*p.width+x0+p.left:]
	contrast := p.contrast(at, x1-x0, y1-y0)
	across := p.steepness(at, x1-x0, y1-y0, 1, p.width)
	down := p.steepness(at, x1-x0, y1-y0, p.width, 1)
	if !(contrast > 0) {
		return 1
	}
	limit := (wide + softBase) / contrast
	softness := math.Max(1/(across*limit*softAcross), 1/(down*limit*softDown))
	return logistic((1 - softness) / softStep)
}

// contrast is between the coldest and the warmest twentieth of an area that
// begins at the first value, in kelvin.
func (p *plane) contrast(at []float32, wide, tall int) float64 {
	p.levels.clear()
	for y := range tall {
		for _, v := range at[y*p.width : y*p.width+wide] {
			p.levels.add(v * inputKelvin)
		}
	}
	return float64(p.levels.quantile(.95) - p.levels.quantile(.05))
}

// steepness is that of the steepest edges of such an area along one direction,
// a step of so many values, smoothed along the other; in kelvin.
func (p *plane) steepness(at []float32, wide, tall, along, other int) float64 {
	p.levels.clear()
	for y := 1; y < tall-1; y++ {
		for x := 1; x < wide-1; x++ {
			i := y*p.width + x
			slope := at[i+along-other] - at[i-along-other] +
				4*(at[i+along]-at[i-along]) +
				at[i+along+other] - at[i-along+other]
			p.levels.add(float32(math.Abs(float64(slope))) * (inputKelvin / 12.0))
		}
	}
	return float64(p.levels.quantile(steepest))
}
