package vision

import (
	"math"

	"lintel/firmware/thermal"
)

const (
	// inputGrain is what both sides of the detector's input are a multiple of.
	inputGrain = 16
	// inputSide is the longer side, in pixels, that the detector was trained
	// at; larger images are averaged down to near it.
	inputSide = 160
	// inputKelvin is the temperature difference that one unit of the input
	// stands for; the input is clipped to inputLow..inputHigh units.
	inputKelvin = 4
	inputLow    = -3
	inputHigh   = 6
	// coolShare is the share of the image that is taken for the room even when
	// somebody fills the rest.
	coolShare = 0.2
)

// plane is the detector's input: kelvin above the frame's median, averaged
// down by an integer factor and padded to the detector's grain.
type plane struct {
	factor         int // image pixels a cell side
	width, height  int // padded size in cells
	left, top      int // padding in cells
	innerW, innerH int // size without padding in cells
	imageW, imageH int // size of the image in pixels
	cells          []float32
	kelvin         []float32 // image-size: kelvin above the median
	room           float32   // kelvin above the median that the coolest fifth does not exceed, near the room's temperature

	skin  []float32                       // memory for the search of foreheads
	upper [CropRows * CropColumns]float32 // memory for the upper part of a face

	histogram [1 << 16]int32
	low, high uint16
	total     int

	levels levels
	blank  bool // most of the image is no reading
}

// load fills the plane from a frame. hide is painted over with its
// surroundings, because a reference at skin temperature is no face. Until the
// next load, kelvin and cells hold the image.
func (p *plane) load(f *thermal.Frame, kelvinPerCount float64, hide thermal.Circle) {
	n := f.Width * f.Height
	if cap(p.kelvin) < n {
		p.kelvin = make([]float32, n)
	}
	p.kelvin = p.kelvin[:n]
	p.count(f.Counts)
	median, cool := int32(p.quantile(.5)), int32(p.quantile(coolShare))
	p.blank = p.isBlank()
	p.uncount()
	k := float32(kelvinPerCount)
	p.room = float32(cool-median) * k
	for i, c := range f.Counts {
		p.kelvin[i] = float32(int32(c)-median) * k
	}
	if hide.R > 0 {
		p.hide(f.Width, f.Height, hide)
	}
	p.shape(f.Width, f.Height)
	p.average(f.Width)
	p.pad()
}

// count fills the histogram of the frame: quantiles without sorting.
func (p *plane) count(counts []uint16) {
	p.low, p.high, p.total = 1<<16-1, 0, len(counts)
	for _, c := range counts {
		p.histogram[c]++
		p.low, p.high = min(p.low, c), max(p.high, c)
	}
}

// quantile returns the count that the given share of the pixels does not
// exceed.
func (p *plane) quantile(share float64) uint16 {
	need, sum := int32(share*float64(p.total)), int32(0)
	for c := int(p.low); c <= int(p.high); c++ {
		if sum += p.histogram[c]; sum > need {
			return uint16(c)
		}
	}
	return p.high
}

// isBlank says whether more than half of the pixels hold one and the same of
// the counts that sensors send where they have no reading: none, all, and the
// ends of signed numbers.
func (p *plane) isBlank() bool {
	for _, c := range [...]uint16{0, 1<<16 - 1, 1<<15 - 1, 1 << 15} {
		if 2*int(p.histogram[c]) > p.total {
			return true
		}
	}
	return false
}

// uncount empties the histogram for the next frame.
func (p *plane) uncount() {
	if p.low <= p.high {
		clear(p.histogram[p.low : int(p.high)+1])
	}
	p.low, p.high = 0, 0
}

// forget overwrites the image; the sizes stay.
func (p *plane) forget() {
	clear(p.kelvin)
	clear(p.cells)
	clear(p.skin)
	clear(p.upper[:])
	p.levels.clear()
	p.room = 0
}

// hideMargin is how far, in radii, the reference's blurred edge reaches.
const hideMargin = 1.35

