package score

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// What a frame of a visit was spent on, where no gate is named.
const (
	usableFace = "usable"
	unseenFace = "unseen"
)

// Spent says where the time from a face found to its verdict went.
type Spent struct {
	Clip    string  `json:"clip"`
	Frame   int     `json:"frame"`
	Seconds float64 `json:"seconds"`
	// On has the seconds by gate; "usable" for readings, "unseen" for frames
	// without the face.
	On map[string]float64 `json:"on"`
}

// spend takes the time of one verdict apart. Each frame has the time since the
// one before.
func (c *replay) spend(clip string, v verdict) Spent {
	s := Spent{clip, v.frame, v.seconds, map[string]float64{}}
	if v.frame >= len(c.looks) {
		return s
	}
	// The times of the frames are written to the millisecond.
	began := c.looks[v.frame].t - v.seconds - 0.001
	for i := v.frame; i > 0 && c.looks[i-1].t >= began; i-- {
		on := c.looks[i].faces[v.track]
		if on == "" {
			on = unseenFace
		}
		s.On[on] += c.looks[i].t - c.looks[i-1].t
	}
	return s
}

// rankSpent puts the slowest verdict first.
func (r *Report) rankSpent() {
	slices.SortStableFunc(r.Spent, func(a, b Spent) int { return cmp.Compare(b.Seconds, a.Seconds) })
}

// writeSpent lists the slowest verdicts.
func (r *Report) writeSpent(b *strings.Builder) {
	if len(r.Spent) == 0 {
		return
	}
	b.WriteString("\n")
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "slowest verdicts\tframe\tseconds\tspent on")
	for _, s := range r.Spent[:min(len(r.Spent), WorstListed)] {
		names := slices.SortedFunc(maps.Keys(s.On), func(x, y string) int {
			return cmp.Or(cmp.Compare(s.On[y], s.On[x]), cmp.Compare(x, y))
		})
		for i, name := range names {
			names[i] = fmt.Sprintf("%s %.2f", name, s.On[name])
		}
		_, _ = fmt.Fprintf(tab, "%s\t%d\t%.2f\t%s\n", s.Clip, s.Frame, s.Seconds, strings.Join(names, ", "))
	}
	_ = tab.Flush()
}
