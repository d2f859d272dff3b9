package calibration

import (
	"errors"
	"math"
	"testing"
	"time"

	"lintel/calibration/radiometry"
	"lintel/firmware/thermal"
)

func TestDate(t *testing.T) {
	a, err := ParseDate("2027-03-31")
	if err != nil || a != (Date{2027, 3, 31}) || a.String() != "2027-03-31" {
		t.Errorf("%v, %v", a, err)
	}
	for _, s := range []string{"", "2027-02-30", "31.3.2027", "2027-3-31", "2027-03-31T00:00"} {
		if _, err := ParseDate(s); !errors.Is(err, ErrDate) {
			t.Errorf("%q: %v", s, err)
		}
	}
	for _, later := range []Date{{2027, 4, 1}, {2028, 1, 1}, {2027, 3, 32}} {
		if !a.Before(later) || later.Before(a) || a.Before(a) {
			t.Errorf("%v and %v", a, later)
		}
	}
	if DateOf(time.Date(2027, 3, 31, 23, 0, 0, 0, time.UTC)) != a {
		t.Error("the day of a time is another")
	}
	var back Date
	if text, _ := a.MarshalText(); back.UnmarshalText(text) != nil || back != a {
		t.Errorf("%v comes back as %v", a, back)
	}
	if err := back.UnmarshalText(nil); err != nil || back != (Date{}) {
		t.Errorf("an empty text: %v, %v", back, err)
	}
}

// Whatever is read as a date is written as it was read.
func FuzzDate(f *testing.F) {
	f.Add("2027-03-31")
	f.Add("0000-01-01")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParseDate(text); err == nil && d.String() != text {
			t.Errorf("%q is written as %q", text, d)
		}
	})
}

// A certificate holds on its last day, not on the next, and not while the day is
// not known.
func TestExpiredCertificate(t *testing.T) {
	s := steady()
	for _, c := range []struct {
		today Date
		want  Fault
	}{
		{Date{2027, 3, 30}, FaultNone}, {Date{2027, 3, 31}, FaultNone}, {Date{2027, 4, 1}, FaultExpired}, {Date{}, FaultNoDate},
	} {
		tr := tracker(t, s.info, func(c *Config) { c.Reference.Expires = Date{2027, 3, 31} })
		tr.Today(c.today)
		var f thermal.Frame
		if o := s.run(tr, &f, 0, 5); o.Reference.Fault != c.want || !o.Reference.Found || o.Scale.Valid() != (c.want == FaultNone) {
			t.Errorf("on %v: %+v, want %v", c.today, o.Reference, c.want)
		}
	}
	tr := tracker(t, s.info, func(c *Config) { c.Reference.Expires = Date{2027, 3, 31} })
	tr.Today(Date{2027, 3, 31})
	var f thermal.Frame
	s.run(tr, &f, 0, 5)
	tr.Today(Date{2027, 4, 1})
	if o := s.run(tr, &f, 5, 1); o.Reference.Fault != FaultExpired || o.Scale.Valid() {
		t.Errorf("over midnight: %+v", o.Reference)
	}
}

// With a thermometer of its own the reference need not be at its set point, only
// near it.
func TestLiveReading(t *testing.T) {
	s := steady()
	live, known, age := thermal.Celsius(37), true, 2*time.Second
	tr := tracker(t, s.info, func(c *Config) { c.Reference.Live = func() (Live, bool) { return Live{live, age}, known } })
	var f thermal.Frame
	n := 0
	run := func(frames int) Observation {
		n += frames
		return s.run(tr, &f, n-frames, frames)
	}
	run(5)
	live = 37.3
	o := run(5)
	if !o.Reference.OK || math.Abs(float64(o.Reference.Offset)-1.3) > 0.03 {
		t.Errorf("at 37.3 degC: %+v", o.Reference)
	}
	for _, c := range []struct {
		name  string
		live  thermal.Celsius
		known bool
		age   time.Duration
		want  Fault
	}{
		{"no reading", 37, false, 0, FaultNoReading},
		{"old", 37, true, 16 * time.Second, FaultNoReading},
		{"from the future", 37, true, -time.Second, FaultNoReading},
		{"not a number", thermal.Celsius(math.NaN()), true, 0, FaultNoReading},
		{"cold", 36.4, true, 0, FaultWarming},
		{"hot", 37.6, true, 0, FaultDrifting},
	} {
		live, known, age = c.live, c.known, c.age
		if o := run(1); o.Reference.Fault != c.want || o.Scale.Valid() {
			t.Errorf("%s: %v, want %v", c.name, o.Reference.Fault, c.want)
		}
	}
	live, known, age = 37, true, 0
	if o := run(6); !o.Reference.OK {
		t.Errorf("back at the set point: %v", o.Reference.Fault)
	}
}

