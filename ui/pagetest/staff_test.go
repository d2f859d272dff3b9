package pagetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"testing"
	"time"

	"lintel/ui/staff"
)

// The staff's whole way in a real browser: the first PIN, wrong ones, every
// page, once by touch alone and once by keyboard alone.
func TestStaffPages(t *testing.T) {
	InLoopbackNamespace(t, func() { drive(t, "staff.mjs") })
}

// fakeOffice is what the staff pages show in tests: made-up numbers.
type fakeOffice struct {
	mu     sync.Mutex
	data   []byte
	noted  []string
	clock  time.Time
	known  bool
	files  map[string]string
	health staff.Ring

	asked     []string // about updates, and to forget
	update    staff.UpdateState
	somebody  bool // in sight of the camera
	confirmed bool // the reference, by staff

	adjusted staff.Adjustment
	lit      []string
}

func (o *fakeOffice) open() (*staff.Staff, error) {
	o.files = map[string]string{}
	o.clock = time.Date(2019, 3, 4, 5, 6, 0, 0, time.UTC)
	for minute := range 600 {
		p := staff.Point{OffsetK: 0.8 + 0.3*math.Sin(float64(minute)/90), UncertaintyK: 0.31 + 0.05*math.Cos(float64(minute)/50), RoomC: 22.4}
		if minute > 200 && minute < 220 {
			p = staff.Point{OffsetK: math.NaN(), UncertaintyK: math.NaN(), RoomC: 22.4, Fault: "reference_occluded"}
		}
		o.health.Note(time.Duration(minute)*time.Minute, p)
	}
	o.health.NoteBudget(&staff.Budget{{Name: "certificate", UK: 0.1}, {Name: "drift", UK: 0.05}})
	return staff.New(staff.Config{
		Vault: o, Tallies: o, Clock: o, Media: o, Health: &o.health, Installation: o, Updates: o, Forget: func() { _ = o.ask("forget") }, Operating: func() ([]byte, error) { return []byte(operating()), nil },
		SelfTest: func(context.Context) []staff.Line {
			return []staff.Line{{Check: "network", OK: true, Detail: "lo only"}, {Check: "counts", Detail: "cannot open the counts"}}
		},
	})
}

// operating is a report with made-up figures.
func operating() string {
	site := func(name string, set any) map[string]any {
		var rows []map[string]any
		for i := range 12 {
			sensitivity, specificity := 0.99-0.03*float64(i), 0.1+0.07*float64(i)
			share := func(v float64) map[string]any {
				return map[string]any{"value": v, "low": v - 0.05, "high": math.Min(1, v+0.04)}
			}
			fever := map[string]any{"oral_c": 37.5, "sensitivity": share(sensitivity), "specificity": share(specificity), "referred_of_100_healthy": 100 - 100*specificity}
			rows = append(rows, map[string]any{"score_c": 34.5 + 0.1*float64(i), "reading_c": 34.5, "choose": sensitivity, "fevers": []any{fever, fever}})
		}
		return map[string]any{"site": name, "model_version": 2, "model_sha256": "0123456789abcdef0123456789abcdef", "set": set, "default": 3, "rows": rows}
	}
	body, _ := json.Marshal(map[string]any{"prevalence": 0.01, "site": "forehead", "sites": []any{site("forehead", 3), site("face_max", nil)}})
	return string(body)
}

func (o *fakeOffice) Load() ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.data, nil
}

func (o *fakeOffice) Save(data []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.data = data
	return nil
}

func (o *fakeOffice) Export(_ context.Context, w io.Writer, _, _ time.Time) error {
	_, err := io.WriteString(w, "outcome,from,to,visits\n")
	for day := range 21 {
		at := time.Date(2026, 10, 5+day, 0, 0, 0, 0, time.UTC)
		for i, outcome := range []string{"pass", "refer", "unmeasured"} {
			n := []int{60 + 15*(day%7), 10 + 5*(day%3), 5}[i]
			_, err = fmt.Fprintf(w, "%s,%s,%s,%d\n", outcome, at.Format("2006-01-02T15:04Z"), at.AddDate(0, 0, 1).Format("2006-01-02T15:04Z"), n)
		}
	}
	return err
}

func (o *fakeOffice) ExportChecks(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, "from,to,cleared,confirmed,not_done,confirmed_share,low,high,referred_share\n"+
		"2026-09-01T00:00Z,2026-10-01T00:00Z,60,5,10,0.077,0.033,0.168,0.081\n")
	return err
}

func (o *fakeOffice) NoteCheck(outcome string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.noted = append(o.noted, outcome)
	return nil
}

func (o *fakeOffice) Now() time.Time { return o.clock }

func (o *fakeOffice) Known() bool { return o.known }

func (o *fakeOffice) Set(t time.Time) error {
	o.clock, o.known = t, true
	return nil
}

func (o *fakeOffice) List() ([]string, error) { return []string{"STICK"}, nil }

