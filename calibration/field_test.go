package calibration

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"lintel/calibration/radiometry"
	"lintel/firmware/recording"
	"lintel/firmware/thermal"
)

// shaded returns a scene's frame with a pattern of up to half a kelvin added,
// and the pattern as a Field.
func shaded(info thermal.Info) *Field {
	d := &Field{Width: info.Width, Height: info.Height, U: 0.02, Offset: make([]float32, info.Width*info.Height)}
	for i := range d.Offset {
		x, y := i%info.Width, i/info.Width
		d.Offset[i] = float32(0.4*math.Cos(float64(x)/50) + 0.3*math.Sin(float64(y)/40))
	}
	return d
}

// The map takes the pattern of the lens away, wherever reference and target are.
func TestFieldIsTakenAway(t *testing.T) {
	for _, mapped := range []bool{false, true} {
		s := steady()
		field := shaded(s.info)
		worst := 0.0
		for _, at := range []thermal.Point{{X: 60, Y: 30}, {X: 95, Y: 80}, {X: 30, Y: 60}} {
			s.shapes = append(s.shapes[:1], disk(at.X, at.Y, 19, 34))
			tr := tracker(t, s.info, func(c *Config) {
				if mapped {
					c.Field = field
				}
			})
			var f thermal.Frame
			var o Observation
			for n := range 6 {
				s.render(&f, n)
				for i := range f.Counts {
					f.Counts[i] = uint16(math.Round(float64(f.Counts[i]) + 100*float64(field.Offset[i])))
				}
				o = tr.Observe(&f)
			}
			m, err := o.Scale.Measure(&f, thermal.Box{X0: at.X - 5, Y0: at.Y - 5, X1: at.X + 5, Y1: at.Y + 5})
			if err != nil {
				t.Fatal(err, o.Reference.Fault)
			}
			worst = math.Max(worst, math.Abs(float64(m.Mean)-35))
			if mapped && m.Budget.NonUniformity > 0.2 {
				t.Errorf("non-uniformity %.3f K with a map", m.Budget.NonUniformity)
			}
		}
		if mapped && worst > 0.05 || !mapped && worst < 0.2 {
			t.Errorf("mapped %v: off by up to %.3f K", mapped, worst)
		}
	}
}

// Pixels that are known to be bad are left out, whatever they read.
func TestBadPixelsAreLeftOut(t *testing.T) {
	s := steady()
	field := &Field{Width: 120, Height: 160, Offset: make([]float32, 120*160), Bad: []Pixel{{55, 55}, {56, 55}}}
	tr := tracker(t, s.info, func(c *Config) { c.Field = field })
	var f thermal.Frame
	o := s.run(tr, &f, 0, 5)
	box := thermal.Box{X0: 50, Y0: 50, X1: 60, Y1: 60}
	want, err := o.Scale.Measure(&f, box)
	if err != nil || want.Pixels != 98 || want.LeftOut != 2 {
		t.Fatalf("%+v, %v", want, err)
	}
	f.Counts[55*120+55] += 150
	f.Counts[55*120+56] += 150
	if got, err := o.Scale.Measure(&f, box); err != nil || got != want {
		t.Errorf("%+v, want %+v, %v", got, want, err)
	}
}

