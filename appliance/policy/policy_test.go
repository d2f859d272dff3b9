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
		if got := p.Judge(thermal.Celsius(c.value), thermal.Kelvin(c.u), policy.Room{}); got != c.want {
			t.Errorf("%s: Judge(%v, %v) = %v, want %v", c.name, c.value, c.u, got, c.want)
		}
	}
}

func TestZeroPolicyJudgesNothing(t *testing.T) {
	var p policy.Policy
	if got := p.Judge(35, 0.1, policy.Room{}); got != policy.JudgementUnknown {
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

// anyRoom is any room, known or not.
func anyRoom(t *rapid.T) policy.Room {
	if rapid.Bool().Draw(t, "no sensor") {
		return policy.Room{}
	}
	room, err := policy.NewRoom(thermal.Celsius(rapid.Float64Range(15, 35).Draw(t, "room")))
	if err != nil {
		t.Fatal(err)
	}
	return room
}

// TestNoPullTowardNormal: in a given room a kelvin more on the skin is a
// kelvin more in the score.
func TestNoPullTowardNormal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, _ := policy.Shipped(rapid.SampledFrom(policy.Sites()).Draw(t, "site"))
		room := anyRoom(t)
		a := thermal.Celsius(rapid.Float64Range(30, 43).Draw(t, "a"))
		rise := thermal.Kelvin(rapid.Float64Range(0, 5).Draw(t, "rise"))
		if got := m.Score(a.Add(rise), room).Sub(m.Score(a, room)); math.Abs(float64(got-rise)) > 1e-9 {
			t.Fatalf("%v K more on the skin is %v K more in the score", rise, got)
		}
	})
}

// TestThresholdFollowsTheRoom: a reading is judged by its score.
func TestThresholdFollowsTheRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := policy.New(policy.Config{Site: rapid.SampledFrom(policy.Sites()).Draw(t, "site")})
		if err != nil {
			t.Fatal(err)
		}
		room := anyRoom(t)
		reading := thermal.Celsius(rapid.Float64Range(33, 40).Draw(t, "reading"))
		score, threshold := p.Score(reading, room), p.ScoreThreshold(room)
		if math.Abs(float64(score-threshold)) < 1e-9 {
			return
		}
		if above := p.Judge(reading, 0.3, room) == policy.Above; above != (score >= threshold) {
			t.Fatalf("a score of %v at a threshold of %v: above is %v", score, threshold, above)
		}
	})
}

func TestNewRoomRefuses(t *testing.T) {
	for _, absurd := range []float64{-40, 0, 14.9, 35.1, 75, 297, math.NaN(), math.Inf(1)} {
		if room, err := policy.NewRoom(thermal.Celsius(absurd)); !errors.Is(err, policy.ErrRoom) || room.Known() {
			t.Errorf("NewRoom(%v) = %v, %v", absurd, room, err)
		}
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
		room := anyRoom(t)
		ja, jb := p.Judge(a, u, room), p.Judge(b, u, room)
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
		below := v >= 32 && v < float64(p.Threshold(policy.Room{})) && u >= 0 && u <= 0.5
		if got := p.Judge(thermal.Celsius(v), thermal.Kelvin(u), policy.Room{}); (got == policy.Below) != below {
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
		{policy.Config{Site: policy.Forehead, Threshold: 36, Sensitivity: 0.9}, []string{"policy.threshold_c", "policy.sensitivity"}},
		{policy.Config{Site: policy.Forehead, Sensitivity: 0.5}, []string{"policy.sensitivity = 0.5", "0.6 to 0.99"}},
		{policy.Config{Site: policy.Forehead, Sensitivity: math.NaN()}, []string{"policy.sensitivity = NaN"}},
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
			t.Fatalf("no shipped model for %v", site)
		}
		p := newPolicy(t, policy.Config{Site: site})
		i, _ := shipped.Without.Choose(policy.DefaultSensitivity)
		if p.Threshold(policy.Room{}) != shipped.Without.Points[i].Threshold || p.Site() != site {
			t.Errorf("New(%v) has site %v and threshold %v", site, p.Site(), p.Threshold(policy.Room{}))
		}
		own := newPolicy(t, policy.Config{Site: site, Threshold: 36})
		if own.Threshold(policy.Room{}) != 36 {
			t.Errorf("an owner's threshold of 36 became %v", own.Threshold(policy.Room{}))
		}
		strict := newPolicy(t, policy.Config{Site: site, Sensitivity: 0.95})
		if strict.Threshold(policy.Room{}) >= p.Threshold(policy.Room{}) {
			t.Errorf("catching 95 %% needs %v, 90 %% %v", strict.Threshold(policy.Room{}), p.Threshold(policy.Room{}))
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
	if n := testing.AllocsPerRun(100, func() { p.Judge(35, 0.3, policy.Room{}) }); n != 0 {
		t.Errorf("%v allocations a reading", n)
	}
}
