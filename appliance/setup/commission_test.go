package setup

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lintel/appliance/config"
	"lintel/appliance/kiosk/kiosktest"
	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
)

// commission returns the signed record of a simulated kiosk.
func commission(t *testing.T, c *config.Config) *commissioning.Record {
	t.Helper()
	stage, err := kiosktest.Open("normal", 120)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	r, err := Commission(t.Context(), c, stage, Commissioning{Frames: 1000})
	if err != nil {
		t.Fatal(err)
	}
	sign(t, r)
	return r
}

func sign(t *testing.T, r *commissioning.Record) {
	t.Helper()
	if err := r.SignOff(commissioning.RoleTechnician, calibration.Date{Year: 2026, Month: 11, Day: 20}); err != nil {
		t.Fatal(err)
	}
}

// replay shows a visitor to a kiosk with that record.
func replay(t *testing.T, c *config.Config, r *commissioning.Record) (*outcome, error) {
	t.Helper()
	stage, err := kiosktest.Open("normal", 60)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	o := &outcome{}
	k, err := Kiosk(c, stage, stage, r, Outputs{Screen: o, Tally: o, Observer: o})
	if err != nil {
		return nil, err
	}
	return o, k.Run(t.Context())
}

// A kiosk measures with the reference where it was commissioned, and with none
// elsewhere or of another offset.
func TestRecordIsApplied(t *testing.T) {
	c := settings(t)
	r := commission(t, c)
	o, err := replay(t, c, r)
	if err != nil || !slices.Equal(o.ended, []string{"pass"}) {
		t.Errorf("as commissioned: %+v, %v", o, err)
	}
	for name, change := range map[string]func(r *commissioning.Reference){
		"place":  func(r *commissioning.Reference) { r.Place[0] = 120 - r.Place[0] },
		"offset": func(r *commissioning.Reference) { r.OffsetK += 4 },
	} {
		other := *r
		change(&other.Reference)
		o, err := replay(t, c, &other)
		if err != nil || len(o.ended) != 0 || len(o.faults) == 0 {
			t.Errorf("another %s: %+v, %v", name, o, err)
		}
	}
}

func TestRecordOfAnotherKiosk(t *testing.T) {
	c := settings(t)
	r := commission(t, c)
	if _, err := replay(t, settings(t, "reference.temperature_c=36"), r); !errors.Is(err, ErrOtherReference) {
		t.Errorf("another reference: %v", err)
	}
	other := *r
	other.Camera.Serial = "7"
	if _, err := replay(t, c, &other); !errors.Is(err, commissioning.ErrOtherCamera) {
		t.Errorf("another camera: %v", err)
	}
}

func TestRecordIsKept(t *testing.T) {
	c := settings(t, "state.dir="+t.TempDir()+"/state")
	if r, err := LoadRecord(c); r != nil || err != nil {
		t.Errorf("without a record: %v, %v", r, err)
	}
	r := commission(t, c)
	for range 2 { // the second replaces the first
		if err := SaveRecord(c, r); err != nil {
			t.Fatal(err)
		}
	}
	back, err := LoadRecord(c)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, back); d != "" {
		t.Error(d)
	}
	if files, err := os.ReadDir(c.State.Dir); err != nil || len(files) != 1 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
	r.Reference.OffsetK++
	if err := SaveRecord(c, r); !errors.Is(err, commissioning.ErrChanged) {
		t.Errorf("a changed record was saved: %v", err)
	}
	if err := os.WriteFile(RecordPath(c), []byte(`{"version": 1`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadRecord(c); !errors.Is(err, commissioning.ErrRecord) {
		t.Errorf("a damaged record: %v", err)
	}
}

func TestCommissionRefused(t *testing.T) {
	for scene, want := range map[string]error{"no-reference": commissioning.ErrUnsettled, "reference-moves": commissioning.ErrUnsettled} {
		stage, err := kiosktest.Open(scene, 150)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := Commission(t.Context(), settings(t), stage, Commissioning{Frames: 1000}); r != nil || !errors.Is(err, want) {
			t.Errorf("%s: %v, %v", scene, r, err)
		}
		_ = stage.Close()
	}
}

// A camera that says that it was switched on a moment ago is not commissioned.
func TestCommissionNeedsAWarmCamera(t *testing.T) {
	c := settings(t, "camera.warm_up_s=1800")
	stage, err := kiosktest.Open("normal", 120)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stage.Close() }()
	on := func(uptime time.Duration) error {
		_, err := Commission(t.Context(), c, uptimeOf{stage, uptime}, Commissioning{Frames: 1000})
		return err
	}
	if err := on(29 * time.Minute); !errors.Is(err, ErrCold) {
		t.Errorf("on for 29 minutes: %v", err)
	}
	if err := on(31 * time.Minute); err != nil {
		t.Errorf("on for 31 minutes: %v", err)
	}
}

// uptimeOf is a source whose camera tells how long it has been on.
type uptimeOf struct {
	thermal.Source
	uptime time.Duration
}

func (u uptimeOf) Next(ctx context.Context, f *thermal.Frame) error {
	err := u.Source.Next(ctx, f)
	f.Telemetry.HasUptime, f.Telemetry.Uptime = true, u.uptime
	return err
}
