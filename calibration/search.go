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

// region is a connected part of a level set, with the sums of its pixels.
type region struct {
	sq                     int64
	area, sx, sy           int32
	minX, maxX, minY, maxY int16
	level                  int16
}

// Values of search.parent besides the index of a pixel.
const (
	unreached = -1
	tooLarge  = -2 // part of a region that has become too large for a disc
)

// search finds candidates in a frame. It holds the memory for that.
type search struct {
	factor, width, height int
	minRadius, maxRadius  float64
	low, step             float64 // counts of level 0, counts a level
	largest               int32   // area of a candidate in pixels
	levels                int
	bins                  []uint16 // level of each pixel + 1; 0 is below all
	order                 []int32  // pixels, warmest level first
	start                 [maxLevels + 2]int32
	parent                []int32 // index of a pixel, unreached or tooLarge
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
	n := s.width * s.height
	s.bins, s.order, s.parent = make([]uint16, n), make([]int32, n), make([]int32, n)
	s.regions, s.touched = make([]region, n), make([]int32, 0, n)
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
			s.add(i, int32(level), x0, y0, x1, y1)
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

// forget overwrites all but the candidates: the levels are a picture, and the
// next search may be days away.
func (s *search) forget() {
	clear(s.bins)
	clear(s.order)
	clear(s.parent)
	clear(s.regions)
	clear(s.touched[:cap(s.touched)])
}

// sortPixels sets the level of every pixel of the window and sorts the pixels,
// warmest first: level l is order[start[l+1]:start[l]].
func (s *search) sortPixels(f *thermal.Frame, x0, y0, x1, y1 int) {
	clear(s.start[:])
	k, area := s.factor, float64(s.factor*s.factor)
	perCount := 1 / s.step
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			var v float64
			if k == 1 {
				v = float64(f.Counts[y*f.Width+x])
			} else {
				sum := 0
				for j := range k {
					for _, c := range f.Counts[(y*k+j)*f.Width+x*k : (y*k+j)*f.Width+x*k+k] {
						sum += int(c)
					}
				}
				v = float64(sum) / area
			}
			b := 0
			if v >= s.low {
				b = min(int((v-s.low)*perCount)+1, s.levels)
			}
			i := y*s.width + x
			s.bins[i], s.parent[i] = uint16(b), unreached
			s.start[b]++
		}
	}
	// Let start[b] be the beginning of level b; filling a level moves it to the
	// end.
	below := int32(0)
	for b := s.levels; b >= 0; b-- {
		s.start[b], below = below, below+s.start[b]
	}
	for y := y0; y < y1; y++ {
		for i := y*s.width + x0; i < y*s.width+x1; i++ {
			b := s.bins[i]
			s.order[s.start[b]] = int32(i)
			s.start[b]++
		}
	}
}

// add puts a pixel into the forest and joins it with its neighbours. What has
// become too large stays so and costs next to nothing.
func (s *search) add(i, level int32, x0, y0, x1, y1 int) {
	w := int32(s.width)
	x, y := i%w, i/w
	var roots [4]int32
	n, large := 0, false
	meet := func(j int32) {
		switch root := s.find(j); root {
		case unreached:
		case tooLarge:
			large = true
		default:
			roots[n] = root
			n++
		}
	}
	if x > int32(x0) {
		meet(i - 1)
	}
	if x+1 < int32(x1) {
		meet(i + 1)
	}
	if y > int32(y0) {
		meet(i - w)
	}
	if y+1 < int32(y1) {
		meet(i + w)
	}
	if large {
		s.parent[i] = tooLarge
		for _, root := range roots[:n] {
			s.parent[root] = tooLarge
		}
		return
	}
	s.parent[i] = i
	s.regions[i] = region{
		area: 1, sx: x, sy: y, sq: int64(x)*int64(x) + int64(y)*int64(y),
		minX: int16(x), maxX: int16(x), minY: int16(y), maxY: int16(y),
	}
	root := i
	for _, other := range roots[:n] {
		root = s.join(root, other)
	}
	if s.regions[root].area > s.largest {
		s.parent[root] = tooLarge
		return
	}
	s.regions[root].level = int16(level)
	s.touched = append(s.touched, root)
}

// find returns the root of the region of a pixel, or unreached or tooLarge.
func (s *search) find(j int32) int32 {
	if p := s.parent[j]; p < 0 {
		return p
	}
	for {
		p := s.parent[j]
		if p < 0 || p == j {
			return p
		}
		up := s.parent[p]
		if up < 0 {
			return up
		}
		s.parent[j] = up
		j = up
	}
}

// join merges the regions of two roots, which may be one, and returns the root
// of both.
func (s *search) join(root, j int32) int32 {
	if s.parent[j] != j { // already joined by another neighbour
		j = s.find(j)
	}
	if j == root {
		return root
	}
	if s.regions[j].area > s.regions[root].area {
		root, j = j, root
	}
	s.parent[j] = root
	a, b := &s.regions[root], &s.regions[j]
	a.area, a.sx, a.sy, a.sq = a.area+b.area, a.sx+b.sx, a.sy+b.sy, a.sq+b.sq
	a.minX, a.maxX = min(a.minX, b.minX), max(a.maxX, b.maxX)
	a.minY, a.maxY = min(a.minY, b.minY), max(a.maxY, b.maxY)
	return root
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
