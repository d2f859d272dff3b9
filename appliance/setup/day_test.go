package setup

import (
	"slices"
	"testing"
	"time"

	"lintel/appliance/kiosk"
	"lintel/appliance/kiosk/kiosktest"
	"lintel/calibration"
	"lintel/calibration/commissioning"
)

// A certificate is enforced while the kiosk runs, with the machine's clock, and
// a clock that was never set is an answer of its own.
func TestCertificateExpires(t *testing.T) {
	date := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name    string
		expires string
		now     []time.Time // the last one stays
		record  calibration.Date
		faults  []string
	}{
		{"holds", "2027-03-31", []time.Time{date(2027, 3, 31)}, calibration.Date{}, nil},
		{"for ever", "", []time.Time{date(1970, 1, 1)}, calibration.Date{}, nil},
		{"expired at the start", "2027-03-31", []time.Time{date(2027, 4, 1)}, calibration.Date{}, []string{"reference_expired"}},
		{"expires while running", "2027-03-31", []time.Time{date(2027, 3, 31), date(2027, 3, 31), date(2027, 3, 31), date(2027, 4, 1)}, calibration.Date{}, []string{"reference_expired"}},
		{"the clock was never set", "2027-03-31", []time.Time{date(1970, 1, 1)}, calibration.Date{}, []string{"reference_no_date"}},
		{"the clock is before the record", "2027-03-31", []time.Time{date(2026, 5, 1)}, calibration.Date{Year: 2026, Month: 11, Day: 20}, []string{"reference_no_date"}},
	} {
		stage, err := kiosktest.Open("empty", 60)
		if err != nil {
			t.Fatal(err)
		}
		asked := 0
		now := func() time.Time {
			asked++
			return c.now[min(asked, len(c.now))-1]
		}
		cfg := settings(t)
		if c.expires != "" {
			if err := cfg.Set("reference.expires=" + c.expires); err != nil {
				t.Fatal(err)
			}
		}
		day := today(now, &commissioning.Record{Date: c.record})
		o := &outcome{}
		k, err := Kiosk(cfg, stage, stage, nil, Outputs{Observer: o, Now: func() time.Time { return asTime(day()) }})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The first frame looks for the reference.
		faults := slices.DeleteFunc(o.faults, func(f string) bool { return f == "reference_missing" })
		if !slices.Equal(faults, c.faults) {
			t.Errorf("%s: %v, want %v", c.name, faults, c.faults)
		}
		if asked > 10 {
			t.Errorf("%s: the clock was asked %d times in 7 s", c.name, asked)
		}
		_ = stage.Close()
	}
}

// The health names every term of the budget, and nothing of it is of a visitor.
func TestHealth(t *testing.T) {
	stage, err := kiosktest.Open("normal", 60)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	var told []kiosk.Health
	cfg := settings(t)
	if err := cfg.Set("reference.expires=2099-01-01"); err != nil {
		t.Fatal(err)
	}
	k, err := Kiosk(cfg, stage, stage, nil, Outputs{Health: func(h kiosk.Health) { told = append(told, h) }})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(told) < 6 || len(told) > 8 {
		t.Fatalf("told %d times in 7 s", len(told))
	}
	last := told[len(told)-1]
	if last.Fault != "" || last.ExpandedK < 0.2 || last.ExpandedK > 0.6 || last.R < 5 || last.Model == "" || last.Expires != "2099-01-01" {
		t.Errorf("%+v", last)
	}
	for _, b := range last.Budget {
		if b.Name == "" || b.UK < 0 || b.UK > 0.3 {
			t.Errorf("term %+v", b)
		}
	}
}

// What staff put in the place of the blackbody on purpose is accepted when they
// confirm it, and not before.
func TestConfirmReference(t *testing.T) {
	stage, err := kiosktest.Open("reference-moves", 140) // aside from 8 s to 16 s
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	var k *kiosk.Kiosk
	n, movedOK, confirmedOK := 0, 0, 0
	watch := observer(func(r *kiosk.Report) {
		n++
		switch {
		case n == 90:
			k.ConfirmReference()
		case n > 75 && n < 90 && r.Reference.OK:
			movedOK++
		case n > 94 && n < 130 && r.Reference.OK:
			confirmedOK++
		}
	})
	k, err = Kiosk(settings(t), stage, stage, nil, Outputs{Observer: watch})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if movedOK != 0 || confirmedOK < 30 {
		t.Errorf("in order in %d frames before and in %d after staff confirmed", movedOK, confirmedOK)
	}
}

type observer func(*kiosk.Report)

func (o observer) Observe(r *kiosk.Report) { o(r) }
