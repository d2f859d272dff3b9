package trial

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"lintel/appliance/policy"
)

// Cross-validation: every subject is left out once in each repeat.
const (
	folds   = 10
	repeats = 5
	seed    = 1
)

// held is what models are worth on people they were not fitted on.
type held struct {
	sensitivity, specificity float64
	auc                      []float64 // by camera
}

// validation holds models fitted on nine tenths of the people each, by repeat
// and fold. They are split by subject, so that nobody is in the fitted and in
// the judged part, whichever camera looked.
type validation struct {
	models []policy.Model
	foldOf []map[string]int
}

// newValidation fits the design anew for every fold.
func newValidation(d design, cameras []Camera) (*validation, error) {
	people := everybody(cameras)
	random := rand.New(rand.NewPCG(seed, seed))
	v := &validation{}
	for range repeats {
		random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		foldOf := make(map[string]int, len(people))
		for i, id := range people {
			foldOf[id] = i % folds
		}
		v.foldOf = append(v.foldOf, foldOf)
		for fold := range folds {
			m, err := d.fit(cameras, func(id string) bool { return foldOf[id] != fold })
			if err != nil {
				return nil, err
			}
			v.models = append(v.models, m)
		}
	}
	return v, nil
}

// judge chooses a threshold for every model on the people it was fitted on, and
// counts what both do with the others. The area under the curve compares people
// within a fold alone: the scores of two models are not of one scale.
func (v *validation) judge(cameras []Camera, blind bool) (held, error) {
	judged := make([]tally, len(cameras))
	for i, m := range v.models {
		foldOf, fold := v.foldOf[i/folds], i%folds
		in := make([]Scores, len(cameras))
		for k, c := range cameras {
			in[k] = scoring{model: m, blind: blind, only: func(id string) bool { return foldOf[id] != fold }}.of(c.Table)
		}
		threshold, err := OperatingPoint(in, policy.DefaultSensitivity)
		if err != nil {
			return held{}, err
		}
		for k, c := range cameras {
			judged[k].add(scoring{model: m, blind: blind, only: func(id string) bool { return foldOf[id] == fold }}.of(c.Table), threshold)
		}
	}
	var out held
	for _, j := range judged {
		out.sensitivity += float64(j.caught) / float64(j.febrile) / float64(len(judged))
		out.specificity += float64(j.cleared) / float64(j.healthy) / float64(len(judged))
		out.auc = append(out.auc, j.won/j.pairs)
	}
	return out, nil
}

// Transfer fits the model on one camera and returns the area under the curve
// of its scores on another. Errors are those of [Fit].
func Transfer(site policy.Site, from, to Camera) (float64, error) {
	if !to.Table.Has(site) {
		return 0, fmt.Errorf("cannot score %v on %s: %w", site, to.Name, ErrNoReadings)
	}
	best, _, err := choose(site, []Camera{from})
	if err != nil {
		return 0, err
	}
	m, err := best.fit([]Camera{from}, nil)
	if err != nil {
		return 0, err
	}
	return to.Table.Scores(m).AUC(), nil
}

// everybody lists the subjects of all tables.
func everybody(cameras []Camera) []string {
	var people []string
	for _, c := range cameras {
		for i := range c.Table.Subjects {
			people = append(people, c.Table.Subjects[i].ID)
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

type tally struct {
	caught, febrile, cleared, healthy int
	won, pairs                        float64
}

func (t *tally) add(s Scores, threshold float64) {
	t.caught += s.Caught(threshold)
	t.febrile += len(s.Febrile)
	t.cleared += s.Cleared(threshold)
	t.healthy += len(s.Healthy)
	if pairs := float64(len(s.Febrile) * len(s.Healthy)); pairs > 0 {
		t.won += s.AUC() * pairs
		t.pairs += pairs
	}
}
