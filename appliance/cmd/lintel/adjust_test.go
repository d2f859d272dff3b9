package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lintel/appliance/config"
	"lintel/firmware/thermal"
	"lintel/ui/staff"
)

// fixedClock is a clock that was set.
type fixedClock struct{ time.Time }

func (c fixedClock) Now() time.Time      { return c.Time }
func (c fixedClock) Known() bool         { return true }
func (c fixedClock) Set(time.Time) error { return nil }

// adjustable is a kiosk that the owner configured for a reference of 37 degC.
func adjustable(t *testing.T) (*installer, *config.Config) {
	t.Helper()
	o := &runOptions{}
	o.settings.Kiosk = true
	c := config.Default()
	c.State.Dir = filepath.Join(t.TempDir(), "state")
	c.Reference.TemperatureC = 37
	owners := c
	i := &installer{
		cfg: &c, owners: owners, own: config.Own{}, options: o, clock: fixedClock{time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)},
		seat: &seat{again: make(chan func(), 1)}, info: thermal.Info{Width: 160, Height: 120, Rate: 9, Scale: thermal.CentiKelvin},
	}
	return i, &c
}

func TestAdjust(t *testing.T) {
	i, c := adjustable(t)
	word, turn := func(s string) *string { return &s }, 90
	record := filepath.Join(c.State.Dir, "commissioning.json")
	if err := os.MkdirAll(c.State.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(record, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := i.Adjust(staff.Adjustment{Rotate: &turn, Temperature: word("36.85"), Serial: word("BB-07"), Expires: word("2027-03-31")}); err != nil {
		t.Fatal(err)
	}
	// The loop makes the change, when it is between two frames.
	if c.Camera.Rotate != 0 {
		t.Error("the settings changed under the frame loop")
	}
	(<-i.seat.again)()
	if c.Camera.Rotate != 90 || c.Reference.TemperatureC != 36.85 || c.Reference.Serial != "BB-07" {
		t.Errorf("the kiosk is set to %d degrees, %g degC, %q", c.Camera.Rotate, c.Reference.TemperatureC, c.Reference.Serial)
	}
	if _, err := os.Stat(record); err == nil {
		t.Error("the record of another reference holds on")
	}
	if _, err := os.Stat(filepath.Join(c.State.Dir, asideName)); err != nil {
		t.Errorf("the record was not set aside: %v", err)
	}
	want := []staff.Setting{
		{Key: "camera.rotate", Value: "90", Owner: "0"},
		{Key: "reference.temperature_c", Value: "36.85", Owner: "37"},
		{Key: "reference.serial", Value: `"BB-07"`},
		{Key: "reference.expires", Value: `"2027-03-31"`},
	}
	if diff := cmp.Diff(want, i.Settings()); diff != "" {
		t.Errorf("what staff see of it (-want +got):\n%s", diff)
	}
	if own, err := config.LoadOwn(c.State.Dir); err != nil || len(own) != 4 {
		t.Errorf("the next start finds %v (%v)", own, err)
	}
	if err := i.Adjust(staff.Adjustment{Reset: true}); err != nil {
		t.Fatal(err)
	}
	(<-i.seat.again)()
	if len(i.Settings()) != 0 || c.Reference.TemperatureC != 37 || c.Camera.Rotate != 0 {
		t.Errorf("after going back the kiosk has %v, %g degC", i.Settings(), c.Reference.TemperatureC)
	}
}

// What a kiosk could not start with is refused, by the name of the entry, and
// changes nothing.
func TestAdjustRefuses(t *testing.T) {
	i, c := adjustable(t)
	word := func(s string) *string { return &s }
	turn := 45
	for name, a := range map[string]staff.Adjustment{
		"rotate":      {Rotate: &turn},
		"temperature": {Temperature: word("80")},
		"uncertainty": {Uncertainty: word("NaN")},
		"emissivity":  {Emissivity: word("1.2")},
		"expires":     {Expires: word("2026-11-19")},
	} {
		err := i.Adjust(a)
		bad := new(staff.EntryError)
		if !errors.As(err, &bad) || bad.Name != name || !errors.Is(err, staff.ErrEntry) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := i.Adjust(staff.Adjustment{Temperature: word("warm")}); err == nil || !strings.Contains(err.Error(), "temperature") {
		t.Errorf("a word for a number: %v", err)
	}
	if _, err := os.Stat(c.State.Dir); err == nil || len(i.seat.again) != 0 {
		t.Error("a refused entry left something behind")
	}
}
