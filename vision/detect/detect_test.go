package detect

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lintel/firmware/thermal"
	"lintel/vision"
)

func open(tb testing.TB) *Net {
	tb.Helper()
	n, err := Open()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := n.Close(); err != nil {
			tb.Error(err)
		}
	})
	return n
}

// noise returns an input of the usual range; equal seeds give equal inputs.
func noise(seed uint64, width, height int) []float32 {
	dice := rand.New(rand.NewPCG(seed, 0))
	in := make([]float32, width*height)
	for i := range in {
		in[i] = 9*dice.Float32() - 3
	}
	return in
}

// An input that OpenCV could not take is refused; it would end the process.
func TestDetectRefuses(t *testing.T) {
	n := open(t)
	for _, c := range []struct{ values, width, height int }{
		{0, 0, 0},
		{0, 0, 160},
		{0, 128, 0},
		{128 * 160, -128, -160},
		{120 * 160, 120, 160},
		{128 * 152, 128, 152},
		{8 * 8, 8, 8},
		{128*160 - 1, 128, 160},
		{128*160 + 1, 128, 160},
		{0, 128, 160},
		{16 * 1040, 16, 1040},
		{16 * 1040, 1040, 16},
		{0, math.MaxInt &^ 15, 16},
	} {
		out, err := n.Detect(make([]float32, c.values), c.width, c.height)
		if out != nil || !errors.Is(err, ErrInput) {
			t.Errorf("%d values of %dx%d: %d values, %v", c.values, c.width, c.height, len(out), err)
		}
	}
}

// Every size that a camera can lead to is taken, one after the other, and the
// answer is one that the finder reads.
func TestDetectSizes(t *testing.T) {
	n := open(t)
	for _, c := range []struct{ width, height int }{
		{128, 160}, {160, 128}, {16, 16}, {80, 64}, {192, 144}, {128, 96}, {256, 16}, {16, 256}, {240, 240}, {256, 256}, {128, 160}, {1024, 16},
	} {
		out, err := n.Detect(noise(1, c.width, c.height), c.width, c.height)
		if err != nil || len(out) != vision.Channels*c.width/8*c.height/8 {
			t.Errorf("%dx%d: %d values, %v", c.width, c.height, len(out), err)
		}
		if i := slices.IndexFunc(out, func(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }); i >= 0 {
			t.Errorf("%dx%d: value %d is %v", c.width, c.height, i, out[i])
		}
	}
}

// The same input gives the same answer to the last bit, whatever came before
// and of whatever size; another input another.
func TestDetectRemembersNothing(t *testing.T) {
	n := open(t)
	in := noise(1, 128, 160)
	answer := func(n *Net, in []float32, width, height int) []float32 {
		out, err := n.Detect(in, width, height)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(out)
	}
	first := answer(n, in, 128, 160)
	if slices.Equal(first, answer(n, noise(2, 128, 160), 128, 160)) {
		t.Error("the answer does not depend on the input")
	}
	if !slices.Equal(first, answer(n, in, 128, 160)) {
		t.Error("another answer after another image")
	}
	answer(n, noise(3, 160, 128), 160, 128)
	if !slices.Equal(first, answer(n, in, 128, 160)) {
		t.Error("another answer after another size")
	}
	if !slices.Equal(first, answer(open(t), in, 128, 160)) {
		t.Error("another answer from another net")
	}
	if !slices.Equal(in, noise(1, 128, 160)) {
		t.Error("the input was changed")
	}
}

// Nothing of an image stays in the memory that is given back.
func TestDetectOverwrites(t *testing.T) {
	n, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.Detect(noise(1, 128, 160), 128, 160); err != nil {
		t.Fatal(err)
	}
	out := n.out
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(out, func(v float32) bool { return v != 0 }); i >= 0 {
		t.Errorf("value %d of the last answer is still %v", i, out[i])
	}
}

