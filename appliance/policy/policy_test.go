package policy_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

func newPolicy(t *testing.T, cfg policy.Config) *policy.Policy {
	t.Helper()
	p, err := policy.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestJudge(t *testing.T) {
	p := newPolicy(t, policy.Config{Site: policy.Forehead, Threshold: 35.5})
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name     string
		value, u float64
		want     policy.Judgement
	}{
		{"healthy", 34.8, 0.3, policy.Below},
		{"just under the threshold", math.Nextafter(35.5, 0), 0.3, policy.Below},
		{"at the threshold", 35.5, 0.3, policy.Above},
		{"febrile", 37.2, 0.3, policy.Above},
		{"coldest plausible", 32.0, 0.3, policy.Below},
		{"cold skin is no pass", 31.99, 0.3, policy.TooCold},
		{"a wall", 21, 0.3, policy.TooCold},
		{"zero value", 0, 0, policy.TooCold},
		{"hottest plausible", 42.5, 0.3, policy.Above},
		{"a cup", 42.6, 0.3, policy.TooHot},
		{"largest uncertainty", 34.8, 0.5, policy.Below},
		{"too uncertain", 34.8, 0.51, policy.TooUncertain},
		{"too uncertain goes first", 20, 0.51, policy.TooUncertain},
		{"NaN", nan, 0.3, policy.JudgementUnknown},
		{"infinite", inf, 0.3, policy.JudgementUnknown},
		{"minus infinite", -inf, 0.3, policy.JudgementUnknown},
		{"NaN uncertainty", 34.8, nan, policy.JudgementUnknown},
		{"infinite uncertainty", 34.8, inf, policy.JudgementUnknown},
		{"negative uncertainty", 34.8, -0.1, policy.JudgementUnknown},
	} {
		if got := p.Judge(thermal.Celsius(c.value), thermal.Kelvin(c.u)); got != c.want {
			t.Errorf("%s: Judge(%v, %v) = %v, want %v", c.name, c.value, c.u, got, c.want)
		}
	}
}

func TestZeroPolicyJudgesNothing(t *testing.T) {
	var p policy.Policy
	if got := p.Judge(35, 0.1); got != policy.JudgementUnknown {
		t.Errorf("the zero policy judges %v", got)
	}
}

// severity orders the usable judgements: a warmer face is never judged milder.
func severity(j policy.Judgement) int {
	switch j {
	case policy.TooCold:
		return 1
	case policy.Below:
		return 2
	case policy.Above:
		return 3
	case policy.TooHot:
		return 4
	default:
		return 0
	}
}

func TestJudgeIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := policy.New(policy.Config{
			Site:         rapid.SampledFrom(policy.Sites()).Draw(t, "site"),
			Threshold:    thermal.Celsius(rapid.Float64Range(34.1, 39).Draw(t, "threshold")),
			PlausibleMin: thermal.Celsius(rapid.Float64Range(28, 34).Draw(t, "min")),
			PlausibleMax: thermal.Celsius(rapid.Float64Range(40, 45).Draw(t, "max")),
		})
		if err != nil {
			t.Fatal(err)
		}
		u := thermal.Kelvin(rapid.Float64Range(0, 0.5).Draw(t, "u"))
		a := thermal.Celsius(rapid.Float64Range(25, 50).Draw(t, "a"))
		b := a.Add(thermal.Kelvin(rapid.Float64Range(0, 10).Draw(t, "rise")))
		ja, jb := p.Judge(a, u), p.Judge(b, u)
		if severity(ja) == 0 || severity(jb) == 0 {
			t.Fatalf("%v and %v are judged %v and %v", a, b, ja, jb)
		}
		if severity(jb) < severity(ja) {
			t.Fatalf("%v is judged %v but the warmer %v %v", a, ja, b, jb)
		}
	})
}

