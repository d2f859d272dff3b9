package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"lintel/calibration"
	"lintel/calibration/commissioning"
)

//go:embed report.html
var reportPage string

// report is what the page shows, in words.
type report struct {
	Passed      bool
	Facts       []reportFact
	Criteria    []reportCriterion
	Figures     []reportFact
	Corrections []calibration.Correction
	Plots       []plot
}

type reportFact struct{ Name, Value string }

type reportCriterion struct {
	Name, Value, Limit, Source, Outcome string
	Pass                                bool
}

// newReport makes the report.
func newReport(l *laboratory, camera string, f commissioning.Figures) report {
	verdicts := commissioning.DefaultCriteria().Judge(f)
	r := report{
		Passed:      commissioning.Passed(verdicts),
		Corrections: l.corrections,
		Plots:       []plot{l.errorPlot(), l.offsetPlot()},
	}
	r.Facts = l.facts(camera)
	r.Figures = l.found(f)
	for _, v := range verdicts {
		r.Criteria = append(r.Criteria, inReport(v))
	}
	return r
}

// facts say what was tested.
func (l *laboratory) facts(camera string) []reportFact {
	rooms := make([]string, len(l.rooms))
	for i := range l.rooms {
		rooms[i] = fmt.Sprintf("%g", float64(l.rooms[i].temperature))
	}
	c := &l.camera
	field := l.calibration.Field
	return []reportFact{
		{"Camera", fmt.Sprintf("%s, %s", l.info.Model, camera)},
		{"Serial number", l.info.Serial},
		{"Image", fmt.Sprintf("%d × %d pixels, %.3g frames per second, %v counts", l.info.Width, l.info.Height, l.info.Rate, l.info.Scale)},
		{"Seed of the simulation", fmt.Sprint(c.Seed)},
		{"Model of correction", l.digest},
		{"Reference", fmt.Sprintf("%.2f °C, uncertainty %.2f K (k = 2), stability %.2f K",
			float64(c.Reference), float64(l.calibration.Reference.Expanded), float64(l.calibration.Reference.Stability))},
		{"Field of view", fmt.Sprintf("%d frames of a uniform target, then corrected; %d pixels left out, %.3f K remain", uniformFrames, len(field.Bad), float64(field.U))},
		{"Targets", fmt.Sprintf("plates of %d × %d units, %d to %d °C up and down, %g s each, at %d places", plateSide, plateSide, firstSetPoint, lastSetPoint, holdSetPoint, plateCount)},
		{"Rooms", strings.Join(rooms, ", ") + " °C"},
		{"Camera error", fmt.Sprintf("wanders by ±%g K; %g K per kelvin of its housing, which swings by ±%g K", float64(c.Drift), c.Camera.PerKelvin, float64(c.Camera.HousingSwing))},
		{"Flat-field corrections", fmt.Sprintf("every %g s, %g K each; %d in this test", c.FFC.Every, float64(c.FFC.Step), len(l.ffc))},
		{"Frames", fmt.Sprintf("%d, of which %d could not be measured", l.frames, l.blocked)},
		{"Readings", fmt.Sprintf("%d, each the median of %d frames", len(l.readings), sweepFrames)},
	}
}

// foundFacts are the figures beside the criteria.
func (l *laboratory) found(f commissioning.Figures) []reportFact {
	settling, worst := l.settling()
	increasing := "yes"
	if !f.Increasing {
		increasing = "no"
	}
	return []reportFact{
		{"Mean error", signed("%+.3f K", float64(f.MeanError))},
		{"Slope of reading over set point", fmt.Sprintf("%.4f K/K", f.Slope)},
		{"Line at 0 °C", signed("%+.3f °C", float64(f.Intercept))},
		{"A warmer set point always reads more", increasing},
		{"Drift over the test", signed("%+.3f K", float64(f.Drift))},
		{"Readings whose stated interval holds the truth", fmt.Sprintf("%.1f %%", 100*f.Inside)},
		{fmt.Sprintf("Readings within %g s of a flat-field correction, largest error", settlingAfterFFC.Seconds()), fmt.Sprintf("%d, %.3f K", settling, worst)},
		{"Set points, places", fmt.Sprintf("%d, %d", f.SetPoints, f.Places)},
	}
}

// signed writes numbers with a minus sign as wide as the plus.
func signed(format string, v ...any) string {
	return strings.ReplaceAll(fmt.Sprintf(format, v...), "-", "−")
}

