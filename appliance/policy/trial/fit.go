package trial

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// Wanted is the sensitivity of the shipped operating points.
const Wanted = 0.9

// Cross-validation: every subject is left out once in each repeat.
const (
	folds   = 10
	repeats = 20
	seed    = 1
)

// Camera is one camera's table of the study.
type Camera struct {
	Name  string
	Table *Table
}

// Fit chooses the operating point of a site and says what it is worth. The
// result depends on the tables alone. Errors wrap [ErrNoReadings] or
// [ErrNoTruth].
func Fit(site policy.Site, cameras []Camera) (policy.Evidence, error) {
	var scores, singles []Scores
	for _, c := range cameras {
		if !c.Table.Has(site) {
			return policy.Evidence{}, fmt.Errorf("cannot fit %v on %s: %w", site, c.Name, ErrNoReadings)
		}
		scores = append(scores, c.Table.Scores(site))
		singles = append(singles, c.Table.Singles(site))
	}
	threshold, err := OperatingPoint(scores, Wanted)
	if err != nil {
		return policy.Evidence{}, err
	}
	e := policy.Evidence{Site: site, Threshold: thermal.Celsius(threshold)}
	for i, s := range scores {
		e.Cameras = append(e.Cameras, policy.CameraEvidence{
			Camera:  cameras[i].Name,
			AUC:     s.AUC(),
			Febrile: len(s.Febrile), Caught: s.Caught(threshold),
			Healthy: len(s.Healthy), Cleared: s.Cleared(threshold),
		})
	}
	e.SingleSensitivity = meanOf(singles, func(s Scores) float64 { return s.Sensitivity(threshold) })
	e.SingleSpecificity = meanOf(singles, func(s Scores) float64 { return s.Specificity(threshold) })
	e.HeldOutSensitivity, e.HeldOutSpecificity, err = crossValidate(site, cameras)
	return e, err
}

// crossValidate splits by subject, so that nobody is in the fitted and in the
// judged part, whichever camera looked.
func crossValidate(site policy.Site, cameras []Camera) (sensitivity, specificity float64, err error) {
	var people []string
	for _, c := range cameras {
		for i := range c.Table.Subjects {
			people = append(people, c.Table.Subjects[i].ID)
		}
	}
	slices.Sort(people)
	people = slices.Compact(people)

	random := rand.New(rand.NewPCG(seed, seed))
	judged := make([]tally, len(cameras))
	for range repeats {
		random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		foldOf := make(map[string]int, len(people))
		for i, id := range people {
			foldOf[id] = i % folds
		}
		for fold := range folds {
			in := make([]Scores, len(cameras))
			out := make([]Scores, len(cameras))
			for i, c := range cameras {
				in[i], out[i] = c.Table.split(site, func(id string) bool { return foldOf[id] == fold })
			}
			threshold, err := OperatingPoint(in, Wanted)
			if err != nil {
				return 0, 0, err
			}
			for i, s := range out {
				judged[i].add(s, threshold)
			}
		}
	}
	for _, j := range judged {
		sensitivity += float64(j.caught) / float64(j.febrile) / float64(len(judged))
		specificity += float64(j.cleared) / float64(j.healthy) / float64(len(judged))
	}
	return sensitivity, specificity, nil
}

type tally struct{ caught, febrile, cleared, healthy int }

func (t *tally) add(s Scores, threshold float64) {
	t.caught += s.Caught(threshold)
	t.febrile += len(s.Febrile)
	t.cleared += s.Cleared(threshold)
	t.healthy += len(s.Healthy)
}

// split puts the subjects for whom leftOut is true into out, the others into
// in.
func (t *Table) split(site policy.Site, leftOut func(id string) bool) (in, out Scores) {
	for i := range t.Subjects {
		s := &t.Subjects[i]
		part := &in
		if leftOut(s.ID) {
			part = &out
		}
		part.add(s.Score(site), s.Oral())
	}
	in.sort()
	out.sort()
	return in, out
}
