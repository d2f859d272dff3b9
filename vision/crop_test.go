package vision

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// slope returns a plane whose temperature rises by so many kelvin a cell.
func slope(t *testing.T, across, down float64) *plane {
	t.Helper()
	p := &plane{}
	p.shape(120, 160)
	for y := range p.height {
		for x := range p.width {
			p.cells[y*p.width+x] = float32((across*(float64(x)+0.5-60) + down*(float64(y)+0.5-60)) / inputKelvin)
		}
	}
	return p
}

// The crop shows what vision/train/crops.py shows: the same numbers stand in its
// test.
func TestCrop(t *testing.T) {
	p := slope(t, 0.05, -0.02)
	crop := p.crop(cropAround(at(46, 44, 40, 54), at(50, 50, 30, 12), 0)) // 40 wide
	value := func(row, column int) float64 { return float64(crop[row*CropColumns+column]) }
	for _, c := range []struct {
		name string
		got  float64
		want float64
	}{
		{"across", value(20, 30) - value(20, 29), 0.05 * cropWide * 40 / CropColumns / cropKelvin},
		{"down", value(31, 10) - value(30, 10), -0.02 * cropTall * 40 / CropRows / cropKelvin},
		// A plane's middle is as far below the level as the slope says.
		{"corner", value(0, 0), -0.896},
		{"other corner", value(CropRows-1, CropColumns-1), -0.2127},
	} {
		if math.Abs(c.got-c.want) > 0.02 {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
}

// A face has the same crop however many pixels it has, wherever it is.
func TestCropDoesNotKnowTheSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []float32
		for range 2 {
			wide := rapid.Float64Range(24, 60).Draw(t, "wide")
			x, y := rapid.Float64Range(0, 60).Draw(t, "x"), rapid.Float64Range(10, 60).Draw(t, "y")
			p := &plane{}
			p.shape(120, 160)
			for row := range p.height {
				for column := range p.width {
					u, v := (float64(column)+0.5-float64(p.left)-x)/wide, (float64(row)+0.5-float64(p.top)-y)/wide
					p.cells[row*p.width+column] = float32(math.Sin(3*u) + math.Cos(2*v))
				}
			}
			got := append([]float32(nil), p.crop(cropAround(at(x, y-4, wide, 1.2*wide+4), at(x, y, wide, 9), 0))...)
			if want == nil {
				want = got
				continue
			}
			for i := range got {
				// Beyond the image the edge goes on.
				if inside := math.Abs(float64(i%CropColumns)-CropColumns/2) < 10 && i/CropColumns > 10 && i/CropColumns < 40; inside && math.Abs(float64(got[i]-want[i])) > 0.2 {
					t.Fatalf("value %d: %v and %v", i, got[i], want[i])
				}
			}
		}
	})
}

// Any box that a detector can draw has a crop within bounds.
func TestCropOfAnyBox(t *testing.T) {
	p := slope(t, 3, 1)
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Float64Range(0, 115).Draw(t, "x"), rapid.Float64Range(0, 155).Draw(t, "y")
		b := thermal.Box{X0: x, Y0: y, X1: rapid.Float64Range(x+minFace, 120).Draw(t, "x1"), Y1: rapid.Float64Range(y+minFace, 160).Draw(t, "y1")}
		for _, v := range p.crop(cropAround(b, b, 0.1)) {
			if !(v >= cropLow && v <= cropHigh) {
				t.Fatalf("%v in the crop of %v", v, b)
			}
		}
	})
}
