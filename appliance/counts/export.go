package counts

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// rounding is the step of every number that is shown.
const rounding = 5

// Export writes the table that staff see, as CSV with a header line:
//
//	period,from,to,half_days,pass,refer,unmeasured,total
//
// period is half_day, day or rest_of_week; from (inclusive) and to (exclusive)
// are UTC times; half_days is how many half-days with the kiosk running the
// row adds up; pass, refer and unmeasured are rounded to 5, and total is the
// sum of these rounded numbers.
//
// No row stands on a number of 1 to K-1 people. A day shows as its half-days
// where every non-zero number of them is at least K, else as a whole day where
// its numbers are, and else not on its own: the days that do not show are
// added up to one rest_of_week row at the end of the week (Monday to Sunday),
// which shows where its numbers are large enough. What is never large enough
// is never shown.
//
// Every half-day is part of one row at most, and which one depends on its own
// day or week alone and is settled when that is over. So no two rows, and no
// two exports, have a difference that tells of fewer people. Days and weeks
// still running do not show; from and to (zero is no limit) choose among whole
// rows and never cut one.
func (s *Store) Export(ctx context.Context, w io.Writer, from, to time.Time) error {
	hours, err := s.Hours(ctx, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	// Errors of Write stay with the writer and are read at the end.
	_ = out.Write([]string{"period", "from", "to", "half_days", "pass", "refer", "unmeasured", "total"})
	for _, b := range publish(hours, int64(s.cfg.K), s.cfg.Now()) {
		if !from.IsZero() && b.from.Before(from) || !to.IsZero() && b.to.After(to) {
			continue
		}
		_ = out.Write(b.record())
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("cannot write the table of counts: %w", err)
	}
	return nil
}

// bucket is the tally of a span of time.
type bucket struct {
	period   string
	from, to time.Time
	halfDays int
	n        [verdicts]int64
}

func (b *bucket) add(c bucket) {
	b.halfDays += c.halfDays
	for i := range b.n {
		b.n[i] += c.n[i]
	}
}

// large says that no number is of 1 to k-1 people.
func (b *bucket) large(k int64) bool {
	for _, n := range b.n {
		if n != 0 && n < k {
			return false
		}
	}
	return true
}

func (b *bucket) record() []string {
	const layout = "2006-01-02T15:04Z"
	out := []string{b.period, b.from.Format(layout), b.to.Format(layout), strconv.Itoa(b.halfDays)}
	var total int64
	for _, n := range b.n {
		shown := rounded(n)
		total += shown
		out = append(out, strconv.FormatInt(shown, 10))
	}
	return append(out, strconv.FormatInt(total, 10))
}

// rounded returns the nearest multiple of [rounding], halves upwards.
func rounded(n int64) int64 { return (n + rounding/2) / rounding * rounding }

// day is a tally with that of its half-days.
type day struct {
	bucket
	halves []bucket
}

// publish returns the rows that may be shown at the time now, in the order of
// their days, a week's rest after its days. hours must be ascending.
func publish(hours []Hour, k int64, now time.Time) []bucket {
	var out []bucket
	var rest bucket
	finishWeek := func() {
		if rest.halfDays > 0 && !rest.to.After(now) && rest.large(k) {
			out = append(out, rest)
		}
	}
	for _, d := range days(hours) {
		if start := startOfWeek(d.from); start != rest.from {
			finishWeek()
			rest = bucket{period: "rest_of_week", from: start, to: start.AddDate(0, 0, 7)}
		}
		switch {
		case d.to.After(now): // still running
		case d.halvesLarge(k):
			out = append(out, d.halves...)
		case d.large(k):
			out = append(out, d.bucket)
		default:
			rest.add(d.bucket)
		}
	}
	finishWeek()
	return out
}

func (d *day) halvesLarge(k int64) bool {
	for i := range d.halves {
		if !d.halves[i].large(k) {
			return false
		}
	}
	return true
}

// days adds hours up to half-days, and half-days to days.
func days(hours []Hour) []day {
	const length = 12 * time.Hour
	var out []day
	for _, h := range hours {
		from := startOfDay(h.Start)
		if len(out) == 0 || out[len(out)-1].from != from {
			out = append(out, day{bucket: bucket{period: "day", from: from, to: from.Add(2 * length)}})
		}
		d := &out[len(out)-1]
		half := h.Start.UTC().Truncate(length)
		if len(d.halves) == 0 || d.halves[len(d.halves)-1].from != half {
			d.halves = append(d.halves, bucket{period: "half_day", from: half, to: half.Add(length), halfDays: 1})
			d.halfDays++
		}
		for _, b := range []*bucket{&d.bucket, &d.halves[len(d.halves)-1]} {
			b.n[0] += h.Pass
			b.n[1] += h.Refer
			b.n[2] += h.Unmeasured
		}
	}
	return out
}

// startOfDay is midnight UTC.
func startOfDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// startOfWeek is midnight UTC of the Monday on or before t.
func startOfWeek(t time.Time) time.Time {
	sinceMonday := (int(t.UTC().Weekday()) + 6) % 7
	return startOfDay(t).AddDate(0, 0, -sinceMonday)
}
