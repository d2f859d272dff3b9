package setup

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"lintel/appliance/config"
	"lintel/appliance/kiosk"
	"lintel/appliance/kiosk/kiosktest"
	"lintel/appliance/screening"
	"lintel/calibration"
	"lintel/ui"
)

// outcome is what became of a scene.
type outcome struct {
	ended  []string // verdicts, and reasons where there is none
	states []string
	sites  []string
	faults []string
	counts int
	views  int
	label  string
}

func (o *outcome) Observe(r *kiosk.Report) {
	note := func(list *[]string, s string) {
		if s != "" && !slices.Contains(*list, s) {
			*list = append(*list, s)
		}
	}
	note(&o.states, r.Step.State.String())
	note(&o.sites, r.Site.String())
	note(&o.faults, kiosk.FaultName(r.Reference.Fault))
	switch r.Step.Verdict {
	case screening.Pass, screening.Refer:
		o.ended = append(o.ended, r.Step.Verdict.String())
	case screening.NotMeasured:
		o.ended = append(o.ended, r.Step.Reason.String())
	default:
	}
}

func (o *outcome) Add(screening.Verdict) { o.counts++ }

func (o *outcome) Show(v ui.View) {
	o.views++
	o.label = v.Source
}

func (o *outcome) ShowMirror(ui.Mirror) {}

// settings returns those of the simulation with changes.
func settings(t *testing.T, sets ...string) *config.Config {
	t.Helper()
	c := config.Default()
	if err := (SourceSpec{Kind: Sim}).Defaults(&c); err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		if err := c.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	return &c
}

// screen runs a scene with settings.
func screen(t *testing.T, scene string, frames int, sets ...string) *outcome {
	t.Helper()
	stage, err := kiosktest.Open(scene, frames)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	o := &outcome{}
	k, err := Kiosk(settings(t, sets...), stage, stage, nil, Outputs{Screen: o, Tally: o, Observer: o, Label: "sim"})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

// Each setting reaches the room that it is about. The visitor's forehead is at
// 34.8 degC, the walls at 22.
func TestSettingsReachTheirRooms(t *testing.T) {
	for _, c := range []struct {
		name  string
		sets  []string
		ended []string
		check func(o *outcome) bool
	}{
		{"as shipped", nil, []string{"pass"}, func(o *outcome) bool {
			return o.counts == 1 && o.label == "sim" && o.views == 61 && slices.Equal(o.sites, []string{"forehead"})
		}},
		{"threshold below", []string{"policy.threshold_c=34"}, []string{"refer"}, nil},
		{"threshold above", []string{"policy.threshold_c=39"}, []string{"pass"}, nil},
		{"all of the face", []string{"policy.site=face_max"}, nil, func(o *outcome) bool {
			return len(o.ended) == 1 && slices.Equal(o.sites, []string{"face_max"})
		}},
		{"voluntary", []string{"screening.mode=voluntary"}, []string{"pass"}, func(o *outcome) bool { return o.counts == 0 }},
		// The simulated camera has been on for an hour.
		{"not yet warm", []string{"camera.warm_up_s=3700"}, nil, func(o *outcome) bool {
			return len(o.ended) == 0 && slices.Equal(o.states, []string{"starting", "warming_up"})
		}},
		{"reference 1 K warmer", []string{"reference.temperature_c=38", "policy.threshold_c=35.5"}, []string{"refer"}, nil},
		{"reference 1 K colder", []string{"reference.temperature_c=36", "policy.threshold_c=34"}, []string{"pass"}, nil},
		{"implausible offset", []string{"reference.max_offset_k=0.5"}, nil, func(o *outcome) bool {
			return len(o.ended) == 0 && slices.Contains(o.states, "out_of_service") && len(o.faults) > 0
		}},
		{"reference elsewhere", []string{"reference.place=[10, 10, 6]"}, nil, func(o *outcome) bool {
			return len(o.ended) == 0 && slices.Contains(o.faults, "reference_moved")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := screen(t, "normal", 60, c.sets...)
			if c.ended != nil && !slices.Equal(o.ended, c.ended) {
				t.Errorf("the visit ended %v, want %v", o.ended, c.ended)
			}
			if c.check != nil && !c.check(o) {
				t.Errorf("got %+v", o)
			}
		})
	}
	// A visit that gives no verdict takes until the visitor has left.
	for _, c := range []struct {
		name, scene, set, reason string
	}{
		{"too uncertain", "normal", "policy.max_u_k=0.05", "too_uncertain"},
		{"uncertain reference", "normal", "reference.uncertainty_k=1", "too_uncertain"},
		{"unstable reference", "normal", "reference.stability_k=1", "too_uncertain"},
		{"cold", "cold", "policy.plausible_min_c=32", "too_cold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if o := screen(t, c.scene, 95, c.set); !slices.Equal(o.ended, []string{c.reason}) || o.counts != 1 {
				t.Errorf("the visit ended %v, counted %d times; want %s", o.ended, o.counts, c.reason)
			}
		})
	}
}

func TestKioskRefuses(t *testing.T) {
	stage, err := kiosktest.Open("empty", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	for name, c := range map[string]struct {
		spoil func(c *config.Config)
		want  error
	}{
		"no reference":   {func(c *config.Config) { c.Reference.TemperatureC = 0 }, calibration.ErrNoReferenceTemperature},
		"reference":      {func(c *config.Config) { c.Reference.TemperatureC = 99 }, calibration.ErrConfig},
		"place outside":  {func(c *config.Config) { c.Reference.Place = []float64{1000, 10, 5} }, calibration.ErrConfig},
		"site":           {func(c *config.Config) { c.Policy.Site = "armpit" }, nil},
		"threshold":      {func(c *config.Config) { c.Policy.ThresholdC = 50 }, nil},
		"threshold, min": {func(c *config.Config) { c.Policy.ThresholdC, c.Policy.PlausibleMinC = 34, 34 }, nil},
	} {
		cfg := settings(t)
		c.spoil(cfg)
		k, err := Kiosk(cfg, stage, stage, nil, Outputs{})
		if k != nil || err == nil || !strings.HasPrefix(err.Error(), "cannot ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: Kiosk returned %v, %v", name, k, err)
		}
		if c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if k, err := Kiosk(settings(t), stage, nil, nil, Outputs{}); k != nil || err == nil {
		t.Errorf("without a detector Kiosk returned %v, %v", k, err)
	}
}
