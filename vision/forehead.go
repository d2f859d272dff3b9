package vision

import (
	"math"

	"lintel/firmware/thermal"
)

// The network draws the forehead from a coarse grid; the image says where bare
// skin ends. Thresholds are kelvin between pixels of one frame.
const (
	// skinShare is the part of the pixels searched that lie below the level of
	// the skin among them: a hand or a fringe may take the most of them.
	skinShare = 0.85
	// skinBelow and skinAbove bound bare skin about that level. On bare
	// foreheads of the field recordings 19 of 20 pixels lie within 1 K; hair,
	// cloth and glasses are colder, lamps and cups hotter.
	skinBelow = 1.0
	skinAbove = 1.5
	// searchUp and searchAside are how far beyond the drawn box, in its heights
	// and widths, the level of bare skin is looked for.
	searchUp    = 0.4
	searchAside = 0.1
	// lowerFrom is where the part of the face below the forehead begins, in
	// heights of the face from its top.
	lowerFrom = 0.4
	// warmestShare names the warmest of that part: the corners of the eyes,
	// which masks leave free, without a single bad pixel.
	warmestShare = 0.97
)

// skin is what the image says of a forehead.
type skin struct {
	// share of the pixels to be measured that are as warm as its bare skin.
	share float64
	// below is how much warmer the warmest of the rest of the face is than the
	// forehead, in kelvin.
	below float64
	// over is how much warmer the forehead is than the middle of the rest of
	// the face, in kelvin.
	over float64
	// warm is how much warmer the forehead is than the room, in kelvin.
	warm float64
}

// levels counts pixels by temperature, for quantiles without sorting.
type levels struct {
	bins [levelsHigh - levelsLow]int32
	n    int32
}

// Levels are sixteenths of a kelvin from the frame's median.
const (
	levelsPerKelvin = 16
	levelsLow       = -40 * levelsPerKelvin
	levelsHigh      = 60 * levelsPerKelvin
)

func (l *levels) clear() { *l = levels{} }

func (l *levels) add(kelvin float32) {
	i := min(max(int(kelvin*levelsPerKelvin)-levelsLow, 0), len(l.bins)-1)
	l.bins[i]++
	l.n++
}

// quantile returns the temperature below which a share of the pixels lies; 0
// of no pixels.
func (l *levels) quantile(share float64) float32 {
	need, sum := int32(share*float64(l.n)), int32(0)
	for i, c := range &l.bins {
		if sum += c; sum > need {
			return (float32(i+levelsLow) + 0.5) / levelsPerKelvin
		}
	}
	return 0
}

// pixels is a range of pixels, the upper ends excluded.
type pixels struct{ x0, y0, x1, y1 int }

// within returns the pixels whose centres lie in the box.
func (p *plane) within(b thermal.Box) pixels {
	b = b.Clip(p.imageW, p.imageH)
	return pixels{int(math.Ceil(b.X0 - .5)), int(math.Ceil(b.Y0 - .5)), int(math.Floor(b.X1 + .5)), int(math.Floor(b.Y1 + .5))}
}

func (q pixels) empty() bool { return q.x0 >= q.x1 || q.y0 >= q.y1 }

func (p *plane) row(y int, q pixels) []float32 { return p.kelvin[y*p.imageW+q.x0 : y*p.imageW+q.x1] }

// level returns the quantile of the pixels.
func (p *plane) level(q pixels, share float64) float32 {
	p.levels.clear()
	for y := q.y0; y < q.y1; y++ {
		for _, v := range p.row(y, q) {
			p.levels.add(v)
		}
	}
	return p.levels.quantile(share)
}

// bare fits the drawn forehead to the bare skin on the image and says what the
// image makes of it. A box on which nothing can be seen stays as it is.
func (p *plane) bare(face, drawn thermal.Box) (thermal.Box, skin) {
	inner := p.within(drawn)
	if inner.empty() || inner.x1-inner.x0 < 3 || inner.y1-inner.y0 < 2 {
		return drawn, skin{}
	}
	w, h := drawn.Width(), drawn.Height()
	around := p.within(thermal.Box{X0: drawn.X0 - searchAside*w, Y0: drawn.Y0 - searchUp*h, X1: drawn.X1 + searchAside*w, Y1: drawn.Y1})
	level := p.level(around, skinShare)
	low, high := level-skinBelow, level+skinAbove
	fitted := p.fit(inner, low, high)
	if fitted.empty() {
		return drawn, p.against(face, level)
	}
	b := thermal.Box{X0: float64(fitted.x0), Y0: float64(fitted.y0), X1: float64(fitted.x1), Y1: float64(fitted.y1)}
	s := p.against(face, level)
	s.share = p.share(b.Inset(foreheadInset), low, high)
	return b, s
}

// against compares the forehead's level with the lower face.
func (p *plane) against(face thermal.Box, level float32) skin {
	lower := face.Inset(faceInset)
	lower.Y0 = face.Y0 + lowerFrom*face.Height()
	q := p.within(lower)
	s := skin{warm: float64(level - p.room)}
	if !q.empty() {
		s.below = float64(p.level(q, warmestShare) - level)
		s.over = float64(level - p.levels.quantile(.5))
	}
	return s
}

// fit returns the rows of the window that are bare for the better part, the
// longest run of them, and of those rows the columns likewise.
func (p *plane) fit(window pixels, low, high float32) pixels {
	if window.empty() {
		return pixels{}
	}
	count := func(q pixels) (n int) {
		for y := q.y0; y < q.y1; y++ {
			for _, v := range p.row(y, q) {
				if v > low && v < high {
					n++
				}
			}
		}
		return n
	}
	q := window
	q.y0, q.y1 = longest(window.y0, window.y1, func(y int) bool {
		return 2*count(pixels{window.x0, y, window.x1, y + 1}) >= window.x1-window.x0
	})
	q.x0, q.x1 = longest(window.x0, window.x1, func(x int) bool {
		return 2*count(pixels{x, q.y0, x + 1, q.y1}) >= q.y1-q.y0
	})
	if q.x1-q.x0 < 3 || q.y1-q.y0 < 2 {
		return pixels{}
	}
	return q
}

// longest returns the longest run of numbers from..to-1 for which ok holds.
func longest(from, to int, ok func(int) bool) (low, high int) {
	start := from
	for i := from; i <= to; i++ {
		if i < to && ok(i) {
			continue
		}
		if i-start > high-low {
			low, high = start, i
		}
		start = i + 1
	}
	return low, high
}

// share returns which part of the pixels of a box lies between two
// temperatures.
func (p *plane) share(b thermal.Box, low, high float32) float64 {
	q, n := p.within(b), 0
	if q.empty() {
		return 0
	}
	for y := q.y0; y < q.y1; y++ {
		for _, v := range p.row(y, q) {
			if v > low && v < high {
				n++
			}
		}
	}
	return float64(n) / float64((q.x1-q.x0)*(q.y1-q.y0))
}
