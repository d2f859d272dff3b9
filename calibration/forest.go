package calibration

import "lintel/firmware/thermal"

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
			s.bins[y*s.width+x] = uint16(b)
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
		at := (y+1)*s.stride + 1
		for x := x0; x < x1; x++ {
			b := s.bins[y*s.width+x]
			s.order[s.start[b]] = int32(at + x)
			s.start[b]++
		}
	}
	// The window and a rim round it, so that no pixel has to ask for its edge.
	for y := y0; y <= y1+1; y++ {
		row := s.parent[y*s.stride+x0 : y*s.stride+x1+2]
		for i := range row {
			row[i] = unreached
		}
	}
}

// add puts a pixel into the forest and joins it with its neighbours. What has
// become too large stays so and costs next to nothing.
func (s *search) add(i, level int32) {
	w := int32(s.stride)
	roots := [4]int32{s.find(i - 1), s.find(i + 1), s.find(i - w), s.find(i + w)}
	// The values below zero are the smallest, tooLarge the least of all.
	most := max(roots[0], roots[1], roots[2], roots[3])
	if min(roots[0], roots[1], roots[2], roots[3]) == tooLarge {
		s.parent[i] = tooLarge
		if most >= 0 {
			for _, root := range roots {
				if root >= 0 {
					s.parent[root] = tooLarge
				}
			}
		}
		return
	}
	x, y := i%w-1, i/w-1
	s.parent[i] = i
	s.regions[i] = region{
		area: 1, sx: x, sy: y, sq: int64(x)*int64(x) + int64(y)*int64(y),
		minX: int16(x), maxX: int16(x), minY: int16(y), maxY: int16(y),
	}
	root := i
	if most >= 0 {
		for _, other := range roots {
			if other >= 0 {
				root = s.join(root, other)
			}
		}
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
	if p := s.parent[j]; p < 0 || p == j {
		return p
	}
	return s.climb(j)
}

// climb is find for a pixel that is no root, and shortens its way.
func (s *search) climb(j int32) int32 {
	for {
		p := s.parent[j]
		if p < 0 || p == j {
			return p
		}
		up := s.parent[p]
		s.parent[j] = up
		if up < 0 {
			return up
		}
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
