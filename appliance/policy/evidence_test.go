package policy_test

import (
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"lintel/appliance/policy"
	"lintel/appliance/policy/trial"
	"lintel/firmware/thermal"
)

func study(t *testing.T) []trial.Camera {
	t.Helper()
	var cameras []trial.Camera
	for _, name := range []string{"flir", "ici"} {
		path := filepath.Join("..", "..", "..", "shared", "data", "clinical", name+"_dev.csv")
		f, err := os.Open(path)
		if os.IsNotExist(err) {
			t.Skipf("SKIPPED: the shipped models were not checked against the clinical table: %s is not there", path)
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
	return cameras
}

// bounds are what is asked of a site, by camera: area under the curve in
// cross-validation by subject, and specificity at a sensitivity of 90 %.
// Published for forehead maximum and full face: 0.86-0.87 and 0.95-0.97 (doi
// 10.1117/1.JBO.25.9.097002).
var bounds = map[policy.Site][2]struct{ auc, specificity float64 }{
	policy.Forehead: {{0.865, 0.49}, {0.870, 0.35}},
	policy.FaceMax:  {{0.970, 0.90}, {0.980, 0.90}},
}

// TestModelsKeepTheirBounds works on the study's subjects.
func TestModelsKeepTheirBounds(t *testing.T) {
	cameras := study(t)
	for _, site := range policy.Sites() {
		m, _ := policy.Shipped(site)
		for k, c := range cameras {
			want := bounds[site][k]
			if got := m.With.Cameras[k].HeldOutAUC; got < want.auc {
				t.Errorf("%v, %s: AUC %v, want %v", site, c.Name, got, want.auc)
			}
			scores := c.Table.Scores(m)
			threshold, err := trial.OperatingPoint([]trial.Scores{scores}, 0.9)
			if err != nil {
				t.Fatal(err)
			}
			if got := scores.Specificity(threshold); got < want.specificity {
				t.Errorf("%v, %s: specificity %v at 90 %% sensitivity, want %v", site, c.Name, got, want.specificity)
			}
			other := cameras[1-k]
			across, err := trial.Transfer(site, other, c)
			if err != nil {
				t.Fatal(err)
			}
			if own := scores.AUC(); across < own-0.01 {
				t.Errorf("%v fitted on %s: AUC %v on %s, %v of its own", site, other.Name, across, c.Name, own)
			}
		}
	}
}

// TestHeldOutFiguresAreWithinTheirIntervals: what is stated of the default
// operating point holds on people it was not fitted on.
func TestHeldOutFiguresAreWithinTheirIntervals(t *testing.T) {
	for _, site := range policy.Sites() {
		m, _ := policy.Shipped(site)
		for name, c := range map[string]policy.Curve{"room known": m.With, "room unknown": m.Without} {
			i, ok := c.Choose(policy.DefaultSensitivity)
			if !ok {
				t.Fatalf("%v, %s: no default", site, name)
			}
			e := c.At(i, policy.Fever375)
			for _, f := range []struct {
				what string
				held float64
				p    policy.Proportion
			}{{"sensitivity", c.HeldOutSensitivity, e.Sensitivity}, {"specificity", c.HeldOutSpecificity, e.Specificity}} {
				if f.held < f.p.Low || f.held > f.p.High {
					t.Errorf("%v, %s: %s %v on held-out folds, stated %+v", site, name, f.what, f.held, f.p)
				}
			}
		}
	}
}

func TestCurvesAreInOrder(t *testing.T) {
	for _, site := range policy.Sites() {
		m, _ := policy.Shipped(site)
		if m.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte(m.Text()))) {
			t.Errorf("%v: the hash is not that of the model", site)
		}
		for _, c := range []policy.Curve{m.With, m.Without} {
			for i := range c.Points {
				for _, fever := range policy.Fevers() {
					e := c.At(i, fever)
					if i > 0 {
						last := c.At(i-1, fever)
						if e.Threshold <= last.Threshold || e.Sensitivity.Value > last.Sensitivity.Value || e.Specificity.Value < last.Specificity.Value {
							t.Errorf("%v: %+v follows %+v", site, e, last)
						}
					}
					if got, want := e.Referred(), 100*(1-e.Specificity.Value); math.Abs(got-want) > 1e-9 {
						t.Errorf("%v of 100 are referred, want %v", got, want)
					}
				}
			}
			for percent := 60; percent <= 99; percent++ {
				want := float64(percent) / 100
				i, ok := c.Choose(want)
				if !ok || c.At(i, policy.Fever375).Sensitivity.Value < want {
					t.Errorf("%v: a sensitivity of %v is not reached", site, want)
				}
			}
			if i, ok := c.Near(c.Points[3].Threshold.Add(0.005)); !ok || i != 3 {
				t.Errorf("near point 3 is %d, %v", i, ok)
			}
			for _, far := range []thermal.Celsius{30, 41} {
				if _, ok := c.Near(far); ok {
					t.Errorf("%v degC is on the table", far)
				}
			}
		}
	}
}

// TestPredictive works an example by hand: of 1,000 visitors 10 have fever, 9
// are caught; of 990 without, 99 are referred.
func TestPredictive(t *testing.T) {
	e := policy.Evidence{Sensitivity: policy.Proportion{Value: 0.9}, Specificity: policy.Proportion{Value: 0.9}}
	positive, negative := e.Predictive(0.01)
	if math.Abs(positive-9.0/108) > 1e-12 || math.Abs(negative-891.0/892) > 1e-12 {
		t.Errorf("predictive values %v and %v", positive, negative)
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
}