// hide replaces the disc by the mean of the ring around it.
func (p *plane) hide(width, height int, c thermal.Circle) {
	inner, outer := c.R*hideMargin, c.R*hideMargin+2
	box := thermal.Circle{X: c.X, Y: c.Y, R: outer}.Bounds().Clip(width, height)
	if !(box.Area() > 0) {
		return // outside the image, or not a number
	}
	x0, y0, x1, y1 := int(box.X0), int(box.Y0), int(math.Ceil(box.X1)), int(math.Ceil(box.Y1))
	var sum float32
	var n int
	for pass := range 2 {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				dx, dy := float64(x)+.5-c.X, float64(y)+.5-c.Y
				d := dx*dx + dy*dy
				switch {
				case pass == 0 && d > inner*inner && d <= outer*outer:
					sum += p.kelvin[y*width+x]
					n++
				case pass == 1 && d <= inner*inner && n > 0:
					p.kelvin[y*width+x] = sum / float32(n)
				}
			}
		}
	}
}

// shape works out the sizes for an image of width x height pixels.
func (p *plane) shape(width, height int) {
	p.factor = max(1, (max(width, height)+inputSide/2)/inputSide)
	p.factor = min(p.factor, width, height)
	p.imageW, p.imageH = width, height
	p.innerW, p.innerH = width/p.factor, height/p.factor
	up := func(n int) int { return (n + inputGrain - 1) / inputGrain * inputGrain }
	p.width, p.height = up(p.innerW), up(p.innerH)
	p.left, p.top = (p.width-p.innerW)/2, (p.height-p.innerH)/2
	n := p.width * p.height
	if cap(p.cells) < n {
		p.cells = make([]float32, n)
	}
	p.cells = p.cells[:n]
	// The map of foreheads, and a row of sums.
	if need := n/(skinSide*skinSide) + p.width/skinSide; cap(p.skin) < need {
		p.skin = make([]float32, need)
	}
	p.skin = p.skin[:cap(p.skin)]
}

// average fills the inner cells.
func (p *plane) average(width int) {
	norm := 1 / float32(p.factor*p.factor*inputKelvin)
	for y := range p.innerH {
		row := p.cells[(y+p.top)*p.width+p.left:][:p.innerW]
		if p.factor == 1 {
			for x, v := range p.kelvin[y*width:][:p.innerW] {
				row[x] = min(inputHigh, max(inputLow, v*norm))
			}
			continue
		}
		for x := range row {
			var sum float32
			for dy := range p.factor {
				at := (y*p.factor+dy)*width + x*p.factor
				for _, v := range p.kelvin[at : at+p.factor] {
					sum += v
				}
			}
			row[x] = min(inputHigh, max(inputLow, sum*norm))
		}
	}
}

// pad repeats the outermost cells into the padding.
func (p *plane) pad() {
	for y := p.top; y < p.top+p.innerH; y++ {
		row := p.cells[y*p.width : (y+1)*p.width]
		for x := range p.left {
			row[x] = row[p.left]
		}
		last := row[p.left+p.innerW-1]
		for x := p.left + p.innerW; x < p.width; x++ {
			row[x] = last
		}
	}
	first := p.cells[p.top*p.width : (p.top+1)*p.width]
	for y := range p.top {
		copy(p.cells[y*p.width:], first)
	}
	last := p.cells[(p.top+p.innerH-1)*p.width : (p.top+p.innerH)*p.width]
	for y := p.top + p.innerH; y < p.height; y++ {
		copy(p.cells[y*p.width:], last)
	}
}

// image turns a box in padded cells into pixels of the image.
func (p *plane) image(b thermal.Box) thermal.Box {
	f, left, top := float64(p.factor), float64(p.left), float64(p.top)
	return thermal.Box{X0: (b.X0 - left) * f, Y0: (b.Y0 - top) * f, X1: (b.X1 - left) * f, Y1: (b.Y1 - top) * f}
}

// atEdge says whether a box reaches the edge of the image, as near as the
// detector can tell.
func (p *plane) atEdge(b thermal.Box, width, height int) bool {
	cell := float64(p.factor)
	return b.X0 < cell || b.Y0 < cell || b.X1 > float64(width)-cell || b.Y1 > float64(height)-cell
}
