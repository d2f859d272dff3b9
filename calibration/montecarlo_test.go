package calibration

import (
	"math"
	"math/rand/v2"
	"testing"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"
)

// dice draws what the terms of a budget stand for.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 7))} }

// normal has the standard deviation s, even the half width a.
func (d dice) normal(s float64) float64 { return s * d.NormFloat64() }
func (d dice) even(a float64) float64   { return a * (2*d.Float64() - 1) }

// world is the chain of a measurement from what is true to what is read, by
// Planck's law alone. It shares no line with the budget.
type world struct {
	cfg    Config
	curve  *radiometry.Curve
	target thermal.Celsius
	side   float64 // of the target in pixels
	pixel  float64 // noise, K
	noise  float64 // of the reading of a reference, K
	settle float64 // K
	field  float64 // K
	loss   float64 // of the optics, as a multiple of its standard uncertainty
}

// truth draws the true radiance of a reference, and as it is taken for.
func (w *world) truth(d dice, r *ReferenceConfig) (real0, taken float64) {
	surround := w.curve.Radiance(w.cfg.Terms.Surround)
	t := r.Temperature.Add(thermal.Kelvin(d.normal(float64(r.Expanded)/2) + d.even(float64(r.Stability))))
	if r.Emissivity == 0 {
		return w.curve.Radiance(t), w.curve.Radiance(r.Temperature)
	}
	e := r.Emissivity + d.even(0.005)
	return e*w.curve.Radiance(t) + (1-e)*surround,
		r.Emissivity*w.curve.Radiance(r.Temperature) + (1-r.Emissivity)*surround
}

// seen draws what the camera sees of a reference of that radiance.
func (w *world) seen(d dice, r *ReferenceConfig, real0 float64) float64 {
	surround := w.curve.Radiance(w.cfg.Terms.Surround)
	lost := w.loss * w.cfg.Terms.SizeOfSource * 10 / 12
	return real0 - lost*(real0-surround) + d.normal(w.noise)*w.curve.Slope(r.Temperature)
}

// skin draws the radiance that reaches the camera from the target.
func (w *world) skin(d dice) float64 {
	terms := &w.cfg.Terms
	l, surround := w.curve.Radiance(w.target), w.curve.Radiance(terms.Surround)
	e := 0.98
	if w.cfg.Correction.Emissivity > 0 {
		e = w.cfg.Correction.Emissivity
	}
	de := d.even(terms.Emissivity)
	room := w.curve.Radiance(terms.Surround.Add(thermal.Kelvin(d.even(5))))
	if w.cfg.Correction.Emissivity > 0 {
		return (e+de)*l + (1-e-de)*room
	}
	// The radiance temperature of skin of the usual emissivity in the usual
	// room is the measurand; the reference need not be as grey as skin.
	grey := d.even(1-0.98) * (w.curve.Radiance(w.cfg.Reference.Temperature) - l)
	more := d.even(1 - e) // by how much skin reflects more than the reference
	return l + (de*(l-surround)+more*(room-surround))/e + grey
}

// read draws one reading.
func (w *world) read(d dice) float64 {
	w.loss = d.normal(1)
	slope := w.curve.Slope(w.target)
	real0, taken := w.truth(d, &w.cfg.Reference)
	gain, seen := 1.0, w.seen(d, &w.cfg.Reference, real0)
	if w.cfg.Second != nil {
		other, otherTaken := w.truth(d, w.cfg.Second)
		gain = (taken - otherTaken) / (seen - w.seen(d, w.cfg.Second, other))
	}
	l := w.skin(d)
	l -= w.loss * w.cfg.Terms.SizeOfSource * 10 / w.side * (w.curve.Radiance(w.target) - w.curve.Radiance(w.cfg.Terms.Surround))
	l += (d.normal(w.settle) + d.normal(w.field) + d.normal(w.pixel/3)) * slope
	l = taken + gain*(l-seen)
	if e := w.cfg.Correction.Emissivity; e > 0 {
		l = (l - (1-e)*w.curve.Radiance(w.cfg.Terms.Surround)) / e
	}
	return float64(w.curve.Celsius(l))
}

