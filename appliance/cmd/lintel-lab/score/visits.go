package score

import (
	"slices"
	"strings"

	"lintel/firmware/thermal"
)

// A verdict may come this many frames before a visit's first frame or after
// its last and still belong to it.
const (
	framesBefore = 4
	framesAfter  = 18
)

// toldCovered is the reason that a visit with a covered forehead should end
// with.
const toldCovered = "forehead_covered"

// visits scores the verdicts of one recording.
func (r *Report) visits(f *Figures, c *clip, replayed *replay) {
	decided := make([]int, len(c.visits))
	for _, v := range replayed.verdicts {
		f.Verdicts++
		f.seconds = append(f.seconds, v.seconds)
		r.Spent = append(r.Spent, replayed.spend(c.name, v))
		if i := visitOf(c.visits, v.frame); i >= 0 {
			decided[i]++
		} else {
			f.Stray++
			r.note(place{c.name, v.frame}, StrayVerdict, thermal.Box{}, "")
		}
	}
	reasons := make([][]string, len(c.visits))
	for _, u := range replayed.unmeasured {
		if i := visitOf(c.visits, u.frame); i >= 0 {
			reasons[i] = append(reasons[i], u.reason)
		}
	}
	for i, v := range c.visits {
		kind := map[cover]*VisitFigures{bare: &f.Bare, partly: &f.Partly, covered: &f.Covered}[v.cover]
		kind.count(decided[i])
		if len(reasons[i]) > 0 {
			kind.Unmeasured++
		}
		if v.cover == covered {
			f.CoveredTold.count(decided[i] == 0 && slices.Contains(reasons[i], toldCovered))
		}
		at, told := place{c.name, v.first}, strings.Join(reasons[i], ", ")
		switch {
		case v.cover == covered && decided[i] > 0:
			r.note(at, CoveredDecided, thermal.Box{}, told)
		case v.cover == bare && decided[i] == 0:
			r.note(at, VisitMissed, thermal.Box{}, told)
		case v.cover != covered && decided[i] > 1:
			r.note(at, VisitTwice, thermal.Box{}, told)
		}
	}
}

// visitOf returns the visit that an event in this frame belongs to, or -1. Of
// two that claim it the nearer one has it, the earlier one in a tie.
func visitOf(visits []visit, frame int) int {
	nearest, least := -1, framesBefore+framesAfter
	for i, v := range visits {
		if frame < v.first-framesBefore || frame > v.last+framesAfter {
			continue
		}
		if away := max(v.first-frame, frame-v.last, 0); away < least {
			nearest, least = i, away
		}
	}
	return nearest
}
