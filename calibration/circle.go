package calibration

import (
	"math"

	"lintel/firmware/thermal"
)

// fit returns the circle through the edges that were cast from the centre of c
// by least squares: Kasa's algebraic fit, then once more without the edges
// that lie far off the first circle. ok is false where too few edges remain.
func (p *probe) fit(c thermal.Circle) (fitted thermal.Circle, ok bool) {
	first, ok := p.kasa(c, thermal.Circle{}, math.Inf(1))
	if !ok {
		return c, false
	}
	return p.kasa(c, first, 0.1*first.R+0.4)
}

// kasa fits a circle to the edges cast from origin whose distance from the
// circle near is at most tolerance.
//
// It minimises the sum of (x^2 + y^2 - 2ax - 2by - q)^2, which is linear in
// the centre (a, b) and q = R^2 - a^2 - b^2 (I. Kasa, IEEE Trans. Instrum.
// Meas. 25, 1976; taken from memory).
func (p *probe) kasa(origin, near thermal.Circle, tolerance float64) (thermal.Circle, bool) {
	var n, sx, sy, sxx, sxy, syy, sz, sxz, syz float64
	for k, e := range p.edge {
		if e == 0 {
			continue
		}
		x, y := e*p.cos[k], e*p.sin[k]
		if math.Abs(math.Hypot(origin.X+x-near.X, origin.Y+y-near.Y)-near.R) > tolerance {
			continue
		}
		z := x*x + y*y
		n++
		sx, sy, sz = sx+x, sy+y, sz+z
		sxx, sxy, syy = sxx+x*x, sxy+x*y, syy+y*y
		sxz, syz = sxz+x*z, syz+y*z
	}
	if n < rays/4 {
		return origin, false
	}
	mx, my, mz := sx/n, sy/n, sz/n
	cxx, cxy, cyy := sxx/n-mx*mx, sxy/n-mx*my, syy/n-my*my
	cxz, cyz := sxz/n-mx*mz, syz/n-my*mz
	det := cxx*cyy - cxy*cxy
	if !(det > 1e-6*(cxx+cyy)*(cxx+cyy)) {
		return origin, false
	}
	a := (cxz*cyy - cyz*cxy) / (2 * det)
	b := (cyz*cxx - cxz*cxy) / (2 * det)
	r2 := mz - 2*a*mx - 2*b*my + a*a + b*b
	if !(r2 > 0) {
		return origin, false
	}
	return thermal.Circle{X: origin.X + a, Y: origin.Y + b, R: math.Sqrt(r2)}, true
}