// inReport puts a verdict in words.
func inReport(v commissioning.Verdict) reportCriterion {
	name := strings.ReplaceAll(v.Name, "_", " ")
	c := reportCriterion{
		Name: strings.ToUpper(name[:1]) + name[1:], Source: v.Source, Pass: v.Pass, Outcome: "failed",
		Value: strings.TrimSpace(fmt.Sprintf("%.3f %s", v.Value, v.Unit)),
		Limit: strings.TrimSpace(fmt.Sprintf("at most %g %s", v.Limit, v.Unit)),
	}
	if v.Pass {
		c.Outcome = "passed"
	}
	if v.Unit == "" { // yes or no
		c.Limit = "no"
		c.Value = map[bool]string{true: "no", false: "yes"}[v.Value == 0]
	}
	return c
}

func writeReport(w io.Writer, r report) error {
	t, err := template.New("report").Parse(reportPage)
	if err != nil {
		return fmt.Errorf("cannot read the template of the report: %w", err)
	}
	if err := t.Execute(w, r); err != nil {
		return fmt.Errorf("cannot write the report: %w", err)
	}
	return nil
}

// errorPlot draws the error of every reading, by room, with the limits.
func (l *laboratory) errorPlot() plot {
	limit := commissioning.DefaultCriteria().Accuracy
	lowest, highest, most := math.Inf(1), math.Inf(-1), 0.6
	for i := range l.readings {
		e := float64(l.readings[i].Reading.Sub(l.readings[i].Truth))
		lowest, highest = math.Min(lowest, e), math.Max(highest, e)
		most = math.Max(most, math.Abs(e)+0.1)
	}
	p := newPlot("error", "Reading error over set point", span{firstSetPoint - 0.5, lastSetPoint + 0.5}, span{-most, most})
	p.Description = signed("The error of every one of the %d readings, the settling camera included, lies between %+.2f and %+.2f K. The limits are at %.1f K to either side.",
		len(l.readings), lowest, highest, limit)
	p.XLabel, p.YLabel = "set point, °C", "reading less truth, K"
	p.xTicks(1, "%g")
	p.yTicks(niceStep(2*most), "%+.1f")
	p.level(limit, "limit")
	p.level(-limit, "limit")
	for i := range l.rooms {
		p.legend(i, fmt.Sprintf("room %g °C", float64(l.rooms[i].temperature)))
	}
	for i := range l.readings {
		r := &l.readings[i]
		room := l.roomAt(r)
		// Side by side, so that rooms do not hide one another.
		x := float64(r.Truth) + 0.6*((float64(room)+0.5)/float64(len(l.rooms))-0.5)
		p.mark(room, x, float64(r.Reading.Sub(r.Truth)))
	}
	return p
}

func (l *laboratory) roomAt(r *labReading) int {
	n := 0
	for i := range l.rooms {
		if l.rooms[i].from <= r.At {
			n = i
		}
	}
	return n
}

// offsetPlot draws what the reference says of the camera over time.
func (l *laboratory) offsetPlot() plot {
	low, high := math.Inf(1), math.Inf(-1)
	worst := 0.0
	for i := range l.offsets {
		o := &l.offsets[i]
		low = math.Min(low, math.Min(float64(o.seen), float64(o.truth)))
		high = math.Max(high, math.Max(float64(o.seen), float64(o.truth)))
		worst = math.Max(worst, math.Abs(float64(o.seen-o.truth)))
	}
	p := newPlot("offset", "Offset over time", span{0, l.elapsed.Minutes()}, span{low - 0.05*(high-low), high + 0.15*(high-low)})
	p.Description = signed("What is added to the camera's reading goes from %+.2f to %+.2f K. The simulation says what happened before the lens and its shading; the reference follows that within %.2f K, the moments after a correction included.", low, high, worst)
	p.XLabel, p.YLabel = "time, minutes", "offset, K"
	p.xTicks(niceStep(l.elapsed.Minutes()), "%g")
	p.yTicks(niceStep(1.2*(high-low)), "%+.2g")
	for _, at := range l.ffc {
		p.upright(at.Minutes(), "", "ffc")
	}
	for i := range l.rooms {
		p.upright(l.rooms[i].from.Minutes(), fmt.Sprintf("%g °C", float64(l.rooms[i].temperature)), "room")
		var seen, truth []plotPoint
		for k := range l.offsets {
			o := &l.offsets[k]
			if o.at < l.rooms[i].from || i+1 < len(l.rooms) && o.at >= l.rooms[i+1].from {
				continue
			}
			if n := len(seen); n > 0 && o.at.Minutes()-seen[n-1].x < l.elapsed.Minutes()/600 {
				continue
			}
			seen = append(seen, plotPoint{o.at.Minutes(), float64(o.seen)})
			truth = append(truth, plotPoint{o.at.Minutes(), float64(o.truth)})
		}
		p.line(truth, "truth")
		p.line(seen, "seen")
	}
	return p
}
