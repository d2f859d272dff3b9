package vision

import (
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// Every spot lies inside the part of the forehead that is measured, that inside
// the forehead, and the pattern is a cross.
func TestRegions(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(r, name) }
		face := thermal.Box{X0: draw("x", 0, 40), Y0: draw("y", 0, 40)}
		face.X1, face.Y1 = face.X0+draw("w", 24, 400), face.Y0+draw("h", 30, 500)
		forehead := thermal.Box{X0: face.X0 + 0.2*face.Width(), X1: face.X1 - 0.2*face.Width(), Y0: face.Y0 + 1}
		forehead.Y1 = forehead.Y0 + draw("high", 1, 0.4*face.Height())
		got := regions(face, forehead)
		inside := func(in, out thermal.Box) bool {
			const e = 1e-9
			return in.X0 >= out.X0-e && in.Y0 >= out.Y0-e && in.X1 <= out.X1+e && in.Y1 <= out.Y1+e && in.Area() > 0
		}
		if !inside(got.Forehead, forehead) || !inside(got.Face, face) || !inside(got.Centre, got.Forehead) {
			r.Fatalf("%+v leaves %v or %v", got, face, forehead)
		}
		for spot, b := range got.Spots {
			if !inside(b, got.Forehead) {
				r.Fatalf("spot %d %v leaves %v", spot, b, got.Forehead)
			}
			if side := min(spotSide, got.Forehead.Width(), got.Forehead.Height()); b.Width() < side-1e-9 || b.Height() < side-1e-9 {
				r.Fatalf("spot %d is %v of %v", spot, b, got.Forehead)
			}
		}
		m := got.Spots[SpotCentre].Centre()
		for spot, ok := range map[Spot]bool{
			SpotLeft:   got.Spots[SpotLeft].Centre().X <= m.X+1e-9,
			SpotRight:  got.Spots[SpotRight].Centre().X >= m.X-1e-9,
			SpotTop:    got.Spots[SpotTop].Centre().Y <= m.Y+1e-9,
			SpotBottom: got.Spots[SpotBottom].Centre().Y >= m.Y-1e-9,
		} {
			if !ok {
				r.Fatalf("spot %d is on the wrong side: %v", spot, got.Spots)
			}
		}
	})
}

// The corners of the region for the face's hottest place lie on the ellipse in
// the face's box, as near as makes no difference.
func TestFaceRegionIsInsideTheFace(t *testing.T) {
	const half = 0.5 - faceInset
	if r := 4 * (half*half + half*half); r > 1 {
		t.Errorf("the corners are at %g of the ellipse's radius squared", r)
	}
}
