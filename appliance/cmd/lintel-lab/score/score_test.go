package score_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintel/appliance/cmd/lintel-lab/score"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A hand-made truth: one person screened at the porch, two in the hall of whom
// one wears a hat, nobody in the yard.
const (
	manifest = `file,frames,label_scanned
porch.cptv,40,1
hall.cptv,100,
yard.cptv,3,0
`
	visits = `{"clip":"porch","visits":[{"first":2,"last":10,"forehead":"bare"}]}
{"clip":"hall","visits":[{"first":4,"last":10,"forehead":"covered"},{"first":30,"last":50,"forehead":"partly"}]}
{"clip":"yard","visits":[]}
`
	labels = `{"clip":"porch","frame":5,"persons":[{"head":[40,20,80,70],"face":[42,30,78,70],"forehead":[48,32,72,42],"pose":"frontal","occluders":["glasses"],"size":"near"}],"disc":{"cx":20,"cy":100,"r":6}}
{"clip":"hall","frame":6,"persons":[{"head":[40,20,80,70],"face":[42,30,78,70],"forehead":null,"pose":"frontal","size":"near"},{"head":[90,20,104,34],"face":[92,22,102,34],"forehead":[94,23,100,27],"pose":"frontal","size":"far"}],"disc":{"cx":20,"cy":100,"r":6}}
`
)

// load writes the truth into a folder and reads it back.
func load(t testing.TB, manifest, visits, labels string) (*score.Truth, error) {
	t.Helper()
	folder := t.TempDir()
	for name, text := range map[string]string{"manifest.csv": manifest, "visits.jsonl": visits, "labels.jsonl": labels} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return score.Load(filepath.Join(folder, "labels.jsonl"))
}

func mustLoad(t testing.TB) *score.Truth {
	t.Helper()
	truth, err := load(t, manifest, visits, labels)
	if err != nil {
		t.Fatal(err)
	}
	return truth
}

