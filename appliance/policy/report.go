package policy

import "math"

// Report is what verdicts are worth, for the staff page and for `lintel policy
// show --json`: figures alone, with the names that the JSON has. Temperatures
// are in degrees Celsius, shares are 0 to 1, intervals are 95 % Wilson
// intervals. What is not known is null.
type Report struct {
	// RoomC is the temperature of the room that the figures are for; null where
	// it is not known.
	RoomC *float64 `json:"room_c"`
	// Prevalence is the share of visitors with fever that the predictive values
	// hold for.
	Prevalence float64 `json:"prevalence"`
	// Site is the site that is measured, and MaxUK the largest expanded
	// uncertainty (k = 2) of a reading that is judged, in kelvin.
	Site  string  `json:"site"`
	MaxUK float64 `json:"max_u_k"`
	// PlausibleMinC and PlausibleMaxC bound the readings that are judged.
	PlausibleMinC float64 `json:"plausible_min_c"`
	PlausibleMaxC float64 `json:"plausible_max_c"`
	// Sites are all sites, so that staff see what the other one would give.
	Sites []SiteReport `json:"sites"`
}

// SiteReport is what the verdicts of one site are worth.
type SiteReport struct {
	Site    string `json:"site"`
	Version int    `json:"model_version"`
	SHA256  string `json:"model_sha256"`
	// Set indexes the row whose figures hold for the present threshold; null
	// where this site is not the one measured, or the threshold is off the
	// table and nothing is known of what it is worth.
	Set *int `json:"set"`
	// ScoreC is the present threshold as in a room of 24 degC, and ReadingC the
	// reading from which on a visitor is referred in the present room. Null
	// where this site is not the one measured.
	ScoreC   *float64 `json:"score_c"`
	ReadingC *float64 `json:"reading_c"`
	// Default indexes the row of the shipped operating point.
	Default int `json:"default"`
	// HeldOutSensitivity and HeldOutSpecificity are what the default was worth
	// on people that it was not fitted on.
	HeldOutSensitivity float64 `json:"held_out_sensitivity"`
	HeldOutSpecificity float64 `json:"held_out_specificity"`
	// Cameras are those of the clinical study.
	Cameras []CameraReport `json:"cameras"`
	// Rows are the thresholds that can be chosen, from the lowest (which
	// catches most fevers) to the highest.
	Rows []RowReport `json:"rows"`
}

// CameraReport is what one camera of the study saw.
type CameraReport struct {
	Name       string  `json:"name"`
	AUC        float64 `json:"auc"`
	HeldOutAUC float64 `json:"held_out_auc"`
	Febrile    int     `json:"febrile"`
	Healthy    int     `json:"healthy"`
}

// RowReport is one threshold.
type RowReport struct {
	// ScoreC and ReadingC are the threshold as in [SiteReport].
	ScoreC   float64 `json:"score_c"`
	ReadingC float64 `json:"reading_c"`
	// Choose is the value of policy.sensitivity that leads to this row: the
	// share of fevers from 37.5 degC on that it catches, rounded down to whole
	// percents.
	Choose float64 `json:"choose"`
	// Fevers are what it is worth by definition of fever.
	Fevers []FeverReport `json:"fevers"`
}

// FeverReport is what one threshold is worth for one definition of fever.
type FeverReport struct {
	// OralC is the oral temperature from which on a visitor has a fever.
	OralC       float64    `json:"oral_c"`
	Sensitivity Proportion `json:"sensitivity"`
	Specificity Proportion `json:"specificity"`
	// ReferredOf100 is how many of 100 healthy visitors are referred.
	ReferredOf100 float64 `json:"referred_of_100_healthy"`
	// FeverIfReferred is the share of the referred who have a fever at the
	// report's prevalence, NoneIfPassed that of the passed who have none.
	FeverIfReferred *float64 `json:"fever_if_referred"`
	NoneIfPassed    *float64 `json:"none_if_passed"`
}

// Report works out what this policy's verdicts are worth in the room, where the
// share prevalence of the visitors has fever.
func (p *Policy) Report(room Room, prevalence float64) Report {
	r := Report{
		Prevalence: prevalence, Site: p.Site().String(), MaxUK: float64(p.maxU),
		PlausibleMinC: float64(p.min), PlausibleMaxC: float64(p.max),
	}
	if room.known {
		r.RoomC = known(float64(room.temperature))
	}
	for _, site := range Sites() {
		m, _ := Shipped(site)
		s := m.report(room, prevalence)
		if site == p.Site() {
			s.ScoreC, s.ReadingC = known(float64(p.ScoreThreshold(room))), known(float64(p.Threshold(room)))
			if i, ok := m.Curve(room).Near(p.ScoreThreshold(room)); ok {
				s.Set = &i
			}
		}
		r.Sites = append(r.Sites, s)
	}
	return r
}

func (m *Model) report(room Room, prevalence float64) SiteReport {
	c := m.Curve(room)
	s := SiteReport{
		Site: m.Site.String(), Version: m.Version, SHA256: m.SHA256,
		HeldOutSensitivity: c.HeldOutSensitivity, HeldOutSpecificity: c.HeldOutSpecificity,
	}
	s.Default, _ = c.Choose(DefaultSensitivity)
	for _, k := range c.Cameras {
		s.Cameras = append(s.Cameras, CameraReport{k.Name, k.AUC, k.HeldOutAUC, k.Febrile[Fever375], k.Healthy[Fever375]})
	}
	for i, p := range c.Points {
		row := RowReport{ScoreC: float64(p.Threshold), ReadingC: float64(p.Threshold + m.follow(room))}
		row.Choose = min(maxSensitivity, math.Floor(100*c.At(i, Fever375).Sensitivity.Value+1e-9)/100)
		for _, fever := range Fevers() {
			e := c.At(i, fever)
			f := FeverReport{OralC: float64(fever.Oral()), Sensitivity: e.Sensitivity, Specificity: e.Specificity, ReferredOf100: e.Referred()}
			positive, negative := e.Predictive(prevalence)
			f.FeverIfReferred, f.NoneIfPassed = known(positive), known(negative)
			row.Fevers = append(row.Fevers, f)
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// known is v, or nil where it is no number: JSON has no word for that.
func known(v float64) *float64 {
	if !finite(v) {
		return nil
	}
	return &v
}
