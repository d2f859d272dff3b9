package calibration

import (
	"math"

	"lintel/firmware/thermal"
)

// CoverageFactor is the k of every expanded uncertainty here: about 95 % for a
// normal distribution (JCGM 100:2008, GUM, 6.2).
const CoverageFactor = 2

// skinReflectance is one minus the emissivity of skin, 0.98.
const skinReflectance = 0.02

// surroundRange is the half width of the range of the reflected temperature in
// kelvin: an assumption for a room without hot or cold surfaces near by.
const surroundRange = 5

// Budget lists the terms of the uncertainty of a Measurement, each a standard
// uncertainty (k = 1) in kelvin. They are taken as independent.
type Budget struct {
	// Certificate is that of the reference temperature: half of its expanded
	// uncertainty.
	Certificate thermal.Kelvin
	// Stability is that of the stability and drift of the reference, a
	// rectangular distribution.
	Stability thermal.Kelvin
	// ReadingNoise is the noise of its reading: 1.25 s / sqrt(n), for a median
	// of n pixels in all frames averaged.
	ReadingNoise thermal.Kelvin
	// Drift is the change of the camera since that reading, and what may remain
	// of a flat-field correction.
	Drift thermal.Kelvin
	// NonUniformity is the difference of the camera between the place of the
	// reference and that of the region.
	NonUniformity thermal.Kelvin
	// SizeOfSource is what a small target loses to its surround, for the
	// reference and for the region: in proportion to the contrast, and
	// inversely to the width in pixels.
	SizeOfSource thermal.Kelvin
	// Emissivity is that of the skin's emissivity, a rectangular distribution.
	Emissivity thermal.Kelvin
	// Reflected is that of the temperature reflected by the skin, a rectangular
	// distribution.
	Reflected thermal.Kelvin
	// ROINoise is the noise of the region: s / sqrt(n) with n at most nine, the
	// pixels that make the maximum.
	ROINoise thermal.Kelvin
}

// Term is one named term of a Budget.
type Term struct {
	Name string
	U    thermal.Kelvin
}

// Terms lists the terms by name.
func (b Budget) Terms() [9]Term {
	return [9]Term{
		{"certificate", b.Certificate},
		{"stability", b.Stability},
		{"reading_noise", b.ReadingNoise},
		{"drift", b.Drift},
		{"non_uniformity", b.NonUniformity},
		{"size_of_source", b.SizeOfSource},
		{"emissivity", b.Emissivity},
		{"reflected", b.Reflected},
		{"roi_noise", b.ROINoise},
	}
}

// Combined returns the combined standard uncertainty: the root of the sum of
// squares.
func (b Budget) Combined() thermal.Kelvin {
	sum := 0.0
	for _, t := range b.Terms() {
		sum += float64(t.U * t.U)
	}
	return thermal.Kelvin(math.Sqrt(sum))
}

// Expanded returns the expanded uncertainty (k = 2).
func (b Budget) Expanded() thermal.Kelvin { return CoverageFactor * b.Combined() }

// terms is what a frame gives to the budget of every region in it.
type terms struct {
	cfg                             TermConfig
	expanded, stability             thermal.Kelvin
	reading, drift, pixel, contrast thermal.Kelvin
	diameter                        float64
}

// budget returns the budget of a region of n pixels at the temperature c.
func (t *terms) budget(c thermal.Celsius, n int) Budget {
	rectangular := 1 / math.Sqrt(3)
	above := math.Abs(float64(c.Sub(t.cfg.Surround)))
	const size = 10 // pixels across, for which SizeOfSource is stated
	source := t.cfg.SizeOfSource * math.Hypot(
		float64(t.contrast)*size/t.diameter,
		above*size/math.Sqrt(float64(n)))
	return Budget{
		Certificate:   t.expanded / CoverageFactor,
		Stability:     thermal.Kelvin(float64(t.stability) * rectangular),
		ReadingNoise:  t.reading,
		Drift:         t.drift,
		NonUniformity: t.cfg.NonUniformity,
		SizeOfSource:  thermal.Kelvin(source),
		Emissivity:    thermal.Kelvin(t.cfg.Emissivity * above * rectangular),
		Reflected:     thermal.Kelvin(skinReflectance * surroundRange * rectangular),
		ROINoise:      thermal.Kelvin(float64(t.pixel) / math.Sqrt(float64(min(n, 9)))),
	}
}
