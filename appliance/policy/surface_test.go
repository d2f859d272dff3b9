package policy_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// TestWhatIsNoFace: readings that are no skin, or skin that has not been
// indoors, are objected to or judged as implausible, at both sites.
func TestWhatIsNoFace(t *testing.T) {
	nan := thermal.Celsius(math.NaN())
	type want struct {
		objection policy.Objection
		judgement policy.Judgement // where nothing is objected
	}
	for _, c := range []struct {
		name               string
		face, max, mean    thermal.Celsius // hottest of the face, of the forehead, mean of the forehead
		atForehead, atFace want
	}{
		{"healthy", 35.6, 35.0, 34.6, want{policy.NoObjection, policy.Below}, want{policy.NoObjection, policy.Below}},
		{"febrile", 37.4, 36.6, 36.0, want{policy.NoObjection, policy.Above}, want{policy.NoObjection, policy.Above}},
		{"just came in", 33.5, 30.0, 29.5, want{policy.NoObjection, policy.TooCold}, want{policy.ColdForehead, 0}},
		{"cold all over", 30.5, 30.0, 29.5, want{policy.NoObjection, policy.TooCold}, want{policy.ColdForehead, 0}},
		{"sauna", 43.5, 43.0, 42.4, want{policy.NoObjection, policy.TooHot}, want{policy.NoObjection, policy.TooHot}},
		{"warm cup at the mouth", 41.0, 35.0, 34.6, want{policy.NoObjection, policy.Below}, want{policy.HotObject, 0}},
		{"hot cup at the mouth", 55.0, 35.0, 34.6, want{policy.HotObject, 0}, want{policy.HotObject, 0}},
		{"cigarette", 120, 35.0, 34.6, want{policy.HotObject, 0}, want{policy.HotObject, 0}},
		{"cup before the forehead", 41.0, 40.9, 37.0, want{policy.Uneven, 0}, want{policy.Uneven, 0}},
		{"lamp on the forehead", 38.0, 38.0, 34.8, want{policy.Uneven, 0}, want{policy.Uneven, 0}},
		{"hat's rim", 35.5, 34.8, 31.0, want{policy.Uneven, 0}, want{policy.Uneven, 0}},
		{"no forehead", 35.5, 0, 0, want{policy.Incomplete, 0}, want{policy.Incomplete, 0}},
		{"no number", nan, nan, nan, want{policy.Incomplete, 0}, want{policy.Incomplete, 0}},
		{"no mean", 35.5, 35, nan, want{policy.Incomplete, 0}, want{policy.Incomplete, 0}},
	} {
		for _, site := range policy.Sites() {
			p := newPolicy(t, policy.Config{Site: site, Threshold: 36})
			s := policy.Surface{ForeheadMax: c.max, ForeheadMean: c.mean, FaceMax: c.face}
			s.Pattern[policy.Maximum] = c.max
			w := c.atForehead
			if site == policy.FaceMax {
				s.Pattern[policy.Maximum], w = c.face, c.atFace
			}
			reading, objection := p.Read(s)
			if objection != w.objection {
				t.Errorf("%v, %s: objection %v, want %v", site, c.name, objection, w.objection)
			}
			if objection != policy.NoObjection {
				continue
			}
			if got := p.Judge(reading, 0.3, policy.Room{}); got != w.judgement {
				t.Errorf("%v, %s: judged %v, want %v", site, c.name, got, w.judgement)
			}
		}
	}
}

// TestNothingIsReadOfWhatIsNoFace: whatever is measured, no objection means a
// plausible pattern: nothing far above the forehead, a forehead that is all
// forehead.
func TestNothingIsReadOfWhatIsNoFace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, err := policy.New(policy.Config{Site: rapid.SampledFrom(policy.Sites()).Draw(t, "site")})
		if err != nil {
			t.Fatal(err)
		}
		temperature := rapid.Float64Range(20, 60)
		s := policy.Surface{
			Pattern:      anyPattern(t),
			ForeheadMax:  thermal.Celsius(temperature.Draw(t, "max")),
			ForeheadMean: thermal.Celsius(temperature.Draw(t, "mean")),
		}
		reading, objection := p.Read(s)
		if objection != policy.NoObjection {
			return
		}
		if reading.Sub(s.ForeheadMax) > policy.MaxHot || s.ForeheadMax.Sub(s.ForeheadMean) > policy.MaxUneven {
			t.Fatalf("%+v is read as %v", s, reading)
		}
	})
}

// The zero Policy reads nothing.
func TestZeroPolicyReadsNothing(t *testing.T) {
	var p policy.Policy
	s := policy.Surface{Pattern: policy.Pattern{policy.Maximum: 35}, ForeheadMax: 35, ForeheadMean: 34.5}
	if _, o := p.Read(s); o == policy.NoObjection {
		t.Error("the zero policy reads a face")
	}
}
