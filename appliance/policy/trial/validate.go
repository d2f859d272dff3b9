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
	repeats = 20
	seed    = 1
)

// held is what models are worth on people they were not fitted on.
type held struct {
	sensitivity, specificity float64
	auc                      []float64 // by camera
}

// crossValidate fits room slope and threshold anew for every fold. It splits
// by subject, so that nobody is in the fitted and in the judged part, whichever
// camera looked.
func crossValidate(site policy.Site, cameras []Camera, blind bool) (held, error) {
	people := everybody(cameras)
	random := rand.New(rand.NewPCG(seed, seed))
	judged := make([]tally, len(cameras))
	out := held{auc: make([]float64, len(cameras))}
	for range repeats {
		random.Shuffle(len(people), func(i, j int) { people[i], people[j] = people[j], people[i] })
		foldOf := make(map[string]int, len(people))
		for i, id := range people {
			foldOf[id] = i % folds
		}
		pooled := make([]Scores, len(cameras))
		for fold := range folds {
			leftOut := func(id string) bool { return foldOf[id] == fold }
			kept := func(id string) bool { return foldOf[id] != fold }
			m, err := fitModel(site, cameras, kept)
			if err != nil {
				return held{}, err
			}
			in := make([]Scores, len(cameras))
			for i, c := range cameras {
				in[i] = scoring{model: m, blind: blind, only: kept}.of(c.Table)
			}
			threshold, err := OperatingPoint(in, policy.DefaultSensitivity)
			if err != nil {
				return held{}, err
			}
			for i, c := range cameras {
				s := scoring{model: m, blind: blind, only: leftOut}.of(c.Table)
				judged[i].add(s, threshold)
				pooled[i].Febrile = append(pooled[i].Febrile, s.Febrile...)
				pooled[i].Healthy = append(pooled[i].Healthy, s.Healthy...)
			}
		}
		for i := range pooled {
			pooled[i].sort()
			out.auc[i] += pooled[i].AUC() / repeats
		}
	}
	for _, j := range judged {
		out.sensitivity += float64(j.caught) / float64(j.febrile) / float64(len(judged))
		out.specificity += float64(j.cleared) / float64(j.healthy) / float64(len(judged))
	}
	return out, nil
}

// Transfer fits the model on one camera and returns the area under the curve
// of its scores on another. Errors are those of [Fit].
func Transfer(site policy.Site, from, to Camera) (float64, error) {
	if !to.Table.Has(site) {
		return 0, fmt.Errorf("cannot score %v on %s: %w", site, to.Name, ErrNoReadings)
	}
	m, err := fitModel(site, []Camera{from}, nil)
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

type tally struct{ caught, febrile, cleared, healthy int }

func (t *tally) add(s Scores, threshold float64) {
	t.caught += s.Caught(threshold)
	t.febrile += len(s.Febrile)
	t.cleared += s.Cleared(threshold)
	t.healthy += len(s.Healthy)
}
