package calibration

import (
	"fmt"
	"math"
	"slices"

	"lintel/firmware/thermal"
)

// Pixel is a column and row of the upright image, from 0.
type Pixel struct{ X, Y int }

// Field is what commissioning found of the camera's field of view.
type Field struct {
	Width, Height int
	// Offset is what each pixel reads above the mean of all at the temperature
	// of the reference, row by row, in kelvin, -5 to 5.
	Offset []float32
	// U is the standard uncertainty of the difference of two places after
	// Offset was taken away, up to 2 K: the non-uniformity of the target and
	// what has changed since.
	U thermal.Kelvin
	// Bad lists pixels that are stuck or dead. They are left out.
	Bad []Pixel
}

// maxBad is the largest part of an image of bad pixels.
const maxBad = 0.05

func (d *Field) validate(info thermal.Info) error {
	n := d.Width * d.Height
	if d.Width != info.Width || d.Height != info.Height || len(d.Offset) != n {
		return fmt.Errorf("cannot take a field of %dx%d with %d values for an image of %dx%d: commission the camera anew: %w",
			d.Width, d.Height, len(d.Offset), info.Width, info.Height, ErrConfig)
	}
	if err := within([]bound{
		{"field.u_k", float64(d.U), 0, 2},
		{"field.bad_pixels", float64(len(d.Bad)), 0, maxBad * float64(n)},
	}); err != nil {
		return err
	}
	for i, v := range d.Offset {
		if !(v >= -5 && v <= 5) {
			return fmt.Errorf("cannot take an offset of %g K at pixel %d, %d: allowed are -5 to 5: %w", v, i%d.Width, i/d.Width, ErrConfig)
		}
	}
	for _, p := range d.Bad {
		if p.X < 0 || p.Y < 0 || p.X >= d.Width || p.Y >= d.Height {
			return fmt.Errorf("cannot leave out pixel %d, %d: it is outside the image: %w", p.X, p.Y, ErrConfig)
		}
	}
	return nil
}

// mask returns the bad pixels by index.
func (d *Field) mask() []bool {
	m := make([]bool, d.Width*d.Height)
	for _, p := range d.Bad {
		m[p.Y*d.Width+p.X] = true
	}
	return m
}

// mean returns the mean offset over the part of a disc that is read.
func (d *Field) mean(c thermal.Circle) float64 {
	reach := c.R * innerPart
	sum, n := 0.0, 0
	for y := max(int(c.Y-reach), 0); y <= min(int(c.Y+reach), d.Height-1); y++ {
		for x := max(int(c.X-reach), 0); x <= min(int(c.X+reach), d.Width-1); x++ {
			if math.Hypot(float64(x)+0.5-c.X, float64(y)+0.5-c.Y) <= reach {
				sum += float64(d.Offset[y*d.Width+x])
				n++
			}
		}
	}
	return sum / math.Max(float64(n), 1)
}

// outstanding is how far in kelvin a single pixel may be from its neighbours:
// the optics blur every edge over two pixels and more, so that nothing in view
// makes more of a step at one pixel alone. It catches pixels that go bad after
// commissioning, and those that a damaged stream moves about.
const outstanding = 3.0

// standsOut says whether a pixel differs from the median of its 3x3
// neighbourhood by more than limit counts.
func standsOut(f *thermal.Frame, x, y, limit int) bool {
	i, w := y*f.Width+x, f.Width
	v := int(f.Counts[i])
	far := func(j int) bool {
		d := v - int(f.Counts[j])
		return d > limit || d < -limit
	}
	// Most pixels are near the ones on every side.
	if x > 0 && x < w-1 && y > 0 && y < f.Height-1 && !far(i-1) && !far(i+1) && !far(i-w) && !far(i+w) {
		return false
	}
	d := v - int(middleAround(f, x, y))
	return d > limit || d < -limit
}

// middleAround returns the median of the 3x3 neighbourhood of a pixel.
func middleAround(f *thermal.Frame, x, y int) uint16 {
	x0, x1, y0, y1 := max(x-1, 0), min(x+1, f.Width-1), max(y-1, 0), min(y+1, f.Height-1)
	var near [9]uint16
	n := 0
	for j := y0; j <= y1; j++ {
		for i := x0; i <= x1; i++ {
			near[n] = f.At(i, j)
			n++
		}
	}
	slices.Sort(near[:n])
	return near[n/2]
}
