package thermal_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

func TestMountingValidate(t *testing.T) {
	for rotate := -360; rotate <= 720; rotate += 15 {
		err := thermal.Mounting{Rotate: rotate}.Validate()
		if ok := slices.Contains([]int{0, 90, 180, 270}, rotate); ok != (err == nil) {
			t.Errorf("%d degrees: %v", rotate, err)
		}
		if err != nil && !strings.Contains(err.Error(), "allowed are 0, 90, 180 and 270") {
			t.Errorf("%v names no remedy", err)
		}
	}
}

// A picture of two rows, as seen in each mounting.
func TestUpright(t *testing.T) {
	sensor := []uint16{
		1, 2, 3,
		4, 5, 6,
	}
	for _, c := range []struct {
		mounting thermal.Mounting
		width    int
		want     []uint16
	}{
		{thermal.Mounting{}, 3, []uint16{1, 2, 3, 4, 5, 6}},
		{thermal.Mounting{Rotate: 90}, 2, []uint16{4, 1, 5, 2, 6, 3}},
		{thermal.Mounting{Rotate: 180}, 3, []uint16{6, 5, 4, 3, 2, 1}},
		{thermal.Mounting{Rotate: 270}, 2, []uint16{3, 6, 2, 5, 1, 4}},
		{thermal.Mounting{Mirror: true}, 3, []uint16{3, 2, 1, 6, 5, 4}},
		{thermal.Mounting{Rotate: 90, Mirror: true}, 2, []uint16{1, 4, 2, 5, 3, 6}},
		{thermal.Mounting{Rotate: 180, Mirror: true}, 3, []uint16{4, 5, 6, 1, 2, 3}},
		{thermal.Mounting{Rotate: 270, Mirror: true}, 2, []uint16{6, 3, 5, 2, 4, 1}},
	} {
		var f thermal.Frame
		c.mounting.Upright(&f, sensor, 3, 2)
		if f.Width != c.width || f.Height != 6/c.width || !slices.Equal(f.Counts, c.want) {
			t.Errorf("%+v: %dx%d %v, want %v", c.mounting, f.Width, f.Height, f.Counts, c.want)
		}
	}
}

// draw returns an image of any size.
func draw(r *rapid.T) (counts []uint16, width, height int) {
	side := rapid.IntRange(1, 20)
	width, height = side.Draw(r, "width"), side.Draw(r, "height")
	counts = make([]uint16, width*height)
	for i := range counts {
		counts[i] = uint16(i)
	}
	return counts, width, height
}

var mountings = rapid.Custom(func(r *rapid.T) thermal.Mounting {
	return thermal.Mounting{
		Rotate: rapid.SampledFrom([]int{0, 90, 180, 270}).Draw(r, "rotate"),
		Mirror: rapid.Bool().Draw(r, "mirror"),
	}
})

// No pixel is lost or doubled, and the size is that of Size.
func TestUprightMovesEveryPixel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		counts, width, height := draw(r)
		m := mountings.Draw(r, "mounting")
		var f thermal.Frame
		m.Upright(&f, counts, width, height)
		if w, h := m.Size(width, height); f.Width != w || f.Height != h {
			r.Fatalf("%dx%d, Size says %dx%d", f.Width, f.Height, w, h)
		}
		sorted := slices.Sorted(slices.Values(f.Counts))
		if !slices.Equal(sorted, counts) {
			r.Fatal("the pixels are others")
		}
	})
}

// Four quarter turns, or two mirrors, change nothing; turning by a and then by
// b is turning by a + b.
func TestTurnsAddUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		counts, width, height := draw(r)
		turn := func(c []uint16, w, h int, m thermal.Mounting) ([]uint16, int, int) {
			var f thermal.Frame
			m.Upright(&f, c, w, h)
			return f.Counts, f.Width, f.Height
		}
		a := mountings.Draw(r, "a").Rotate
		b := mountings.Draw(r, "b").Rotate
		one, w, h := turn(counts, width, height, thermal.Mounting{Rotate: a})
		one, w, h = turn(one, w, h, thermal.Mounting{Rotate: b})
		two, w2, h2 := turn(counts, width, height, thermal.Mounting{Rotate: (a + b) % 360})
		if w != w2 || h != h2 || !slices.Equal(one, two) {
			r.Fatalf("%d and %d degrees are not %d", a, b, a+b)
		}
		one, w, h = turn(counts, width, height, thermal.Mounting{Mirror: true})
		if one, _, _ = turn(one, w, h, thermal.Mounting{Mirror: true}); !slices.Equal(one, counts) {
			r.Fatal("two mirrors change the image")
		}
	})
}

// A quarter turn clockwise brings the sensor's pixel x, y to height-1-y, x.
func TestQuarterTurn(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		counts, width, height := draw(r)
		var f thermal.Frame
		thermal.Mounting{Rotate: 90}.Upright(&f, counts, width, height)
		for y := range height {
			for x := range width {
				if f.At(height-1-y, x) != counts[y*width+x] {
					r.Fatalf("pixel %d, %d is elsewhere", x, y)
				}
			}
		}
	})
}

func TestUprightAllocatesNothing(t *testing.T) {
	sensor := make([]uint16, 160*120)
	for _, m := range []thermal.Mounting{{}, {Rotate: 90}, {Rotate: 180, Mirror: true}, {Rotate: 270}} {
		var f thermal.Frame
		m.Upright(&f, sensor, 160, 120)
		if n := testing.AllocsPerRun(50, func() { m.Upright(&f, sensor, 160, 120) }); n != 0 {
			t.Errorf("%+v: %v allocations", m, n)
		}
	}
}