// The budget by the law of propagation against a Monte Carlo propagation of the
// distributions (JCGM 101:2008, GUM Supplement 1): within 10 %.
func TestBudgetAgainstMonteCarlo(t *testing.T) {
	second := &ReferenceConfig{Certificate: Certificate{Temperature: 32, Expanded: 0.2, Stability: 0.1}}
	for _, c := range []struct {
		name   string
		target thermal.Celsius
		change func(*Config)
	}{
		{"usual", 34.5, func(*Config) {}},
		{"hot target", 41, func(*Config) {}},
		{"hot room", 36, func(c *Config) { c.Terms.Surround = 32 }},
		{"emissivity corrected", 34.5, func(c *Config) { c.Correction.Emissivity, c.Reference.Emissivity = 0.95, 0.97 }},
		{"poor reference", 35, func(c *Config) { c.Reference.Expanded, c.Reference.Stability = 0.8, 0.5 }},
		{"two references", 34.5, func(c *Config) { c.Second = second }},
		{"two references, target beyond", 40, func(c *Config) { c.Second = second }},
	} {
		cfg := DefaultConfig()
		cfg.Reference.Temperature = 37
		c.change(&cfg)
		curve, err := radiometry.NewCurve(cfg.Camera.Band)
		if err != nil {
			t.Fatal(err)
		}
		w := world{cfg: cfg, curve: curve, target: c.target, side: 15, pixel: 0.06, noise: 0.006, settle: 0.03, field: math.Hypot(0.05, 0.05)}
		d := newDice(11)
		const draws = 20000
		sum, squares := 0.0, 0.0
		for range draws {
			v := w.read(d) - float64(c.target)
			sum += v
			squares += v * v
		}
		sd := math.Sqrt(squares/draws - sum*sum/draws/draws)
		made := func(r *ReferenceConfig) *point {
			truth := curve.Radiance(r.Temperature)
			contrast := (truth - curve.Radiance(cfg.Terms.Surround)) / curve.Slope(r.Temperature)
			p := usualPoint(curve, r, 100*contrast)
			p.estimate.noise, p.estimate.settling = 0.006, 0.03
			if r.Emissivity > 0 {
				p.truth = r.Emissivity*truth + (1-r.Emissivity)*curve.Radiance(cfg.Terms.Surround)
			}
			p.seen = p.truth
			return p
		}
		var b *point
		if cfg.Second != nil {
			b = made(cfg.Second)
		}
		u := newTerms(&cfg, curve, 0.01, made(&cfg.Reference), b)
		got := float64(u.budget(c.target, 225, 225).Combined())
		t.Logf("%s: budget %.4f K, Monte Carlo %.4f K, mean error %+.4f K", c.name, got, sd, sum/draws)
		if math.Abs(got/sd-1) > 0.1 {
			t.Errorf("%s: budget %.4f K, Monte Carlo %.4f K", c.name, got, sd)
		}
		if math.Abs(sum/draws) > 0.005+0.03*sd {
			t.Errorf("%s: the mean is off by %.4f K", c.name, sum/draws)
		}
	}
}

// Over many visits to many cameras and references, each as far off as its terms
// say, the true temperature lies in the stated interval (k = 2) in 93 to 98 %.
func TestCoverage(t *testing.T) {
	t.Parallel()
	visits := 2000
	if testing.Short() || raceEnabled {
		visits = 300
	}
	info := lepton()
	info.Width, info.Height = 80, 60
	cfg := DefaultConfig()
	cfg.Reference.Temperature = 37
	curve, err := radiometry.NewCurve(cfg.Camera.Band)
	if err != nil {
		t.Fatal(err)
	}
	d := newDice(3)
	inside := 0
	var f thermal.Frame
	for v := range visits {
		w := world{cfg: cfg, curve: curve, target: thermal.Celsius(33.5 + 6*d.Float64()), side: 20}
		w.loss = d.normal(1)
		real0, _ := w.truth(d, &cfg.Reference)
		camera := d.even(3) * curve.Slope(37) // an added radiance
		read := func(l float64) thermal.Celsius { return curve.Celsius(l + camera) }
		field := (d.normal(0.05) + d.normal(0.05)) * curve.Slope(w.target)
		skin := w.skin(d) - w.loss*cfg.Terms.SizeOfSource*10/w.side*(curve.Radiance(w.target)-curve.Radiance(22))
		s := &scene{info: info, wall: read(curve.Radiance(22)), noise: 0.05, seed: uint64(v), shapes: []shape{
			disk(18.3, 40.4, 6.3, read(w.seen(d, &cfg.Reference, real0))),
			{52, 26, 14, 14, read(skin + field)},
		}}
		tr := tracker(t, info, nil)
		o := s.run(tr, &f, 0, 4)
		if !o.Scale.Valid() {
			t.Fatalf("visit %d: %v", v, o.Reference.Fault)
		}
		m, err := o.Scale.MeasureTarget(&f, thermal.Box{X0: 47, Y0: 21, X1: 57, Y1: 31}, thermal.Box{X0: 42, Y0: 16, X1: 62, Y1: 36})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(float64(m.Mean-w.target)) <= float64(m.U) {
			inside++
		}
	}
	share := float64(inside) / float64(visits)
	t.Logf("%d visits: %.1f %% inside U", visits, 100*share)
	// The binomial spread of a smaller number of visits is larger.
	slack := 2 * (math.Sqrt(0.05*0.95/float64(visits)) - math.Sqrt(0.05*0.95/2000))
	if share < 0.93-slack || share > 0.98+slack {
		t.Errorf("%.1f %% of %d visits lie inside U, want 93 to 98 %%", 100*share, visits)
	}
}
