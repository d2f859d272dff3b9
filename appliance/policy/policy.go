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
	// DefaultSensitivity catches nine fevers of ten. BUILD.md says why.
	DefaultSensitivity = 0.9
	// DefaultMaxU is the laboratory accuracy asked of a screening thermograph,
	// uncertainty included (IEC 80601-2-59).
	DefaultMaxU thermal.Kelvin = 0.5

	minSensitivity, maxSensitivity                   = 0.60, 0.99
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
	// Sensitivity is the share of fevers to catch, 0.60 to 0.99; the threshold
	// follows. 0 is [DefaultSensitivity].
	Sensitivity float64
	// Threshold is the score from which on a visitor is referred, 34.0 to
	// 39.0 degC, instead of a Sensitivity. 0 is none.
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
	model Model
	// threshold is on the score, by whether the room is known.
	threshold map[bool]thermal.Celsius
	min, max  thermal.Celsius
	maxU      thermal.Kelvin
}

// New checks cfg and returns the policy. Every error wraps [ErrSetting].
func New(cfg Config) (*Policy, error) {
	model, ok := Shipped(cfg.Site)
	if !ok {
		return nil, fmt.Errorf("cannot use policy.site = %v: %w: allowed are forehead and face_max", cfg.Site, ErrSetting)
	}
	p := &Policy{
		model: model,
		min:   orDefault(cfg.PlausibleMin, DefaultPlausibleMin),
		max:   orDefault(cfg.PlausibleMax, DefaultPlausibleMax),
		maxU:  orDefault(cfg.MaxU, DefaultMaxU),
	}
	if err := p.choose(cfg); err != nil {
		return nil, err
	}
	for _, s := range []setting{
		{"policy.plausible_min_c", float64(p.min), float64(minPlausibleMin), float64(maxPlausibleMin), "degC"},
		{"policy.plausible_max_c", float64(p.max), float64(minPlausibleMax), float64(maxPlausibleMax), "degC"},
		{"policy.max_u_k", float64(p.maxU), float64(minMaxU), float64(maxMaxU), "K"},
	} {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	if t := p.threshold[false]; t <= p.min {
		return nil, fmt.Errorf("cannot use policy.threshold_c = %v: %w: it must lie above policy.plausible_min_c = %v", t, ErrSetting, p.min)
	}
	return p, nil
}

// choose sets the thresholds.
func (p *Policy) choose(cfg Config) error {
	if cfg.Threshold != 0 {
		if cfg.Sensitivity != 0 {
			return fmt.Errorf("cannot use both policy.threshold_c and policy.sensitivity: %w: the one follows from the other; leave one out", ErrSetting)
		}
		p.threshold = map[bool]thermal.Celsius{true: cfg.Threshold, false: cfg.Threshold}
		return setting{"policy.threshold_c", float64(cfg.Threshold), float64(minThreshold), float64(maxThreshold), "degC"}.check()
	}
	want := orDefault(cfg.Sensitivity, DefaultSensitivity)
	if err := (setting{"policy.sensitivity", want, minSensitivity, maxSensitivity, "of 1"}).check(); err != nil {
		return err
	}
	p.threshold = map[bool]thermal.Celsius{}
	for known, curve := range map[bool]*Curve{true: &p.model.With, false: &p.model.Without} {
		i, ok := curve.Choose(want)
		if !ok {
			return fmt.Errorf("cannot use policy.sensitivity = %v: %w: no threshold of the study reaches it", want, ErrSetting)
		}
		p.threshold[known] = curve.Points[i].Threshold
	}
	return nil
}

// setting is a number with its range.
type setting struct {
	key              string
	value, low, high float64
	unit             string
}

func (s setting) check() error {
	// The negation also refuses NaN.
	if !(s.value >= s.low && s.value <= s.high) {
		return fmt.Errorf("cannot use %s = %v: %w: allowed is %v to %v %s", s.key, s.value, ErrSetting, s.low, s.high, s.unit)
	}
	return nil
}

func orDefault[T ~float64](v, shipped T) T {
	if v == 0 {
		return shipped
	}
	return v
}

// ScoreThreshold is the score from which on a visitor is referred.
func (p *Policy) ScoreThreshold(room Room) thermal.Celsius { return p.threshold[room.known] }

// Threshold is the reading from which on a visitor is referred in this room.
func (p *Policy) Threshold(room Room) thermal.Celsius {
	return p.threshold[room.known] + p.model.follow(room)
}

// Score is the reading as the model has it; see [Model.Score].
func (p *Policy) Score(reading thermal.Celsius, room Room) thermal.Celsius {
	return p.model.Score(reading, room)
}

// Site is the measurement site.
func (p *Policy) Site() Site { return p.model.Site }

// Model is the model that is used.
func (p *Policy) Model() Model { return p.model }

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
// least 0), read in the room. A number that is not finite or a negative u is
// unknown. In a given room only the value decides: a kelvin more is a kelvin
// more. Without a room the threshold is the one for readings as they are, and
// worth less; see [Model].
//
// The uncertainty never moves the threshold: the shipped one was fitted on
// readings that carry such an uncertainty themselves.
func (p *Policy) Judge(value thermal.Celsius, u thermal.Kelvin, room Room) Judgement {
	switch {
	case p.model.Site == SiteUnknown, !finite(float64(value)), !finite(float64(u)), u < 0:
		return JudgementUnknown
	case u > p.maxU:
		return TooUncertain
	case value < p.min:
		return TooCold
	case value > p.max:
		return TooHot
	case value >= p.Threshold(room):
		return Above
	default:
		return Below
	}
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
