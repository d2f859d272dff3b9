package score_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lintel/appliance/cmd/lintel-lab/score"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// replayText composes the replay of one recording in which nothing is found
// but what the test puts there.
type replayText struct {
	clip                 string
	frames               int
	found                map[int]string
	verdicts, unmeasured []int
}

func newReplay(clip string, frames int) *replayText {
	return &replayText{clip: clip, frames: frames, found: map[int]string{}}
}

// String writes the JSON Lines; a verdict takes a tenth of a second a frame.
func (r *replayText) String() string {
	var b strings.Builder
	for n := range r.frames {
		found := r.found[n]
		if found == "" {
			found = noReference + `,"faces":[]`
		}
		fmt.Fprintf(&b, `{"event":"frame","clip":%q,"frame":%d,"t":%.1f,%s}`+"\n", r.clip, n, float64(n)/10, found)
		if slices.Contains(r.verdicts, n) {
			fmt.Fprintf(&b, `{"event":"verdict","clip":%q,"frame":%d,"verdict":"pass","seconds":%.1f,"track":4}`+"\n", r.clip, n, float64(n)/10)
		}
		if slices.Contains(r.unmeasured, n) {
			fmt.Fprintf(&b, `{"event":"unmeasured","clip":%q,"frame":%d,"reason":"forehead_covered"}`+"\n", r.clip, n)
		}
	}
	fmt.Fprintf(&b, `{"event":"summary","clip":%q,"frames":%d,"verdicts":%d,"unmeasured":%d,"faults":[]}`+"\n",
		r.clip, r.frames, len(r.verdicts), len(r.unmeasured))
	return b.String()
}

// The time of a verdict is told apart by what its frames were spent on, and
// other faces have no part in it.
func TestWhereTheTimeWent(t *testing.T) {
	porch := newReplay("porch", 40)
	for n, why := range map[int]string{0: "too_far", 1: "too_far", 2: "too_far", 4: "covered", 5: "", 6: "", 7: "", 8: "covered"} {
		reject := "null"
		if why != "" {
			reject = `"` + why + `"`
		}
		porch.found[n] = noReference + fmt.Sprintf(`,"faces":[{"track":5,"box":[1,1,20,20],"forehead":null,"usable":false,"reject":"turned"},`+
			`{"track":4,"box":[42,28,78,70],"forehead":null,"usable":%v,"reject":%s}]`, why == "", reject)
	}
	porch.verdicts = []int{7}
	got := run(t, porch.String()).Spent
	want := []score.Spent{{Clip: "porch", Frame: 7, Seconds: 0.7, On: map[string]float64{"too_far": 0.2, "unseen": 0.1, "covered": 0.1, "usable": 0.3}}}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("spent (-want +got):\n%s", diff)
	}
}

