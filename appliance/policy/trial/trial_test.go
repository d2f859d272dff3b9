package trial_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"lintel/appliance/policy"
	"lintel/appliance/policy/trial"
)

func read(t *testing.T, text string) *trial.Table {
	t.Helper()
	table, err := trial.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// reading is the subject's by the maximum alone.
func reading(s *trial.Subject, site policy.Site) float64 {
	return s.Reading(&policy.Model{Site: site, Weights: policy.Weights{policy.Maximum: 1}})
}

func TestReadAndScore(t *testing.T) {
	table := read(t, "\ufeffaveOralF,SubjectID,T_FH_Max1,T_FH_Max2,T_FH_Max4,T_Max1,T_Max4,aveOralM,Distance,Humidity\r\n"+
		"37.0,a,35.0,,36.0,35.5,39.0,37.6,79,3021.1\r\n"+
		"37.5,b,,,,36.5,NaN,,0.8,\r\n"+
		"99,c,350,34.0,,,,,0.8,30\r\n")
	nan := math.NaN()
	for i, want := range []struct {
		id                   string
		forehead, face, oral float64
	}{
		{"a", 35.5, 35.5, 37.6}, // round 4 of the face is not used
		{"b", nan, 36.5, 37.5},  // fast mode where monitor mode is blank
		{"c", 34.0, nan, nan},   // typing errors count as blank
	} {
		s := &table.Subjects[i]
		got := []float64{reading(s, policy.Forehead), reading(s, policy.FaceMax), s.Oral()}
		if !slices.EqualFunc(got, []float64{want.forehead, want.face, want.oral}, same) || s.ID != want.id {
			t.Errorf("subject %s: forehead, face, oral = %v, want %+v", s.ID, got, want)
		}
	}
	if table.Discarded != 2 {
		t.Errorf("%d cells discarded, want 2", table.Discarded)
	}
	if table.Has(policy.SiteUnknown) || !table.Has(policy.Forehead) || !table.Has(policy.FaceMax) {
		t.Error("Has is wrong")
	}
	if !math.IsNaN(reading(&table.Subjects[0], policy.SiteUnknown)) {
		t.Error("an unknown site has a reading")
	}
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

func TestReadRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"empty":               {"", "the file is empty"},
		"header alone":        {"SubjectID,T_Max1\n", "no row"},
		"no subject":          {"T_Max1\n35\n", "column SubjectID is missing"},
		"no readings":         {"SubjectID,aveOralM\na,37\n", "T_FH_Max1 to T_FH_Max4"},
		"only the last round": {"SubjectID,T_Max4\na,37\n", "T_Max1 to T_Max3"},
		"broken number":       {"SubjectID,T_Max1\na,35\nb,3x\n", `line 3, column T_Max1: "3x" is not a number`},
		"broken oral":         {"SubjectID,T_Max1,aveOralM\na,35,hot\n", "line 2, column aveOralM"},
		"ragged row":          {"SubjectID,T_Max1\na,35\nb\n", "line 3: wrong number of fields"},
		"stray quote":         {"SubjectID,T_Max1\na,\"35\nb,36\n", "line"},
		"column twice":        {"SubjectID,T_Max1,T_Max1\na,35,36\n", `"T_Max1" is there twice`},
		"Fahrenheit":          {"SubjectID,T_Max1,T_atm\na,35,75\nb,36,74\n", "column T_atm: 2 of 2 numbers are outside 15 to 35 degC"},
		"kelvin":              {"SubjectID,T_Max1\na,308\nb,309\n", "column T_Max1"},
		"semicolons":          {"SubjectID;T_Max1\na;35\n", "separated by something else than commas"},
		"a third Fahrenheit":  {"SubjectID,T_Max1\n" + strings.Repeat("a,35\nb,96\nc,36\n", 11), "column T_Max1: 11 of 33 numbers"},
		"infinite":            {"SubjectID,T_Max1\na,inf\nb,1e308\n", "column T_Max1: 2 of 2 numbers"},
		"binary":              {"\x00\x01\x02\xff\n", "column SubjectID is missing"},
		"unit in the name":    {"SubjectID,T_FH_Max1_F\na,95\n", "there is none of the columns"},
		"blank subject":       {"SubjectID,T_Max1\n ,35\n", "line 2: the SubjectID is blank"},
	} {
		_, err := trial.Read(strings.NewReader(c.text))
		if !errors.Is(err, trial.ErrTable) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		}
	}
	broken := errors.New("disc fell out")
	if _, err := trial.Read(iotest.ErrReader(broken)); !errors.Is(err, broken) || errors.Is(err, trial.ErrTable) {
		t.Errorf("a read error became %v", err)
	}
}

