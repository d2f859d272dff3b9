package recording

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lintel/firmware/thermal"
)

func TestY16Frames(t *testing.T) {
	want := visit(9, 8, 3)
	want[0].index, want[1].index, want[2].index = 17, 18, 21
	file, _ := y16Of(y16Json(9, 8, `,"model":"lepton","serial":"77"`), want...)
	frames, info, err := all(file, Config{})
	if err != nil || len(frames) != 3 {
		t.Fatalf("%d frames: %v", len(frames), err)
	}
	if diff := cmp.Diff(thermal.Info{
		Model: "lepton", Serial: "77", Width: 9, Height: 8, Rate: 9, Scale: thermal.CentiKelvin,
	}, info); diff != "" {
		t.Error(diff)
	}
	for i, f := range frames {
		w := thermal.Frame{
			Width: 9, Height: 8, Counts: want[i].counts,
			Sequence: []uint64{0, 1, 4}[i], Time: time.Duration(i) * time.Second / 8,
		}
		if diff := cmp.Diff(w, f); diff != "" {
			t.Errorf("frame %d: %s", i, diff)
		}
	}
}

// The host's clock is set while it records.
func TestY16ClockIsSet(t *testing.T) {
	frames := visit(8, 8, 5)
	for i, seconds := range []float64{1000, 1000.5, 990, 1778610934, 1778610934} {
		frames[i].seconds = seconds
	}
	file, _ := y16Of(strings.Replace(y16Json(8, 8, ""), "9.0", "10", 1), frames...)
	got, _, err := all(file, Config{})
	if err != nil {
		t.Fatal(err)
	}
	const ms = time.Millisecond
	for i, want := range []time.Duration{0, 500 * ms, 600 * ms, 700 * ms, 700 * ms} {
		if got[i].Time != want {
			t.Errorf("frame %d: %v, want %v", i, got[i].Time, want)
		}
	}
}

func TestY16Scale(t *testing.T) {
	for _, c := range []struct {
		unit   string
		config thermal.CountScale
		want   thermal.CountScale
		err    error
	}{
		{"kelvin_x100", 0, thermal.CentiKelvin, nil},
		{"kelvin_x100_if_radiometric_tlinear", thermal.Kelvin64, thermal.CentiKelvin, nil},
		{"kelvin_x64", 0, thermal.Kelvin64, nil},
		{"kelvin_x64", thermal.CentiKelvin, thermal.Kelvin64, nil},
		{"", thermal.Kelvin64, thermal.Kelvin64, nil},
		{"", thermal.CentiKelvin, thermal.CentiKelvin, nil},
		{"", 0, 0, ErrScaleUnknown},
		{"kelvin_x1000", thermal.CentiKelvin, 0, thermal.ErrNotRadiometric},
		{"raw_counts", thermal.CentiKelvin, 0, thermal.ErrNotRadiometric},
	} {
		counts := make([]uint16, 64)
		for i := range counts {
			counts[i] = uint16(c.want.Counts(30))
		}
		header := strings.Replace(y16Json(8, 8, ""), "kelvin_x100_if_radiometric_tlinear", c.unit, 1)
		file, _ := y16Of(header, y16Frame{counts: counts})
		_, info, err := all(file, Config{Scale: c.config})
		if info.Scale != c.want || !errors.Is(err, c.err) {
			t.Errorf("unit %q with %v: %v, %v", c.unit, c.config, info.Scale, err)
		}
	}
}
