package vision

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// bare writes a rectangle of bare skin, in pixels of the image, into the map:
// each part by how much of it the rectangle covers, as the network was taught.
func (g *grid) bare(b thermal.Box) {
	columns := g.plane.width / cellSide
	k, left, top := float64(g.factor), float64(g.left), float64(g.top)
	in := thermal.Box{X0: b.X0/k + left, Y0: b.Y0/k + top, X1: b.X1/k + left, Y1: b.Y1/k + top}
	for y := range g.plane.height / skinSide {
		for x := range g.plane.width / skinSide {
			part := thermal.Box{X0: float64(x * skinSide), Y0: float64(y * skinSide), X1: float64((x + 1) * skinSide), Y1: float64((y + 1) * skinSide)}
			share := min(max(in.Intersect(part).Area()/part.Area(), 1e-4), 1-1e-4)
			i := (skinChannel+y%skinParts*skinParts+x%skinParts)*g.area() + y/skinParts*columns + x/skinParts
			g.out[i] = max(g.out[i], float32(math.Log(share/(1-share))))
		}
	}
}

// The forehead is the bare skin that the map shows in the upper part of the
// face, to a part of the map, for every sensor on sale.
func TestForehead(t *testing.T) {
	face := thermal.Box{X0: 30, Y0: 40, X1: 70, Y1: 92}
	for _, c := range []struct {
		name               string
		drawn, shown, want thermal.Box
	}{
		{"both agree", thermal.Box{X0: 36, Y0: 44, X1: 64, Y1: 56}, thermal.Box{X0: 36, Y0: 44, X1: 64, Y1: 56}, thermal.Box{X0: 36, Y0: 44, X1: 64, Y1: 56}},
		{"off the grid", thermal.Box{X0: 37, Y0: 45, X1: 63, Y1: 55}, thermal.Box{X0: 37, Y0: 45, X1: 63, Y1: 55}, thermal.Box{X0: 37, Y0: 45, X1: 63, Y1: 55}},
		{"hair over the upper half", thermal.Box{X0: 36, Y0: 44, X1: 64, Y1: 56}, thermal.Box{X0: 36, Y0: 50, X1: 64, Y1: 56}, thermal.Box{X0: 36, Y0: 50, X1: 64, Y1: 56}},
		{"hair over one side", thermal.Box{X0: 36, Y0: 44, X1: 64, Y1: 56}, thermal.Box{X0: 48, Y0: 44, X1: 64, Y1: 56}, thermal.Box{X0: 48, Y0: 44, X1: 64, Y1: 56}},
		{"beside what was drawn", thermal.Box{X0: 36, Y0: 44, X1: 48, Y1: 52}, thermal.Box{X0: 52, Y0: 60, X1: 64, Y1: 68}, thermal.Box{X0: 52, Y0: 60, X1: 64, Y1: 68}},
		{"an empty map", thermal.Box{X0: 36, Y0: 44, X1: 48, Y1: 52}, thermal.Box{}, thermal.Box{X0: 36, Y0: 44, X1: 48, Y1: 52}},
		{"skin below the brows", thermal.Box{X0: 36, Y0: 44, X1: 64, Y1: 56}, thermal.Box{X0: 36, Y0: 84, X1: 64, Y1: 92}, thermal.Box{X0: 36, Y0: 44, X1: 64, Y1: 56}},
	} {
		for _, size := range []struct{ width, height int }{{120, 160}, {160, 120}, {256, 192}, {320, 240}, {384, 288}, {640, 512}} {
			g := newGrid(size.width, size.height)
			k := float64(g.factor)
			scaled := func(b thermal.Box) thermal.Box {
				return thermal.Box{X0: b.X0 * k, Y0: b.Y0 * k, X1: b.X1 * k, Y1: b.Y1 * k}
			}
			g.face(6, 8, 3, scaled(face), scaled(c.drawn), 1, 1)
			g.bare(scaled(c.shown))
			found := g.decode(t, size.width, size.height)
			if len(found) != 1 || !nearBox(found[0].forehead, scaled(c.want), k) {
				t.Errorf("%s, %dx%d: %v, want %v", c.name, size.width, size.height, found, scaled(c.want))
			}
		}
	}
}

// The fullest rectangle is the one that trying all of them finds.
func TestFullest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		columns, rows := rapid.IntRange(1, 7).Draw(r, "columns"), rapid.IntRange(1, 7).Draw(r, "rows")
		skin := make([]float32, columns*rows)
		for i := range skin {
			skin[i] = float32(rapid.IntRange(-8, 8).Draw(r, "skin")) / 16 // exact sums
		}
		total := func(s span) float32 {
			var sum float32
			for y := s.top; y < s.bottom; y++ {
				for x := s.left; x < s.right; x++ {
					sum += skin[y*columns+x]
				}
			}
			return sum
		}
		var most float32
		for left := range columns {
			for right := left + 1; right <= columns; right++ {
				for top := range rows {
					for bottom := top + 1; bottom <= rows; bottom++ {
						most = max(most, total(span{left, top, right, bottom}))
					}
				}
			}
		}
		found, ok := fullest(skin, make([]float32, columns), columns)
		if ok != (most > 0) || total(found) != most {
			r.Errorf("%v holds %v, ok %v; want %v", found, total(found), ok, most)
		}
	})
}

// Whatever the map says, the forehead lies in the image and is made without
// allocating.
func TestForeheadAllocatesNothing(t *testing.T) {
	g := newGrid(120, 160)
	face := thermal.Box{X0: 10, Y0: 10, X1: 110, Y1: 150}
	g.face(7, 10, 3, face, thermal.Box{X0: 20, Y0: 20, X1: 100, Y1: 50}, 1, 1)
	g.bare(thermal.Box{X0: 20, Y0: 20, X1: 100, Y1: 50})
	found := make([]candidate, 0, maxCandidates)
	if allocs := testing.AllocsPerRun(10, func() {
		if _, err := decode(found, g.out, &g.plane, 120, 160); err != nil {
			t.Fatal(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
