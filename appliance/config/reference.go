package config

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Reference describes a blackbody.
type Reference struct {
	TemperatureC float64
	UncertaintyK float64
	StabilityK   float64
	// Emissivity is that of its surface; 0: included in the temperature.
	Emissivity float64
	Place      []float64
	MaxOffsetK float64
	// Serial and Expires are on its certificate; Expires as 2027-03-31.
	Serial, Expires string
	// LiveOffK is how far a reading of its own thermometer may be from
	// TemperatureC.
	LiveOffK float64
}

// ErrReferences means that two settings of the blackbodies contradict each other.
var ErrReferences = errors.New("the settings contradict each other")

// Range of the temperature of a blackbody in degrees Celsius, and the least
// difference of two in kelvin.
const (
	minReference, maxReference = 20, 60
	minSeparation              = 3
)

// referenceKeys are the keys of the blackbody, and those of a second one.
func (c *Config) referenceKeys() []Key {
	r, s := &c.Reference, &c.Second
	return []Key{
		number(&r.TemperatureC, "reference.temperature_c", "True temperature of the blackbody in degrees Celsius. Without it there is no verdict. Where its own thermometer is read, the set point.", minReference, maxReference),
		number(&r.UncertaintyK, "reference.uncertainty_k", "Expanded uncertainty (k = 2) of that temperature in kelvin.", 0.01, 1),
		number(&r.StabilityK, "reference.stability_k", "How far it may have drifted since, in kelvin.", 0.01, 1),
		number(&r.Emissivity, "reference.emissivity", "Emissivity of its surface from 8 to 14 um. Left out: the temperature is the one that it radiates.", 0.8, 1),
		circle(&r.Place, "reference.place", "Where the blackbody is: [x, y, radius] in pixels of the upright image. Left out: found by itself."),
		number(&r.MaxOffsetK, "reference.max_offset_k", "Largest plausible difference between the camera and the blackbody in kelvin.", 0.5, 20),
		text(&r.Serial, "reference.serial", "Serial number on its certificate."),
		date(&r.Expires, "reference.expires", "Last day on which its certificate holds. Left out: for ever."),
		number(&r.LiveOffK, "reference.live_off_k", "How far that reading may be from reference.temperature_c, in kelvin.", 0.05, 5),
		number(&s.TemperatureC, "second_reference.temperature_c", "True temperature of a second blackbody in degrees Celsius, which corrects the gain as well. Left out: there is none.", minReference, maxReference),
		number(&s.UncertaintyK, "second_reference.uncertainty_k", "Expanded uncertainty (k = 2) of that temperature in kelvin.", 0.01, 1),
		number(&s.StabilityK, "second_reference.stability_k", "How far it may have drifted since, in kelvin.", 0.01, 1),
		number(&s.Emissivity, "second_reference.emissivity", "Emissivity of its surface, as reference.emissivity.", 0.8, 1),
		circle(&s.Place, "second_reference.place", "Where it is: [x, y, radius] in pixels. Two blackbodies need both places."),
		text(&s.Serial, "second_reference.serial", "Serial number on its certificate."),
		date(&s.Expires, "second_reference.expires", "Last day on which its certificate holds. Left out: for ever."),
	}
}

// CheckReferences says whether the settings of the blackbodies go together on a
// day; a zero day is not known and nothing has expired on it.
//
// Errors: [ErrReferences], naming key, value and what is allowed.
func (c *Config) CheckReferences(day time.Time) error {
	r, s := &c.Reference, &c.Second
	for _, e := range []struct{ key, until string }{{"reference.expires", r.Expires}, {"second_reference.expires", s.Expires}} {
		if until, err := time.Parse(time.DateOnly, e.until); err == nil && !day.IsZero() && day.After(until.AddDate(0, 0, 1)) {
			return fmt.Errorf("cannot use a blackbody with %s = %s: %w: its certificate has expired; allowed: %s and later",
				e.key, e.until, ErrReferences, day.Format(time.DateOnly))
		}
	}
	if s.TemperatureC == 0 {
		if len(s.Place) > 0 || s.Serial != "" || s.Expires != "" || s.Emissivity != 0 {
			return fmt.Errorf("cannot use a second blackbody without second_reference.temperature_c: %w; allowed: %d to %d", ErrReferences, minReference, maxReference)
		}
		return nil
	}
	if math.Abs(s.TemperatureC-r.TemperatureC) < minSeparation {
		return fmt.Errorf("cannot use second_reference.temperature_c = %g beside reference.temperature_c = %g: %w; allowed: %d K and more apart",
			s.TemperatureC, r.TemperatureC, ErrReferences, minSeparation)
	}
	for _, p := range []struct {
		key   string
		place []float64
	}{{"reference.place", r.Place}, {"second_reference.place", s.Place}} {
		if len(p.place) == 0 {
			return fmt.Errorf("cannot tell two blackbodies apart without %s: %w; allowed: [x, y, radius]", p.key, ErrReferences)
		}
	}
	return nil
}

// date is a key with a day of the calendar.
func date(p *string, name, doc string) Key {
	k := Key{Name: name, Doc: doc, Allowed: `a date such as "2027-03-31"`}
	if *p != "" {
		k.Value = `"` + *p + `"`
	}
	k.put = func(v any) error {
		s, ok := v.(string)
		if d, isDate := v.(fmt.Stringer); !ok && isDate { // a date of TOML's own
			s, ok = d.String(), true
		}
		if _, err := time.Parse(time.DateOnly, s); !ok || err != nil {
			return refuse(name, v, k.Allowed)
		}
		*p = s
		return nil
	}
	return k
}
