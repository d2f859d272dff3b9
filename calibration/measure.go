package calibration

import (
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

// MinPixels is the least number of pixels of a region that is measured.
const MinPixels = 4

// maxLeftOut is the largest part of a region whose pixels do not work.
const maxLeftOut = 0.25

// Range in degrees Celsius, uncorrected, of a pixel that is taken for one that
// works. Dead pixels read zero or full scale.
const (
	deadBelow thermal.Celsius = -60
	deadAbove thermal.Celsius = 200
)

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
	// Pixels is the number of pixels measured, LeftOut that of the pixels of
	// the region that are known not to work or stand out alone.
	Pixels, LeftOut int
	// Bridged is what was added in the middle of the region because a flat-field
	// correction changed the pattern of the field of view; 0 where none did.
	Bridged thermal.Kelvin
	Budget  Budget
}

// span is a region in whole pixels, all edges included.
type span struct{ x0, y0, x1, y1 int }

// Measure measures the pixels of f whose centres lie in roi, edges included,
// and takes roi for the whole target. f must be the frame that the Scale was
// made from. Mean and Max rise strictly with the temperature of the region.
//
// Errors: ErrNoScale where the Scale is not valid or f is another frame, ErrROI
// where roi is not finite, leaves the image, holds fewer than MinPixels pixels
// or too many that do not work.
func (s Scale) Measure(f *thermal.Frame, roi thermal.Box) (Measurement, error) {
	return s.MeasureTarget(f, roi, roi)
}

// MeasureTarget measures a region of a larger target of one temperature, such
// as a forehead in a face: what a small target loses to its surround goes by the
// size of the target.
//
// Errors: as Measure.
func (s Scale) MeasureTarget(f *thermal.Frame, roi, target thermal.Box) (Measurement, error) {
	if !s.valid {
		return Measurement{}, ErrNoScale
	}
	if f == nil || f.Width != s.width || f.Height != s.height || len(f.Counts) != s.width*s.height ||
		f.Sequence != s.sequence || f.Time != s.time {
		return Measurement{}, fmt.Errorf("cannot measure another frame than the one observed: %w", ErrNoScale)
	}
	r, ok := s.span(roi)
	if !ok {
		return Measurement{}, fmt.Errorf("cannot measure a region outside the image: %w", ErrROI)
	}
	all := max(r.x1-r.x0+1, 0) * max(r.y1-r.y0+1, 0)
	if all < MinPixels {
		return Measurement{}, fmt.Errorf("cannot measure a region of %d pixels, at least %d are needed: %w", all, MinPixels, ErrROI)
	}
	mean, n := s.mean(f, r)
	if left := all - n; n < MinPixels || float64(left) > maxLeftOut*float64(all) {
		return Measurement{}, fmt.Errorf("cannot measure a region in which %d of %d pixels do not work: %w", left, all, ErrROI)
	}
	peak, ok := s.robustMax(f, r)
	if !ok {
		peak = mean
	}
	lost := 0.0
	if s.size > 0 {
		lost = math.Min(s.size*sizeOfSource/math.Sqrt(math.Max(target.Area(), 1)), 0.5)
	}
	surround := s.surround(f, target, lost)
	m := Measurement{Pixels: n, LeftOut: all - n}
	m.Mean, m.Max = s.target(mean, lost, surround), s.target(peak, lost, surround)
	m.Budget = s.terms.budget(max(m.Mean, m.Max), n, target.Area())
	s.bridged(&m, roi.Centre())
	m.U = m.Budget.Expanded()
	return m, nil
}

// bridged enters what the change of pattern by a flat-field correction makes of
// a measurement at a place.
func (s *Scale) bridged(m *Measurement, at thermal.Point) {
	w := s.bridge.weight
	if w == 0 {
		return
	}
	m.Bridged = thermal.Kelvin(-s.bridge.at(int(at.X), int(at.Y)) / s.perK)
	u := w*s.bridge.u(at) + (1-w)*float64(m.Budget.Drift)
	m.Budget.Drift = min(m.Budget.Drift, thermal.Kelvin(u))
}

// target turns the counts of a target that loses a part to its surround into
// its temperature.
func (s *Scale) target(counts, lost, surround float64) thermal.Celsius {
	l := s.conv.radiance(counts)
	if lost > 0 {
		l += lost / (1 - lost) * (l - surround)
	}
	return s.temperature(l)
}

// span returns the pixels whose centres lie in the box; false where it is not
// inside the image.
func (s *Scale) span(b thermal.Box) (span, bool) {
	if !(b.X0 >= 0 && b.Y0 >= 0 && b.X1 <= float64(s.width) && b.Y1 <= float64(s.height) && b.X0 <= b.X1 && b.Y0 <= b.Y1) {
		return span{}, false
	}
	return span{
		x0: int(math.Ceil(b.X0 - 0.5)), x1: int(math.Floor(b.X1 - 0.5)),
		y0: int(math.Ceil(b.Y0 - 0.5)), y1: int(math.Floor(b.Y1 - 0.5)),
	}, true
}

