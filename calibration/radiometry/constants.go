package radiometry

import (
	"errors"
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

// ErrConstants means that the constants of a camera give no temperatures.
var ErrConstants = errors.New("the Planck constants are out of range: copy R1, R2, B, F and O from the camera's calibration")

// PlanckConstants are the calibration of a camera whose counts follow its
// signal: T = B / ln(R1/(R2 (S+O)) + F) in kelvin for the counts S (Thermimage
// manual, raw2temp; FLIR's own form). The zero value is unknown.
type PlanckConstants struct{ R1, R2, B, F, O float64 }

// Known says whether any constant is set.
func (p PlanckConstants) Known() bool { return p != PlanckConstants{} }

// Validate refuses constants without a temperature for each of the counts at
// -20 to 120 degC, or with counts outside 16 bits there.
//
// Errors: ErrConstants.
func (p PlanckConstants) Validate() error {
	for _, v := range []float64{p.R1, p.R2, p.B, p.F, p.O} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("cannot use a constant of %g: %w", v, ErrConstants)
		}
	}
	if !(p.R1 > 0 && p.R2 > 0 && p.B > 0 && p.F > 0) {
		return fmt.Errorf("cannot use R1, R2, B or F of zero or less: %w", ErrConstants)
	}
	last := math.Inf(-1)
	for _, t := range []thermal.Celsius{-20, 0, 20, 37, 60, 120} {
		s := p.Counts(t)
		if !(s >= 0 && s <= math.MaxUint16 && s > last) {
			return fmt.Errorf("cannot place %g degC at %.0f counts, allowed are 0 to %d, rising: %w", float64(t), s, math.MaxUint16, ErrConstants)
		}
		last = s
	}
	return nil
}

// Celsius returns the temperature of a black body that gives the counts; NaN
// where none does.
func (p PlanckConstants) Celsius(counts float64) thermal.Celsius {
	l := math.Log(p.R1/(p.R2*(counts+p.O)) + p.F)
	if !(l > 0) || counts+p.O <= 0 {
		return thermal.Celsius(math.NaN())
	}
	return thermal.Celsius(p.B/l) + thermal.AbsoluteZero
}

// Counts is the inverse of Celsius.
func (p PlanckConstants) Counts(t thermal.Celsius) float64 {
	return p.R1/(p.R2*(math.Exp(p.B/kelvin(t))-p.F)) - p.O
}
