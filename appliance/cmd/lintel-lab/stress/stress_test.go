package stress

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/vision"
)

// Of the network's answer; see [vision.Detector].
const (
	cell = 8
	unit = 16
	sure = 6
)

// answer writes a face into an answer for w x h input values.
func answer(out []float32, w, h int, face, forehead thermal.Box, bare bool) {
	columns, n := w/cell, w/cell*(h/cell)
	c := face.Centre()
	x, y := min(max(int(c.X)/cell, 0), columns-1), min(max(int(c.Y)/cell, 0), h/cell-1)
	at := func(channel int) *float32 { return &out[channel*n+y*columns+x] }
	cx, cy := float64(x*cell+cell/2), float64(y*cell+cell/2)
	for i, b := range []thermal.Box{face, forehead} {
		*at(1 + 4*i), *at(2 + 4*i) = float32((b.X0-cx)/unit), float32((b.Y0-cy)/unit)
		*at(3 + 4*i), *at(4 + 4*i) = float32((b.X1-cx)/unit), float32((b.Y1-cy)/unit)
	}
	*at(0), *at(10), *at(12) = sure, sure, sure // a face, frontal and sharp
	if bare {
		*at(9) = sure
	}
}

// careless is a detector that knows the truth but draws it badly, and takes
// every forehead for bare.
type careless struct {
	people []sim.Person
	dice
	out []float32
}

func (c *careless) Detect(_ []float32, w, h int) ([]float32, error) {
	c.out = make([]float32, vision.Channels*(w/cell)*(h/cell))
	for i := range c.out {
		c.out[i] = -sure
	}
	for _, p := range c.people {
		b := p.Forehead
		if b.Area() == 0 {
			continue
		}
		answer(c.out, w, h, p.Face, c.badly(b), true)
	}
	return c.out, nil
}

// Look draws the forehead as badly again.
func (c *careless) Look(_ []float32, at thermal.Box) (vision.Look, error) {
	for _, p := range c.people {
		if p.Forehead.Area() > 0 && at.Contains(p.Forehead.Centre()) {
			b := c.badly(p.Forehead)
			return vision.Look{Bare: sure, Forehead: b, Sure: b}, nil
		}
	}
	return vision.Look{Bare: sure, Forehead: at, Sure: at}, nil
}

// badly draws a box some way off.
func (c *careless) badly(b thermal.Box) thermal.Box {
	dx, dy := b.Width(), b.Height()
	return thermal.Box{
		X0: b.X0 + c.between(-0.2, 0.1)*dx, X1: b.X1 + c.between(-0.1, 0.2)*dx,
		Y0: b.Y0 + c.between(-0.4, 0.2)*dy, Y1: b.Y1 + c.between(-0.2, 0.1)*dy,
	}
}

// However carelessly a forehead is drawn, hair, hats, fringes, hands, glasses
// over the brow and a hot lamp behind the head are not in what is measured: by
// the twin's truth to the pixel.
func TestNothingButSkinIsMeasured(t *testing.T) {
	measured := 0
	for _, row := range Rows() {
		if row.Group != "occluder" && row.Name != "hot lamp behind the head" {
			continue
		}
		var result Result
		for seed := uint64(1); seed <= 12; seed++ {
			d := dice{rand.New(rand.NewPCG(seed, 1))}
			s := usual(d)
			s.width, s.height = 128, 160 // whole cells: nothing is padded
			row.set(d, s)
			var shots [Frames]shot
			info, err := s.film(t.Context(), seed, &shots)
			if err != nil {
				t.Fatal(err)
			}
			detector := &careless{dice: d}
			finder, err := vision.New(vision.Config{Detector: detector, Info: info})
			if err != nil {
				t.Fatal(err)
			}
			var found vision.Result
			for i := range shots {
				detector.people = shots[i].truth.People
				if err := finder.Find(&shots[i].frame, shots[i].truth.Disc, &found); err != nil {
					t.Fatal(err)
				}
				for j := range found.Faces {
					if f := &found.Faces[j]; f.Usable() {
						measured++
						if off := shots[i].offSkin(f.Regions.Forehead); off > maxOff {
							t.Errorf("%s, seed %d: %.2f of what is measured is off the skin", row.Name, seed, off)
							result.OffSkin++
						}
					}
				}
			}
		}
	}
	if measured < 100 {
		t.Errorf("only %d foreheads were measured: the test shows little", measured)
	}
}

