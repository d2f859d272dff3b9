package score

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes the report as one indented JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("cannot write the score: %w", err)
	}
	return nil
}

// Write writes the report as tables for people.
func (r *Report) Write(w io.Writer) error {
	var b strings.Builder
	r.writeTargets(&b)
	r.writeFigures(&b)
	r.writeClasses(&b)
	r.writeClips(&b)
	r.writeWorst(&b)
	r.writeSpent(&b)
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, "\nnot replayed: %s\n", strings.Join(r.Missing, ", "))
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(&b, "\nnot labelled: %s\n", strings.Join(r.Unknown, ", "))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("cannot write the score: %w", err)
	}
	return nil
}

func (r *Report) writeTargets(b *strings.Builder) {
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "asked\t\tgot\t")
	for _, t := range r.Targets {
		met := "met"
		if !t.Met {
			met = "NOT MET"
		}
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%s\t%s\n", t.Figure, t.Asked, t.Got, met)
	}
	_ = tab.Flush()
	b.WriteString("\n")
}

func (r *Report) writeFigures(b *strings.Builder) {
	t := r.Total
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	row := func(name, value string) { _, _ = fmt.Fprintf(tab, "%s\t%s\n", name, value) }
	row("recordings scored", fmt.Sprintf("%d of %d", len(r.Clips), len(r.Clips)+len(r.Missing)))
	row("annotated frames", fmt.Sprint(t.LabelledFrames))
	row("reference within 2 px", t.Reference.String())
	row("false references", fmt.Sprint(t.FalseReferences))
	row("usable frontal faces found", t.Faces.String())
	row("  and called usable", t.FacesUsable.String())
	row("faces found in any pose", t.AnyPose.String())
	row("false faces", fmt.Sprintf("%d (%.3f a frame)", t.FalseFaces, t.FalseFacesPerFrame))
	row("forehead centre inside, usable frontal faces", t.UsableForeheads.String())
	row("  in any pose", t.Foreheads.String())
	row("forehead overlap, median, usable frontal faces", ratio(t.UsableMedianIoU))
	row("  in any pose", ratio(t.MedianIoU))
	row("wrongly usable", fmt.Sprint(t.WronglyUsable))
	row("bare visits", t.Bare.String())
	row("partly covered visits", t.Partly.String())
	row("covered visits", t.Covered.String())
	row("  and told so", t.CoveredTold.String())
	for _, n := range slices.Sorted(maps.Keys(r.Several)) {
		row(fmt.Sprintf("bare visits, %d people screened", n), r.Several[n].String())
	}
	row("verdicts", fmt.Sprintf("%d, %d of them stray", t.Verdicts, t.Stray))
	row("seconds to a verdict, median", seconds(t.MedianSeconds))
	row("  95th percentile", seconds(t.P95Seconds))
	row("files with one person screened", r.Single.String())
	row("files with nobody screened, with a verdict", r.Nobody.String())
	row("files without a visit, with a verdict", r.NoVisit.String())
	_ = tab.Flush()
}

func (r *Report) writeClasses(b *strings.Builder) {
	b.WriteString("\n")
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "class\tusable\tcalled usable\tany pose\tforehead\toverlap\twrongly usable")
	for _, name := range slices.Sorted(maps.Keys(r.Classes)) {
		c := r.Classes[name]
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n", name,
			c.Faces.short(), c.FacesUsable.short(), c.AnyPose.short(), c.Foreheads.short(), ratio(c.MedianIoU), c.WronglyUsable)
	}
	_ = tab.Flush()
}

func (r *Report) writeWorst(b *strings.Builder) {
	if len(r.Worst) == 0 {
		return
	}
	b.WriteString("\n")
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "worst\trecording\tframe\toverlap\tdetail")
	for _, c := range r.Worst {
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%d\t%s\t%s\n", c.Fault, c.Clip, c.Frame, ratio(c.IoU), c.Detail)
	}
	_ = tab.Flush()
}

func (r *Report) writeClips(b *strings.Builder) {
	b.WriteString("\n")
	tab := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "recording\tscreened\tvisits\tverdicts\tstray\tseconds\treference\tfaces\tfalse\tforehead\twrongly usable")
	for _, c := range r.Clips {
		f := c.Figures
		scanned := "?"
		if c.Scanned != nil {
			scanned = fmt.Sprint(*c.Scanned)
		}
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\t%d\t%s\t%d\n", c.Clip, scanned, c.Visits, f.Verdicts, f.Stray,
			seconds(f.MedianSeconds), f.Reference.short(), f.Faces.short(), f.FalseFaces, f.Foreheads.short(), f.WronglyUsable)
	}
	_ = tab.Flush()
}

// String writes "95.0 % (19 of 20)".
func (s Share) String() string {
	p, ok := s.Percent()
	if !ok {
		return "none to score"
	}
	return fmt.Sprintf("%.1f %% (%d of %d)", p, s.N, s.Of)
}

func (s Share) short() string {
	if s.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d/%d", s.N, s.Of)
}

// String writes "13: 9 decided once, 1 more than once, 3 never (2 unmeasured)".
func (v VisitFigures) String() string {
	return fmt.Sprintf("%d: %d decided once, %d more than once, %d never (%d unmeasured)", v.Of, v.Once, v.More, v.Never, v.Unmeasured)
}

func ratio(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.3f", *v)
}

func seconds(s *float64) string {
	if s == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *s)
}