func TestFieldRefused(t *testing.T) {
	for name, change := range map[string]func(*Field){
		"size":    func(d *Field) { d.Width = 160 },
		"short":   func(d *Field) { d.Offset = d.Offset[:9] },
		"large":   func(d *Field) { d.Offset[7] = 5.1 },
		"NaN":     func(d *Field) { d.Offset[7] = float32(math.NaN()) },
		"u":       func(d *Field) { d.U = -1 },
		"outside": func(d *Field) { d.Bad = []Pixel{{120, 0}} },
		"all bad": func(d *Field) { d.Bad = make([]Pixel, 2000) },
	} {
		field := shaded(lepton())
		change(field)
		cfg := DefaultConfig()
		cfg.Reference.Temperature, cfg.Field = 37, field
		if _, err := New(cfg, lepton()); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A real sensor with stuck pixels in row 76 at 28 to 32 degC, as warm as skin.
func TestStuckPixelsOfARealSensor(t *testing.T) {
	path := filepath.Join("..", "..", "shared", "data", "cameras", "purethermal_lepton_cK.pty16.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: the test of stuck pixels needs %s", path)
	}
	source, err := recording.Open(path, recording.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	const row = 76
	var f thermal.Frame
	for n := 0; ; n++ {
		err := source.Next(t.Context(), &f)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		inRow, elsewhere := 0, 0
		for i := 2 * f.Width; i < len(f.Counts); i++ { // the stream starts with some bytes of its own
			if !standsOut(&f, i%f.Width, i/f.Width, 100*outstanding) {
				continue
			}
			if i/f.Width == row {
				inRow++
			} else {
				elsewhere++
			}
		}
		// Every stuck pixel that stands out from rows 75 and 77 by 5 K is found.
		want := 0
		for x := range f.Width {
			v := int(f.At(x, row))
			if v-int(f.At(x, row-1)) > 500 && v-int(f.At(x, row+1)) > 500 {
				want++
			}
		}
		t.Logf("frame %d: %d in row %d, %d elsewhere; %d stand 5 K out of the rows beside", n, inRow, row, elsewhere, want)
		if want < 8 || inRow < want || elsewhere > 3 {
			t.Errorf("frame %d: found %d of %d in the row, %d elsewhere", n, inRow, want, elsewhere)
		}
	}
}

// A small target reads low by what the optics spread; by the size of the target
// it reads true again.
func TestSizeOfSourceCorrection(t *testing.T) {
	const loss = 0.02
	curve, err := radiometry.NewCurve(radiometry.LWIR())
	if err != nil {
		t.Fatal(err)
	}
	lose := func(c, wall thermal.Celsius, px float64) thermal.Celsius {
		l, w := curve.Radiance(c), curve.Radiance(wall)
		return curve.Celsius(l - loss*10/px*(l-w))
	}
	for _, on := range []bool{false, true} {
		for _, side := range []float64{12, 20, 40} {
			s := &scene{info: lepton(), wall: 22, noise: 0.02, shapes: []shape{
				disk(30.3, 130.6, 6.5, lose(37, 22, 13)), {60, 50, side / 2, side / 2, lose(35, 22, side)},
			}}
			tr := tracker(t, s.info, func(c *Config) {
				c.Reference.Place = thermal.Circle{X: 30, Y: 130}
				if on {
					c.Correction.SizeOfSource = loss
				}
			})
			var f thermal.Frame
			o := s.run(tr, &f, 0, 8)
			target := thermal.Box{X0: 60 - side/2, Y0: 50 - side/2, X1: 60 + side/2, Y1: 50 + side/2}
			roi := thermal.Box{X0: 57, Y0: 47, X1: 63, Y1: 53}
			m, err := o.Scale.MeasureTarget(&f, roi, target)
			if err != nil {
				t.Fatal(err)
			}
			off := math.Abs(float64(m.Mean) - 35)
			if on && off > 0.03 || !on && side == 40 && off < 0.1 {
				t.Errorf("corrected %v, %g px: reads %.3f, want 35", on, side, m.Mean)
			}
		}
	}
}

// A target that is no person, of any emissivity, in any room: true with the
// emissivities and the room configured.
func TestEmissivityCorrection(t *testing.T) {
	skipWithRace(t)
	curve, err := radiometry.NewCurve(radiometry.LWIR())
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range []float64{0.98, 0.95, 0.9, 0.8} {
		set := []float64{1, 0.98}[i%2] // what the camera is set to
		for _, room := range []thermal.Celsius{18, 25, 32} {
			looks := func(c thermal.Celsius, e float64) thermal.Celsius {
				const camera = -0.7 // W m^-2 sr^-1, about 1.2 K
				arrives := e*curve.Radiance(c) + (1-e)*curve.Radiance(room) + camera
				return curve.Celsius((arrives - (1-set)*curve.Radiance(room)) / set)
			}
			for _, want := range []thermal.Celsius{35, 37.5, 40} {
				s := &scene{info: lepton(), wall: looks(room, 1), noise: 0.02, shapes: []shape{
					disk(30.3, 130.6, 6.5, looks(37, 0.97)), {60, 50, 15, 15, looks(want, e)},
				}}
				tr := tracker(t, s.info, func(c *Config) {
					c.Reference.Emissivity, c.Correction.Emissivity, c.Terms.Surround, c.Camera.Emissivity = 0.97, e, room, set
				})
				var f thermal.Frame
				o := s.run(tr, &f, 0, 6)
				m, err := o.Scale.Measure(&f, thermal.Box{X0: 52, Y0: 42, X1: 68, Y1: 58})
				if err != nil {
					t.Fatal(err, o.Reference.Fault)
				}
				if math.Abs(float64(m.Mean-want)) > 0.03 {
					t.Errorf("emissivity %g, room %g: %g reads %.3f", e, room, want, m.Mean)
				}
			}
		}
	}
}

// A camera whose counts follow its signal by Planck constants.
func TestPlanckCamera(t *testing.T) {
	planck := radiometry.PlanckConstants{R1: 21106.77, R2: 0.012545258, B: 1501, F: 1, O: -7340}
	s := steady()
	s.shapes = append(s.shapes, disk(60, 50, 15, 34))
	info := s.info
	info.Scale = 0
	tr := tracker(t, info, func(c *Config) { c.Camera.Planck = planck })
	var f thermal.Frame
	var o Observation
	for n := range 6 {
		s.render(&f, n)
		for i, v := range f.Counts {
			f.Counts[i] = uint16(math.Round(planck.Counts(thermal.CentiKelvin.Celsius(float64(v)))))
		}
		o = tr.Observe(&f)
	}
	m, err := o.Scale.Measure(&f, thermal.Box{X0: 52, Y0: 42, X1: 68, Y1: 58})
	if err != nil || math.Abs(float64(m.Mean)-35) > 0.03 {
		t.Errorf("reads %.3f, want 35 (%v, %v)", m.Mean, err, o.Reference.Fault)
	}
	cfg := DefaultConfig()
	cfg.Reference.Temperature, cfg.Camera.Planck = 37, radiometry.PlanckConstants{R1: 1}
	if _, err := New(cfg, info); !errors.Is(err, ErrCamera) || !errors.Is(err, radiometry.ErrConstants) {
		t.Errorf("bad constants: %v", err)
	}
}
