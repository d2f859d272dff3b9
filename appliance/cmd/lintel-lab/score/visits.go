package score

// A verdict may come this many frames before a visit's first frame or after
// its last and still belong to it.
const (
	framesBefore = 4
	framesAfter  = 18
)

// visits scores the verdicts of one recording.
func (f *Figures) visits(visits []visit, r *replay) {
	decided := make([]int, len(visits))
	for _, v := range r.verdicts {
		f.Verdicts++
		f.seconds = append(f.seconds, v.seconds)
		if i := visitOf(visits, v.frame); i >= 0 {
			decided[i]++
		} else {
			f.Stray++
		}
	}
	unmeasured := make([]bool, len(visits))
	for _, frame := range r.unmeasured {
		if i := visitOf(visits, frame); i >= 0 {
			unmeasured[i] = true
		}
	}
	for i, v := range visits {
		kind := map[cover]*VisitFigures{bare: &f.Bare, partly: &f.Partly, covered: &f.Covered}[v.cover]
		kind.count(decided[i])
		if unmeasured[i] {
			kind.Unmeasured++
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