func TestNeverBelowUnlessMeasuredBelow(t *testing.T) {
	p := newPolicy(t, policy.Config{Site: policy.FaceMax})
	rapid.Check(t, func(t *rapid.T) {
		v, u := rapid.Float64().Draw(t, "value"), rapid.Float64().Draw(t, "u")
		below := v >= 32 && v < float64(p.Threshold()) && u >= 0 && u <= 0.5
		if got := p.Judge(thermal.Celsius(v), thermal.Kelvin(u)); (got == policy.Below) != below {
			t.Fatalf("Judge(%v, %v) = %v", v, u, got)
		}
	})
}

func TestNewRefuses(t *testing.T) {
	nan := thermal.Celsius(math.NaN())
	for _, c := range []struct {
		cfg  policy.Config
		says []string
	}{
		{policy.Config{}, []string{"policy.site", "forehead and face_max"}},
		{policy.Config{Site: 9}, []string{"policy.site"}},
		{policy.Config{Site: policy.Forehead, Threshold: 39.5}, []string{"policy.threshold_c = 39.5", "34 to 39 degC"}},
		{policy.Config{Site: policy.Forehead, Threshold: nan}, []string{"policy.threshold_c = NaN"}},
		{policy.Config{Site: policy.Forehead, Threshold: -1}, []string{"policy.threshold_c = -1"}},
		{policy.Config{Site: policy.Forehead, PlausibleMin: 27}, []string{"policy.plausible_min_c = 27", "28 to 34 degC"}},
		{policy.Config{Site: policy.Forehead, PlausibleMax: 60}, []string{"policy.plausible_max_c = 60", "40 to 45 degC"}},
		{policy.Config{Site: policy.Forehead, MaxU: 1.5}, []string{"policy.max_u_k = 1.5", "0.05 to 1 K"}},
		{policy.Config{Site: policy.Forehead, Threshold: 34, PlausibleMin: 34}, []string{"policy.threshold_c = 34", "policy.plausible_min_c = 34"}},
	} {
		p, err := policy.New(c.cfg)
		if p != nil || !errors.Is(err, policy.ErrSetting) {
			t.Errorf("New(%+v) = %v, %v", c.cfg, p, err)
			continue
		}
		for _, want := range c.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("New(%+v): %q does not say %q", c.cfg, err, want)
			}
		}
	}
}

func TestDefaults(t *testing.T) {
	for _, site := range policy.Sites() {
		shipped, ok := policy.Shipped(site)
		if !ok {
			t.Fatalf("no shipped threshold for %v", site)
		}
		p := newPolicy(t, policy.Config{Site: site})
		if p.Threshold() != shipped.Threshold || p.Site() != site {
			t.Errorf("New(%v) has site %v and threshold %v, want %v", site, p.Site(), p.Threshold(), shipped.Threshold)
		}
		own := newPolicy(t, policy.Config{Site: site, Threshold: 36})
		if own.Threshold() != 36 {
			t.Errorf("an owner's threshold of 36 became %v", own.Threshold())
		}
	}
}

func TestNames(t *testing.T) {
	for _, site := range policy.Sites() {
		if got, err := policy.ParseSite(site.String()); got != site || err != nil {
			t.Errorf("ParseSite(%q) = %v, %v", site, got, err)
		}
	}
	for _, name := range []string{"", "unknown", "Forehead", "canthi"} {
		if got, err := policy.ParseSite(name); got != policy.SiteUnknown || !errors.Is(err, policy.ErrSetting) {
			t.Errorf("ParseSite(%q) = %v, %v", name, got, err)
		}
	}
	want := []string{"unknown", "below", "above", "too_cold", "too_hot", "too_uncertain", "unknown"}
	for i, name := range want {
		if got := policy.Judgement(i).String(); got != name {
			t.Errorf("Judgement(%d) is called %q, want %q", i, got, name)
		}
	}
}

func TestJudgeDoesNotAllocate(t *testing.T) {
	p := newPolicy(t, policy.Config{Site: policy.Forehead})
	if n := testing.AllocsPerRun(100, func() { p.Judge(35, 0.3) }); n != 0 {
		t.Errorf("%v allocations a reading", n)
	}
}