// value returns the counts of a pixel, corrected for the field of view; false
// where the pixel is known not to work or cannot.
func (s *Scale) value(f *thermal.Frame, x, y int, low, high float64) (float64, bool) {
	i := y*s.width + x
	v := float64(f.Counts[i])
	if v < low || v > high || s.mask != nil && s.mask[i] {
		return 0, false
	}
	if s.field != nil {
		v -= float64(s.field.Offset[i]) * s.perK
	}
	if s.bridge.weight > 0 {
		v -= s.bridge.at(x, y)
	}
	return v, true
}

// working returns the range of counts of a pixel that works.
func (s *Scale) working() (low, high float64) {
	return s.conv.counts(deadBelow), s.conv.counts(deadAbove)
}

// mean returns the mean of the pixels that work and how many they are.
func (s *Scale) mean(f *thermal.Frame, r span) (float64, int) {
	low, high := s.working()
	stray := int(outstanding * s.perK)
	sum, n := 0.0, 0
	for y := r.y0; y <= r.y1; y++ {
		for x := r.x0; x <= r.x1; x++ {
			v, ok := s.value(f, x, y, low, high)
			if ok && !standsOut(f, x, y, stray) {
				sum += v
				n++
			}
		}
	}
	return sum / math.Max(float64(n), 1), n
}

// surround returns the radiance round a target, as the camera takes it, where
// it is needed.
func (s *Scale) surround(f *thermal.Frame, target thermal.Box, lost float64) float64 {
	if lost == 0 {
		return 0
	}
	const from, to = 2, 5 // pixels outside the target
	outer := thermal.Box{X0: target.X0 - to, Y0: target.Y0 - to, X1: target.X1 + to, Y1: target.Y1 + to}
	r, ok := s.span(outer.Clip(s.width, s.height))
	if !ok {
		return 0
	}
	low, high := s.working()
	sum, n := 0.0, 0
	for y := r.y0; y <= r.y1; y++ {
		for x := r.x0; x <= r.x1; x++ {
			px, py := float64(x)+0.5, float64(y)+0.5
			if px > target.X0-from && px < target.X1+from && py > target.Y0-from && py < target.Y1+from {
				continue
			}
			if v, ok := s.value(f, x, y, low, high); ok {
				sum += v
				n++
			}
		}
	}
	if n == 0 {
		return 0
	}
	return s.conv.radiance(sum / float64(n))
}

// leastOfNine is the least number of pixels of a 3x3 neighbourhood that must
// work, and warmer how many of them must be above a value for their middle to be.
const (
	leastOfNine = 6
	warmer      = 3
)

// robustMax returns the largest mean of the three middle values of a 3x3
// neighbourhood in the region; false where none fits.
func (s *Scale) robustMax(f *thermal.Frame, r span) (float64, bool) {
	low, high := s.working()
	best := math.Inf(-1)
	for y := r.y0 + 1; y < r.y1; y++ {
		// Three columns go along the row; the next one replaces the oldest.
		var columns [3]column
		columns[0], columns[1] = s.column(f, r.x0, y, low, high), s.column(f, r.x0+1, y, low, high)
		for x := r.x0 + 1; x < r.x1; x++ {
			k := x - r.x0
			columns[(k+1)%3] = s.column(f, x+1, y, low, high)
			if a, b, c := columns[0].max, columns[1].max, columns[2].max; a <= best && b <= best && c <= best {
				continue
			}
			var v [9]float64
			n, above := 0, 0
			for i := range columns {
				for _, c := range columns[i].v[:columns[i].n] {
					v[n] = c
					n++
					if c > best {
						above++
					}
				}
			}
			if n >= leastOfNine && above >= warmer {
				best = math.Max(best, middleThree(v[:n]))
			}
		}
	}
	return best, !math.IsInf(best, -1)
}

// column is three pixels one above the other, those that work.
type column struct {
	v   [3]float64
	n   int
	max float64
}

func (s *Scale) column(f *thermal.Frame, x, y int, low, high float64) column {
	c := column{max: math.Inf(-1)}
	for j := y - 1; j <= y+1; j++ {
		if v, ok := s.value(f, x, j, low, high); ok {
			c.v[c.n] = v
			c.n++
			c.max = math.Max(c.max, v)
		}
	}
	return c
}

// middleThree returns the mean of the three middle values of at least three,
// the lower ones where there is no middle; it sorts them.
func middleThree(v []float64) float64 {
	for i := 1; i < len(v); i++ {
		x := v[i]
		j := i
		for ; j > 0 && v[j-1] > x; j-- {
			v[j] = v[j-1]
		}
		v[j] = x
	}
	k := (len(v) - 3) / 2
	return (v[k] + v[k+1] + v[k+2]) / 3
}