// A reference that is warming or cooling is told from a camera that drifts.
func TestSlopes(t *testing.T) {
	skipWithRace(t)
	for _, c := range []struct {
		name         string
		disc, camera float64 // K/min
		want         Fault
	}{
		{"warming", 1, 0, FaultWarming},
		{"cooling", -1, 0, FaultDrifting},
		{"camera warming up", 0, 0.6, FaultNone},
		{"camera drifting down", 0, -0.6, FaultNone},
		{"steady", 0, 0, FaultNone},
	} {
		s := steady()
		tr := tracker(t, s.info, nil)
		var f thermal.Frame
		var o Observation
		first := 0
		for n := range 350 { // 40 s
			m := float64(n) * 0.114 / 60
			s.shapes[0].t = 36 + thermal.Celsius((c.disc+c.camera)*m)
			s.wall = 22 + thermal.Celsius(c.camera*m)
			o = s.run(tr, &f, n, 1)
			if first == 0 && o.Reference.Fault == c.want {
				first = n
			}
			if n > 2 && o.Reference.Fault != FaultNone && o.Reference.Fault != c.want {
				t.Fatalf("%s, frame %d: %v", c.name, n, o.Reference.Fault)
			}
		}
		if o.Reference.Fault != c.want {
			t.Errorf("%s: %v, want %v", c.name, o.Reference.Fault, c.want)
		}
		if c.want == FaultNone {
			continue
		}
		t.Logf("%s at %g K/min: named after %.0f s", c.name, c.disc, float64(first)*0.114)
		back := 0
		for n := 350; n < 1200 && !o.Reference.OK; n++ {
			o = s.run(tr, &f, n, 1)
			back = n - 350
		}
		if !o.Reference.OK {
			t.Errorf("%s: steady again for %.0f s and still %v", c.name, float64(back)*0.114, o.Reference.Fault)
		}
	}
}

// After a fault the reference is used again only after the settling time.
func TestSettlingTime(t *testing.T) {
	s := steady()
	tr := tracker(t, s.info, func(c *Config) { c.Limit.Settle = 2 * time.Second })
	var f thermal.Frame
	s.run(tr, &f, 0, 5)
	hidden := *s
	hidden.shapes = nil
	hidden.run(tr, &f, 5, 3)
	last := f.Time
	for n := 8; n < 40; n++ {
		o := s.run(tr, &f, n, 1)
		if o.Reference.OK != (f.Time-last >= 2*time.Second) {
			t.Errorf("%v after the fault: OK %v", f.Time-last, o.Reference.OK)
		}
	}
}

// Exchanged while nobody could see it: what comes back is compared with what
// was there.
func TestSwappedWhileHidden(t *testing.T) {
	s := steady()
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	s.run(tr, &f, 0, 5)
	hidden := *s
	hidden.shapes = []shape{disk(32, 122, 30, 34)}
	hidden.run(tr, &f, 5, 20)
	s.shapes[0].t = 34.8
	for n := 25; n < 60; n++ {
		if o := s.run(tr, &f, n, 1); o.Reference.Fault != FaultSwapped || o.Scale.Valid() {
			t.Fatalf("frame %d: %v", n, o.Reference.Fault)
		}
	}
	tr.Reset()
	if o := s.run(tr, &f, 60, 5); !o.Reference.OK {
		t.Errorf("confirmed: %v", o.Reference.Fault)
	}
}