func (o *fakeOffice) Write(medium, name string, data []byte) error {
	if medium != "STICK" {
		return errors.New("no such medium")
	}
	o.files[name] = string(data)
	return nil
}

// Sight is a camera that sees the reference and a wall, and now and then
// somebody.
func (o *fakeOffice) Sight() staff.Sight {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := staff.Sight{
		Camera: "Lepton 3.5", Width: 120, Height: 160, Hertz: 9, Rotate: 90, State: "ready", ReferenceC: 37, ExpandedK: 0.2,
		Serial: o.serial(), X: 26, Y: 130, R: 6.4, OffsetK: 0.93, Heat: staff.Heat{Width: 40, Height: 53, Blank: o.somebody},
	}
	if !o.somebody {
		levels := make([]byte, 40*53)
		for i := range levels {
			levels[i] = "0123456789abcdef"[(i/40)%4]
			if x, y := i%40-9, i/40-43; x*x+y*y < 5 {
				levels[i] = 'f'
			}
		}
		s.Heat.Levels = string(levels)
	}
	return s
}

// Adjust takes every value but an emissivity above 1.
func (o *fakeOffice) Adjust(a staff.Adjustment) error {
	if a.Emissivity != nil && *a.Emissivity > "1" {
		return &staff.EntryError{Name: "emissivity", Err: staff.ErrEntry}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.adjusted = a
	return nil
}

// Settings lists one setting once something was adjusted.
func (o *fakeOffice) Settings() []staff.Setting {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.adjusted.Rotate == nil && o.adjusted.Serial == nil {
		return nil
	}
	return []staff.Setting{{Key: "reference.serial", Value: `"BB-07"`}}
}

// Lamps are two.
func (o *fakeOffice) Lamps() []string { return []string{"pass_lamp", "buzzer"} }

// TryLamp notes which one was tried.
func (o *fakeOffice) TryLamp(_ context.Context, name string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lit = append(o.lit, name)
	return nil
}

// serial is the one that was entered. The caller holds mu.
func (o *fakeOffice) serial() string {
	if o.adjusted.Serial == nil {
		return ""
	}
	return *o.adjusted.Serial
}

// Confirm puts the reference in order.
func (o *fakeOffice) Confirm() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.confirmed = true
}

// Accept signs off what was entered.
func (o *fakeOffice) Accept(_ context.Context, s staff.SignOff) (staff.Signed, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.serial() == "" {
		return staff.Signed{}, staff.ErrUnsettled
	}
	return staff.Signed{SignOff: s, Serial: o.serial(), Date: "2026-11-20", X: 26, Y: 130, R: 6.4, OffsetK: 0.93, BandK: 2.1, Seal: "0123456789abcdef", Criteria: []staff.Criterion{
		{Name: "reference_in_order", Value: 1, Limit: 0.95, Unit: "of the frames", Least: true, Pass: true},
		{Name: "reference_uncertainty", Value: 0.4, Limit: 0.3, Unit: "K"},
	}}, nil
}

// State is an image that fell back once.
func (o *fakeOffice) State() (staff.UpdateState, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.update
	s.Image, s.Version, s.Board, s.Slot, s.RootHash, s.Root, s.RootOK = true, "2026.11.20", "lintel-amd64", "A", "0123abcd", "as built", true
	s.Owner, s.OwnerName, s.FellBack = "ff00", "The library", "2026.12.1"
	return s, nil
}

func (o *fakeOffice) Parts() ([]staff.Part, error) {
	return []staff.Part{{Name: "libc6", Version: "2.36"}}, nil
}

func (o *fakeOffice) ask(what string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.asked = append(o.asked, what)
	return nil
}

// Look finds a bundle of every kind.
func (o *fakeOffice) Look() error {
	o.mu.Lock()
	o.update.Phase = "idle"
	for _, refused := range []string{"", "older", "truncated", "unsigned", "wrong_key", "tampered", "other_board"} {
		offer := staff.Offer{Bundle: "/m/" + refused + ".raucb", File: refused + ".raucb", Refused: refused}
		switch refused {
		case "":
			offer = staff.Offer{Bundle: "/m/good.raucb", File: "good.raucb", Version: "2027.1", Changes: "It starts faster.\nAnd more.", Signer: "The library"}
		case "older":
			offer.Version = "2026.1"
		}
		o.update.Offers = append(o.update.Offers, offer)
	}
	o.mu.Unlock()
	return o.ask("look")
}

func (o *fakeOffice) Install(bundle string, older bool) error {
	o.mu.Lock()
	o.update.Phase, o.update.Percent, o.update.Installing = "installed", 100, "2027.1"
	o.mu.Unlock()
	if older {
		o.update.Installing = "2026.1"
		bundle += " older"
	}
	return o.ask(bundle)
}

func (o *fakeOffice) Restart() error { return o.ask("restart") }
