package policy_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"lintel/appliance/policy"
)

// TestReport: the report says what the table says, choosing a row by its
// sensitivity leads to that row, and all of it can be written as JSON.
func TestReport(t *testing.T) {
	warm, err := policy.NewRoom(26)
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range policy.Sites() {
		for _, room := range []policy.Room{{}, warm} {
			p := newPolicy(t, policy.Config{Site: site})
			r := p.Report(room, 0.01)
			if (r.RoomC != nil) != room.Known() || r.Site != site.String() || len(r.Sites) != len(policy.Sites()) {
				t.Fatalf("%v: report %+v", site, r)
			}
			for _, s := range r.Sites {
				if (s.Set != nil) != (s.Site == r.Site) || (s.ScoreC != nil) != (s.Site == r.Site) {
					t.Errorf("%v: set, score %v, %v of %v", site, s.Set, s.ScoreC, s.Site)
				}
				if s.Set != nil && (*s.Set != s.Default || s.Rows[*s.Set].ScoreC != *s.ScoreC || s.Rows[*s.Set].ReadingC != *s.ReadingC) {
					t.Errorf("%v: the default is row %d, set is %d, %v and %v degC", site, s.Default, *s.Set, *s.ScoreC, *s.ReadingC)
				}
			}
			if text, err := json.Marshal(r); err != nil || !strings.Contains(string(text), `"referred_of_100_healthy"`) {
				t.Errorf("%v: %v", site, err)
			}
		}
	}
}

func TestChoosingARowByItsSensitivity(t *testing.T) {
	for _, site := range policy.Sites() {
		p := newPolicy(t, policy.Config{Site: site})
		for _, s := range p.Report(policy.Room{}, 0.05).Sites {
			if s.Site != site.String() {
				continue
			}
			for i, row := range s.Rows {
				chosen := newPolicy(t, policy.Config{Site: site, Sensitivity: row.Choose}).Report(policy.Room{}, 0.05)
				for _, c := range chosen.Sites {
					if c.Site == s.Site && (c.Set == nil || c.Rows[*c.Set].Choose < row.Choose) {
						t.Errorf("%v, row %d: choosing %v leads to %v", site, i, row.Choose, c.Set)
					}
				}
				f := row.Fevers[0]
				want := 0.05 * f.Sensitivity.Value / (0.05*f.Sensitivity.Value + 0.95*(1-f.Specificity.Value))
				if math.Abs(*f.FeverIfReferred-want) > 1e-12 {
					t.Errorf("%v, row %d: fever if referred %v, want %v", site, i, *f.FeverIfReferred, want)
				}
			}
		}
	}
}

// TestReportOfAThresholdOffTheTable claims nothing for it.
func TestReportOfAThresholdOffTheTable(t *testing.T) {
	p := newPolicy(t, policy.Config{Site: policy.Forehead, Threshold: 38.5})
	for _, s := range p.Report(policy.Room{}, 0.01).Sites {
		if s.Set != nil {
			t.Errorf("%v: a threshold of 38.5 is row %d", s.Site, *s.Set)
		}
	}
	if r := p.Report(policy.Room{}, math.NaN()); r.Sites[0].Rows[0].Fevers[0].FeverIfReferred != nil {
		t.Error("a prevalence that is no number gives a predictive value")
	}
}
