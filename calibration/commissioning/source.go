package commissioning

import (
	"errors"
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

// ErrSizes means that the size-of-source effect cannot be told from the targets
// that were shown.
var ErrSizes = errors.New("the targets do not tell the size-of-source effect: show at least three sizes from 6 to 60 px, 5 K and more above their surround")

// SizePoint is what a target of one size reads.
type SizePoint struct {
	// Pixels is the width of the target in pixels.
	Pixels float64
	// Truth is its temperature, Reading what is read, Surround that around it.
	Truth, Reading, Surround thermal.Celsius
}

// FitSizeOfSource returns the part of its contrast that a target of 10x10 px
// loses, 0 to 0.1: the loss is taken to go inversely with the width. It serves
// CorrectionConfig.SizeOfSource of the calibration.
//
// Errors: ErrSizes.
func FitSizeOfSource(points []SizePoint) (float64, error) {
	if len(points) < 3 {
		return 0, fmt.Errorf("cannot fit %d sizes: %w", len(points), ErrSizes)
	}
	low, high := math.Inf(1), 0.0
	// The largest targets say how far the truth is off for all.
	var mx, my, xx, xy float64
	n := float64(len(points))
	for _, p := range points {
		contrast := float64(p.Truth.Sub(p.Surround))
		if !(p.Pixels >= 4 && p.Pixels <= 1000) || !(math.Abs(contrast) >= 5) || math.IsNaN(float64(p.Reading)) {
			return 0, fmt.Errorf("cannot use a target of %g px and %g K above its surround: %w", p.Pixels, contrast, ErrSizes)
		}
		low, high = math.Min(low, p.Pixels), math.Max(high, p.Pixels)
		x, y := 10/p.Pixels, float64(p.Truth.Sub(p.Reading))/contrast
		mx += x / n
		my += y / n
		xx += x * x
		xy += x * y
	}
	if high < 2*low {
		return 0, fmt.Errorf("cannot tell sizes of %g to %g px apart: %w", low, high, ErrSizes)
	}
	s := (xy - n*mx*my) / (xx - n*mx*mx)
	if !(s < 0.1) {
		return 0, fmt.Errorf("cannot take a loss of %.3f of the contrast: focus the lens and repeat: %w", s, ErrSizes)
	}
	return math.Max(s, 0), nil
}
