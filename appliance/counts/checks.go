package counts

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// ExportChecks writes what came of the second checks, as CSV with a header
// line:
//
//	month,pass,refer,cleared,confirmed,not_done,confirmed_share,low,high,referred_share
//
// month is in UTC; the five numbers are the sums of the rows of
// [Store.Published] that end in it, and nothing else. confirmed_share is the
// measured predictive value of a REFER: of those checked, the share whose fever
// was confirmed, with its 95 % Wilson interval; referred_share is the share of
// those measured who were referred, whose drift from month to month tells of a
// kiosk that has changed. Shares are empty where nobody is shown.
func (s *Store) ExportChecks(ctx context.Context, w io.Writer) error {
	rows, err := s.Published(ctx, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	months := map[string]tally{}
	for _, r := range rows {
		month := r.To.Add(-time.Second).Format("2006-01")
		n := months[month]
		n[r.Outcome-Pass] += r.Visits
		months[month] = n
	}
	out := csv.NewWriter(w)
	// Errors of Write stay with the writer and are read at the end.
	_ = out.Write([]string{"month", "pass", "refer", "cleared", "confirmed", "not_done", "confirmed_share", "low", "high", "referred_share"})
	for _, month := range slices.Sorted(maps.Keys(months)) {
		_ = out.Write(checksRecord(month, months[month]))
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("cannot write the table of second checks: %w", err)
	}
	return nil
}

func checksRecord(month string, n tally) []string {
	of := func(o Outcome) float64 { return float64(n[o-Pass]) }
	out := []string{month}
	for _, o := range []Outcome{Pass, Refer, Cleared, Confirmed, NotDone} {
		out = append(out, strconv.FormatInt(n[o-Pass], 10))
	}
	checked := of(Cleared) + of(Confirmed)
	low, high := wilson(of(Confirmed), checked)
	return append(out, share(of(Confirmed)/checked), share(low), share(high), share(of(Refer)/(of(Pass)+of(Refer))))
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
