package calibration

import (
	"math"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"
)

// CoverageFactor is the k of every expanded uncertainty here: about 95 % for a
// normal distribution (JCGM 100:2008, GUM, 6.2).
const CoverageFactor = 2

// skin is the emissivity of skin (PMC8654479), assumed where it is not
// corrected for.
const skin = 0.98

// surroundRange is the half width of the range of the reflected temperature in
// kelvin: an assumption for a room without hot or cold surfaces near by.
const surroundRange = 5

// sizeOfSource is the width in pixels for which the size-of-source effect is
// stated.
const sizeOfSource = 10

// referenceEmissivity is the half width of the range of a stated emissivity of
// a reference.
const referenceEmissivity = 0.005

// Budget lists the terms of the uncertainty of a Measurement, each a standard
// uncertainty (k = 1) in kelvin at the temperature of the target. They are taken
// as independent.
type Budget struct {
	// Certificate is that of the reference temperature: half of its expanded
	// uncertainty.
	Certificate thermal.Kelvin
	// Stability is that of the stability and drift of the reference, a
	// rectangular distribution.
	Stability thermal.Kelvin
	// ReferenceEmissivity is that of the emissivity of the reference, where it
	// is corrected for, a rectangular distribution; else it is part of the
	// certificate.
	ReferenceEmissivity thermal.Kelvin
	// ReadingNoise is the standard uncertainty of the filtered reading of the
	// reference.
	ReadingNoise thermal.Kelvin
	// Drift is what a flat-field correction that still settles leaves between
	// the reference and the rest of the image.
	Drift thermal.Kelvin
	// NonUniformity is the difference of the camera between the place of the
	// reference and that of the region.
	NonUniformity thermal.Kelvin
	// SizeOfSource is what a small target loses to its surround: in proportion
	// to the contrast, and inversely to the width in pixels. The same optics see
	// the reference, so it is the difference of what the two lose. Where it is
	// corrected, half of that is left.
	SizeOfSource thermal.Kelvin
	// Emissivity is that of the skin's emissivity, a rectangular distribution,
	// and where it is not corrected what skin differs from a black body, as far
	// as the reference does not take it away.
	Emissivity thermal.Kelvin
	// Reflected is that of the temperature reflected by the skin, a rectangular
	// distribution; where emissivities are not corrected, by as much as skin
	// reflects more or less than the reference.
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
func (b Budget) Terms() [10]Term {
	return [10]Term{
		{"certificate", b.Certificate},
		{"stability", b.Stability},
		{"reference_emissivity", b.ReferenceEmissivity},
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

// share is what one reference gives to the budget, as standard uncertainties of
// its radiance, and the part of the truth that hangs on it.
type share struct {
	seen, truth                                 float64
	certificate, stability, emissivity, reading float64
	lost                                        float64 // by the size of source
}

// terms is what a frame gives to the budget of every region in it.
type terms struct {
	cfg        TermConfig
	curve      *radiometry.Curve
	a, b       share
	two        bool
	settling   float64 // K
	field      float64 // K, standard
	pixel      float64 // K, standard
	emissivity float64 // corrected; 0 where it is not
	halved     bool    // the size of source is corrected
}

// rectangular is the standard uncertainty of a rectangular distribution of half
// width one.
const rectangular = 0.5773502691896258

func newTerms(cfg *Config, curve *radiometry.Curve, kelvinPerCount float64, a, b *point) terms {
	t := terms{
		cfg: cfg.Terms, curve: curve, emissivity: cfg.Correction.Emissivity,
		settling: float64(a.estimate.settling), field: float64(cfg.Terms.NonUniformity),
		pixel: a.disc.noise * kelvinPerCount, halved: cfg.Correction.SizeOfSource > 0,
	}
	if cfg.Field != nil {
		t.field = float64(cfg.Field.U)
	}
	t.field = math.Hypot(t.field, float64(cfg.Terms.Ageing))
	t.a = t.share(a, kelvinPerCount)
	if b != nil {
		t.b, t.two = t.share(b, kelvinPerCount), true
	}
	return t
}

func (t *terms) share(p *point, kelvinPerCount float64) share {
	slope := t.curve.Slope(p.temperature)
	s := share{
		seen: p.seen, truth: p.truth,
		reading: float64(p.estimate.noise) * slope,
		lost:    t.cfg.SizeOfSource * p.disc.contrast * kelvinPerCount * slope * sizeOfSource / (2 * p.disc.circle.R),
	}
	emits := 1.0
	if e := p.ref.Emissivity; e > 0 {
		emits = e
		differs := t.curve.Radiance(p.temperature) - t.curve.Radiance(t.cfg.Surround)
		s.emissivity = math.Abs(differs) * referenceEmissivity * rectangular
	}
	s.certificate = float64(p.ref.Expanded) / CoverageFactor * emits * slope
	s.stability = float64(p.ref.Stability) * rectangular * emits * slope
	return s
}

// budget returns the budget of a region of n pixels at the temperature c, in a
// target of the given area.
func (t *terms) budget(c thermal.Celsius, n int, area float64) Budget {
	target, slope := t.curve.Radiance(c), t.curve.Slope(c)
	surround := t.curve.Radiance(t.cfg.Surround)
	emits := t.emissivity
	if emits == 0 {
		emits = skin
	}
	perRadiance := 1 / slope // K per unit of the radiance that arrives
	if t.emissivity > 0 {
		perRadiance /= t.emissivity
	}
	arrives := target
	if t.emissivity > 0 {
		arrives = emits*target + (1-emits)*surround
	}
	sum := t.weigh(arrives)
	source := math.Abs(sum.lost - t.cfg.SizeOfSource*(target-surround)*sizeOfSource/math.Sqrt(math.Max(area, 1)))
	if t.halved {
		source /= 2
	}
	above := math.Abs(target - surround)
	emissivity := t.cfg.Emissivity * above / emits * rectangular
	if t.emissivity == 0 {
		emissivity = math.Hypot(emissivity, (1-skin)*math.Abs(t.a.truth-target)*rectangular)
	}
	reflects := (1 - emits) / emits
	if t.emissivity == 0 {
		// The reference reflects the same room, as much as skin or up to twice as
		// much or nothing.
		reflects *= rectangular
	}
	kelvin := func(radiance float64) thermal.Kelvin { return thermal.Kelvin(radiance * perRadiance) }
	return Budget{
		Certificate:         kelvin(sum.certificate),
		Stability:           kelvin(sum.stability),
		ReferenceEmissivity: kelvin(sum.emissivity),
		ReadingNoise:        kelvin(sum.reading),
		Drift:               kelvin(t.settling * slope),
		NonUniformity:       kelvin(t.field * slope),
		SizeOfSource:        kelvin(source),
		Emissivity:          thermal.Kelvin(emissivity / slope),
		Reflected:           thermal.Kelvin(reflects * t.curve.Slope(t.cfg.Surround) * surroundRange * rectangular / slope),
		ROINoise:            kelvin(t.pixel / math.Sqrt(float64(min(n, 9))) * slope),
	}
}

// weigh returns the contributions of the references at a radiance: of one
// reference alone, or of both by the line through them.
func (t *terms) weigh(arrives float64) share {
	if !t.two {
		return t.a
	}
	w := (arrives - t.b.truth) / (t.a.truth - t.b.truth)
	mix := func(a, b float64) float64 { return math.Hypot(w*a, (1-w)*b) }
	return share{
		certificate: mix(t.a.certificate, t.b.certificate), stability: mix(t.a.stability, t.b.stability),
		emissivity: mix(t.a.emissivity, t.b.emissivity), reading: mix(t.a.reading, t.b.reading),
		lost: w*t.a.lost + (1-w)*t.b.lost,
	}
}
