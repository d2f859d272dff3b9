package main

import (
	"slices"
	"testing"

	"lintel/appliance/cmd/lintel-lab/stress"
)

// The shipped network under stress, a few scenes a row: who should be measured
// mostly may be, and nothing but skin is measured. MODEL.md has the whole table.
func TestStress(t *testing.T) {
	if paintEvery > 1 {
		t.Skip("skipped: one goroutine, and slow under the race detector")
	}
	net, err := (&pipeline{}).detector()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = net.Close() }()
	rows := slices.DeleteFunc(stress.Rows(), func(r stress.Row) bool {
		return r.Group == "resolution" || r.Group == "scene"
	})
	report, err := stress.Run(t.Context(), stress.Config{Detector: net, Scenes: 5, Seed: 20001, Rows: rows})
	if err != nil {
		t.Fatal(err)
	}
	var usable stress.Share
	noSkin, scenes := 0, 0
	for i := range report.Rows {
		r := &report.Rows[i]
		noSkin += r.NoForehead + r.OffSkin
		scenes += r.Scenes
		if r.Row != "36 degC" {
			usable.N += r.Usable.N
			usable.Of += r.Usable.Of
		}
		// Where nothing covers a forehead, there is nothing to be taken for one.
		// In warm rooms shorn hair is as warm as skin.
		cool := slices.Contains([]string{"10 degC", "14 degC", "18 degC", "22 degC", "26 degC"}, r.Row)
		if bare := r.Group == "size" || r.Row == "none" || r.Row == "nobody"; (bare || cool) && r.Wrong() > 0 {
			t.Errorf("%s: %s: %d of %d scenes are used wrongly: %v", r.Group, r.Row, r.Wrong(), r.Scenes, r.Worst)
		}
	}
	if float64(usable.N) < 0.8*float64(usable.Of) || usable.Of < 80 {
		t.Errorf("%v of those who should be measured may be, want 0.8", usable)
	}
	if noSkin*20 > scenes {
		t.Errorf("in %d of %d scenes something is measured that is no skin, want at most 1 in 20", noSkin, scenes)
	}
}
