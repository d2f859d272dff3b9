package score

import (
	"fmt"
	"math"
)

// Target is one figure that is asked for.
type Target struct {
	Figure string `json:"figure"`
	// Asked and Got are in the figure's own words.
	Asked string `json:"asked"`
	Got   string `json:"got"`
	// Met is false, too, where there was nothing to score.
	Met bool `json:"met"`
}

// targets lists what is asked of a detector for the door.
func (r *Report) targets() []Target {
	t := &r.Total
	least := func(name string, s Share, percent float64) Target {
		p, ok := s.Percent()
		return Target{name, fmt.Sprintf("at least %g %%", percent), s.String(), ok && p >= percent}
	}
	none := func(name string, n int) Target { return Target{name, "0", fmt.Sprint(n), n == 0} }
	overlap := func(name string, median *float64) Target {
		iou := math.NaN()
		if median != nil {
			iou = *median
		}
		return Target{name, "at least 0.60", fmt.Sprintf("%.3f", iou), iou >= 0.6}
	}
	var several VisitFigures
	for _, v := range r.Several {
		several.add(*v)
	}
	once := func(name string, v VisitFigures) Target {
		return Target{name, "all decided exactly once", v.String(), v.Of > 0 && v.Once == v.Of}
	}
	atMost := func(name string, got *float64, limit float64) Target {
		return Target{name, fmt.Sprintf("at most %.1f", limit), seconds(got), got != nil && *got <= limit}
	}
	return []Target{
		least("usable frontal faces found", t.Faces, 98),
		least("faces found, any pose but back or down, near and mid", t.AnyPose, 93),
		{"false faces a frame", "at most 0.005", fmt.Sprintf("%.4f (%d)", t.FalseFacesPerFrame, t.FalseFaces), t.FalseFacesPerFrame <= 0.005},
		least("forehead centre inside, of usable frontal faces found", t.UsableForeheads, 98),
		least("  of all found, in any pose", t.Foreheads, 98),
		overlap("forehead overlap (IoU), median, of usable frontal faces found", t.UsableMedianIoU),
		overlap("  of all found, in any pose", t.MedianIoU),
		none("called usable where no forehead is bare", t.WronglyUsable),
		once("bare visits", t.Bare),
		none("covered visits decided", t.Covered.Once+t.Covered.More),
		least("covered visits told so", t.CoveredTold, 100),
		none("stray verdicts", t.Stray),
		once("bare visits where several people were screened", several),
		atMost("seconds from the face found to the verdict, median", t.MedianSeconds, 1.0),
		atMost("  95th percentile", t.P95Seconds, 2.5),
	}
}
