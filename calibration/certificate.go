package calibration

import (
	"errors"
	"fmt"
	"math"
	"time"

	"lintel/firmware/thermal"
)

// ErrDate means that a text is no calendar date.
var ErrDate = errors.New("not a calendar date: write it as 2027-03-31")

// Certificate is what the certificate of a reference says.
type Certificate struct {
	// Temperature is its true temperature, 20 to 60 degC; required. Where a
	// live reading is given, it is the set point.
	Temperature thermal.Celsius
	// Emissivity is that of its surface in the band, 0.8 to 1. Zero: Temperature
	// is a radiance temperature, which includes the emissivity and the usual
	// reflection.
	Emissivity float64
	// Expanded is the expanded uncertainty of that temperature (k = 2), up to
	// 2 K. A screening thermograph needs less than 0.3 K
	// (doi 10.3390/s23188011). Default 0.2 K.
	Expanded thermal.Kelvin
	// Stability bounds its stability and drift, up to 2 K; 0.1 K over 14 days
	// is asked of a screening reference (PMC8654479). Default 0.1 K.
	Stability thermal.Kelvin
	// Serial identifies the reference; empty where unknown.
	Serial string
	// Expires is the last day on which the certificate holds. Zero: it holds
	// for ever.
	Expires Date
}

// On says whether the certificate holds on the day: FaultNone, FaultExpired, or
// FaultNoDate where it expires and the day is not known.
func (c *Certificate) On(day Date) Fault {
	switch {
	case c.Expires == (Date{}):
		return FaultNone
	case day == (Date{}):
		return FaultNoDate
	case c.Expires.Before(day):
		return FaultExpired
	}
	return FaultNone
}

// Date is a day of the calendar. The zero Date is unknown.
type Date struct {
	Year       int
	Month, Day int
}

// DateOf returns the day of a time, in that time's zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, int(m), d}
}

// ParseDate reads a date such as 2027-03-31.
//
// Errors: ErrDate.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("cannot read %q: %w", s, ErrDate)
	}
	return DateOf(t), nil
}

// Before says whether d is earlier than e.
func (d Date) Before(e Date) bool {
	if d.Year != e.Year {
		return d.Year < e.Year
	}
	if d.Month != e.Month {
		return d.Month < e.Month
	}
	return d.Day < e.Day
}

// String writes the date as ParseDate reads it, empty where it is unknown.
func (d Date) String() string {
	if d == (Date{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText implements [encoding.TextMarshaler].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
//
// Errors: ErrDate.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d = Date{}
	if len(text) > 0 {
		*d, err = ParseDate(string(text))
	}
	return err
}

// bound is a value with the range that is allowed for it.
type bound struct {
	name           string
	value, low, up float64
}

// within refuses the first value out of its range, by its name.
func within(bounds []bound) error {
	for _, v := range bounds {
		if !(v.value >= v.low && v.value <= v.up) {
			return fmt.Errorf("cannot take %s = %g: allowed are %g to %g: %w", v.name, v.value, v.low, v.up, ErrConfig)
		}
	}
	return nil
}

// Validate refuses a certificate that no reference can have.
//
// Errors: ErrNoReferenceTemperature, ErrConfig.
func (c *Certificate) Validate() error { return c.validate("reference") }

func (c *Certificate) validate(key string) error {
	t := float64(c.Temperature)
	if math.IsNaN(t) || t == 0 {
		return fmt.Errorf("cannot measure without %s.temperature_c: %w", key, ErrNoReferenceTemperature)
	}
	bounds := []bound{
		{key + ".temperature_c", t, float64(MinReferenceTemperature), float64(MaxReferenceTemperature)},
		{key + ".expanded_k", float64(c.Expanded), 0, 2},
		{key + ".stability_k", float64(c.Stability), 0, 2},
	}
	if c.Emissivity != 0 {
		bounds = append(bounds, bound{key + ".emissivity", c.Emissivity, 0.8, 1})
	}
	if err := within(bounds); err != nil {
		return err
	}
	if d := c.Expires; d != (Date{}) {
		if _, err := ParseDate(d.String()); err != nil {
			return fmt.Errorf("cannot take %s.expires: %w: %w", key, err, ErrConfig)
		}
	}
	return nil
}
