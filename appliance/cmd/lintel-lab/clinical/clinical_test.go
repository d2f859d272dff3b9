package clinical_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lintel/appliance/cmd/lintel-lab/clinical"
	"lintel/appliance/policy"
	"lintel/appliance/policy/trial"
	"lintel/firmware/thermal"
)

func run(table string, site policy.Site, threshold thermal.Celsius) (string, error) {
	var out bytes.Buffer
	err := clinical.Run(context.Background(), strings.NewReader(table), site, threshold, &out)
	return out.String(), err
}

func TestEvents(t *testing.T) {
	const table = "SubjectID,T_FH_Max1,T_FH_Max2,T_Max1,aveOralM,aveOralF\n" +
		"p,34.5,35,36,36.8,\n" + // healthy, passes
		"q,36,,36.9,38,36\n" + // febrile, referred: monitor mode is the truth
		"r,35,35,,,37.5\n" + // febrile by fast mode, missed
		"s,36,36,,36.5,\n" + // healthy, referred
		"t,20,20,,38,\n" + // implausibly cold
		"u,,,36,37,\n" + // nothing read
		"v,36,,,,\n" // truth unknown
	got, err := run(table, policy.Forehead, 35.5)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"event":"subject","subject":"p","score":34.75,"verdict":"pass"}
{"event":"subject","subject":"q","score":36,"verdict":"refer"}
{"event":"subject","subject":"r","score":35,"verdict":"pass"}
{"event":"subject","subject":"s","score":36,"verdict":"refer"}
{"event":"subject","subject":"t","score":20,"verdict":"unmeasured"}
{"event":"subject","subject":"u","score":null,"verdict":"unmeasured"}
{"event":"subject","subject":"v","score":36,"verdict":"refer"}
{"event":"summary","n":7,"auc":0.4166666666666667,"sensitivity":0.5,"specificity":0.5,"threshold_c":35.5,"site":"forehead","fever":"oral temperature (aveOralM, else aveOralF) >= 37.5 degC","n_febrile":2,"n_healthy":2,"n_unmeasured":2,"discarded_cells":0,"n_without_room":7,"n_partial_pattern":0,"model_version":2,"model_sha256":"HASH","sensitivity_ci":[0.0945,0.9055],"specificity_ci":[0.0945,0.9055],"specificity_at_sensitivity_90":0,"threshold_at_sensitivity_90_c":20}
`
	model, _ := policy.Shipped(policy.Forehead)
	want = strings.Replace(want, "HASH", model.SHA256, 1)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestWithoutOralColumns(t *testing.T) {
	got, err := run("T_Max2,SubjectID\n37,a\n", policy.FaceMax, 0)
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.New(policy.Config{Site: policy.FaceMax})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"score":37,"verdict":"refer"`, `"n":1,"auc":null,"sensitivity":null,"specificity":null`,
		fmt.Sprintf(`"threshold_c":%v`, p.Threshold(policy.Room{})), `"sensitivity_ci":null`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		name, table string
		site        policy.Site
		threshold   thermal.Celsius
		want        error
	}{
		{"empty", "", policy.Forehead, 0, trial.ErrTable},
		{"broken number", "SubjectID,T_Max1\na,x\n", policy.FaceMax, 0, trial.ErrTable},
		{"other site's columns", "SubjectID,T_Max1\na,36\n", policy.Forehead, 0, trial.ErrNoReadings},
		{"no site", "SubjectID,T_Max1\na,36\n", policy.SiteUnknown, 0, policy.ErrSetting},
		{"threshold", "SubjectID,T_Max1\na,36\n", policy.FaceMax, 99, policy.ErrSetting},
	} {
		if got, err := run(c.table, c.site, c.threshold); !errors.Is(err, c.want) || got != "" {
			t.Errorf("%s: wrote %q, error %v, want %v", c.name, got, err, c.want)
		}
	}
}

func TestStopsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := clinical.Run(ctx, strings.NewReader("SubjectID,T_Max1\na,36\n"), policy.FaceMax, 0, io.Discard)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

type fullDisc struct{}

var errFull = errors.New("disc full")

func (fullDisc) Write([]byte) (int, error) { return 0, errFull }

func TestReportsAFullDisc(t *testing.T) {
	err := clinical.Run(context.Background(), strings.NewReader("SubjectID,T_Max1\na,36\n"), policy.FaceMax, 0, fullDisc{})
	if !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}

// TestScoreIgnoresTheTruth: whatever the oral columns say, subjects and
// verdicts stay the same; and a warmer reading scores higher.
func TestScoreIgnoresTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reading := rapid.Float64Range(30, 42).Draw(t, "reading")
		rise := rapid.Float64Range(0.01, 1).Draw(t, "rise")
		score := func(a, oral float64) float64 {
			got, err := run(fmt.Sprintf("SubjectID,T_FH_Max1,T_FH_Max2,aveOralM\na,%v,35,%v\n", a, oral), policy.Forehead, 0)
			if err != nil {
				t.Fatal(err)
			}
			var s clinical.Subject
			if err := json.Unmarshal([]byte(strings.SplitN(got, "\n", 2)[0]), &s); err != nil {
				t.Fatal(err)
			}
			return *s.Score
		}
		cold, hot := score(reading, 36), score(reading, 39)
		if cold != hot {
			t.Fatalf("the score %v became %v with another oral temperature", cold, hot)
		}
		if warmer := score(reading+rise, 36); warmer <= cold {
			t.Fatalf("%v K more gives %v after %v", rise, warmer, cold)
		}
	})
}

// TestStudy runs the real tables: what the summary says is what the policy
// ships for that camera.
func TestStudy(t *testing.T) {
	for camera, name := range []string{"flir", "ici"} {
		path := filepath.Join("..", "..", "..", "..", "..", "shared", "data", "clinical", name+"_dev.csv")
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			t.Skipf("SKIPPED: the clinical table was not scored: %s is not there", path)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, site := range policy.Sites() {
			got, err := run(string(text), site, 0)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSpace(got), "\n")
			var s clinical.Summary
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &s); err != nil {
				t.Fatal(err)
			}
			m, _ := policy.Shipped(site)
			i, _ := m.With.Choose(policy.DefaultSensitivity)
			e, point := m.With.Cameras[camera], m.With.Points[i]
			if s.N != len(lines)-1 || s.Febrile != e.Febrile[0] || s.Healthy != e.Healthy[0] || s.Unmeasured != 0 ||
				math.Abs(*s.AUC-e.AUC) > 5e-5 ||
				math.Abs(*s.Sensitivity-float64(point.Caught[camera][0])/float64(e.Febrile[0])) > 1e-12 ||
				math.Abs(*s.Specificity-float64(point.Cleared[camera][0])/float64(e.Healthy[0])) > 1e-12 {
				t.Errorf("%s, %v: summary %s, evidence %+v", name, site, lines[len(lines)-1], e)
			}
		}
	}
}
