package commissioning

import (
	"fmt"

	"lintel/calibration"
)

// Inspection is what commissioning found, to be judged.
type Inspection struct {
	Accepted
	Certificate calibration.Certificate
	// Budget is that of a usual forehead.
	Budget calibration.Budget
	// Field is the map of the field of view, nil where none was made.
	Field *calibration.Field
	// Day is that of the inspection.
	Day calibration.Date
}

// Judge holds what was found against what is asked of a kiosk in service. A map
// that was not made is no verdict.
func (i *Inspection) Judge() []Verdict {
	list := []Verdict{
		atLeast("reference_in_order", i.Share, leastShare, "of the frames", "own: a kiosk that blocks now and then is not settled"),
		atLeast("reference_width", 2*i.Place.R, 10, "px", "at least 10x10 px on the target (doi 10.3390/s21020607)"),
		atMost("reference_wander", i.Wander, 0.3, "px", "own: a still disc is known to a fraction of a pixel"),
		atMost("reference_uncertainty", float64(i.Certificate.Expanded), 0.3, "K", "expanded uncertainty of a reference (doi 10.3390/s23188011)"),
		atMost("reference_stability", float64(i.Certificate.Stability), 0.1, "K", "stability and drift over 14 days (PMC8654479)"),
		atMost("expanded_uncertainty", float64(i.Budget.Expanded()), 0.5, "K", "IEC 80601-2-59, laboratory accuracy within 0.5 K with its uncertainty"),
	}
	if d := i.Certificate.Expires; d != (calibration.Date{}) && i.Day != (calibration.Date{}) {
		over := 0.0
		if i.Certificate.On(i.Day) != calibration.FaultNone {
			over = 1
		}
		list = append(list, atMost("certificate_expired", over, 0, "", "the certificate, until "+d.String()))
	}
	if f := i.Field; f != nil {
		list = append(list,
			atMost("field_uncertainty", float64(f.U), 0.1, "K", "own: a third of the stated accuracy"),
			atMost("bad_pixels", float64(len(f.Bad))/float64(f.Width*f.Height), 0.01, "of the image", "own: more are a broken sensor"))
	}
	return list
}

func atMost(name string, value, limit float64, unit, source string) Verdict {
	return Verdict{Name: name, Value: value, Limit: limit, Unit: unit, Source: source, Pass: value <= limit}
}

func atLeast(name string, value, limit float64, unit, source string) Verdict {
	return Verdict{Name: name, Value: value, Limit: limit, Unit: unit, Source: source, Pass: value >= limit, Least: true}
}

// String says the verdict in words.
func (v Verdict) String() string {
	outcome, bound, unit := "FAIL", "at most", v.Unit
	if v.Pass {
		outcome = "pass"
	}
	if v.Least {
		bound = "at least"
	}
	if unit != "" {
		unit = " " + unit
	}
	return fmt.Sprintf("%s  %s: %.3g%s, %s %.3g (%s)", outcome, words(v.Name), v.Value, unit, bound, v.Limit, v.Source)
}

// words says what a criterion is about.
func words(name string) string {
	switch name {
	case "reference_in_order":
		return "blackbody in order while it was watched"
	case "reference_width":
		return "width of the blackbody in the image"
	case "reference_wander":
		return "how far its centre wanders"
	case "reference_uncertainty":
		return "expanded uncertainty of the blackbody"
	case "reference_stability":
		return "stability of the blackbody"
	case "expanded_uncertainty":
		return "expanded uncertainty of a reading (k = 2)"
	case "certificate_expired":
		return "certificate expired (1: yes)"
	case "field_uncertainty":
		return "what the map of the field of view leaves"
	case "bad_pixels":
		return "pixels that do not work"
	}
	return name
}