// blind finds nobody; credulous takes the middle of every image for a bare
// forehead.
type (
	blind     struct{}
	credulous struct{}
)

func (blind) Detect(_ []float32, w, h int) ([]float32, error) {
	out := make([]float32, vision.Channels*(w/cell)*(h/cell))
	for i := range out {
		out[i] = -sure
	}
	return out, nil
}

func (blind) Look([]float32, thermal.Box) (vision.Look, error) { return vision.Look{}, nil }

func (credulous) Look(_ []float32, at thermal.Box) (vision.Look, error) {
	m := at.Centre()
	forehead := thermal.Box{X0: m.X - 14, Y0: at.Y0 + 10, X1: m.X + 14, Y1: at.Y0 + 22}
	return vision.Look{Bare: sure, Forehead: forehead, Sure: forehead}, nil
}

func (credulous) Detect(in []float32, w, h int) ([]float32, error) {
	out, err := blind{}.Detect(in, w, h)
	x, y := float64(w)/2, float64(h)/2
	face := thermal.Box{X0: x - 20, Y0: y - 20, X1: x + 20, Y1: y + 40}
	answer(out, w, h, face, thermal.Box{X0: x - 14, Y0: y - 16, X1: x + 14, Y1: y - 4}, true)
	return out, err
}

func rowNamed(t *testing.T, name string) []Row {
	t.Helper()
	for _, row := range Rows() {
		if row.Name == name {
			return []Row{row}
		}
	}
	t.Fatalf("there is no row %q", name)
	return nil
}

// Who finds nobody measures nobody, and the table says how many were missed.
func TestBlind(t *testing.T) {
	report, err := Run(t.Context(), Config{Detector: blind{}, Scenes: 8, Seed: 1, Rows: rowNamed(t, "none")})
	if err != nil {
		t.Fatal(err)
	}
	r := report.Rows[0]
	if r.Scenes != 8 || r.Usable.N != 0 || r.Usable.Of < 5 || r.Found.N != 0 || report.Wrong() != 0 || len(r.Worst) == 0 {
		t.Errorf("%+v", r)
	}
}

// Who takes anything for a forehead is caught, scene by scene.
func TestCredulous(t *testing.T) {
	report, err := Run(t.Context(), Config{Detector: credulous{}, Scenes: 12, Seed: 1, Rows: append(rowNamed(t, "nobody"), rowNamed(t, "cap")...)})
	if err != nil {
		t.Fatal(err)
	}
	// A wall is no warmer than the room, and so not measured.
	if r := report.Rows[0]; r.FalseFaces < 8 || r.Wrong() > 0 {
		t.Errorf("%+v", r)
	}
	if r := report.Rows[1]; r.Wrong() == 0 || report.Wrong() != r.Wrong() || !slices.ContainsFunc(r.Worst, func(s Seed) bool { return s.What != "missed" }) {
		t.Errorf("%+v", r)
	}
	var text, table bytes.Buffer
	if err := report.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(text.Bytes(), &back); err != nil || len(back.Rows) != 2 || back.Wrong() != report.Wrong() {
		t.Errorf("%v, %+v", err, back)
	}
	if err := report.Write(&table); err != nil || !strings.Contains(table.String(), "nobody") {
		t.Errorf("%v\n%s", err, &table)
	}
}

// The same row and seed is the same scene.
func TestScenesRepeat(t *testing.T) {
	row := rowNamed(t, "cap")[0]
	var frames [2][]uint16
	for i := range frames {
		d := dice{rand.New(rand.NewPCG(7, 1))}
		s := usual(d)
		row.set(d, s)
		var shots [Frames]shot
		if _, err := s.film(t.Context(), 7, &shots); err != nil {
			t.Fatal(err)
		}
		frames[i] = shots[Frames-1].frame.Counts
	}
	for i := range frames[0] {
		if frames[0][i] != frames[1][i] {
			t.Fatalf("pixel %d differs", i)
		}
	}
}

// Every row has a name of its own and scenes that can be opened.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range Rows() {
		name := row.Group + ": " + row.Name
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		for seed := range uint64(20) {
			d := dice{rand.New(rand.NewPCG(seed, 1))}
			s := usual(d)
			row.set(d, s)
			if err := s.config(seed).Check(); err != nil {
				t.Errorf("%s, seed %d: %v", name, seed, err)
			}
		}
	}
	if len(seen) < 60 {
		t.Errorf("%d rows", len(seen))
	}
}
