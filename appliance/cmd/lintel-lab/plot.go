package main

import (
	"fmt"
	"math"
	"strings"
)

// The size of a plot and of the margins round it, in units of the drawing.
const (
	plotWidth, plotHeight                   = 720.0, 300.0
	plotLeft, plotRight, plotTop, plotBelow = 62.0, 12.0, 34.0, 44.0
)

// plot is a drawing, ready for the template: all places are in its units.
type plot struct {
	ID, Title, Description string
	XLabel, YLabel         string
	X, Y                   []plotTick
	Lines                  []plotLine
	Marks                  []plotMark
	Legend                 []plotMark

	across, up span
}

type (
	span      struct{ low, high float64 }
	plotPoint struct{ x, y float64 }
	plotTick  struct{ At, Text string }
	// plotLine is a line through points; Class is how it is drawn, Text stands
	// at its beginning.
	plotLine struct{ Class, Points, Text, X, Y string }
	// plotMark is a mark whose shape and colour tell the group.
	plotMark struct {
		Group      int
		X, Y, Text string
	}
)

func newPlot(id, title string, across, up span) plot {
	return plot{ID: id, Title: title, across: across, up: up}
}

func (p *plot) x(v float64) float64 {
	return plotLeft + (v-p.across.low)/(p.across.high-p.across.low)*(plotWidth-plotLeft-plotRight)
}

func (p *plot) y(v float64) float64 {
	return plotHeight - plotBelow - (v-p.up.low)/(p.up.high-p.up.low)*(plotHeight-plotTop-plotBelow)
}

func place(v float64) string { return fmt.Sprintf("%.1f", v) }

// niceStep returns the distance of some six ticks: 1, 2 or 5 times a power of
// ten.
func niceStep(length float64) float64 {
	raw := length / 6
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, f := range []float64{1, 2, 5} {
		if raw <= f*power {
			return f * power
		}
	}
	return 10 * power
}

func (s span) ticks(step float64) []float64 {
	var list []float64
	for n := math.Ceil(s.low / step); n*step <= s.high+step/1e6; n++ {
		list = append(list, n*step)
	}
	return list
}

func (p *plot) xTicks(step float64, format string) {
	for _, v := range p.across.ticks(step) {
		p.X = append(p.X, plotTick{place(p.x(v)), fmt.Sprintf(format, v)})
	}
}

func (p *plot) yTicks(step float64, format string) {
	for _, v := range p.up.ticks(step) {
		text := fmt.Sprintf(format, v)
		if v == 0 {
			text = "0"
		}
		p.Y = append(p.Y, plotTick{place(p.y(v)), signed("%s", text)})
	}
}

func (p *plot) line(points []plotPoint, class string) {
	var b strings.Builder
	for i, q := range points {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(place(p.x(q.x)) + "," + place(p.y(q.y)))
	}
	p.Lines = append(p.Lines, plotLine{Class: class, Points: b.String()})
}

// level draws a line across at v.
func (p *plot) level(v float64, class string) {
	p.line([]plotPoint{{p.across.low, v}, {p.across.high, v}}, class)
}

// upright draws a line from below to the top at v, with a text beside its top.
func (p *plot) upright(v float64, text, class string) {
	p.line([]plotPoint{{v, p.up.low}, {v, p.up.high}}, class)
	l := &p.Lines[len(p.Lines)-1]
	l.Text, l.X, l.Y = text, place(p.x(v)+4), place(plotTop+12)
}

// groups is how many shapes and colours the page has.
const groups = 3

func (p *plot) mark(group int, x, y float64) {
	p.Marks = append(p.Marks, plotMark{Group: group % groups, X: place(p.x(x)), Y: place(p.y(y))})
}

// legend names a group above the plot, the first ones side by side.
func (p *plot) legend(group int, text string) {
	if group >= groups {
		return
	}
	p.Legend = append(p.Legend, plotMark{group, place(plotLeft + 8 + 130*float64(group)), place(plotTop - 16), text})
}
