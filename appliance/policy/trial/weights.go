package trial

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"lintel/appliance/policy"
)

// ErrDependent means that some features follow from the others, so that their
// weights cannot be told apart.
var ErrDependent = errors.New("the features depend on each other")

// grid is the number of parts that the weights of a model add up to: they are
// multiples of 0.05. Finer ones are not told apart by sixty febrile people.
const grid = 20

// sample is the subjects that weights are fitted on, by camera: their features
// with what the room puts there taken off, of those with fever and of those
// without.
type sample struct {
	features []policy.Feature
	febrile  [][][]float64
	healthy  [][][]float64
	scores   []float64 // of one search; see area
}

// newSample takes the subjects that only chooses (nil: all), whose room and
// every one of the features is known. What the room puts on a feature is the
// slope of its line over the room's temperature among the healthy.
func newSample(site policy.Site, cameras []Camera, features []policy.Feature, only func(id string) bool) (sample, error) {
	s := sample{features: features}
	type row struct {
		x          []float64
		room, oral float64
	}
	rows := make([][]row, len(cameras))
	var rooms []float64
	columns := make([][]float64, len(features))
	for k, c := range cameras {
		for i := range c.Table.Subjects {
			subject := &c.Table.Subjects[i]
			room := subject.Room()
			if only != nil && !only(subject.ID) || !room.Known() || math.IsNaN(subject.Oral()) {
				continue
			}
			x, ok := subject.means(site, features)
			if !ok {
				continue
			}
			r := row{x, float64(room.Temperature() - policy.RoomZero), subject.Oral()}
			rows[k] = append(rows[k], r)
			if r.oral < float64(policy.Fever375.Oral()) {
				rooms = append(rooms, r.room)
				for j, v := range x {
					columns[j] = append(columns[j], v)
				}
			}
		}
	}
	if len(rooms) < 3 || slices.Max(rooms)-slices.Min(rooms) < 1 {
		return s, fmt.Errorf("cannot fit %v: %w", site, ErrNoRooms)
	}
	slopes := make([]float64, len(features))
	for j := range features {
		_, slopes[j] = stat.LinearRegression(rooms, columns[j], nil, false)
	}
	s.febrile, s.healthy = make([][][]float64, len(cameras)), make([][][]float64, len(cameras))
	for k := range rows {
		for _, r := range rows[k] {
			for j := range r.x {
				r.x[j] -= slopes[j] * r.room
			}
			if r.oral < float64(policy.Fever375.Oral()) {
				s.healthy[k] = append(s.healthy[k], r.x)
			} else {
				s.febrile[k] = append(s.febrile[k], r.x)
			}
		}
		if len(s.febrile[k]) == 0 || len(s.healthy[k]) == 0 {
			return s, fmt.Errorf("cannot fit %v: %w", site, ErrNoTruth)
		}
	}
	return s, nil
}

// means are the features' means over the rounds that have every one of them;
// false where there is none.
func (s *Subject) means(site policy.Site, features []policy.Feature) ([]float64, bool) {
	sum := make([]float64, len(features))
	n := 0
	for round := range Rounds {
		p := s.pattern(site, round)
		if slices.ContainsFunc(features, func(f policy.Feature) bool { return p[f] == 0 }) {
			continue
		}
		n++
		for j, f := range features {
			sum[j] += float64(p[f])
		}
	}
	for j := range sum {
		sum[j] /= float64(n)
	}
	return sum, n > 0
}

// monotoneWeights are weights of at least zero that add up to 1, in steps of
// 1/grid, at which the area under the curve, averaged over the cameras, cannot
// be made larger by moving one step from a feature to another. The search
// begins with all weight on the first feature, so that one that adds nothing
// gets none.
func (s *sample) monotoneWeights() policy.Weights {
	steps := make([]int, len(s.features))
	steps[0] = grid
	w := make([]float64, len(steps))
	area := func() float64 {
		for j := range w {
			w[j] = float64(steps[j]) / grid
		}
		return s.area(w)
	}
	best := area()
	for {
		from, to := -1, -1
		for a := range steps {
			for b := range steps {
				if a == b || steps[a] == 0 {
					continue
				}
				steps[a]--
				steps[b]++
				if v := area(); v > best+1e-9 {
					best, from, to = v, a, b
				}
				steps[a]++
				steps[b]--
			}
		}
		if from < 0 {
			break
		}
		steps[from]--
		steps[to]++
	}
	var out policy.Weights
	for j, f := range s.features {
		out[f] = float64(steps[j]) / grid
	}
	return out
}

// area is the area under the curve of the weighted features, averaged over the
// cameras. It sorts the febrile, who are few, and not the healthy.
func (s *sample) area(w []float64) float64 {
	score := func(x []float64) (sum float64) {
		for j := range w {
			sum += w[j] * x[j]
		}
		return sum
	}
	var area float64
	for k := range s.febrile {
		febrile := s.scores[:0]
		for _, x := range s.febrile[k] {
			febrile = append(febrile, score(x))
		}
		slices.Sort(febrile)
		s.scores = febrile
		var twiceWon int
		for _, x := range s.healthy[k] {
			v := score(x)
			below, tied := slices.BinarySearch(febrile, v)
			twiceWon += 2 * (len(febrile) - below)
			for i := below; tied && i < len(febrile) && febrile[i] == v; i++ {
				twiceWon--
			}
		}
		area += float64(twiceWon) / float64(2*len(febrile)*len(s.healthy[k]))
	}
	return area / float64(len(s.febrile))
}

// contrastWeights are those of Fisher's linear discriminant, made to add up to
// 1: of any sign, the covariance within the groups pooled over the cameras (R.
// A. Fisher, Annals of Eugenics 7, 1936, p. 179).
func (s *sample) contrastWeights() (policy.Weights, error) {
	n := len(s.features)
	within, apart := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for k := range s.febrile {
		means := [2][]float64{mean1(s.febrile[k], n), mean1(s.healthy[k], n)}
		for g, people := range [2][][]float64{s.febrile[k], s.healthy[k]} {
			for _, x := range people {
				d := mat.NewVecDense(n, nil)
				d.SubVec(mat.NewVecDense(n, slices.Clone(x)), mat.NewVecDense(n, means[g]))
				within.SymRankOne(within, 1, d)
			}
		}
		for j := range n {
			apart.SetVec(j, apart.AtVec(j)+means[0][j]-means[1][j])
		}
	}
	var cholesky mat.Cholesky
	var solved mat.VecDense
	if !cholesky.Factorize(within) || cholesky.SolveVecTo(&solved, apart) != nil {
		return policy.Weights{}, fmt.Errorf("cannot fit contrasts: %w", ErrDependent)
	}
	var out policy.Weights
	sum := mat.Sum(&solved)
	for j, f := range s.features {
		out[f] = math.Round(solved.AtVec(j)/sum*1e4) / 1e4
	}
	return out, nil
}

func mean1(people [][]float64, n int) []float64 {
	out := make([]float64, n)
	for _, x := range people {
		for j := range out {
			out[j] += x[j] / float64(len(people))
		}
	}
	return out
}