// TestColumnsWithoutNumbersAreNone: what is blank all the way down is as good as
// missing.
func TestColumnsWithoutNumbersAreNone(t *testing.T) {
	table := read(t, "SubjectID,T_FH_Max1,T_Max1\na,,36\nb,NaN,35\n")
	if table.Has(policy.Forehead) || !table.Has(policy.FaceMax) {
		t.Error("a column without a number counts as one")
	}
	part := read(t, "SubjectID,T_FHC_Max1,T_FHTC2\na,34.5,\nb,,34\n")
	if !part.Has(policy.Forehead) {
		t.Error("a part of the pattern is no forehead")
	}
	m, _ := policy.Shipped(policy.Forehead)
	for i, want := range []float64{34.5 + float64(m.CentreShift), 34 + float64(m.SpotShift)} {
		if s := &part.Subjects[i]; math.Abs(s.Reading(&m)-want) > 1e-9 || s.Whole(&m) {
			t.Errorf("subject %d reads %v, whole %v, want %v", i, s.Reading(&m), s.Whole(&m), want)
		}
	}
}

func TestROC(t *testing.T) {
	// Pairs: 37 beats all three, 36 beats two and ties none, 35 ties one of
	// three and beats one: (3 + 2 + 1.5) / 9.
	s := trial.Scores{Febrile: []float64{35, 36, 37}, Healthy: []float64{34, 35, 36.5}}
	if got, want := s.AUC(), 6.5/9; math.Abs(got-want) > 1e-15 {
		t.Errorf("AUC = %v, want %v", got, want)
	}
	if s.Caught(36) != 2 || s.Cleared(36) != 2 || s.Cleared(35) != 1 {
		t.Errorf("at 36: %d caught, %d cleared; at 35: %d cleared", s.Caught(36), s.Cleared(36), s.Cleared(35))
	}
	if !math.IsNaN((trial.Scores{}).AUC()) {
		t.Error("nobody has an AUC")
	}
}

func TestAUCProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(rapid.IntRange(0, 8), 1, 30)
		draw := func(name string) []float64 {
			var out []float64
			for _, v := range few.Draw(t, name) {
				out = append(out, float64(v))
			}
			slices.Sort(out)
			return out
		}
		s := trial.Scores{Febrile: draw("febrile"), Healthy: draw("healthy")}
		var pairs float64
		for _, f := range s.Febrile {
			for _, h := range s.Healthy {
				switch {
				case f > h:
					pairs++
				case f == h:
					pairs += 0.5
				}
			}
		}
		want := pairs / float64(len(s.Febrile)*len(s.Healthy))
		if math.Abs(s.AUC()-want) > 1e-12 {
			t.Fatalf("AUC = %v, pair by pair %v", s.AUC(), want)
		}
		turned := trial.Scores{Febrile: s.Healthy, Healthy: s.Febrile}
		if math.Abs(s.AUC()+turned.AUC()-1) > 1e-12 {
			t.Fatalf("AUC %v and turned %v", s.AUC(), turned.AUC())
		}
	})
}

func TestOperatingPoint(t *testing.T) {
	var febrile []float64
	for i := range 10 {
		febrile = append(febrile, 36+float64(i)/10)
	}
	s := trial.Scores{Febrile: febrile, Healthy: []float64{35, 36.05}}
	for _, c := range []struct{ want, threshold float64 }{{1, 36}, {0.9, 36.1}, {0.5, 36.5}} {
		got, err := trial.OperatingPoint([]trial.Scores{s}, c.want)
		if err != nil || math.Abs(got-c.threshold) > 1e-9 {
			t.Errorf("OperatingPoint(%v) = %v, %v; want %v", c.want, got, err, c.threshold)
		}
	}
	for _, none := range [][]trial.Scores{nil, {{}}, {{Febrile: febrile}}, {{Healthy: febrile}}} {
		if _, err := trial.OperatingPoint(none, 0.9); !errors.Is(err, trial.ErrNoTruth) {
			t.Errorf("%v: error %v", none, err)
		}
	}
	if _, err := trial.OperatingPoint([]trial.Scores{s}, 1.5); err == nil {
		t.Error("a sensitivity of 1.5 is reached")
	}
}

func TestOperatingPointKeepsItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		temperatures := rapid.SliceOfN(rapid.Float64Range(33, 40), 1, 40)
		cameras := make([]trial.Scores, rapid.IntRange(1, 3).Draw(t, "cameras"))
		for i := range cameras {
			cameras[i] = trial.Scores{Febrile: temperatures.Draw(t, "febrile"), Healthy: temperatures.Draw(t, "healthy")}
			slices.Sort(cameras[i].Febrile)
			slices.Sort(cameras[i].Healthy)
		}
		want := rapid.Float64Range(0.05, 1).Draw(t, "want")
		threshold, err := trial.OperatingPoint(cameras, want)
		if err != nil {
			t.Fatal(err)
		}
		var mean float64
		for _, c := range cameras {
			mean += c.Sensitivity(threshold) / float64(len(cameras))
		}
		if mean < want-1e-9 {
			t.Fatalf("at %v the sensitivity is %v, want %v", threshold, mean, want)
		}
	})
}

// study makes a camera whose foreheads follow oral temperature and room.
func study(t *testing.T, slope float64, rooms string) trial.Camera {
	t.Helper()
	var text strings.Builder
	text.WriteString("SubjectID,T_FH_Max1,aveOralM" + rooms + "\n")
	for i := range 400 {
		oral, room := 36.5+float64(i%20)/10, 20+float64(i%9)
		fmt.Fprintf(&text, "%d,%.3f,%.2f", i, oral-1.5+float64(i%7)/10+slope*(room-24), oral)
		if rooms != "" {
			fmt.Fprintf(&text, ",%.1f", room)
		}
		text.WriteString("\n")
	}
	return trial.Camera{Name: "x", Table: read(t, text.String())}
}

func TestFit(t *testing.T) {
	cameras := []trial.Camera{study(t, 0.12, ",T_atm")}
	m, err := trial.Fit(policy.Forehead, cameras)
	if err != nil {
		t.Fatal(err)
	}
	again, err := trial.Fit(policy.Forehead, cameras)
	if err != nil || m.Text() != again.Text() {
		t.Errorf("two fits differ: %s and %s, %v", m.Text(), again.Text(), err)
	}
	if math.Abs(m.RoomSlope-0.12) > 0.01 {
		t.Errorf("room slope %v, want 0.12", m.RoomSlope)
	}
	if with, without := m.With.Cameras[0].AUC, m.Without.Cameras[0].AUC; with <= without {
		t.Errorf("AUC with the room %v, without %v", with, without)
	}
	if _, err := trial.Fit(policy.FaceMax, cameras); !errors.Is(err, trial.ErrNoReadings) {
		t.Errorf("fitting a site that is not there: %v", err)
	}
	if _, err := trial.Fit(policy.Forehead, []trial.Camera{study(t, 0, "")}); !errors.Is(err, trial.ErrNoRooms) {
		t.Errorf("fitting without rooms: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("SubjectID,T_FH_Max1,T_Max1,aveOralM\na,35,36,37.5\nb,,,\n"))
	f.Add([]byte("\ufeffSubjectID,T_Max2\r\n\"a\",+Inf\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := trial.Read(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, trial.ErrTable) {
				t.Fatalf("unnamed error %v", err)
			}
			return
		}
		for _, site := range policy.Sites() {
			for i := range table.Subjects {
				if v := reading(&table.Subjects[i], site); v < 15 || v > 55 {
					t.Fatalf("a reading of %v", v)
				}
			}
			if auc := table.Scores(policy.Model{Site: site, Weights: policy.Weights{policy.Maximum: 1}}).AUC(); auc < 0 || auc > 1 {
				t.Fatalf("an AUC of %v", auc)
			}
		}
	})
}
