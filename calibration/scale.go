package calibration

import (
	"errors"
	"fmt"
	"math"
	"time"

	"lintel/firmware/thermal"
)

// Errors of Scale.Measure.
var (
	// ErrNoScale means that the Scale is not valid or belongs to another frame.
	ErrNoScale = errors.New("no valid scale: wait until the reference is in order")
	// ErrROI means that the region cannot be measured.
	ErrROI = errors.New("the region cannot be measured: choose one inside the image and free of dead pixels")
)

// MinPixels is the least number of pixels of a region that is measured.
const MinPixels = 4

// Range in degrees Celsius, uncorrected, of a pixel that is taken for one that
// works. Dead pixels read zero or full scale.
const (
	deadBelow thermal.Celsius = -60
	deadAbove thermal.Celsius = 200
)

// Scale turns the counts of one frame into degrees Celsius. The zero Scale is
// invalid.
type Scale struct {
	valid         bool
	counts        thermal.CountScale
	offset        thermal.Kelvin
	width, height int
	sequence      uint64
	time          time.Duration
	terms         terms
}

// scale returns the Scale of the frame in which the reference d reads r, with
// the standard uncertainty noise.
func (t *Tracker) scale(f *thermal.Frame, d *disc, r reading, noise float64) Scale {
	k := t.info.Scale.KelvinPerCount()
	return Scale{
		valid: true, counts: t.info.Scale,
		offset: t.cfg.Reference.Temperature.Sub(r.mean),
		width:  f.Width, height: f.Height, sequence: f.Sequence, time: f.Time,
		terms: terms{
			cfg:       t.cfg.Terms,
			expanded:  t.cfg.Reference.Expanded,
			stability: t.cfg.Reference.Stability,
			reading:   thermal.Kelvin(noise),
			drift:     r.drift,
			pixel:     thermal.Kelvin(d.noise * k),
			contrast:  thermal.Kelvin(d.contrast * k),
			diameter:  2 * d.circle.R,
		},
	}
}

// Valid says whether the Scale may be used.
func (s Scale) Valid() bool { return s.valid }

// Offset returns what is added to every reading of the camera.
func (s Scale) Offset() thermal.Kelvin { return s.offset }

// Celsius turns counts into a corrected temperature, NaN where the Scale is
// not valid.
func (s Scale) Celsius(counts float64) thermal.Celsius {
	if !s.valid {
		return thermal.Celsius(math.NaN())
	}
	return s.counts.Celsius(counts).Add(s.offset)
}

// Measurement is the temperature of a region.
type Measurement struct {
	// Mean is the mean of the pixels whose centres lie in the region.
	Mean thermal.Celsius
	// Max is the largest of the 3x3 neighbourhoods that lie in the region
	// whole, each taken as the mean of its three middle values, so that up to
	// three noisy or stuck pixels side by side do not make a reading. Where
	// none fits, it is the Mean.
	//
	// It reads lower than the warmest pixel where the warm spot is smaller
	// than three pixels, and on an even region higher than the Mean: with
	// pixel noise s by 0.4 s on 5x5 px and by 1.1 s on 20x20 px.
	Max thermal.Celsius
	// U is the expanded uncertainty (k = 2) of Mean and Max alike.
	U thermal.Kelvin
	// Pixels is the number of pixels in the region.
	Pixels int
	Budget Budget
}

// Measure measures the pixels of f whose centres lie in roi, edges included. f
// must be the frame that the Scale was made from. Mean and Max rise with every
// pixel and by exactly one degree for each degree of the offset.
//
// Errors: ErrNoScale where the Scale is not valid or f is another frame, ErrROI
// where roi is not finite, leaves the image, holds fewer than MinPixels pixels
// or a dead one.
func (s Scale) Measure(f *thermal.Frame, roi thermal.Box) (Measurement, error) {
	if !s.valid {
		return Measurement{}, ErrNoScale
	}
	if f == nil || f.Width != s.width || f.Height != s.height || len(f.Counts) != s.width*s.height ||
		f.Sequence != s.sequence || f.Time != s.time {
		return Measurement{}, fmt.Errorf("cannot measure another frame than the one observed: %w", ErrNoScale)
	}
	if !(roi.X0 >= 0 && roi.Y0 >= 0 && roi.X1 <= float64(s.width) && roi.Y1 <= float64(s.height) &&
		roi.X0 <= roi.X1 && roi.Y0 <= roi.Y1) {
		return Measurement{}, fmt.Errorf("cannot measure a region outside the image: %w", ErrROI)
	}
	x0, x1 := int(math.Ceil(roi.X0-0.5)), int(math.Floor(roi.X1-0.5))
	y0, y1 := int(math.Ceil(roi.Y0-0.5)), int(math.Floor(roi.Y1-0.5))
	pixels := max(x1-x0+1, 0) * max(y1-y0+1, 0)
	if pixels < MinPixels {
		return Measurement{}, fmt.Errorf("cannot measure a region of %d pixels, at least %d are needed: %w", pixels, MinPixels, ErrROI)
	}
	low, high := s.counts.Counts(deadBelow), s.counts.Counts(deadAbove)
	sum := 0
	for y := y0; y <= y1; y++ {
		for _, v := range f.Row(y)[x0 : x1+1] {
			if float64(v) < low || float64(v) > high {
				return Measurement{}, fmt.Errorf("cannot measure a region with a dead pixel: %w", ErrROI)
			}
			sum += int(v)
		}
	}
	mean := float64(sum) / float64(pixels)
	m := Measurement{Mean: s.Celsius(mean), Pixels: pixels}
	m.Max = m.Mean
	if peak, ok := robustMax(f, x0, y0, x1, y1); ok {
		m.Max = s.Celsius(peak)
	}
	m.Budget = s.terms.budget(max(m.Mean, m.Max), pixels)
	m.U = m.Budget.Expanded()
	return m, nil
}

// robustMax returns the largest mean of the three middle values of a 3x3
// neighbourhood between the given columns and rows, both included; false where
// none fits.
func robustMax(f *thermal.Frame, x0, y0, x1, y1 int) (float64, bool) {
	best := -1
	for y := y0 + 1; y < y1; y++ {
		above, row, below := f.Row(y-1), f.Row(y), f.Row(y+1)
		for x := x0 + 1; x < x1; x++ {
			v := [9]uint16{
				above[x-1], above[x], above[x+1], row[x-1], row[x], row[x+1],
				below[x-1], below[x], below[x+1],
			}
			best = max(best, middleThree(&v))
		}
	}
	return float64(best) / 3, best >= 0
}

// middleThree returns the sum of the fourth to sixth smallest of nine values.
func middleThree(v *[9]uint16) int {
	for i := 1; i < len(v); i++ {
		x := v[i]
		j := i
		for ; j > 0 && v[j-1] > x; j-- {
			v[j] = v[j-1]
		}
		v[j] = x
	}
	return int(v[3]) + int(v[4]) + int(v[5])
}
