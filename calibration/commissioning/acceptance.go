package commissioning

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"lintel/firmware/thermal"
)

// ErrPoints means that the points of a test do not suffice for a figure.
var ErrPoints = errors.New("too few points for the acceptance test: use at least five set points from 34 to 39 degC, and read each repeatedly")

// Point is one reading of a target of known temperature.
type Point struct {
	Truth, Reading thermal.Celsius
	// U is the expanded uncertainty (k = 2) of the reading, TruthU that of the
	// target.
	U, TruthU thermal.Kelvin
	// At is when it was read, Place where in the image.
	At    time.Duration
	Place thermal.Point
}

// Figures are what an acceptance test found.
type Figures struct {
	// Accuracy is the largest error of a set point's mean and of its expanded
	// uncertainty together.
	Accuracy thermal.Kelvin `json:"accuracy_k"`
	// MeanError is the mean of Reading - Truth.
	MeanError thermal.Kelvin `json:"mean_error_k"`
	// Slope and Intercept are of the line of reading over truth, in K/K and
	// degC at zero; Residual is the largest distance of a set point's mean
	// from it.
	Slope     float64         `json:"slope"`
	Intercept thermal.Celsius `json:"intercept_c"`
	Residual  thermal.Kelvin  `json:"largest_residual_k"`
	// Increasing says that a warmer set point always reads more.
	Increasing bool `json:"increasing"`
	// Stability is the standard deviation of the readings of a set point, the
	// largest of all.
	Stability thermal.Kelvin `json:"stability_k"`
	// Drift is the slope over time of the readings of the same set point, over
	// the length of the test.
	Drift thermal.Kelvin `json:"drift_k"`
	// Uniformity is the largest difference of the mean errors at two places.
	Uniformity thermal.Kelvin `json:"uniformity_k"`
	// Inside is the part of the readings whose interval holds the truth.
	Inside float64 `json:"inside_u"`
	// Points and SetPoints count them, Places the places.
	Points    int `json:"points"`
	SetPoints int `json:"set_points"`
	Places    int `json:"places"`
}

// samePoint is the largest difference in kelvin of what counts as one set point,
// and samePlace that in pixels of one place.
const (
	samePoint = 0.02
	samePlace = 4
)

// group holds the readings of one set point or place.
type group struct {
	truth                   float64
	place                   thermal.Point
	n, at                   float64 // at: sum of the times, s
	error, squares, reading float64
	u                       float64 // largest
}

func (g *group) add(p Point) {
	e := float64(p.Reading.Sub(p.Truth))
	g.n++
	g.at += p.At.Seconds()
	g.error += e
	g.squares += e * e
	g.reading += float64(p.Reading)
	g.u = math.Max(g.u, math.Hypot(float64(p.U), float64(p.TruthU)))
}

// Assess works the figures out. It depends on the points alone, in any order.
//
// Errors: ErrPoints for fewer than three set points or a point that is no
// number.
func Assess(points []Point) (Figures, error) {
	var set, places []group
	inside := 0
	for _, p := range points {
		if bad := float64(p.Truth) + float64(p.Reading) + float64(p.U) + float64(p.TruthU); math.IsNaN(bad) || math.IsInf(bad, 0) {
			return Figures{}, fmt.Errorf("cannot assess a reading of %g at %g degC: %w", float64(p.Reading), float64(p.Truth), ErrPoints)
		}
		if math.Abs(float64(p.Reading.Sub(p.Truth))) <= math.Hypot(float64(p.U), float64(p.TruthU)) {
			inside++
		}
		set = collect(set, p, func(g *group) bool { return math.Abs(g.truth-float64(p.Truth)) <= samePoint })
		places = collect(places, p, func(g *group) bool { return math.Hypot(g.place.X-p.Place.X, g.place.Y-p.Place.Y) <= samePlace })
	}
	if len(set) < 3 {
		return Figures{}, fmt.Errorf("cannot assess %d set points: %w", len(set), ErrPoints)
	}
	slices.SortFunc(set, func(a, b group) int {
		if a.truth < b.truth {
			return -1
		}
		return 1
	})
	f := Figures{
		Points: len(points), SetPoints: len(set), Places: len(places),
		Inside: float64(inside) / float64(len(points)), Increasing: true,
	}
	f.line(set)
	low, high := math.Inf(1), math.Inf(-1)
	for i := range places {
		mean := places[i].error / places[i].n
		low, high = math.Min(low, mean), math.Max(high, mean)
	}
	f.Uniformity = thermal.Kelvin(high - low)
	f.Drift = drift(points, set)
	return f, nil
}

// collect adds a point to the group it belongs to, or to a new one.
func collect(groups []group, p Point, belongs func(*group) bool) []group {
	for i := range groups {
		if belongs(&groups[i]) {
			groups[i].add(p)
			return groups
		}
	}
	g := group{truth: float64(p.Truth), place: p.Place}
	g.add(p)
	return append(groups, g)
}

// line fills in what goes by set point.
func (f *Figures) line(set []group) {
	var mx, my, xx, xy, sum, all float64
	n := float64(len(set))
	last := math.Inf(-1)
	for i := range set {
		g := &set[i]
		mean, read := g.error/g.n, g.reading/g.n
		f.Accuracy = max(f.Accuracy, thermal.Kelvin(math.Abs(mean)+g.u))
		if g.n > 1 {
			sd := math.Sqrt(math.Max(g.squares/g.n-mean*mean, 0) * g.n / (g.n - 1))
			f.Stability = max(f.Stability, thermal.Kelvin(sd))
		}
		sum += g.error
		all += g.n
		mx += g.truth / n
		my += read / n
		f.Increasing = f.Increasing && read > last
		last = read
	}
	for i := range set {
		dx := set[i].truth - mx
		xx += dx * dx
		xy += dx * (set[i].reading/set[i].n - my)
	}
	f.MeanError = thermal.Kelvin(sum / all)
	f.Slope = xy / xx
	f.Intercept = thermal.Celsius(my - f.Slope*mx)
	for i := range set {
		off := set[i].reading/set[i].n - (my + f.Slope*(set[i].truth-mx))
		f.Residual = max(f.Residual, thermal.Kelvin(math.Abs(off)))
	}
}

// drift returns the slope over time of the readings of the same set point, times
// the length of the test. It is known where set points are visited again.
func drift(points []Point, set []group) thermal.Kelvin {
	first, last := points[0].At, points[0].At
	var tt, te float64
	for i := range set {
		g := &set[i]
		for _, p := range points {
			first, last = min(first, p.At), max(last, p.At)
			if math.Abs(g.truth-float64(p.Truth)) <= samePoint {
				dt := p.At.Seconds() - g.at/g.n
				tt += dt * dt
				te += dt * (float64(p.Reading.Sub(p.Truth)) - g.error/g.n)
			}
		}
	}
	if tt == 0 {
		return 0
	}
	return thermal.Kelvin(te / tt * (last - first).Seconds())
}
