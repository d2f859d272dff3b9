package counts

import (
	"context"
	"fmt"
	"time"
)

// Hour is the tally of one hour.
type Hour struct {
	// Start is the full hour in UTC.
	Start                   time.Time
	Pass, Refer, Unmeasured int64
}

// Hours returns the hours that start in [from, to), oldest first. A zero from
// or to is no limit. What is not yet written is not in it. The numbers are
// exact and not for anybody's eyes: show [Store.Published].
func (s *Store) Hours(ctx context.Context, from, to time.Time) ([]Hour, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	db, err := s.reading()
	if err != nil {
		return nil, err
	}
	first, end := int64(0), int64(1)<<62
	if !from.IsZero() {
		first = hourOf(from.Add(time.Hour - 1))
	}
	if !to.IsZero() {
		end = hourOf(to.Add(time.Hour - 1))
	}
	rows, err := db.QueryContext(ctx, "SELECT hour, pass, refer, unmeasured FROM hours WHERE hour >= ? AND hour < ? ORDER BY hour", first, end)
	if err != nil {
		return nil, fmt.Errorf("cannot read the counts: %w", err)
	}
	defer rows.Close()
	var out []Hour
	for rows.Next() {
		var hour int64
		var h Hour
		if err := rows.Scan(&hour, &h.Pass, &h.Refer, &h.Unmeasured); err != nil {
			return nil, fmt.Errorf("cannot read the counts: %w", err)
		}
		h.Start = hourTime(hour)
		out = append(out, h)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read the counts: %w", err)
	}
	return out, nil
}

// hourOf counts whole hours since 1970 in UTC; a clock before that reads as 0.
func hourOf(t time.Time) int64 { return max(0, t.Unix()) / 3600 }

func hourTime(hour int64) time.Time { return time.Unix(hour*3600, 0).UTC() }