// Outside the band accepted at commissioning the reference is not the one.
func TestOffsetBand(t *testing.T) {
	s := steady()
	for _, c := range []struct {
		offset, band thermal.Kelvin
		want         Fault
	}{{1.2, 0.5, FaultNone}, {2, 0.5, FaultImplausibleOffset}, {-1, 1.5, FaultImplausibleOffset}} {
		tr := tracker(t, s.info, func(cfg *Config) { cfg.Reference.Offset, cfg.Reference.OffsetBand = c.offset, c.band })
		var f thermal.Frame
		if o := s.run(tr, &f, 0, 5); o.Reference.Fault != c.want {
			t.Errorf("%+v: %v, want %v", c, o.Reference.Fault, c.want)
		}
	}
}

// Two references tell the gain as well: a camera that reads 2 % too little of
// every difference in radiance, and some radiance too much.
func TestTwoReferencesCorrectTheGain(t *testing.T) {
	band := radiometry.LWIR()
	curve, err := radiometry.NewCurve(band)
	if err != nil {
		t.Fatal(err)
	}
	reads := func(true0 thermal.Celsius) thermal.Celsius {
		return curve.Celsius(0.98*band.Radiance(true0) + 0.7)
	}
	s := &scene{info: lepton(), wall: reads(22), noise: 0.03, shapes: []shape{
		disk(30.3, 120.6, 6.5, reads(37)), disk(92.4, 120.6, 6.5, reads(33)), {60, 50, 20, 20, 0},
	}}
	second := &ReferenceConfig{Certificate: Certificate{Temperature: 33}, Place: thermal.Circle{X: 92, Y: 121, R: 6.5}}
	var f thermal.Frame
	tr := tracker(t, s.info, func(c *Config) {
		c.Reference.Place = thermal.Circle{X: 30, Y: 121, R: 6.5}
		c.Second = second
	})
	for i, want := range []thermal.Celsius{33, 35, 37, 39, 41} {
		s.shapes[2].t = reads(want)
		o := s.run(tr, &f, 10*i, 10)
		if !o.Reference.OK || !o.Second.OK {
			t.Fatalf("%v, %v", o.Reference.Fault, o.Second.Fault)
		}
		m, err := o.Scale.Measure(&f, thermal.Box{X0: 50, Y0: 40, X1: 70, Y1: 60})
		if err != nil || math.Abs(float64(m.Mean-want)) > 0.04 {
			t.Errorf("a target of %g reads %.3f (%v)", want, m.Mean, err)
		}
	}
	s.shapes[1].t = reads(32)
	if o := s.run(tr, &f, 50, 1); o.Reference.OK || o.Scale.Valid() || o.Reference.Fault != FaultSwapped {
		t.Errorf("the second 1 K colder: %+v", o.Reference)
	}
	tr.Reset()
	if o := s.run(tr, &f, 51, 5); o.Reference.Fault != FaultDrifting || o.Scale.Valid() {
		t.Errorf("the references disagree: %+v", o.Reference)
	}
	s.shapes = s.shapes[:1]
	if o := s.run(tr, &f, 56, 1); o.Scale.Valid() || o.Reference.Fault != FaultMissing {
		t.Errorf("the second gone: %+v", o.Reference)
	}
}

func TestTwoReferencesRefused(t *testing.T) {
	a, b := thermal.Circle{X: 30, Y: 120}, thermal.Circle{X: 90, Y: 120}
	for name, c := range map[string]Config{
		"no place": {Reference: ReferenceConfig{Certificate: Certificate{Temperature: 37}}, Second: &ReferenceConfig{Certificate: Certificate{Temperature: 33}, Place: b}},
		"too near": {Reference: ReferenceConfig{Certificate: Certificate{Temperature: 37}, Place: a}, Second: &ReferenceConfig{Certificate: Certificate{Temperature: 36}, Place: b}},
		"too hot":  {Reference: ReferenceConfig{Certificate: Certificate{Temperature: 37}, Place: a}, Second: &ReferenceConfig{Certificate: Certificate{Temperature: 90}, Place: b}},
	} {
		if _, err := New(c, lepton()); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
