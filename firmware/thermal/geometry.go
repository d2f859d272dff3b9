package thermal

import "math"

// Point is a place in the upright image, in pixels.
type Point struct{ X, Y float64 }

// Box is an upright rectangle in pixels, X0 <= X1 and Y0 <= Y1.
type Box struct{ X0, Y0, X1, Y1 float64 }

// Width returns the width in pixels.
func (b Box) Width() float64 { return b.X1 - b.X0 }

// Height returns the height in pixels.
func (b Box) Height() float64 { return b.Y1 - b.Y0 }

// Area returns the area in pixels; 0 for a box turned inside out.
func (b Box) Area() float64 {
	return math.Max(0, b.Width()) * math.Max(0, b.Height())
}

// Centre returns the middle of the box.
func (b Box) Centre() Point { return Point{(b.X0 + b.X1) / 2, (b.Y0 + b.Y1) / 2} }

// Intersect returns the part common to b and c; its Area is 0 where there is
// none.
func (b Box) Intersect(c Box) Box {
	return Box{math.Max(b.X0, c.X0), math.Max(b.Y0, c.Y0), math.Min(b.X1, c.X1), math.Min(b.Y1, c.Y1)}
}

// IoU returns the intersection over union of b and c, 0 to 1.
func (b Box) IoU(c Box) float64 {
	in := b.Intersect(c).Area()
	if in == 0 {
		return 0
	}
	return in / (b.Area() + c.Area() - in)
}

// Moved returns the box shifted by x and y.
func (b Box) Moved(x, y float64) Box { return Box{b.X0 + x, b.Y0 + y, b.X1 + x, b.Y1 + y} }

// Inset returns b without the given share of its width and height at each side,
// 0 to 0.5.
func (b Box) Inset(share float64) Box {
	dx, dy := share*b.Width(), share*b.Height()
	return Box{b.X0 + dx, b.Y0 + dy, b.X1 - dx, b.Y1 - dy}
}

// Clip returns the part of b inside a width x height image.
func (b Box) Clip(width, height int) Box {
	return b.Intersect(Box{0, 0, float64(width), float64(height)})
}

// Contains says whether p lies inside the box, edges included.
func (b Box) Contains(p Point) bool {
	return p.X >= b.X0 && p.X <= b.X1 && p.Y >= b.Y0 && p.Y <= b.Y1
}

// Circle is a disc in pixels. The zero Circle stands for none.
type Circle struct{ X, Y, R float64 }

// Bounds returns the smallest box around the circle.
func (c Circle) Bounds() Box { return Box{c.X - c.R, c.Y - c.R, c.X + c.R, c.Y + c.R} }