func TestClose(t *testing.T) {
	for _, used := range []bool{false, true} {
		n, err := Open()
		if err != nil {
			t.Fatal(err)
		}
		if used {
			if _, err := n.Detect(noise(1, 128, 160), 128, 160); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := n.Close(); err != nil {
				t.Errorf("used %v: %v", used, err)
			}
		}
		if out, err := n.Detect(noise(1, 128, 160), 128, 160); out != nil || !errors.Is(err, ErrClosed) {
			t.Errorf("used %v: after Close %d values, %v", used, len(out), err)
		}
		if _, err := n.Look(make([]float32, vision.CropRows*vision.CropColumns), thermal.Box{}); !errors.Is(err, ErrClosed) {
			t.Errorf("used %v: after Close %v", used, err)
		}
	}
}

// The second network takes crops of one size, remembers nothing, and answers
// for every crop.
func TestLook(t *testing.T) {
	n := open(t)
	for _, size := range []int{0, 1, vision.CropRows * vision.CropColumns * 2, vision.CropRows*vision.CropColumns - 1} {
		if _, err := n.Look(make([]float32, size), thermal.Box{}); !errors.Is(err, ErrInput) {
			t.Errorf("%d values: %v", size, err)
		}
	}
	crop := noise(1, vision.CropColumns, vision.CropRows)
	at, answers := thermal.Box{X0: 30, Y0: 40, X1: 78, Y1: 96}, map[vision.Look]bool{}
	for _, in := range [][]float32{crop, make([]float32, len(crop)), crop, noise(2, vision.CropColumns, vision.CropRows), crop} {
		look, err := n.Look(in, at)
		if err != nil || math.IsNaN(look.Bare) || math.IsInf(look.Bare, 0) || !(look.Forehead.Area() > 0) || !at.Contains(look.Sure.Centre()) {
			t.Errorf("%+v, %v", look, err)
		}
		answers[look] = true
	}
	if len(answers) != 3 {
		t.Errorf("%d answers to 3 crops", len(answers))
	}
	if !slices.Equal(crop, noise(1, vision.CropColumns, vision.CropRows)) {
		t.Error("the input was changed")
	}
	if allocs := testing.AllocsPerRun(20, func() {
		if _, err := n.Look(crop, at); err != nil {
			t.Fatal(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func TestDetectAllocatesNothing(t *testing.T) {
	n := open(t)
	in := noise(1, 128, 160)
	if allocs := testing.AllocsPerRun(20, func() {
		if _, err := n.Detect(in, 128, 160); err != nil {
			t.Fatal(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// OpenCV does not take the other cores.
func TestOneThread(t *testing.T) {
	if n := oneThread(); n != 1 {
		t.Errorf("OpenCV runs on %d threads", n)
	}
}

// A finder clears the real network as well as itself.
func TestForget(t *testing.T) {
	n := open(t)
	f, err := vision.New(vision.Config{Detector: n, Info: thermal.Info{Width: 120, Height: 160, Scale: thermal.CentiKelvin}})
	if err != nil {
		t.Fatal(err)
	}
	var frame thermal.Frame
	frame.Resize(120, 160)
	for i := range frame.Counts {
		frame.Counts[i] = uint16(29000 + i%997)
	}
	var r vision.Result
	if err := f.Find(&frame, thermal.Circle{}, &r); err != nil {
		t.Fatal(err)
	}
	if err := f.Forget(); err != nil {
		t.Fatal(err)
	}
	if i := slices.IndexFunc(n.in, func(v float32) bool { return v != 0 }); i >= 0 {
		t.Errorf("value %d of the input is still %v", i, n.in[i])
	}
}

func BenchmarkDetect(b *testing.B) {
	for _, c := range []struct{ width, height int }{{128, 160}, {128, 96}, {192, 144}} {
		b.Run(fmt.Sprintf("%dx%d", c.width, c.height), func(b *testing.B) {
			n := open(b)
			in := noise(1, c.width, c.height)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Detect(in, c.width, c.height); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
