package policy_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lintel/appliance/policy"
	"lintel/appliance/policy/trial"
)

// TestShippedTableIsFitted fits again and wants the very same table.
func TestShippedTableIsFitted(t *testing.T) {
	var cameras []trial.Camera
	for _, name := range []string{"flir", "ici"} {
		path := filepath.Join("..", "..", "..", "shared", "data", "clinical", name+"_dev.csv")
		f, err := os.Open(path)
		if os.IsNotExist(err) {
			t.Skipf("SKIPPED: the shipped thresholds were not checked against the clinical table: %s is not there", path)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		table, err := trial.Read(f)
		if err != nil {
			t.Fatal(err)
		}
		cameras = append(cameras, trial.Camera{Name: name, Table: table})
	}
	for _, site := range policy.Sites() {
		want, err := trial.Fit(site, cameras)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := policy.Shipped(site)
		// The table is written with four decimals.
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.00005001)); diff != "" {
			t.Errorf("%v: fitted and shipped differ; run the command in the package comment:\n%s", site, diff)
		}
	}
}

// TestShippedTableIsPlausible holds without the data: the operating point
// keeps its 90 %, and full-face readings separate far better, as published
// (doi 10.1117/1.JBO.25.9.097002: AUC 0.86-0.87 and 0.95-0.97).
func TestShippedTableIsPlausible(t *testing.T) {
	bounds := map[policy.Site][2]float64{policy.Forehead: {0.84, 0.90}, policy.FaceMax: {0.94, 0.99}}
	for _, site := range policy.Sites() {
		e, _ := policy.Shipped(site)
		if got := e.Sensitivity(); got.Value < trial.Wanted || got.Low > got.Value || got.High < got.Value {
			t.Errorf("%v: sensitivity %+v", site, got)
		}
		for _, c := range e.Cameras {
			if c.AUC < bounds[site][0] || c.AUC > bounds[site][1] {
				t.Errorf("%v, %s: AUC %v outside %v", site, c.Camera, c.AUC, bounds[site])
			}
			if c.Caught > c.Febrile || c.Cleared > c.Healthy {
				t.Errorf("%v: %+v", site, c)
			}
		}
		if got, want := e.HealthyReferred(), 100*(1-e.Specificity().Value); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v of 100 healthy are referred, want %v", site, got, want)
		}
	}
}

// TestWilson uses the worked values of Newcombe, Statistics in Medicine 17,
// 1998, p. 857, table I (method 3).
func TestWilson(t *testing.T) {
	for _, c := range []struct{ hits, n, low, high float64 }{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
	} {
		got := policy.Wilson(c.hits/c.n, c.n)
		if math.Abs(got.Low-c.low) > 5e-5 || math.Abs(got.High-c.high) > 5e-5 {
			t.Errorf("Wilson(%v/%v) = %+v, want %v to %v", c.hits, c.n, got, c.low, c.high)
		}
	}
	if got := policy.Wilson(0, 0); !math.IsNaN(got.Value) || got.Low != 0 || got.High != 1 {
		t.Errorf("Wilson of nobody = %+v", got)
	}
	if got := (policy.Evidence{}).Specificity(); !math.IsNaN(got.Value) {
		t.Errorf("no evidence has a specificity of %+v", got)
	}
}
