package calibration

import (
	"math"

	"lintel/firmware/thermal"
)

// Bounds of a search. The image is taken in steps of temperature; each level
// set falls into connected regions, and a region of the shape of a disc is a
// candidate. All levels are swept in one pass with a union-find forest
// (a max-tree without the tree), so the cost does not depend on their number.
const (
	searchPixels  = 82000 // a larger image is searched at a reduced size
	levelStep     = 0.25  // kelvin between levels
	maxLevels     = 400
	maxCandidates = 24
	widest        = 1.2 // radius of a candidate / largest of a reference
	// maxSpread bounds the second moment of a region, as a multiple of that of
	// a disc of the same area.
	maxSpread = 1.15
)

// decimation returns how many pixels along a side are averaged for a search.
func decimation(width, height int) int {
	k := 1
	for (width/k)*(height/k) > searchPixels {
		k++
	}
	return k
}

// candidate is a region with the shape of a disc.
type candidate struct {
	circle thermal.Circle
	spread float64 // second moment as a multiple of that of a disc, >= 1
}

// search finds candidates in a frame. It holds the memory for that.
type search struct {
	factor, width, height int
	stride                int // of parent and regions, which have a rim of a pixel
	minRadius, maxRadius  float64
	low, step             float64 // counts of level 0, counts a level
	largest               int32   // area of a candidate in pixels
	levels                int
	bins                  []uint16 // level of each pixel + 1; 0 is below all
	order                 []int32  // pixels, warmest level first
	start                 [maxLevels + 2]int32
	parent                []int32 // index of a pixel in the rim's count, unreached or tooLarge
	regions               []region
	touched               []int32
	found                 [maxCandidates]candidate
	n                     int
}

// newSearch prepares a search for discs of the given radii in images of the
// given size, by levels from low to high counts, step counts apart.
func newSearch(width, height int, minRadius, maxRadius, low, high, step float64) *search {
	k := decimation(width, height)
	s := &search{factor: k, width: width / k, height: height / k, minRadius: minRadius, maxRadius: maxRadius, low: low, step: step}
	s.levels = min(int((high-low)/step)+1, maxLevels)
	r := widest * maxRadius / float64(k)
	s.largest = int32(math.Ceil(math.Pi * r * r))
	s.stride = s.width + 2
	n, all := s.width*s.height, s.stride*(s.height+2)
	s.bins, s.order, s.parent = make([]uint16, n), make([]int32, n), make([]int32, all)
	s.regions, s.touched = make([]region, all), make([]int32, 0, n)
	return s
}

// run searches the part of the frame inside the box and returns the
// candidates, in pixels of the frame; the slice is valid until the next run.
func (s *search) run(f *thermal.Frame, box thermal.Box) []candidate {
	s.n = 0
	k := float64(s.factor)
	x0, y0 := max(int(box.X0/k), 0), max(int(box.Y0/k), 0)
	x1, y1 := min(int(math.Ceil(box.X1/k)), s.width), min(int(math.Ceil(box.Y1/k)), s.height)
	if x1 <= x0 || y1 <= y0 {
		return nil
	}
	defer s.forget()
	s.sortPixels(f, x0, y0, x1, y1)
	for level := s.levels; level >= 1; level-- {
		s.touched = s.touched[:0]
		for _, i := range s.order[s.start[level+1]:s.start[level]] {
			s.add(i, int32(level))
		}
		for _, i := range s.touched {
			if s.parent[i] == i && s.regions[i].level == int16(level) {
				s.consider(&s.regions[i])
				s.regions[i].level = 0 // a root may be touched many times
			}
		}
	}
	return s.found[:s.n]
}

// consider keeps a region that has the shape of a disc.
func (s *search) consider(r *region) {
	k := float64(s.factor)
	area := float64(r.area)
	radius := math.Sqrt(area/math.Pi) * k
	if radius < 0.6*s.minRadius || radius > widest*s.maxRadius {
		return
	}
	w, h := float64(r.maxX-r.minX+1), float64(r.maxY-r.minY+1)
	if w > 1.4*h+1 || h > 1.4*w+1 {
		return
	}
	mx, my := float64(r.sx)/area, float64(r.sy)/area
	moment := float64(r.sq)/area - mx*mx - my*my + 1.0/6
	spread := moment * 2 * math.Pi / area
	if spread > maxSpread {
		return
	}
	s.keep(candidate{thermal.Circle{X: (mx + 0.5) * k, Y: (my + 0.5) * k, R: radius}, spread})
}

// keep enters a candidate, one for each place and size, and drops the least
// round one when there are too many.
func (s *search) keep(c candidate) {
	worst := 0
	for i := range s.found[:s.n] {
		o := &s.found[i]
		near := math.Hypot(c.circle.X-o.circle.X, c.circle.Y-o.circle.Y) < 0.4*o.circle.R
		if near && c.circle.R < 1.3*o.circle.R && o.circle.R < 1.3*c.circle.R {
			if c.spread < o.spread {
				*o = c
			}
			return
		}
		if o.spread > s.found[worst].spread {
			worst = i
		}
	}
	if s.n < maxCandidates {
		s.found[s.n] = c
		s.n++
		return
	}
	if c.spread < s.found[worst].spread {
		s.found[worst] = c
	}
}
