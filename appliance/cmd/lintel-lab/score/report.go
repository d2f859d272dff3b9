package score

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Share is how many of how many.
type Share struct{ N, Of int }

// Percent returns the share in percent; false where there is nothing to share.
func (s Share) Percent() (float64, bool) {
	if s.Of == 0 {
		return 0, false
	}
	return 100 * float64(s.N) / float64(s.Of), true
}

// MarshalJSON writes {"n":N,"of":Of,"percent":P}, P being null where Of is 0.
func (s Share) MarshalJSON() ([]byte, error) {
	var percent *float64
	if p, ok := s.Percent(); ok {
		percent = &p
	}
	return json.Marshal(struct {
		N       int      `json:"n"`
		Of      int      `json:"of"`
		Percent *float64 `json:"percent"`
	}{s.N, s.Of, percent})
}

func (s *Share) count(yes bool) {
	s.Of++
	if yes {
		s.N++
	}
}

func (s *Share) add(t Share) {
	s.N += t.N
	s.Of += t.Of
}

// VisitFigures says how often visits of one kind were decided.
type VisitFigures struct {
	// Of is the number of visits; Once, More and Never add up to it.
	Of    int `json:"of"`
	Once  int `json:"once"`
	More  int `json:"more"`
	Never int `json:"never"`
	// Unmeasured counts those in which the replay said that it could not
	// measure, whether or not it also gave a verdict.
	Unmeasured int `json:"unmeasured"`
}

func (v *VisitFigures) count(verdicts int) {
	v.Of++
	switch verdicts {
	case 0:
		v.Never++
	case 1:
		v.Once++
	default:
		v.More++
	}
}

func (v *VisitFigures) add(w VisitFigures) {
	v.Of += w.Of
	v.Once += w.Once
	v.More += w.More
	v.Never += w.Never
	v.Unmeasured += w.Unmeasured
}

// Figures are the figures of one recording, or of all together. The package
// comment defines each.
type Figures struct {
	LabelledFrames int `json:"labelled_frames"`
	// Reference is out of the annotated frames that show the disc.
	Reference       Share `json:"reference_within_2px"`
	FalseReferences int   `json:"false_references"`
	FaceFigures
	FalseFaces int `json:"false_faces"`
	// FalseFacesPerFrame is out of LabelledFrames; 0 where none is annotated.
	FalseFacesPerFrame float64 `json:"false_faces_per_frame"`

	Bare    VisitFigures `json:"visits_bare"`
	Partly  VisitFigures `json:"visits_partly"`
	Covered VisitFigures `json:"visits_covered"`
	// CoveredTold is how many of the covered visits ended with the reason that
	// the forehead is covered, and without a verdict.
	CoveredTold Share `json:"visits_covered_told_so"`
	Verdicts    int   `json:"verdicts"`
	Stray       int   `json:"stray_verdicts"`
	// MedianSeconds and P95Seconds are the median and the 95th percentile,
	// interpolated, of the time to a verdict in seconds; nil without one.
	MedianSeconds *float64 `json:"median_seconds"`
	P95Seconds    *float64 `json:"p95_seconds"`

	seconds []float64
}

func (f *Figures) add(g Figures) {
	f.LabelledFrames += g.LabelledFrames
	f.Reference.add(g.Reference)
	f.FalseReferences += g.FalseReferences
	f.FaceFigures.add(g.FaceFigures)
	f.FalseFaces += g.FalseFaces
	f.Bare.add(g.Bare)
	f.Partly.add(g.Partly)
	f.Covered.add(g.Covered)
	f.CoveredTold.add(g.CoveredTold)
	f.Verdicts += g.Verdicts
	f.Stray += g.Stray
	f.seconds = append(f.seconds, g.seconds...)
}

// finish works out what does not add up.
func (f *Figures) finish() {
	f.FalseFacesPerFrame = float64(f.FalseFaces) / float64(max(f.LabelledFrames, 1))
	f.FaceFigures.finish()
	n := len(f.seconds)
	if n == 0 {
		return
	}
	slices.Sort(f.seconds)
	median, p95 := quantile(f.seconds, 0.5), quantile(f.seconds, 0.95)
	f.MedianSeconds, f.P95Seconds = &median, &p95
}