func run(t *testing.T, replay string) *score.Report {
	t.Helper()
	report, err := score.Run(mustLoad(t), strings.NewReader(replay))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// What is found in a frame, as a replay writes it.
const (
	noReference  = `"reference":{"cx":null,"cy":null,"r":null}`
	reference    = `"reference":{"cx":21,"cy":101,"r":6}`
	offReference = `"reference":{"cx":21,"cy":102,"r":6}`
	personFound  = `{"box":[42,28,78,70],"forehead":[50,34,70,40],"usable":true}`
	personRefuse = `{"box":[42,28,78,70],"forehead":null,"usable":false}`
	chinFound    = `{"box":[42,28,78,70],"forehead":[50,54,70,60],"usable":true}`
	chairUsable  = `{"box":[1,1,20,20],"forehead":[2,2,6,6],"usable":true}`
	chairRefuse  = `{"box":[1,1,20,20],"forehead":null,"usable":false}`
)

func TestFacesForeheadsAndReference(t *testing.T) {
	all, none := score.Share{N: 1, Of: 1}, score.Share{N: 0, Of: 1}
	for name, tc := range map[string]struct {
		clip  string
		frame int
		found string
		want  score.Figures
	}{
		"all right": {"porch", 5, reference + `,"faces":[` + personFound + `]`, score.Figures{Reference: all, FaceFigures: score.FaceFigures{Faces: all, FacesUsable: all, UsableForeheads: all, Foreheads: all, AnyPose: all}}},
		"nothing":   {"porch", 5, noReference + `,"faces":[]`, score.Figures{Reference: none, FaceFigures: score.FaceFigures{Faces: none, FacesUsable: none, AnyPose: none}}},
		"reference 2.2 px off": {
			"porch", 5, offReference + `,"faces":[` + personRefuse + `]`,
			score.Figures{Reference: none, FalseReferences: 1, FaceFigures: score.FaceFigures{Faces: all, FacesUsable: none, AnyPose: all}},
		},
		"chin taken for the forehead": {
			"porch", 5, reference + `,"faces":[` + chinFound + `]`,
			score.Figures{Reference: all, FaceFigures: score.FaceFigures{Faces: all, FacesUsable: all, UsableForeheads: none, Foreheads: none, AnyPose: all}},
		},
		"a chair beside": {
			"porch", 5, reference + `,"faces":[` + personFound + `,` + chairRefuse + `]`,
			score.Figures{Reference: all, FalseFaces: 1, FalseFacesPerFrame: 1, FaceFigures: score.FaceFigures{Faces: all, FacesUsable: all, UsableForeheads: all, Foreheads: all, AnyPose: all}},
		},
		"a chair called usable": {
			"porch", 5, reference + `,"faces":[` + chairUsable + `]`,
			score.Figures{Reference: all, FalseFaces: 1, FalseFacesPerFrame: 1, FaceFigures: score.FaceFigures{Faces: none, FacesUsable: none, WronglyUsable: 1, AnyPose: none}},
		},
		"found twice": {
			"porch", 5, reference + `,"faces":[` + personRefuse + `,` + personFound + `]`,
			score.Figures{Reference: all, FaceFigures: score.FaceFigures{Faces: all, FacesUsable: none, AnyPose: all}},
		},
		"hat called usable": {"hall", 6, reference + `,"faces":[` + personFound + `]`, score.Figures{Reference: all, FaceFigures: score.FaceFigures{WronglyUsable: 1, AnyPose: all}}},
		"hat seen":          {"hall", 6, reference + `,"faces":[` + personRefuse + `]`, score.Figures{Reference: all, FaceFigures: score.FaceFigures{AnyPose: all}}},
	} {
		t.Run(name, func(t *testing.T) {
			replay := newReplay(tc.clip, map[string]int{"porch": 40, "hall": 100}[tc.clip])
			replay.found[tc.frame] = tc.found
			tc.want.LabelledFrames = 1
			visits := cmp.Options{
				cmpopts.IgnoreFields(score.Figures{}, "Bare", "Partly", "Covered", "CoveredTold", "seconds"),
				cmpopts.IgnoreFields(score.FaceFigures{}, "MedianIoU", "UsableMedianIoU", "ious", "usableIoUs"),
			}
			if diff := cmp.Diff(tc.want, run(t, replay.String()).Total, visits); diff != "" {
				t.Errorf("figures (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVisits(t *testing.T) {
	none := score.VisitFigures{}
	for name, tc := range map[string]struct {
		clip                  string
		verdicts, unmeasured  []int
		bare, partly, covered score.VisitFigures
		stray                 int
	}{
		"never":                {"porch", nil, nil, score.VisitFigures{Of: 1, Never: 1}, none, none, 0},
		"once":                 {"porch", []int{8}, nil, score.VisitFigures{Of: 1, Once: 1}, none, none, 0},
		"twice":                {"porch", []int{8, 20}, nil, score.VisitFigures{Of: 1, More: 1}, none, none, 0},
		"as late as allowed":   {"porch", []int{28}, nil, score.VisitFigures{Of: 1, Once: 1}, none, none, 0},
		"too late":             {"porch", []int{29}, nil, score.VisitFigures{Of: 1, Never: 1}, none, none, 1},
		"as early as allowed":  {"hall", []int{0}, nil, none, score.VisitFigures{Of: 1, Never: 1}, score.VisitFigures{Of: 1, Once: 1}, 0},
		"nearer visit has it":  {"hall", []int{27}, nil, none, score.VisitFigures{Of: 1, Once: 1}, score.VisitFigures{Of: 1, Never: 1}, 0},
		"hat ends unmeasured":  {"hall", nil, []int{12}, none, score.VisitFigures{Of: 1, Never: 1}, score.VisitFigures{Of: 1, Never: 1, Unmeasured: 1}, 0},
		"verdict of no person": {"yard", []int{1}, nil, none, none, none, 1},
	} {
		t.Run(name, func(t *testing.T) {
			replay := newReplay(tc.clip, map[string]int{"porch": 40, "hall": 100, "yard": 3}[tc.clip])
			replay.verdicts, replay.unmeasured = tc.verdicts, tc.unmeasured
			got := run(t, replay.String()).Total
			want := score.Figures{Bare: tc.bare, Partly: tc.partly, Covered: tc.covered, Stray: tc.stray, Verdicts: len(tc.verdicts)}
			have := score.Figures{Bare: got.Bare, Partly: got.Partly, Covered: got.Covered, Stray: got.Stray, Verdicts: got.Verdicts}
			if diff := cmp.Diff(want, have, cmpopts.IgnoreUnexported(score.Figures{}, score.FaceFigures{})); diff != "" {
				t.Errorf("figures (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFiles(t *testing.T) {
	porch, yard, other := newReplay("porch", 40), newReplay("yard", 3), newReplay("elsewhere", 2)
	porch.verdicts = []int{9}
	yard.verdicts = []int{2}
	got := run(t, porch.String()+yard.String()+other.String())
	if want := (score.VisitFigures{Of: 1, Once: 1}); got.Single != want {
		t.Errorf("files with one person: %+v, want %+v", got.Single, want)
	}
	if want := (score.Share{N: 1, Of: 1}); got.Nobody != want || got.NoVisit != want {
		t.Errorf("files with nobody: %+v and %+v, want %+v", got.Nobody, got.NoVisit, want)
	}
	if diff := cmp.Diff([]string{"hall"}, got.Missing); diff != "" {
		t.Errorf("missing (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"elsewhere"}, got.Unknown); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	// 0.9 s and 0.2 s.
	if s := got.Total.MedianSeconds; s == nil || *s < 0.549 || *s > 0.551 {
		t.Errorf("median seconds: %v, want 0.55", s)
	}
	if s := got.Total.P95Seconds; s == nil || *s < 0.864 || *s > 0.866 {
		t.Errorf("95th percentile: %v, want 0.865", s)
	}
}

func TestDamagedReplayIsRefusedWithItsLine(t *testing.T) {
	truth := mustLoad(t)
	whole := newReplay("yard", 3).String()
	for name, tc := range map[string]struct {
		replay, says string
		is           error
	}{
		"no JSON":             {whole[:60] + "\n", "line 1", score.ErrDamaged},
		"no clip":             {`{"event":"frame"}`, "names no clip", score.ErrDamaged},
		"unknown event":       {`{"event":"guess","clip":"yard"}`, `"guess"`, score.ErrDamaged},
		"frame left out":      {strings.Replace(whole, `"frame":1`, `"frame":2`, 1), "line 2", score.ErrDamaged},
		"no reference":        {`{"event":"frame","clip":"yard","frame":0}`, "reference", score.ErrDamaged},
		"half a reference":    {`{"event":"frame","clip":"yard","frame":0,"reference":{"cx":1}}`, "null for all", score.ErrDamaged},
		"box of three":        {`{"event":"frame","clip":"yard","frame":0,` + reference + `,"faces":[{"box":[1,2,3],"usable":true}]}`, "is no box", score.ErrDamaged},
		"box turned over":     {`{"event":"frame","clip":"yard","frame":0,` + reference + `,"faces":[{"box":[9,2,3,4],"usable":true}]}`, "is no box", score.ErrDamaged},
		"usable left out":     {`{"event":"frame","clip":"yard","frame":0,` + reference + `,"faces":[{"box":[1,2,3,4]}]}`, "usable", score.ErrDamaged},
		"unknown verdict":     {`{"event":"verdict","clip":"yard","frame":0,"seconds":1,"verdict":"fever"}`, `"fever"`, score.ErrDamaged},
		"verdict, no seconds": {`{"event":"verdict","clip":"yard","frame":0,"verdict":"pass"}`, "seconds", score.ErrDamaged},
		"summary disagrees":   {strings.Replace(whole, `"verdicts":0`, `"verdicts":1`, 1), "line 4", score.ErrDamaged},
		"shorter than truth":  {newReplay("yard", 2).String(), "3 frames by the manifest", score.ErrDamaged},
		"after the summary":   {whole + whole, "line 5", score.ErrDamaged},
		"line without end":    {`{"clip":"` + strings.Repeat("y", 2<<20) + `"}`, "longer than", score.ErrDamaged},
		"cut off":             {whole[:strings.LastIndex(whole, `{"event":"summary"`)], "no summary", score.ErrIncomplete},
		"empty":               {"", "no recording", score.ErrIncomplete},
		"other recordings":    {newReplay("elsewhere", 2).String(), "know none", score.ErrIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := score.Run(truth, strings.NewReader(tc.replay))
			if !errors.Is(err, tc.is) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %q, want %v with %q", err, tc.is, tc.says)
			}
		})
	}
}

func TestDamagedTruthIsRefusedWithItsLine(t *testing.T) {
	for name, tc := range map[string]struct{ manifest, visits, labels, says string }{
		"no header":          {"", visits, labels, "no header"},
		"column missing":     {"file,frames\nporch.cptv,40\n", visits, labels, "label_scanned"},
		"frames no number":   {"file,frames,label_scanned\nporch.cptv,many,1\n", visits, labels, "line 2"},
		"negative count":     {"file,frames,label_scanned\nporch.cptv,40,-1\n", visits, labels, "label_scanned"},
		"listed twice":       {manifest + "porch.cptv,40,1\n", visits, labels, "line 5"},
		"visits unknown":     {manifest, `{"clip":"roof","visits":[]}`, labels, "line 1"},
		"visits twice":       {manifest, visits + visits, labels, "line 4"},
		"visits left out":    {manifest, strings.Join(strings.SplitAfter(visits, "\n")[:2], ""), labels, "no line for it"},
		"visit too long":     {manifest, strings.Replace(visits, `"last":10`, `"last":40`, 1), labels, "frames 0 to 39"},
		"visit backwards":    {manifest, strings.Replace(visits, `"first":2`, `"first":11`, 1), labels, "in that order"},
		"forehead unknown":   {manifest, strings.Replace(visits, "partly", "maybe", 1), labels, `"maybe"`},
		"label unknown":      {manifest, visits, strings.Replace(labels, "porch", "roof", 1), "line 1"},
		"label beyond":       {manifest, visits, strings.Replace(labels, `"frame":5`, `"frame":40`, 1), "0 to 39"},
		"label twice":        {manifest, visits, labels + labels, "line 3"},
		"pose unknown":       {manifest, visits, strings.Replace(labels, "frontal", "asleep", 1), `"asleep"`},
		"size unknown":       {manifest, visits, strings.Replace(labels, "near", "huge", 1), `"huge"`},
		"disc without size":  {manifest, visits, strings.Replace(labels, `"r":6`, `"r":0`, 1), "radius"},
		"head of three ends": {manifest, visits, strings.Replace(labels, `[40,20,80,70]`, `[40,20,80]`, 1), "is no box"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, tc.manifest, tc.visits, tc.labels)
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %q, want one with %q", err, tc.says)
			}
		})
	}
	if _, err := score.Load(filepath.Join(t.TempDir(), "labels.jsonl")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error for no files: %v, want %v", err, os.ErrNotExist)
	}
}
