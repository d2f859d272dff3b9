package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The readings of one visit agree with each other: the standard deviation of
// single frames is below 0.1 K (median over the annotated visits). Every frame
// says the whole budget, and the reference has no fault in any of the recordings.
func TestReadingsOnRecordings(t *testing.T) {
	files := fieldFiles(t)
	out, err := fieldEvents()
	if err != nil {
		t.Fatal(err)
	}
	type frame struct {
		Event     string
		Clip      string
		Frame     int
		Reference struct {
			OK     bool
			Fault  *string
			Budget any
		}
		Reading *struct {
			FrameC *float64 `json:"frame_c"`
			Budget any
		}
	}
	readings := map[string]map[int]float64{}
	measured := 0
	for line := range bytes.Lines(out) {
		var e frame
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatal(err)
		}
		if e.Event != "frame" {
			continue
		}
		if e.Reference.Fault != nil {
			t.Errorf("%s frame %d: %s", e.Clip, e.Frame, *e.Reference.Fault)
		}
		if e.Reference.OK {
			if wrong := budgets(e.Reference.Budget); wrong != "" {
				t.Fatalf("%s frame %d: %s", e.Clip, e.Frame, wrong)
			}
		}
		if r := e.Reading; r != nil && r.FrameC != nil {
			if wrong := budgets(r.Budget); wrong != "" {
				t.Fatalf("%s frame %d: %s", e.Clip, e.Frame, wrong)
			}
			if readings[e.Clip] == nil {
				readings[e.Clip] = map[int]float64{}
			}
			readings[e.Clip][e.Frame] = *r.FrameC
			measured++
		}
	}
	var deviations []float64
	for _, v := range annotatedVisits(t) {
		var values []float64
		for n := v.first; n <= v.last; n++ {
			if c, ok := readings[v.clip][n]; ok {
				values = append(values, c)
			}
		}
		if len(values) >= 3 {
			deviations = append(deviations, deviation(values))
		}
	}
	if len(deviations) < 10 {
		t.Fatalf("readings in %d visits of %d recordings", len(deviations), len(files))
	}
	slices.Sort(deviations)
	middle := deviations[len(deviations)/2]
	t.Logf("%d visits: standard deviation of the readings of a visit %.3f K (median), at most %.3f K; %d measured frames", len(deviations), middle, deviations[len(deviations)-1], measured)
	if middle > 0.1 {
		t.Errorf("the median standard deviation is %.3f K", middle)
	}
}

type annotatedVisit struct {
	clip        string
	first, last int
}

// annotatedVisits reads when the visits with a bare forehead were.
func annotatedVisits(t *testing.T) (visits []annotatedVisit) {
	t.Helper()
	file, err := os.Open(filepath.Join(dataFolder(t, "recordings"), "visits.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var clip struct {
			Clip   string
			Visits []struct {
				First, Last int
				Forehead    string
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &clip); err != nil {
			t.Fatal(err)
		}
		for _, v := range clip.Visits {
			if v.Forehead == "bare" {
				visits = append(visits, annotatedVisit{clip.Clip, v.First, v.Last})
			}
		}
	}
	return visits
}

func deviation(values []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return math.Sqrt(sum / float64(len(values)-1))
}
