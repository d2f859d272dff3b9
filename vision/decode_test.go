package vision

import (
	"encoding/binary"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// grid is a network's answer to write by hand.
type grid struct {
	plane
	out []float32
}

// newGrid returns the answer "nobody" for an image of the given size.
func newGrid(width, height int) *grid {
	g := new(grid)
	g.shape(width, height)
	g.out = make([]float32, Channels*g.area())
	for i := range g.out {
		if channel := i / g.area(); channel == 0 || channel >= skinChannel {
			g.out[i] = -20
		}
	}
	return g
}

func (g *grid) area() int { return g.plane.width / cellSide * (g.plane.height / cellSide) }

// face writes a face that is drawn from the cell in column x and row y, with
// boxes in pixels of the image.
func (g *grid) face(x, y int, logit float32, face, forehead thermal.Box, bare, frontal float32) {
	i := y*(g.plane.width/cellSide) + x
	cx, cy := float64(x*cellSide+cellSide/2), float64(y*cellSide+cellSide/2)
	v := [skinChannel]float32{0: logit, 9: bare, 10: frontal, 12: 4}
	for k, b := range [...]thermal.Box{face, forehead} {
		f, left, top := float64(g.factor), float64(g.left), float64(g.top)
		v[1+4*k] = float32((b.X0/f + left - cx) / boxUnit)
		v[2+4*k] = float32((b.Y0/f + top - cy) / boxUnit)
		v[3+4*k] = float32((b.X1/f + left - cx) / boxUnit)
		v[4+4*k] = float32((b.Y1/f + top - cy) / boxUnit)
	}
	for channel := range v {
		g.out[channel*g.area()+i] = v[channel]
	}
}

func (g *grid) decode(tb testing.TB, width, height int) []candidate {
	tb.Helper()
	found, err := decode(make([]candidate, 0, maxCandidates), g.out, &g.plane, width, height)
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

func nearBox(a, b thermal.Box, tolerance float64) bool {
	return math.Abs(a.X0-b.X0) <= tolerance && math.Abs(a.Y0-b.Y0) <= tolerance &&
		math.Abs(a.X1-b.X1) <= tolerance && math.Abs(a.Y1-b.Y1) <= tolerance
}

// Boxes come back in pixels of the image for every sensor on sale.
func TestDecode(t *testing.T) {
	for _, c := range []struct{ width, height int }{{120, 160}, {160, 120}, {256, 192}, {320, 240}, {384, 288}, {640, 512}, {80, 60}} {
		g := newGrid(c.width, c.height)
		k := float64(g.factor)
		face := thermal.Box{X0: 20 * k, Y0: 5 * k, X1: 52 * k, Y1: 49 * k}
		forehead := thermal.Box{X0: 24 * k, Y0: 9 * k, X1: 47 * k, Y1: 19 * k}
		g.face(4, 3, 2, face, forehead, 1, -1)
		found := g.decode(t, c.width, c.height)
		if len(found) != 1 {
			t.Fatalf("%dx%d: %d faces", c.width, c.height, len(found))
		}
		// float32 holds an edge to 1e-5 of a cell.
		if f := found[0]; !nearBox(f.box, face, 1e-3) || !nearBox(f.forehead, forehead, 1e-3) {
			t.Errorf("%dx%d: face %v, forehead %v; want %v, %v", c.width, c.height, f.box, f.forehead, face, forehead)
		}
		for name, v := range map[string][2]float64{
			"score":   {found[0].score, 0.8807971},
			"bare":    {found[0].bare, 0.7310586},
			"frontal": {found[0].frontal, 0.2689414},
			"down":    {found[0].down, 0.5},
			"sharp":   {found[0].sharp, 1}, // of an even image
			"glasses": {found[0].glasses, 0.5},
		} {
			if math.Abs(v[0]-v[1]) > 1e-6 {
				t.Errorf("%s is %v, want %v", name, v[0], v[1])
			}
		}
	}
}

func TestDecodeSorts(t *testing.T) {
	g := newGrid(120, 160)
	at := func(x int) thermal.Box {
		return thermal.Box{X0: float64(x), Y0: 10, X1: float64(x + 20), Y1: 40}
	}
	g.face(2, 3, 1, at(5), at(5), 0, 0)
	g.face(7, 3, 3, at(50), at(50), 0, 0)
	g.face(12, 3, 2, at(90), at(90), 0, 0)
	g.face(7, 12, -0.9, at(50), at(50), 0, 0) // below keepScore
	found := g.decode(t, 120, 160)
	if len(found) != 3 || found[0].box.X0 < 40 || found[1].box.X0 < 80 || found[2].box.X0 > 10 {
		t.Errorf("%v", found)
	}
}

// Of equal neighbours the first in reading order stands for the face.
func TestDecodeTies(t *testing.T) {
	g := newGrid(120, 160)
	box := thermal.Box{X0: 40, Y0: 40, X1: 70, Y1: 80}
	for y := 6; y < 9; y++ {
		for x := 6; x < 9; x++ {
			g.face(x, y, 2, box, box, float32(10*y+x), 0)
		}
	}
	found := g.decode(t, 120, 160)
	if len(found) != 1 || found[0].bare != logistic(66) {
		t.Errorf("%d faces, %v", len(found), found)
	}
	// Equal scores far apart are no tie.
	g.face(12, 15, 2, thermal.Box{X0: 80, Y0: 100, X1: 110, Y1: 140}, box, 0, 0)
	if found := g.decode(t, 120, 160); len(found) != 2 || found[0].box.X0 > 50 {
		t.Errorf("%v", found)
	}
}

func TestDecodeDropsNonsense(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	box := thermal.Box{X0: 40, Y0: 40, X1: 70, Y1: 80}
	for _, bad := range []float32{nan, inf, -inf} {
		for channel := range skinChannel {
			g := newGrid(120, 160)
			g.face(8, 7, 4, box, box, 1, 1)
			g.out[channel*g.area()+7*16+8] = bad
			want := 0
			if channel == 0 && bad > 0 {
				want = 1 // as sure as can be
			}
			if found := g.decode(t, 120, 160); len(found) != want {
				t.Errorf("channel %d is %v: %d faces, want %d", channel, bad, len(found), want)
			}
		}
	}
	// A neighbour that is no number hides nobody.
	g := newGrid(120, 160)
	g.face(8, 7, 4, box, box, 1, 1)
	g.out[7*16+9] = nan
	if found := g.decode(t, 120, 160); len(found) != 1 {
		t.Errorf("beside NaN: %d faces", len(found))
	}
}

func TestDecodeBoxes(t *testing.T) {
	inside := thermal.Box{X0: 40, Y0: 40, X1: 70, Y1: 80}
	for _, c := range []struct {
		name                         string
		face, forehead               thermal.Box
		found                        bool
		clippedFace, clippedForehead thermal.Box
	}{
		{"inside", inside, inside, true, inside, inside},
		{
			"over the left edge",
			thermal.Box{X0: -12, Y0: 40, X1: 20, Y1: 80},
			thermal.Box{X0: -8, Y0: 45, X1: 16, Y1: 55},
			true,
			thermal.Box{X0: 0, Y0: 40, X1: 20, Y1: 80},
			thermal.Box{X0: 0, Y0: 45, X1: 16, Y1: 55},
		},
		{
			"forehead above the image",
			thermal.Box{X0: 40, Y0: -4, X1: 80, Y1: 50},
			thermal.Box{X0: 45, Y0: -9, X1: 75, Y1: -3},
			true,
			thermal.Box{X0: 40, Y0: 0, X1: 80, Y1: 50},
			thermal.Box{X0: 45, Y0: 0, X1: 75, Y1: 0},
		},
		{
			"forehead right of the image",
			thermal.Box{X0: 90, Y0: 40, X1: 125, Y1: 80},
			thermal.Box{X0: 122, Y0: 45, X1: 130, Y1: 55},
			true,
			thermal.Box{X0: 90, Y0: 40, X1: 120, Y1: 80},
			thermal.Box{X0: 120, Y0: 45, X1: 120, Y1: 55},
		},
		{
			"forehead inside out", inside,
			thermal.Box{X0: 60, Y0: 50, X1: 50, Y1: 45},
			true, inside,
			thermal.Box{X0: 55, Y0: 47.5, X1: 55, Y1: 47.5},
		},
		{"face inside out", thermal.Box{X0: 70, Y0: 40, X1: 40, Y1: 80}, inside, false, thermal.Box{}, thermal.Box{}},
		{"face outside", thermal.Box{X0: -40, Y0: 40, X1: -10, Y1: 80}, inside, false, thermal.Box{}, thermal.Box{}},
		{"face of 4 pixels", thermal.Box{X0: 40, Y0: 40, X1: 44, Y1: 48}, inside, false, thermal.Box{}, thermal.Box{}},
		{
			"face of 6 pixels",
			thermal.Box{X0: 40, Y0: 40, X1: 46, Y1: 48},
			inside,
			true,
			thermal.Box{X0: 40, Y0: 40, X1: 46, Y1: 48},
			inside,
		},
	} {
		g := newGrid(120, 160)
		g.face(8, 7, 4, c.face, c.forehead, 1, 1)
		found := g.decode(t, 120, 160)
		if len(found) != map[bool]int{true: 1}[c.found] {
			t.Errorf("%s: %d faces", c.name, len(found))
			continue
		}
		if c.found && (!nearBox(found[0].box, c.clippedFace, 1e-3) || !nearBox(found[0].forehead, c.clippedForehead, 1e-3)) {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, found[0].box, found[0].forehead, c.clippedFace, c.clippedForehead)
		}
	}
}

// Two boxes of one face become one, the better; people beside or partly behind
// each other stay two.
func TestDecodeDoubles(t *testing.T) {
	first := thermal.Box{X0: 30, Y0: 30, X1: 70, Y1: 80}
	for _, c := range []struct {
		name   string
		second thermal.Box
		want   int
	}{
		{"the same", first, 1},
		{"half a face on", thermal.Box{X0: 50, Y0: 30, X1: 90, Y1: 80}, 1},
		{"inside it", thermal.Box{X0: 40, Y0: 40, X1: 55, Y1: 60}, 1},
		{"shoulder to shoulder", thermal.Box{X0: 66, Y0: 30, X1: 106, Y1: 80}, 2},
		{"a smaller one behind", thermal.Box{X0: 60, Y0: 25, X1: 85, Y1: 55}, 2},
	} {
		g := newGrid(120, 160)
		g.face(6, 6, 3, first, first, 0, 0)
		g.face(11, 9, 2, c.second, c.second, 0, 0)
		found := g.decode(t, 120, 160)
		if len(found) != c.want || !nearBox(found[0].box, first, 1e-3) {
			t.Errorf("%s: %d faces, want %d: %v", c.name, len(found), c.want, found)
		}
	}
}

// In a crowd the surest are kept.
func TestDecodeCrowd(t *testing.T) {
	g := newGrid(640, 480)
	n := 0
	for y := 0; y < g.plane.height/cellSide; y += 2 {
		for x := 0; x < g.plane.width/cellSide; x += 2 {
			b := thermal.Box{X0: float64(32*x + 2), Y0: float64(32*y + 2), X1: float64(32*x + 40), Y1: float64(32*y + 40)}
			g.face(x, y, 1+float32(n%50)/25, b, b, 0, 0)
			n++
		}
	}
	found := g.decode(t, 640, 480)
	if n < 50 || len(found) != maxCandidates {
		t.Fatalf("%d of %d kept, want %d", len(found), n, maxCandidates)
	}
	if worst := found[len(found)-1].score; worst < logistic(2.2) {
		t.Errorf("the worst kept scores %v", worst)
	}
}

func TestDecodeWrongLength(t *testing.T) {
	g := newGrid(120, 160)
	for _, n := range []int{0, 1, len(g.out) - 1, len(g.out) / Channels} {
		found, err := decode(make([]candidate, 3, maxCandidates), g.out[:n], &g.plane, 120, 160)
		if !errors.Is(err, ErrDetector) || len(found) != 0 {
			t.Errorf("%d values: %d faces, %v", n, len(found), err)
		}
	}
	if _, err := decode(nil, append(g.out, 0), &g.plane, 120, 160); !errors.Is(err, ErrDetector) {
		t.Errorf("a value too many: %v", err)
	}
}

// checkCandidates fails on a candidate that the rest of the package could not
// work with.
func checkCandidates(tb rapid.TB, found []candidate, width, height int) {
	tb.Helper()
	if len(found) > maxCandidates {
		tb.Fatalf("%d candidates", len(found))
	}
	probability := func(v float64) bool { return v >= 0 && v <= 1 }
	for i, c := range found {
		for _, b := range [...]thermal.Box{c.box, c.forehead} {
			if !(b.X0 >= 0 && b.Y0 >= 0 && b.X0 <= b.X1 && b.Y0 <= b.Y1 && b.X1 <= float64(width) && b.Y1 <= float64(height)) {
				tb.Fatalf("box %v in %dx%d", b, width, height)
			}
		}
		if c.box.Width() < minFace || c.box.Height() < minFace {
			tb.Fatalf("face %v", c.box)
		}
		if !(c.score >= keepScore) || !probability(c.score) || !probability(c.bare) || !probability(c.frontal) ||
			!probability(c.down) || !probability(c.sharp) || !probability(c.glasses) {
			tb.Fatalf("score %v, bare %v, frontal %v", c.score, c.bare, c.frontal)
		}
		if i > 0 && c.score > found[i-1].score {
			tb.Fatal("not sorted")
		}
		for _, other := range found[:i] {
			if c.box.IoU(other.box) >= sameIoU {
				tb.Fatalf("%v and %v are one face", c.box, other.box)
			}
		}
	}
}

func TestDecodeAnything(t *testing.T) {
	value := rapid.Float32()
	likely := rapid.Float32Range(-4, 4)
	rapid.Check(t, func(r *rapid.T) {
		g := newGrid(rapid.IntRange(8, 60).Draw(r, "width"), rapid.IntRange(8, 60).Draw(r, "height"))
		width, height := g.innerW*g.factor, g.innerH*g.factor
		wild := rapid.IntRange(0, 20).Draw(r, "wild")
		for i := range g.out {
			if i%21 == wild {
				g.out[i] = value.Draw(r, "value")
			} else {
				g.out[i] = likely.Draw(r, "value")
			}
		}
		found, err := decode(make([]candidate, 0, maxCandidates), g.out, &g.plane, width, height)
		if err != nil {
			r.Fatal(err)
		}
		checkCandidates(r, found, width, height)
	})
}

// FuzzDecode reads any bytes as a network's answer for an image of 48x32
// pixels.
func FuzzDecode(f *testing.F) {
	g := newGrid(48, 32)
	g.face(3, 2, 2, thermal.Box{X0: 10, Y0: 5, X1: 30, Y1: 28}, thermal.Box{X0: 14, Y0: 8, X1: 27, Y1: 14}, 1, 1)
	seed := make([]byte, 0, 4*len(g.out))
	for _, v := range g.out {
		seed = binary.LittleEndian.AppendUint32(seed, math.Float32bits(v))
	}
	f.Add(seed)
	f.Add(seed[:len(seed)-4])
	f.Add(make([]byte, len(seed)))
	f.Add([]byte{0, 0, 0x80, 0x7f, 0, 0, 0xc0, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		// Short input stands for an answer that ends in zeros, so that most
		// inputs reach the cells.
		out := make([]float32, max(len(data)/4, Channels*g.area()))
		for i := range len(data) / 4 {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		found, err := decode(make([]candidate, 0, maxCandidates), out, &g.plane, 48, 32)
		if (err != nil) != (len(out) != Channels*g.area()) {
			t.Fatal(err)
		}
		checkCandidates(t, found, 48, 32)
	})
}
