package counts

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
)

// checks is the tally of the second checks of a span of whole months.
type checks struct {
	from, to time.Time
	// cleared, confirmed, not done; and those who were passed and referred.
	n              [outcomes - verdicts]int64
	passed, refers int64
}

// ExportChecks writes what came of the second checks, as CSV with a header
// line:
//
//	from,to,cleared,confirmed,not_done,confirmed_share,low,high,referred_share
//
// from (inclusive) and to (exclusive) are UTC times; the three numbers are
// rounded to 5. confirmed_share is the measured predictive value of a REFER:
// of those checked, the share whose fever was confirmed, with its 95 % Wilson
// interval; referred_share is the share of those measured who were referred,
// whose drift from row to row tells of a kiosk that has changed. All shares are
// of rounded numbers, and empty where nobody was counted.
//
// A row is one month, or as many in a row as it takes for no number in it to
// be of 1 to K-1 people. Months still running, and a last span that is too
// small, do not show. As a span is settled once it is over, rows never overlap
// and no two exports differ by fewer people.
func (s *Store) ExportChecks(ctx context.Context, w io.Writer) error {
	months, err := s.months(ctx)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	// Errors of Write stay with the writer and are read at the end.
	_ = out.Write([]string{"from", "to", "cleared", "confirmed", "not_done", "confirmed_share", "low", "high", "referred_share"})
	for _, c := range publishChecks(months, int64(s.cfg.K), s.cfg.Now()) {
		_ = out.Write(c.record())
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("cannot write the table of second checks: %w", err)
	}
	return nil
}

// months reads the tallies of every month with the kiosk running.
func (s *Store) months(ctx context.Context) ([]checks, error) {
	if s.closed.Load() {
		return nil, ErrClosed
	}
	rows, err := s.db.QueryContext(ctx, "SELECT hour, pass, refer, cleared, confirmed, not_done FROM hours ORDER BY hour")
	if err != nil {
		return nil, fmt.Errorf("cannot read the second checks: %w", err)
	}
	defer rows.Close()
	var out []checks
	for rows.Next() {
		var hour int64
		var h checks
		if err := rows.Scan(&hour, &h.passed, &h.refers, &h.n[0], &h.n[1], &h.n[2]); err != nil {
			return nil, fmt.Errorf("cannot read the second checks: %w", err)
		}
		at := time.Unix(hour*3600, 0).UTC()
		h.from = time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
		h.to = h.from.AddDate(0, 1, 0)
		if last := len(out) - 1; last >= 0 && out[last].from.Equal(h.from) {
			out[last].add(h)
		} else {
			out = append(out, h)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read the second checks: %w", err)
	}
	return out, nil
}

// add takes in a later span.
func (c *checks) add(later checks) {
	c.to = later.to
	c.passed += later.passed
	c.refers += later.refers
	for i := range c.n {
		c.n[i] += later.n[i]
	}
}

// large says that no number is of 1 to k-1 people.
func (c *checks) large(k int64) bool {
	for _, n := range append([]int64{c.passed, c.refers}, c.n[:]...) {
		if n != 0 && n < k {
			return false
		}
	}
	return true
}

// publishChecks returns the rows that may be shown at the time now. months
// must be ascending.
func publishChecks(months []checks, k int64, now time.Time) []checks {
	var out []checks
	open := false
	var span checks
	for _, m := range months {
		if m.to.After(now) {
			break
		}
		if open {
			span.add(m)
		} else {
			span, open = m, true
		}
		if span.large(k) {
			out = append(out, span)
			open = false
		}
	}
	return out
}

func (c *checks) record() []string {
	const layout = "2006-01-02T15:04Z"
	out := []string{c.from.Format(layout), c.to.Format(layout)}
	for _, n := range c.n {
		out = append(out, strconv.FormatInt(rounded(n), 10))
	}
	cleared, confirmed := float64(rounded(c.n[0])), float64(rounded(c.n[1]))
	passed, referred := float64(rounded(c.passed)), float64(rounded(c.refers))
	low, high := wilson(confirmed, cleared+confirmed)
	return append(out, share(confirmed/(cleared+confirmed)), share(low), share(high), share(referred/(passed+referred)))
}

func share(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}

// wilson is the 95 % score interval of hits out of n (E. B. Wilson, J. Am.
// Stat. Assoc. 22, 1927, p. 209); NaN for nobody.
func wilson(hits, n float64) (low, high float64) {
	const z = 1.959964
	p := hits / n
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return math.Max(0, centre-half), math.Min(1, centre+half)
}
