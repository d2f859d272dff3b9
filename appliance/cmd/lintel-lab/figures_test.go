package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// bench names every stage of a frame's way, and none allocates. The recording is
// a plain one: reading a compressed one may allocate, for the inflater does.
func TestBench(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.y16")
	if err := os.WriteFile(path, unpacked(t, simulated(t, "normal", 45, nil)), 0o600); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(lab(t, "bench", "--json", "--set", "reference.temperature_c=37", path)) {
		var e struct {
			Event, Stage string
			P50          *float64 `json:"p50_us"`
			P95          *float64 `json:"p95_us"`
			P99          *float64 `json:"p99_us"`
			Allocs       *float64
		}
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if e.Event != "stage" || e.P50 == nil || e.P95 == nil || e.P99 == nil || e.Allocs == nil || seen[e.Stage] {
			t.Fatalf("not a stage: %s", line)
		}
		if *e.P50 < 0 || *e.P95 < *e.P50 || *e.P99 < *e.P95 {
			t.Errorf("the quantiles of %s contradict each other: %s", e.Stage, line)
		}
		if *e.Allocs != 0 {
			t.Errorf("%s allocates %v times a frame", e.Stage, *e.Allocs)
		}
		seen[e.Stage] = true
	}
	for _, stage := range []string{"read", "reference", "detect", "find", "measure", "screen", "show", "total"} {
		if !seen[stage] {
			t.Errorf("there is no stage %s", stage)
		}
	}
}

// Readings follow the truth, in rooms of 18, 25 and 32 degC, while the camera
// drifts and a flat-field correction settles: nothing pulls them toward normal,
// and the largest residual is half of the best that was published with a
// reference (0.12 K, doi 10.3390/s23188011).
func TestSweep(t *testing.T) {
	for _, args := range [][]string{
		{"--ambient", "18", "--step", "0.5"},
		{"--ambient", "25"},
		{"--ambient", "32", "--step", "0.5"},
		{"--from", "34", "--to", "42", "--step", "1", "--ambient", "17", "--seed", "7", "--ffc=false"},
	} {
		points, summaries := 0, 0
		last := 0.0
		for line := range bytes.Lines(lab(t, append([]string{"sweep", "--json"}, args...)...)) {
			var e struct {
				Event       string
				True        float64  `json:"true_c"`
				Read        float64  `json:"read_c"`
				U           float64  `json:"u_c"`
				Points      int      `json:"points"`
				Slope       *float64 `json:"slope"`
				Intercept   *float64 `json:"intercept"`
				MaxResidual *float64 `json:"max_residual_c"`
				Increasing  bool     `json:"increasing"`
			}
			if err := json.Unmarshal(line, &e); err != nil {
				t.Fatal(err)
			}
			switch e.Event {
			case "point":
				points++
				if e.Read <= last || e.U <= 0 {
					t.Errorf("%v: not above the point before (%v), or without uncertainty", e, last)
				}
				last = e.Read
			case "summary":
				summaries++
				if e.Slope == nil || e.Intercept == nil || e.MaxResidual == nil || e.Points != points {
					t.Fatalf("not a summary: %s", line)
				}
				t.Logf("%v: slope %v, largest residual %v K", args, *e.Slope, *e.MaxResidual)
				if *e.Slope < 0.995 || *e.Slope > 1.005 || *e.MaxResidual > 0.06 || !e.Increasing {
					t.Errorf("%v: slope %v, largest residual %v K, increasing %v; want 0.995 to 1.005 and 0.06", args, *e.Slope, *e.MaxResidual, e.Increasing)
				}
			default:
				t.Errorf("unknown event: %s", line)
			}
		}
		if points == 0 || summaries != 1 {
			t.Errorf("%v: %d points, %d summaries", args, points, summaries)
		}
	}
}
