// Package clinical scores the table of a clinical thermography study with the
// policy, as the appliance would judge the subjects, and sums up what that is
// worth. In comes a CSV file, out go JSON Lines: an event a subject and a
// summary.
package clinical

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"lintel/appliance/policy"
	"lintel/appliance/policy/trial"
	"lintel/firmware/thermal"
)

// Subject is the event of one row.
type Subject struct {
	Event   string `json:"event"` // "subject"
	Subject string `json:"subject"`
	// Score is the mean of the subject's readings in degrees Celsius, as it
	// would be in a room of 24; null where there is none.
	Score *float64 `json:"score"`
	// Verdict is pass, refer or unmeasured.
	Verdict string `json:"verdict"`
}

// Summary is the last event. Shares are 0 to 1 and null where nobody's oral
// temperature is known; intervals are 95 % Wilson intervals. Subjects without
// a verdict count for neither share.
type Summary struct {
	Event       string      `json:"event"` // "summary"
	N           int         `json:"n"`
	AUC         *float64    `json:"auc"`
	Sensitivity *float64    `json:"sensitivity"`
	Specificity *float64    `json:"specificity"`
	ThresholdC  float64     `json:"threshold_c"`
	Site        string      `json:"site"`
	Fever       string      `json:"fever"`
	Febrile     int         `json:"n_febrile"`
	Healthy     int         `json:"n_healthy"`
	Unmeasured  int         `json:"n_unmeasured"`
	Discarded   int         `json:"discarded_cells"`
	Roomless    int         `json:"n_without_room"`
	Partial     int         `json:"n_partial_pattern"`
	Model       int         `json:"model_version"`
	SHA256      string      `json:"model_sha256"`
	SensCI      *[2]float64 `json:"sensitivity_ci"`
	SpecCI      *[2]float64 `json:"specificity_ci"`
	// SpecAt90 is the specificity on this table at the highest threshold that
	// catches 90 % of its fevers, OwnC. The shipped threshold is a common one of
	// both cameras of the study, so a single camera may do worse by it.
	SpecAt90 *float64 `json:"specificity_at_sensitivity_90"`
	OwnC     *float64 `json:"threshold_at_sensitivity_90_c"`
}

// Run reads the table from csv, judges every subject at the site and writes
// the events to out. A threshold of 0 is the shipped one. The oral columns are
// used for the summary alone.
//
// Errors wrap [policy.ErrSetting], [trial.ErrTable] or [trial.ErrNoReadings],
// or are those of ctx, csv and out. Nothing is written before the whole table
// was read.
func Run(ctx context.Context, csv io.Reader, site policy.Site, threshold thermal.Celsius, out io.Writer) error {
	p, err := policy.New(policy.Config{Site: site, Threshold: threshold})
	if err != nil {
		return err
	}
	table, err := trial.Read(reader{ctx, csv})
	if err != nil {
		return err
	}
	if !table.Has(site) {
		return fmt.Errorf("cannot score the site %v: %w: it needs numbers in %s", site, trial.ErrNoReadings, columns(site))
	}
	buffered := bufio.NewWriter(out)
	events := json.NewEncoder(buffered)
	events.SetEscapeHTML(false)
	var judged outcome
	for i := range table.Subjects {
		if err := ctx.Err(); err != nil {
			return err
		}
		event := judged.subject(p, &table.Subjects[i])
		if err := events.Encode(event); err != nil {
			return fmt.Errorf("cannot write the results: %w", err)
		}
	}
	if err := events.Encode(judged.summary(p, table)); err != nil {
		return fmt.Errorf("cannot write the results: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("cannot write the results: %w", err)
	}
	return nil
}

func columns(site policy.Site) string {
	if site == policy.FaceMax {
		return "T_Max1 to T_Max3"
	}
	return "T_FH_Max1 to T_FH_Max4, or in T_FHC_Max, T_FHCC, T_FHRC, T_FHLC, T_FHBC or T_FHTC with the round"
}

// reader stops reading when ctx is done.
type reader struct {
	ctx context.Context
	io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// outcome counts verdicts among those whose oral temperature is known.
type outcome struct {
	caught, febrile, cleared, healthy, unmeasured, roomless, partial int
}

func (o *outcome) subject(p *policy.Policy, s *trial.Subject) Subject {
	model := p.Model()
	reading, room := thermal.Celsius(s.Reading(&model)), s.Room()
	event := Subject{Event: "subject", Subject: s.ID, Score: known(float64(p.Score(reading, room))), Verdict: "unmeasured"}
	// The uncertainty of the study's readings is unknown and none is claimed.
	judgement := p.Judge(reading, 0, room)
	if !room.Known() {
		o.roomless++
	}
	if !s.Whole(&model) {
		o.partial++
	}
	switch judgement {
	case policy.Below:
		event.Verdict = "pass"
	case policy.Above:
		event.Verdict = "refer"
	default:
		o.unmeasured++
		return event
	}
	switch oral := s.Oral(); {
	case math.IsNaN(oral):
	case oral >= float64(policy.Fever375.Oral()):
		o.febrile++
		if judgement == policy.Above {
			o.caught++
		}
	default:
		o.healthy++
		if judgement == policy.Below {
			o.cleared++
		}
	}
	return event
}

func (o *outcome) summary(p *policy.Policy, table *trial.Table) Summary {
	// The threshold that most subjects were judged by.
	var room policy.Room
	if 2*o.roomless < len(table.Subjects) {
		room, _ = policy.NewRoom(policy.RoomZero)
	}
	sensitivity := policy.Wilson(float64(o.caught)/float64(o.febrile), float64(o.febrile))
	specificity := policy.Wilson(float64(o.cleared)/float64(o.healthy), float64(o.healthy))
	model := p.Model()
	scores := table.Scores(model)
	own, at90 := math.NaN(), math.NaN()
	if t, err := trial.OperatingPoint([]trial.Scores{scores}, 0.9); err == nil {
		own, at90 = t, scores.Specificity(t)
	}
	return Summary{
		SpecAt90:    known(at90),
		OwnC:        known(own),
		Event:       "summary",
		N:           len(table.Subjects),
		AUC:         known(scores.AUC()),
		Sensitivity: known(sensitivity.Value),
		Specificity: known(specificity.Value),
		ThresholdC:  float64(p.ScoreThreshold(room)),
		Site:        p.Site().String(),
		Fever:       fmt.Sprintf("oral temperature (aveOralM, else aveOralF) >= %.1f degC", policy.Fever375.Oral()),
		Febrile:     o.febrile,
		Healthy:     o.healthy,
		Unmeasured:  o.unmeasured,
		Discarded:   table.Discarded,
		Roomless:    o.roomless,
		Partial:     o.partial,
		Model:       model.Version,
		SHA256:      model.SHA256,
		SensCI:      interval(sensitivity),
		SpecCI:      interval(specificity),
	}
}

func known(v float64) *float64 {
	if math.IsNaN(v) {
		return nil
	}
	return &v
}

func interval(p policy.Proportion) *[2]float64 {
	if math.IsNaN(p.Value) {
		return nil
	}
	return &[2]float64{math.Round(p.Low*1e4) / 1e4, math.Round(p.High*1e4) / 1e4}
}
