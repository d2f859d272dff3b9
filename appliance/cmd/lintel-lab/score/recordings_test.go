package score

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintel/firmware/thermal"
)

// A replay that repeats the annotations of the field recordings scores full
// marks, and the sets that the figures are out of have the sizes that the
// data's own README states.
func TestFieldRecordings(t *testing.T) {
	labels := filepath.Join("..", "..", "..", "..", "..", "shared", "data", "recordings", "labels.jsonl")
	if _, err := os.Stat(labels); err != nil {
		t.Skip("skipped: the annotations of the field recordings (../shared/data/recordings) are not here")
	}
	truth, err := Load(labels)
	if err != nil {
		t.Fatal(err)
	}
	report, err := Run(truth, strings.NewReader(repeat(t, truth)))
	if err != nil {
		t.Fatal(err)
	}
	total := report.Total
	for _, tc := range []struct {
		name string
		got  any
		want any
	}{
		{"recordings", len(report.Clips), 33},
		{"annotated frames", total.LabelledFrames, 264},
		{"reference", total.Reference, Share{264, 264}},
		{"false references", total.FalseReferences, 0},
		{"usable frontal faces found", total.Faces, Share{70, 70}},
		{"usable frontal faces called usable", total.FacesUsable, Share{70, 70}},
		{"false faces", total.FalseFaces, 0},
		{"wrongly usable", total.WronglyUsable, 0},
		{"bare visits", total.Bare, VisitFigures{Of: 25, Once: 25}},
		{"partly covered visits", total.Partly.Of, 2},
		{"covered visits", total.Covered, VisitFigures{Of: 1, Never: 1}},
		{"stray verdicts", total.Stray, 0},
		{"files with one person screened", report.Single.Of, 13},
		{"files with nobody screened", report.Nobody, Share{0, 13}},
		{"files without a visit", report.NoVisit, Share{0, 14}},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, tc.got, tc.want)
		}
	}
	if f := total.Foreheads; f.N != f.Of {
		t.Errorf("foreheads: %v, want all inside", f)
	}
}

// repeat writes the truth as a replay: every annotated face and forehead, the
// bare foreheads usable, and one verdict in the middle of each bare visit.
func repeat(t *testing.T, truth *Truth) string {
	t.Helper()
	var b strings.Builder
	line := func(v any) {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", text)
	}
	type fields map[string]any
	for name, c := range truth.clips {
		for n := range c.frames {
			l := c.labels[n]
			reference, faces := fields{}, []fields{}
			if l.disc.R > 0 {
				reference = fields{"cx": l.disc.X, "cy": l.disc.Y, "r": l.disc.R}
			}
			for _, p := range l.persons {
				if p.face != nil {
					faces = append(faces, fields{"box": corners(p.face), "forehead": corners(p.forehead), "usable": p.forehead != nil})
				}
			}
			line(fields{"event": "frame", "clip": name, "frame": n, "reference": reference, "faces": faces})
		}
		verdicts := 0
		for _, v := range c.visits {
			if v.cover == bare {
				verdicts++
				line(fields{"event": "verdict", "clip": name, "frame": (v.first + v.last) / 2, "verdict": "pass", "seconds": 1})
			}
		}
		line(fields{"event": "summary", "clip": name, "frames": c.frames, "verdicts": verdicts, "unmeasured": 0})
	}
	return b.String()
}

func corners(b *thermal.Box) []float64 {
	if b == nil {
		return nil
	}
	return []float64{b.X0, b.Y0, b.X1, b.Y1}
}
