package trial

import (
	"errors"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/stat"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// ErrNoRooms means that the room temperatures do not tell how skin follows
// them: the column T_atm is missing or always the same.
var ErrNoRooms = errors.New("the table's room temperatures show no slope: it needs a column T_atm with several temperatures")

// Version is the version of the model that [Fit] makes. Count it up with every
// change to what is fitted.
const Version = 2

// The points of a curve are those at these sensitivities.
const (
	lowestPercent, highestPercent = 60, 99
)

// Camera is one camera's table of the study.
type Camera struct {
	Name  string
	Table *Table
}

// Fit fits the model of a site and works out what its thresholds are worth.
// The result depends on the tables alone; its SHA256 is left empty. Errors
// wrap [ErrNoReadings], [ErrNoRooms], [ErrNoTruth] or [ErrDependent].
func Fit(site policy.Site, cameras []Camera) (policy.Model, error) {
	for _, c := range cameras {
		if !c.Table.Has(site) {
			return policy.Model{}, fmt.Errorf("cannot fit %v on %s: %w", site, c.Name, ErrNoReadings)
		}
	}
	best, compared, err := choose(site, cameras)
	if err != nil {
		return policy.Model{}, err
	}
	m, err := best.fit(cameras, nil)
	if err != nil {
		return m, err
	}
	m.Trials = compared
	v, err := newValidation(best, cameras)
	if err != nil {
		return m, err
	}
	if m.With, err = curve(m, cameras, v, false); err != nil {
		return m, err
	}
	if m.Without, err = curve(m, cameras, v, true); err != nil {
		return m, err
	}
	m.Losses = losses(m, cameras)
	return m, nil
}

// choose tries the designs for a site, the fewest features first, on people
// left out. The first whose area under the curve, averaged over the cameras, is
// not surpassed by another is shipped; contrasts never are.
func choose(site policy.Site, cameras []Camera) (best design, compared []policy.Trial, err error) {
	var most float64
	for _, d := range designs(site, cameras) {
		m, err := d.fit(cameras, nil)
		if err != nil {
			return d, nil, err
		}
		v, err := newValidation(d, cameras)
		if err != nil {
			return d, nil, err
		}
		h, err := v.judge(cameras, false)
		if err != nil {
			return d, nil, err
		}
		compared = append(compared, policy.Trial{
			Name: d.name, Weights: m.Weights, Monotone: !d.contrasts,
			HeldOutAUC: h.auc, HeldOutSensitivity: h.sensitivity, HeldOutSpecificity: h.specificity,
		})
		if auc := stat.Mean(h.auc, nil); !d.contrasts && auc > most {
			best, most = d, auc
		}
	}
	return best, compared, nil
}

// losses are what the default thresholds are worth on parts of the pattern.
func losses(m policy.Model, cameras []Camera) (out []policy.Loss) {
	if m.Site != policy.Forehead || slices.ContainsFunc(cameras, func(c Camera) bool { return len(c.Table.Features(m.Site)) < len(policy.Features()) }) {
		return nil
	}
	for _, part := range []struct {
		name string
		left []policy.Feature
	}{
		{"centre maximum", []policy.Feature{policy.CentreMaximum}},
		{"five spots", spots()},
	} {
		for i, c := range []*policy.Curve{&m.With, &m.Without} {
			at, _ := c.Choose(policy.DefaultSensitivity)
			threshold := float64(c.Points[at].Threshold)
			loss := policy.Loss{Left: part.name, Room: i == 0}
			for _, camera := range cameras {
				s := scoring{model: m, blind: i == 1, left: part.left}.of(camera.Table)
				loss.AUC = append(loss.AUC, s.AUC())
				loss.Sensitivity += s.Sensitivity(threshold) / float64(len(cameras))
				loss.Specificity += s.Specificity(threshold) / float64(len(cameras))
			}
			out = append(out, loss)
		}
	}
	return out
}

// curve works out a model's receiver operating characteristic.
func curve(m policy.Model, cameras []Camera, v *validation, blind bool) (policy.Curve, error) {
	byFever := make([][]Scores, len(policy.Fevers()))
	var singles []Scores
	for _, c := range cameras {
		for _, f := range policy.Fevers() {
			byFever[f] = append(byFever[f], scoring{model: m, blind: blind, fever: f}.of(c.Table))
		}
		singles = append(singles, scoring{model: m, blind: blind, single: true}.of(c.Table))
	}
	var out policy.Curve
	for percent := highestPercent; percent >= lowestPercent; percent-- {
		threshold, err := OperatingPoint(byFever[policy.Fever375], float64(percent)/100)
		if err != nil {
			return out, err
		}
		if n := len(out.Points); n > 0 && out.Points[n-1].Threshold == thermal.Celsius(threshold) {
			continue
		}
		p := policy.Point{Threshold: thermal.Celsius(threshold)}
		for k := range cameras {
			var caught, cleared [2]int
			for _, f := range policy.Fevers() {
				caught[f], cleared[f] = byFever[f][k].Caught(threshold), byFever[f][k].Cleared(threshold)
			}
			p.Caught, p.Cleared = append(p.Caught, caught), append(p.Cleared, cleared)
		}
		out.Points = append(out.Points, p)
	}
	held, err := v.judge(cameras, blind)
	if err != nil {
		return out, err
	}
	for k, c := range cameras {
		camera := policy.Camera{Name: c.Name, AUC: byFever[policy.Fever375][k].AUC(), HeldOutAUC: held.auc[k]}
		for _, f := range policy.Fevers() {
			camera.Febrile[f], camera.Healthy[f] = len(byFever[f][k].Febrile), len(byFever[f][k].Healthy)
		}
		out.Cameras = append(out.Cameras, camera)
	}
	threshold, err := OperatingPoint(byFever[policy.Fever375], policy.DefaultSensitivity)
	if err != nil {
		return out, err
	}
	out.SingleSensitivity = meanOf(singles, func(s Scores) float64 { return s.Sensitivity(threshold) })
	out.SingleSpecificity = meanOf(singles, func(s Scores) float64 { return s.Specificity(threshold) })
	out.HeldOutSensitivity, out.HeldOutSpecificity = held.sensitivity, held.specificity
	return out, nil
}
