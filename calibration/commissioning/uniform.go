package commissioning

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"lintel/calibration"
	"lintel/firmware/thermal"
)

// Errors of Uniform.
var (
	// ErrNotUniform means that the view is not filled by a uniform target.
	ErrNotUniform = errors.New("the view is not uniform: hold a plate of one temperature before the lens so that it fills the view")
	// ErrFrames means that too few frames were shown, or frames of another size.
	ErrFrames = errors.New("too few frames of this camera: show the uniform target for some seconds")
)

// What a uniform target may look like.
const (
	// MinFrames is the least number of frames of a map.
	MinFrames = 16
	// maxShading is the largest difference of two blocks of the image in kelvin:
	// the shading of a lens and housing. A person or a room makes more.
	maxShading = 2.5
	// maxRelief is the largest standard deviation in kelvin within a block, once
	// bad pixels are left out: a face has edges.
	maxRelief = 0.4
	block     = 8
	// badSpatial and badNoise tell bad pixels, in standard deviations of the
	// field and as a multiple of the usual noise; stuckNoise is a part of it.
	badSpatial, leastBad = 6, 0.5
	badNoise, stuckNoise = 5.0, 0.1
)

// Uniform makes the map of a field of view from frames of a uniform target.
// Pixels are kept as sums alone, and forgotten by Field.
type Uniform struct {
	info     thermal.Info
	perCount float64
	n        int
	sum      []float64
	squares  []float64
	first    []uint16
}

// NewUniform prepares a map of the camera, with a target at the temperature.
//
// Errors: as calibration.KelvinPerCount.
func NewUniform(camera calibration.CameraConfig, info thermal.Info, target thermal.Celsius) (*Uniform, error) {
	k, err := calibration.KelvinPerCount(camera, info, target)
	if err != nil {
		return nil, err
	}
	n := info.Width * info.Height
	return &Uniform{info: info, perCount: k, sum: make([]float64, n), squares: make([]float64, n), first: make([]uint16, n)}, nil
}

// Add takes a frame.
//
// Errors: ErrFrames for a frame of another size.
func (u *Uniform) Add(f *thermal.Frame) error {
	if f.Width != u.info.Width || f.Height != u.info.Height || len(f.Counts) != len(u.sum) {
		return fmt.Errorf("cannot add a frame of %dx%d: %w", f.Width, f.Height, ErrFrames)
	}
	if u.n == 0 {
		copy(u.first, f.Counts)
	}
	for i, c := range f.Counts {
		// Differences from the first frame keep the squares small.
		d := float64(c) - float64(u.first[i])
		u.sum[i] += d
		u.squares[i] += d * d
	}
	u.n++
	return nil
}

// Frames returns the number of frames so far.
func (u *Uniform) Frames() int { return u.n }

// Field returns the map. uniformity is the half width in kelvin within which
// the target is of one temperature, by its certificate. What was shown is
// forgotten.
//
// Errors: ErrFrames, ErrNotUniform.
func (u *Uniform) Field(uniformity thermal.Kelvin) (*calibration.Field, error) {
	defer u.forget()
	if u.n < MinFrames {
		return nil, fmt.Errorf("cannot make a map from %d frames, at least %d are needed: %w", u.n, MinFrames, ErrFrames)
	}
	w, h := u.info.Width, u.info.Height
	level, noise := make([]float64, w*h), make([]float64, w*h)
	n := float64(u.n)
	for i := range level {
		mean := u.sum[i] / n
		level[i] = (float64(u.first[i]) + mean) * u.perCount
		noise[i] = math.Sqrt(math.Max(u.squares[i]/n-mean*mean, 0)) * u.perCount
	}
	usual := median(noise)
	smooth := smoothed(level, w, h)
	relief := make([]float64, w*h)
	for i := range relief {
		relief[i] = math.Abs(level[i] - smooth[i])
	}
	limit := math.Max(badSpatial*1.4826*median(relief), leastBad)
	f := &calibration.Field{Width: w, Height: h, Offset: make([]float32, w*h)}
	bad := make([]bool, w*h)
	for i := range level {
		stuck := usual > 0 && (noise[i] < stuckNoise*usual || noise[i] > badNoise*usual)
		if bad[i] = stuck || relief[i] > limit; bad[i] {
			f.Bad = append(f.Bad, calibration.Pixel{X: i % w, Y: i / w})
			level[i] = smooth[i]
		}
	}
	if err := uniform(level, w, h); err != nil {
		return nil, err
	}
	mean := 0.0
	for _, v := range level {
		mean += v / float64(w*h)
	}
	for i, v := range level {
		f.Offset[i] = float32(v - mean)
	}
	f.U = thermal.Kelvin(math.Hypot(float64(uniformity)/math.Sqrt(3), usual/math.Sqrt(n)))
	return f, nil
}

func (u *Uniform) forget() {
	clear(u.sum)
	clear(u.squares)
	clear(u.first)
	u.n = 0
}

// uniform refuses a view that shows more than shading.
func uniform(level []float64, w, h int) error {
	low, high := math.Inf(1), math.Inf(-1)
	for y := 0; y+block <= h; y += block {
		for x := 0; x+block <= w; x += block {
			var sum, squares float64
			for j := y; j < y+block; j++ {
				for _, v := range level[j*w+x : j*w+x+block] {
					sum += v - level[0]
					squares += (v - level[0]) * (v - level[0])
				}
			}
			const n = block * block
			mean := sum / n
			low, high = math.Min(low, mean), math.Max(high, mean)
			if sd := math.Sqrt(math.Max(squares/n-mean*mean, 0)); sd > maxRelief {
				return fmt.Errorf("cannot use a view with %.2f K within %d pixels: %w", sd, block, ErrNotUniform)
			}
		}
	}
	if high-low > maxShading {
		return fmt.Errorf("cannot use a view with differences of %.1f K: %w", high-low, ErrNotUniform)
	}
	return nil
}

// smoothed returns the median of the 5x5 pixels round each.
func smoothed(v []float64, w, h int) []float64 {
	out := make([]float64, len(v))
	near := make([]float64, 0, 25)
	for y := range h {
		for x := range w {
			near = near[:0]
			for j := max(y-2, 0); j <= min(y+2, h-1); j++ {
				near = append(near, v[j*w+max(x-2, 0):j*w+min(x+2, w-1)+1]...)
			}
			slices.Sort(near)
			out[y*w+x] = near[len(near)/2]
		}
	}
	return out
}

func median(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	return s[len(s)/2]
}
