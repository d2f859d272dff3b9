package policy

import (
	"errors"
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

// ErrSetting means that a setting is outside what is allowed; the message
// names the key, the value and the range.
var ErrSetting = errors.New("value not allowed")

// Defaults and allowed ranges of [Config].
const (
	// DefaultPlausibleMin and DefaultPlausibleMax bound what skin on a living
	// face reads indoors. Field visitors read 32.6 to 36.6 degC.
	DefaultPlausibleMin thermal.Celsius = 32.0
	DefaultPlausibleMax thermal.Celsius = 42.5
	// DefaultMaxU is the laboratory accuracy asked of a screening thermograph,
	// uncertainty included (IEC 80601-2-59).
	DefaultMaxU thermal.Kelvin = 0.5

	minThreshold, maxThreshold       thermal.Celsius = 34.0, 39.0
	minPlausibleMin, maxPlausibleMin thermal.Celsius = 28.0, 34.0
	minPlausibleMax, maxPlausibleMax thermal.Celsius = 40.0, 45.0
	minMaxU, maxMaxU                 thermal.Kelvin  = 0.05, 1.0
)

// Config is what an owner may set. A zero field other than Site takes the
// shipped value.
type Config struct {
	// Site is the measurement site; it must be given.
	Site Site
	// Threshold is the temperature from which on a visitor is referred, 34.0 to
	// 39.0 degC. 0 is the shipped one for the site.
	Threshold thermal.Celsius
	// PlausibleMin (28.0 to 34.0 degC) and PlausibleMax (40.0 to 45.0 degC)
	// bound the readings that are judged at all.
	PlausibleMin, PlausibleMax thermal.Celsius
	// MaxU is the largest expanded uncertainty (k = 2) of a usable reading,
	// 0.05 to 1.0 K.
	MaxU thermal.Kelvin
}

// Policy judges readings. It does not change once made and may be shared. The
// zero Policy judges everything unknown.
type Policy struct {
	site                Site
	threshold, min, max thermal.Celsius
	maxU                thermal.Kelvin
}

// New checks cfg and returns the policy. Every error wraps [ErrSetting].
func New(cfg Config) (*Policy, error) {
	evidence, ok := Shipped(cfg.Site)
	if !ok {
		return nil, fmt.Errorf("cannot use policy.site = %v: %w: allowed are forehead and face_max", cfg.Site, ErrSetting)
	}
	p := &Policy{
		site:      cfg.Site,
		threshold: orDefault(cfg.Threshold, evidence.Threshold),
		min:       orDefault(cfg.PlausibleMin, DefaultPlausibleMin),
		max:       orDefault(cfg.PlausibleMax, DefaultPlausibleMax),
		maxU:      orDefault(cfg.MaxU, DefaultMaxU),
	}
	for _, s := range []struct {
		key              string
		value, low, high float64
		unit             string
	}{
		{"policy.threshold_c", float64(p.threshold), float64(minThreshold), float64(maxThreshold), "degC"},
		{"policy.plausible_min_c", float64(p.min), float64(minPlausibleMin), float64(maxPlausibleMin), "degC"},
		{"policy.plausible_max_c", float64(p.max), float64(minPlausibleMax), float64(maxPlausibleMax), "degC"},
		{"policy.max_u_k", float64(p.maxU), float64(minMaxU), float64(maxMaxU), "K"},
	} {
		// The negation also refuses NaN.
		if !(s.value >= s.low && s.value <= s.high) {
			return nil, fmt.Errorf("cannot use %s = %v: %w: allowed is %v to %v %s", s.key, s.value, ErrSetting, s.low, s.high, s.unit)
		}
	}
	if p.threshold <= p.min {
		return nil, fmt.Errorf("cannot use policy.threshold_c = %v: %w: it must lie above policy.plausible_min_c = %v", p.threshold, ErrSetting, p.min)
	}
	return p, nil
}

func orDefault[T ~float64](v, shipped T) T {
	if v == 0 {
		return shipped
	}
	return v
}

// Threshold is the temperature from which on a visitor is referred.
func (p *Policy) Threshold() thermal.Celsius { return p.threshold }

// Site is the measurement site.
func (p *Policy) Site() Site { return p.site }

// Judgement is what the policy makes of one reading. The zero Judgement is
// unknown: the numbers were no reading at all.
type Judgement uint8

// The judgements. Only Below is ever a PASS, and only Above a REFER.
const (
	// JudgementUnknown means that the numbers are not usable.
	JudgementUnknown Judgement = iota
	// Below is a usable reading under the threshold.
	Below
	// Above is a usable reading at or over the threshold.
	Above
	// TooCold is under what skin reads indoors: warm up first.
	TooCold
	// TooHot is over what skin reads: something else is being measured.
	TooHot
	// TooUncertain has a larger uncertainty than the policy accepts.
	TooUncertain
)

// String names the judgement as the JSON output does.
func (j Judgement) String() string {
	switch j {
	case Below:
		return "below"
	case Above:
		return "above"
	case TooCold:
		return "too_cold"
	case TooHot:
		return "too_hot"
	case TooUncertain:
		return "too_uncertain"
	default:
		return "unknown"
	}
}

// Judge judges the temperature value with expanded uncertainty u (k = 2, at
// least 0). A number that is not finite or a negative u is unknown. The
// uncertainty never moves the threshold: the shipped one was fitted on
// readings that carry such an uncertainty themselves.
func (p *Policy) Judge(value thermal.Celsius, u thermal.Kelvin) Judgement {
	switch {
	case p.site == SiteUnknown, !finite(float64(value)), !finite(float64(u)), u < 0:
		return JudgementUnknown
	case u > p.maxU:
		return TooUncertain
	case value < p.min:
		return TooCold
	case value > p.max:
		return TooHot
	case value >= p.threshold:
		return Above
	default:
		return Below
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
