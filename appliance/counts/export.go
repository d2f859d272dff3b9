package counts

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Row says that about so many visits ended so in a span of time. It is all
// that anybody is shown of the counts.
type Row struct {
	Outcome Outcome
	// From (inclusive) and To (exclusive) are full hours in UTC.
	From, To time.Time
	// Visits is a multiple of 5 that stands on at least K visits.
	Visits int64
}

// Published returns the rows that may be shown, by outcome and then by time.
// Page, CSV and QR show these rows or sums of them, and nothing else of the
// counts.
//
// Every outcome has rows of its own. A row is a number of whole days that came
// to at least K visits together, and as long as hours are kept it shows as its
// parts, each of at least K visits. Rows of an outcome follow one another
// without overlap. They are made when a day is over and never change, so two
// views at two times have no difference that tells more. A day is over when
// the kiosk has written in a later one. from and to (zero is no limit) choose
// among whole rows and never cut one.
//
// Errors: [ErrClosed], or SQLite's.
func (s *Store) Published(ctx context.Context, from, to time.Time) ([]Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	db, err := s.reading()
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT outcome, first, beyond, shown FROM spans AS s
		WHERE NOT whole OR NOT EXISTS (SELECT 1 FROM spans AS p
			WHERE p.outcome = s.outcome AND NOT p.whole AND p.first >= s.first AND p.beyond <= s.beyond)
		ORDER BY outcome, first`)
	if err != nil {
		return nil, fmt.Errorf("cannot read the counts: %w", err)
	}
	defer rows.Close()
	var out []Row
	for rows.Next() {
		var r Row
		var first, beyond int64
		if err := rows.Scan(&r.Outcome, &first, &beyond, &r.Visits); err != nil {
			return nil, fmt.Errorf("cannot read the counts: %w", err)
		}
		r.From, r.To = hourTime(first), hourTime(beyond)
		if (from.IsZero() || !r.From.Before(from)) && (to.IsZero() || !r.To.After(to)) {
			out = append(out, r)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read the counts: %w", err)
	}
	return out, nil
}

// timeLayout is how tables write a full hour in UTC.
const timeLayout = "2006-01-02T15:04Z"

// Export writes what [Store.Published] returns as CSV with a header line:
//
//	outcome,from,to,visits
//
// outcome is pass, refer, unmeasured, cleared, confirmed or not_done.
func (s *Store) Export(ctx context.Context, w io.Writer, from, to time.Time) error {
	rows, err := s.Published(ctx, from, to)
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	// Errors of Write stay with the writer and are read at the end.
	_ = out.Write([]string{"outcome", "from", "to", "visits"})
	for _, r := range rows {
		_ = out.Write([]string{r.Outcome.String(), r.From.Format(timeLayout), r.To.Format(timeLayout), strconv.FormatInt(r.Visits, 10)})
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("cannot write the table of counts: %w", err)
	}
	return nil
}
