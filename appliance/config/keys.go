package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Key is one setting.
type Key struct {
	// Name is the TOML table and key, as in camera.rotate.
	Name string
	// Doc says what it means and in which unit.
	Doc string
	// Allowed says which values may be given.
	Allowed string
	// Value is the present one, as TOML; empty where none is set.
	Value string

	put func(any) error
}

// Keys lists every key with its present value.
func (c *Config) Keys() []Key { return c.keys() }

func (c *Config) keys() []Key {
	return slices.Concat(c.ownKeys(), c.USB.keys(), c.referenceKeys(), c.Ambient.keys(), c.Live.keys(), c.GPIO.keys(), c.Counts.keys(), c.Privacy.keys(), c.Page.keys())
}

func (c *Config) ownKeys() []Key {
	return []Key{
		oneOf(&c.Camera.Rotate, "camera.rotate", "How far the camera's image is turned clockwise to be upright, in degrees.", 0, 90, 180, 270),
		boolean(&c.Camera.Mirror, "camera.mirror", "Swap left and right after turning."),
		number(&c.Camera.WarmUpS, "camera.warm_up_s", "Seconds from the camera's start to the first verdict.", 0, 7200),
		oneOf(&c.Camera.Scale, "camera.scale", "What a count means, where the camera or the recording does not say.", "", "centikelvin", "kelvin64"),
		oneOf(&c.Policy.Site, "policy.site", "Where the temperature is taken.", "forehead", "face_max"),
		number(&c.Policy.Sensitivity, "policy.sensitivity", "Share of fevers to catch; the threshold follows. Left out: 0.9. See lintel policy show.", 0.6, 0.99),
		number(&c.Policy.ThresholdC, "policy.threshold_c", "Refer from this reading on, in degrees Celsius as in a room of 24, instead of policy.sensitivity.", 34, 39),
		number(&c.Policy.PlausibleMinC, "policy.plausible_min_c", "Colder readings are no skin, in degrees Celsius.", 28, 34),
		number(&c.Policy.PlausibleMaxC, "policy.plausible_max_c", "Hotter readings are no skin, in degrees Celsius.", 40, 45),
		number(&c.Policy.MaxUK, "policy.max_u_k", "Largest expanded uncertainty (k = 2) of a reading that is judged, in kelvin.", 0.05, 1),
		oneOf(&c.Screening.Mode, "screening.mode", "staffed: verdicts are counted. voluntary: the visitor alone sees the result and nothing is counted.", Staffed, Voluntary),
		text(&c.State.Dir, "state.dir", "Folder of the counts."),
	}
}

func refuse(name string, value any, allowed string) error {
	if s, ok := value.(string); ok {
		value = strconv.Quote(s) // it may be empty, or hold a line break
	}
	return fmt.Errorf("cannot set %s to %v: %w; allowed: %s", name, value, ErrValue, allowed)
}

// number is a key with a range. Where it has no default the present value is
// zero and outside of the range.
func number(p *float64, name, doc string, low, high float64) Key {
	k := Key{Name: name, Doc: doc, Allowed: fmt.Sprintf("%g to %g", low, high)}
	if *p >= low && *p <= high {
		k.Value = strconv.FormatFloat(*p, 'g', -1, 64)
	}
	k.put = func(v any) error {
		f, ok := asFloat(v)
		if !ok || math.IsNaN(f) || f < low || f > high {
			return refuse(name, v, k.Allowed)
		}
		*p = f
		return nil
	}
	return k
}

func asFloat(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	default:
		return 0, false
	}
}

// oneOf is a key with a few allowed values; an empty string among them means
// that it may be left out.
func oneOf[T int | string](p *T, name, doc string, values ...T) Key {
	var words []string
	for _, v := range values {
		if s := fmt.Sprint(v); s != "" {
			words = append(words, s)
		}
	}
	k := Key{Name: name, Doc: doc, Allowed: strings.Join(words, ", ")}
	switch v := any(*p).(type) {
	case string:
		if v != "" {
			k.Value = strconv.Quote(v)
		}
	default:
		k.Value = fmt.Sprint(v)
	}
	k.put = func(v any) error {
		if i, ok := v.(int64); ok {
			v = int(i)
		}
		t, ok := v.(T)
		if !ok || !slices.Contains(values, t) {
			return refuse(name, v, k.Allowed)
		}
		*p = t
		return nil
	}
	return k
}

func boolean(p *bool, name, doc string) Key {
	k := Key{Name: name, Doc: doc, Allowed: "true, false", Value: strconv.FormatBool(*p)}
	k.put = func(v any) error {
		b, ok := v.(bool)
		if !ok {
			return refuse(name, v, k.Allowed)
		}
		*p = b
		return nil
	}
	return k
}

func text(p *string, name, doc string) Key {
	k := Key{Name: name, Doc: doc, Allowed: "a text"}
	if *p != "" {
		k.Value = strconv.Quote(*p)
	}
	k.put = func(v any) error {
		s, ok := v.(string)
		if !ok || s == "" {
			return refuse(name, v, k.Allowed)
		}
		*p = s
		return nil
	}
	return k
}

// maxPixel bounds a place in the image.
const maxPixel = 2048

func circle(p *[]float64, name, doc string) Key {
	k := Key{Name: name, Doc: doc, Allowed: fmt.Sprintf("[x, y, radius], each 1 to %d", maxPixel)}
	if len(*p) == 3 {
		k.Value = fmt.Sprintf("[%g, %g, %g]", (*p)[0], (*p)[1], (*p)[2])
	}
	k.put = func(v any) error {
		list, ok := v.([]any)
		if !ok || len(list) != 3 {
			return refuse(name, v, k.Allowed)
		}
		var place []float64
		for _, e := range list {
			f, ok := asFloat(e)
			if !ok || !(f >= 1 && f <= maxPixel) {
				return refuse(name, v, k.Allowed)
			}
			place = append(place, f)
		}
		*p = place
		return nil
	}
	return k
}
