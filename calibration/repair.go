package calibration

import (
	"math"
	"slices"

	"lintel/firmware/thermal"
)

// alone is how far in kelvin a pixel in the view of the reference may be from
// the middle of its neighbours. A disc is even, and its blurred edge makes less
// of a step that is not one along the edge.
const alone = 1.5

// maxStuck bounds the pixels that are found to stand out in one frame; more are
// no broken pixels.
const maxStuck = 256

// repair makes the copy of a frame in which the reference is looked for: in it
// pixels that do not work have the value of those around them, so that no edge
// and no level of the disc hangs on them. The frame itself stays as it is.
type repair struct {
	copy  thermal.Frame
	out   []bool  // pixels that are not relied on
	known []int32 // those that are known not to work
	found []int32 // those that stand out in this frame
}

func newRepair(width, height int, mask []bool) repair {
	r := repair{out: make([]bool, width*height), found: make([]int32, 0, maxStuck)}
	r.copy.Resize(width, height)
	copy(r.out, mask)
	for i, bad := range mask {
		if bad {
			r.known = append(r.known, int32(i))
		}
	}
	return r
}

// frame returns the repaired copy: without the known pixels, and inside the box
// without those that stand out by more than limit counts from all around them.
func (r *repair) frame(f *thermal.Frame, box thermal.Box, limit int) *thermal.Frame {
	counts := r.copy.Counts
	copy(counts, f.Counts)
	r.copy = *f
	r.copy.Counts = counts
	for _, i := range r.known {
		r.fill(i)
	}
	r.find(box, limit)
	for _, i := range r.found {
		r.out[i] = true
	}
	for _, i := range r.found {
		r.fill(i)
	}
	for _, i := range r.found {
		r.out[i] = false
	}
	return &r.copy
}

// find lists the pixels in the box that stand out.
func (r *repair) find(box thermal.Box, limit int) {
	f := &r.copy
	r.found = r.found[:0]
	x0, x1 := max(int(box.X0), 0), min(int(box.X1)+1, f.Width)
	y0, y1 := max(int(box.Y0), 0), min(int(box.Y1)+1, f.Height)
	width := uint(2 * limit)
	near := func(a, b uint16) bool { return uint(int(a)-int(b)+limit) <= width }
	for y := y0; y < y1; y++ {
		row, above, below := f.Row(y), f.Row(max(y-1, 0)), f.Row(min(y+1, f.Height-1))
		for x := x0; x < x1; x++ {
			// Most pixels are near the ones on every side.
			if v := row[x]; near(v, row[max(x-1, 0)]) && near(v, row[min(x+1, len(row)-1)]) && near(v, above[x]) && near(v, below[x]) {
				continue
			}
			if len(r.found) < maxStuck && !r.out[y*f.Width+x] && standsOut(f, x, y, limit) {
				r.found = append(r.found, int32(y*f.Width+x))
			}
		}
	}
}

// widestFill is how far from a pixel working ones are looked for.
const widestFill = 4

// fill gives a pixel a value from those round it: the mean of the two that face
// each other across it and differ least, which lies along an edge; else the
// median of the nearest. Where none works it stays.
func (r *repair) fill(at int32) {
	f := &r.copy
	x, y := int(at)%f.Width, int(at)/f.Width
	least, value := math.MaxInt, 0
	for _, d := range [4][2]int{{1, 0}, {0, 1}, {1, 1}, {1, -1}} {
		a, ok1 := r.working(x-d[0], y-d[1])
		b, ok2 := r.working(x+d[0], y+d[1])
		if differ := max(a-b, b-a); ok1 && ok2 && differ < least {
			least, value = differ, (a+b+1)/2
		}
	}
	if least < math.MaxInt {
		f.Counts[at] = uint16(value)
		return
	}
	var near [(2*widestFill + 1) * (2*widestFill + 1)]uint16
	for reach := 1; reach <= widestFill; reach++ {
		n := 0
		for j := y - reach; j <= y+reach; j++ {
			for i := x - reach; i <= x+reach; i++ {
				if v, ok := r.working(i, j); ok {
					near[n] = uint16(v)
					n++
				}
			}
		}
		if n >= 3 {
			slices.Sort(near[:n])
			f.Counts[at] = near[n/2]
			return
		}
	}
}

// working returns the count of a pixel; false where it is not relied on or
// outside the image.
func (r *repair) working(x, y int) (int, bool) {
	f := &r.copy
	if x < 0 || y < 0 || x >= f.Width || y >= f.Height || r.out[y*f.Width+x] {
		return 0, false
	}
	return int(f.At(x, y)), true
}

// wipe overwrites the copy.
func (r *repair) wipe() { r.copy.Wipe() }