// quantile interpolates between the sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	next := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[next]-sorted[i])
}

// ClipReport is the score of one recording.
type ClipReport struct {
	Clip string `json:"clip"`
	// Scanned is the owner's count of people screened; nil where not labelled.
	Scanned *int    `json:"label_scanned"`
	Visits  int     `json:"visits"`
	Figures Figures `json:"figures"`
}

// Report is the score of a replay.
type Report struct {
	// Total covers the recordings of Clips.
	Total Figures `json:"total"`
	// Single says how often the recordings with one person screened hold a
	// verdict.
	Single VisitFigures `json:"files_one_person"`
	// Nobody is how many of the recordings with nobody screened hold a verdict;
	// NoVisit how many of those in which the annotator saw no visit.
	Nobody  Share `json:"files_nobody_screened_with_verdict"`
	NoVisit Share `json:"files_without_visit_with_verdict"`
	// Several holds the bare visits of the recordings in which two and more
	// people were screened, by their number.
	Several map[int]*VisitFigures `json:"bare_visits_by_people_screened"`
	// Classes holds the figures of faces by pose, size and occluder.
	Classes map[string]*FaceFigures `json:"classes"`
	// Targets are the figures that are asked of the detector.
	Targets []Target `json:"targets"`
	// Worst lists what went wrong, at most WorstListed of a kind, the worst of
	// each kind first.
	Worst []Complaint `json:"worst"`
	// Spent says of every verdict where its time went, the slowest first.
	Spent []Spent      `json:"spent"`
	Clips []ClipReport `json:"clips"`
	// Missing lists the recordings of the truth that were not replayed,
	// Unknown those replayed of which the truth knows nothing; neither counts.
	Missing []string `json:"missing"`
	Unknown []string `json:"unknown"`
}

// Run scores the replay read from r: JSON Lines as "lintel-lab replay --json"
// writes them.
//
// Errors: [ErrDamaged] with the line, [ErrIncomplete].
func Run(truth *Truth, r io.Reader) (*Report, error) {
	replays, err := parse(truth, r)
	if err != nil {
		return nil, err
	}
	report := &Report{
		Missing: []string{}, Unknown: []string{}, Clips: []ClipReport{}, Worst: []Complaint{}, Spent: []Spent{},
		Several: map[int]*VisitFigures{}, Classes: map[string]*FaceFigures{},
	}
	for _, name := range slices.Sorted(maps.Keys(replays)) {
		if truth.clips[name] == nil {
			report.Unknown = append(report.Unknown, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(truth.clips)) {
		if replays[name] == nil {
			report.Missing = append(report.Missing, name)
			continue
		}
		report.clip(truth.clips[name], replays[name])
	}
	if len(report.Clips) == 0 {
		return nil, fmt.Errorf("cannot score the replay: %w: the labels know none of its recordings", ErrIncomplete)
	}
	report.Total.finish()
	for _, c := range report.Classes {
		c.finish()
	}
	report.Targets = report.targets()
	report.rank()
	report.rankSpent()
	return report, nil
}

func (r *Report) clip(c *clip, replayed *replay) {
	var f Figures
	for _, n := range slices.Sorted(maps.Keys(c.labels)) {
		r.frame(&f, place{c.name, n}, c.labels[n], replayed.seen[n])
	}
	r.visits(&f, c, replayed)
	r.Total.add(f)
	f.finish()
	clip := ClipReport{Clip: c.name, Visits: len(c.visits), Figures: f}
	if c.scanned >= 0 {
		clip.Scanned = &c.scanned
	}
	r.Clips = append(r.Clips, clip)
	if c.scanned > 1 {
		if r.Several[c.scanned] == nil {
			r.Several[c.scanned] = &VisitFigures{}
		}
		r.Several[c.scanned].add(f.Bare)
	}
	switch c.scanned {
	case 0:
		r.Nobody.count(f.Verdicts > 0)
	case 1:
		r.Single.count(f.Verdicts)
		if len(replayed.unmeasured) > 0 {
			r.Single.Unmeasured++
		}
	}
	if len(c.visits) == 0 {
		r.NoVisit.count(f.Verdicts > 0)
	}
}