func TestWrite(t *testing.T) {
	porch := newReplay("porch", 40)
	porch.found[5] = reference + `,"faces":[` + personFound + `]`
	porch.verdicts = []int{9}
	report := run(t, porch.String())

	var table bytes.Buffer
	if err := report.Write(&table); err != nil {
		t.Fatal(err)
	}
	// One space stands for the padding between columns.
	padding := regexp.MustCompile(` +`)
	got := padding.ReplaceAllString(table.String(), " ")
	for _, want := range []string{
		"reference within 2 px 100.0 % (1 of 1)\n",
		"bare visits 1: 1 decided once, 0 more than once, 0 never (0 unmeasured)\n",
		"files with nobody screened, with a verdict none to score\n",
		"porch 1 1 1 0 0.90 1/1 1/1 0 1/1 0\n",
		"not replayed: hall, yard\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
}

// Every figure is repeated by class, the worst is listed with file and frame,
// and what is asked stands beside what was got.
func TestClassesWorstAndTargets(t *testing.T) {
	porch, hall := newReplay("porch", 40), newReplay("hall", 100)
	porch.found[5] = reference + `,"faces":[` + chinFound + `]`
	hall.found[6] = reference + `,"faces":[` + personFound + `]`
	hall.verdicts, hall.unmeasured = []int{8, 90}, []int{40}
	report := run(t, porch.String()+hall.String())
	one := score.Share{N: 1, Of: 1}
	if c := report.Classes["occluder glasses"]; c == nil || c.Faces != one || c.Foreheads != (score.Share{Of: 1}) || c.MedianIoU == nil || *c.MedianIoU != 0 {
		t.Errorf("glasses: %+v", c)
	}
	if c := report.Classes["size near"]; c == nil || c.AnyPose != (score.Share{N: 2, Of: 2}) || c.WronglyUsable != 1 {
		t.Errorf("near: %+v", c)
	}
	var got []string
	for _, c := range report.Worst {
		got = append(got, fmt.Sprintf("%v %s %d", c.Fault, c.Clip, c.Frame))
	}
	want := []string{"wrongly_usable hall 6", "covered_decided hall 4", "stray_verdict hall 90", "visit_not_decided porch 2", "forehead_outside porch 5"}
	if !slices.Equal(got, want) {
		t.Errorf("worst: %q, want %q", got, want)
	}
	for _, target := range report.Targets {
		if met := target.Figure == "usable frontal faces found" || strings.HasPrefix(target.Figure, "faces found") || strings.HasPrefix(target.Figure, "false faces"); target.Met != met {
			t.Errorf("%s: %s, met %v", target.Figure, target.Got, target.Met)
		}
	}
}

// Of several people screened in one recording, each bare visit is to be decided
// once.
func TestSeveralPeople(t *testing.T) {
	truth, err := load(t, "file,frames,label_scanned\ngate.cptv,90,2\n",
		`{"clip":"gate","visits":[{"first":2,"last":10,"forehead":"bare"},{"first":50,"last":60,"forehead":"bare"}]}`, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		verdicts []int
		want     score.VisitFigures
	}{
		{[]int{8, 55}, score.VisitFigures{Of: 2, Once: 2}},
		{[]int{8, 12}, score.VisitFigures{Of: 2, More: 1, Never: 1}},
	} {
		gate := newReplay("gate", 90)
		gate.verdicts = tc.verdicts
		report, err := score.Run(truth, strings.NewReader(gate.String()))
		if err != nil {
			t.Fatal(err)
		}
		if got := report.Several[2]; got == nil || *got != tc.want {
			t.Errorf("verdicts at %v: %+v, want %+v", tc.verdicts, got, tc.want)
		}
	}
}

func TestWriteJSON(t *testing.T) {
	porch := newReplay("porch", 40)
	porch.found[5] = reference + `,"faces":[` + personFound + `]`
	porch.verdicts = []int{9}
	var text bytes.Buffer
	if err := run(t, porch.String()).WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Total struct {
			Reference struct{ Percent *float64 } `json:"reference_within_2px"`
			Bare      struct{ Once int }         `json:"visits_bare"`
		}
		Nobody struct{ Percent *float64 } `json:"files_nobody_screened_with_verdict"`
	}
	if err := json.Unmarshal(text.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if p := got.Total.Reference.Percent; p == nil || *p != 100 {
		t.Errorf("reference: %v, want 100", p)
	}
	if got.Total.Bare.Once != 1 || got.Nobody.Percent != nil {
		t.Errorf("bare visits once %d, want 1; nobody %v, want null", got.Total.Bare.Once, got.Nobody.Percent)
	}
}

// FuzzRun feeds the parser damaged replays: it may refuse them, but never
// panic, and what it accepts has verdicts that add up.
func FuzzRun(f *testing.F) {
	truth := mustLoad(f)
	yard := newReplay("yard", 3)
	yard.verdicts = []int{1}
	f.Add(yard.String())
	porch := newReplay("porch", 40)
	porch.found[5] = reference + `,"faces":[` + personFound + `,` + chairUsable + `]`
	f.Add(porch.String())
	f.Add(`{"event":"frame","clip":"yard","frame":0,` + noReference + `,"faces":null}`)
	f.Fuzz(func(t *testing.T, replay string) {
		report, err := score.Run(truth, strings.NewReader(replay))
		if err != nil {
			return
		}
		total := report.Total
		if (total.MedianSeconds != nil) != (total.Verdicts > 0) || total.Stray > total.Verdicts {
			t.Errorf("figures do not add up: %+v", total)
		}
		if err := report.WriteJSON(&bytes.Buffer{}); err != nil {
			t.Error(err)
		}
	})
}
