package vision

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"lintel/firmware/thermal"
)

// Detector runs the network. in holds height rows of width values: kelvin
// above the frame's median, divided by 4 and clipped to -3..6; both sides are
// multiples of 16. It returns [Channels] planes of height/8 rows and width/8
// columns, valid until the next call:
//
//	0     how likely a face is centred here (logit)
//	1-4   the face's left, top, right, bottom edge from the cell's centre, in units of 16 values
//	5-8   the same for the forehead
//	9-13  [Answers] in their order (logits); Sharp is taken from the image instead
//	14-29 how likely each of the cell's 4 x 4 parts, row by row, is bare forehead (logits)
//
// It keeps nothing of its input beyond the next call, so that an input of
// zeros overwrites what it holds.
type Detector interface {
	Detect(in []float32, width, height int) ([]float32, error)
	// Look runs the second network on the upper part of one face: [CropRows]
	// rows of [CropColumns] values, kelvin above the level of the warmest skin,
	// halved. at is where they lie in the image.
	Look(crop []float32, at thermal.Box) (Look, error)
}

// Look is what the second network says of a face. Its boxes are in pixels of the
// image and may lie outside.
type Look struct {
	// Bare is how likely the forehead is bare (logit).
	Bare float64
	// Forehead is the bare forehead, Sure the part of it that is: of ten true
	// edges nine lie further out.
	Forehead, Sure thermal.Box
}

// Channels is the number of planes a Detector returns.
const Channels = 30

// ErrDetector means that the network's answer has the wrong size. The model
// and the program do not belong together.
var ErrDetector = errors.New("the network's answer has the wrong size: install a model made for this version")

const (
	cellSide = 8  // input values a side of an output cell
	boxUnit  = 16 // input values a unit of the box planes

	answerChannel = 9 // the first of five

	// maxCandidates is twice the number of people followed: one may be seen
	// double.
	maxCandidates = 2 * maxFaces
	// Two boxes that share more than this of their union, or of the smaller
	// one, are one face.
	sameIoU    = 0.3
	sameInside = 0.65
	// minFace is the smallest face, in pixels a side, that is reported at all.
	minFace = 5
)

// candidate is a face as the network sees it in a single frame. Its boxes lie
// inside the image.
type candidate struct {
	box, forehead thermal.Box
	score         float64

	bare, frontal, down, sharp, glasses float64 // see [Answers]
}

// answers returns what the network says beside the face's place.
func (c *candidate) answers() Answers {
	return Answers{Bare: c.bare, Frontal: c.frontal, Down: c.down, Sharp: c.sharp, GlassesOverBrow: c.glasses}
}

// decode reads the network's answer into dst, whose capacity is at least
// maxCandidates, the best first.
func decode(dst []candidate, out []float32, p *plane, width, height int) ([]candidate, error) {
	cells := p.width / cellSide * (p.height / cellSide)
	if len(out) != Channels*cells {
		return dst[:0], fmt.Errorf("cannot read %d values for %d cells: %w", len(out), cells, ErrDetector)
	}
	dst = dst[:0]
	for i := range cells {
		// A track goes on from keepScore; what is below is of no use.
		if !(logistic(float64(out[i])) >= keepScore) || !isPeak(out, p.width/cellSide, cells, i) {
			continue
		}
		c, ok := p.candidate(out, cells, i, width, height)
		if !ok {
			continue
		}
		if len(dst) < maxCandidates {
			dst = append(dst, c)
		} else if worst := worstOf(dst); dst[worst].score < c.score {
			dst[worst] = c
		}
	}
	slices.SortStableFunc(dst, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	dst = unique(dst)
	for i := range dst {
		dst[i].sharp = p.sharp(dst[i].box)
		dst[i].forehead = within(p.forehead(out, dst[i].box, dst[i].forehead), width, height)
	}
	return dst, nil
}

// candidate reads cell i; not ok where it makes no sense.
func (p *plane) candidate(out []float32, cells, i, width, height int) (candidate, bool) {
	var v [skinChannel]float64
	for channel := range v {
		v[channel] = float64(out[channel*cells+i])
		if channel > 0 && (math.IsNaN(v[channel]) || math.IsInf(v[channel], 0)) {
			return candidate{}, false
		}
	}
	columns := p.width / cellSide
	x, y := float64(i%columns*cellSide+cellSide/2), float64(i/columns*cellSide+cellSide/2)
	face := p.image(thermal.Box{X0: x + boxUnit*v[1], Y0: y + boxUnit*v[2], X1: x + boxUnit*v[3], Y1: y + boxUnit*v[4]})
	forehead := p.image(thermal.Box{X0: x + boxUnit*v[5], Y0: y + boxUnit*v[6], X1: x + boxUnit*v[7], Y1: y + boxUnit*v[8]})
	c := candidate{
		box: within(face, width, height), forehead: within(forehead, width, height),
		score: logistic(v[0]),
	}
	for k, to := range [...]*float64{&c.bare, &c.frontal, &c.down, nil, &c.glasses} {
		if to != nil {
			*to = logistic(v[answerChannel+k])
		}
	}
	return c, c.box.Width() >= minFace && c.box.Height() >= minFace
}

// within moves every edge of the box into the image. A box turned inside out
// becomes one of no area, and so does one outside the image.
func within(b thermal.Box, width, height int) thermal.Box {
	span := func(low, high, end float64) (float64, float64) {
		low, high = math.Min(math.Max(low, 0), end), math.Min(math.Max(high, 0), end)
		if low > high {
			low = (low + high) / 2
			high = low
		}
		return low, high
	}
	b.X0, b.X1 = span(b.X0, b.X1, float64(width))
	b.Y0, b.Y1 = span(b.Y0, b.Y1, float64(height))
	return b
}

func worstOf(c []candidate) int {
	worst := 0
	for i := range c {
		if c[i].score < c[worst].score {
			worst = i
		}
	}
	return worst
}

// isPeak says whether no neighbour of cell i is larger; of equal neighbours
// the first counts.
func isPeak(heat []float32, columns, cells, i int) bool {
	x, y, rows := i%columns, i/columns, cells/columns
	for ny := max(0, y-1); ny <= min(rows-1, y+1); ny++ {
		for nx := max(0, x-1); nx <= min(columns-1, x+1); nx++ {
			j := ny*columns + nx
			if heat[j] > heat[i] || heat[j] == heat[i] && j < i {
				return false
			}
		}
	}
	return true
}

// unique drops every candidate that is a better one's double.
func unique(c []candidate) []candidate {
	kept := c[:0]
	for _, d := range c {
		if !slices.ContainsFunc(kept, func(k candidate) bool { return sameFace(d.box, k.box) }) {
			kept = append(kept, d)
		}
	}
	return kept
}

func sameFace(a, b thermal.Box) bool {
	return a.IoU(b) >= sameIoU || a.Intersect(b).Area() >= sameInside*math.Min(a.Area(), b.Area())
}

func logistic(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
