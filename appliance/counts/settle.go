package counts

import (
	"context"
	"database/sql"
	"slices"
)

// rounding is the step of every number that is shown.
const rounding = 5

// rounded returns the nearest multiple of [rounding], halves upwards.
func rounded(n int64) int64 { return (n + rounding/2) / rounding * rounding }

// point is how often an outcome came in an hour or on a day.
type point struct{ at, n int64 }

// part is a span of hours with the visits in it.
type part struct{ first, beyond, n int64 }

// cut merges hours, which must be ascending, to parts of at least k visits
// each that fill from first to beyond. An hour that reaches k ends a part; what
// is left at the end belongs to the last part. Without k visits there is none.
//
// What anybody can conclude from the parts, their numbers exact, is that the
// visits of a part came in its last hour, or in any hour of the last part: for
// no hour is it certain that it had 1 to k-1.
func cut(hours []point, first, beyond, k int64) []part {
	var parts []part
	var sum int64
	for _, h := range hours {
		if sum += h.n; sum >= k {
			parts = append(parts, part{first, h.at + 1, sum})
			first, sum = h.at+1, 0
		}
	}
	if last := len(parts) - 1; last >= 0 {
		parts[last].beyond = beyond
		parts[last].n += sum
	}
	return parts
}

// settle makes what staff see of the days before today that are not settled,
// and drops what is too old. It runs with the first writing of a day.
func (s *Store) settle(ctx context.Context, tx *sql.Tx, today int64) error {
	open, err := points(ctx, tx, "SELECT day, 0 FROM days WHERE settled = 0 AND day < ? ORDER BY day", today)
	if err != nil || len(open) == 0 {
		return err
	}
	for _, day := range open {
		for o := Pass; o <= NotDone; o++ {
			if err := s.settleOutcome(ctx, tx, o, day.at); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "UPDATE days SET settled = 1 WHERE day = ?", day.at); err != nil {
			return err
		}
	}
	return s.drop(ctx, tx)
}

// settleOutcome ends a span of whole days with the given day where one outcome
// has at least k visits since the last one. Each outcome has spans of its own:
// rows of several numbers would tell of a small one by the sum they reach.
func (s *Store) settleOutcome(ctx context.Context, tx *sql.Tx, o Outcome, day int64) error {
	days, err := points(ctx, tx, "SELECT day, "+o.String()+" FROM days WHERE day <= ? AND day * 24 >= (SELECT coalesce(max(beyond), 0) FROM spans WHERE outcome = ? AND whole) ORDER BY day", day, o)
	if err != nil || len(days) == 0 {
		return err
	}
	hours, err := points(ctx, tx, "SELECT hour, "+o.String()+" FROM hours WHERE hour >= ? AND hour < ? ORDER BY hour", days[0].at*24, (day+1)*24)
	if err != nil {
		return err
	}
	whole, parts := publish(days, hours, int64(s.cfg.K))
	for _, p := range whole {
		if err := keep(ctx, tx, o, true, p); err != nil {
			return err
		}
	}
	for _, p := range parts {
		if err := keep(ctx, tx, o, false, p); err != nil {
			return err
		}
	}
	return nil
}

// publish decides what is shown of an outcome when the last of days is over.
// days are those since the last whole span, hours all their hours that are
// still kept. There is one whole span or none; its parts are left out where
// they would tell no more, or the hours of a day are gone. (Whether the hours
// hold all the visits must not matter: that would tell of the others.)
func publish(days, hours []point, k int64) (whole, parts []part) {
	sum := total(days)
	if sum < k {
		return nil, nil
	}
	all := part{days[0].at * 24, (days[len(days)-1].at + 1) * 24, sum}
	parts = cut(hours, all.first, all.beyond, k)
	if !covered(days, hours) || len(parts) < 2 {
		parts = nil
	}
	return []part{all}, parts
}

// covered says that each of the days has hours, as every day has on which the
// kiosk ran.
func covered(days, hours []point) bool {
	have := map[int64]bool{}
	for _, h := range hours {
		have[h.at/24] = true
	}
	return len(have) == len(days)
}

func keep(ctx context.Context, tx *sql.Tx, o Outcome, whole bool, p part) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO spans (outcome, whole, first, beyond, shown) VALUES (?, ?, ?, ?, ?)", o, whole, p.first, p.beyond, rounded(p.n))
	return err
}

// steadyDays is how many days the kiosk must have run before a jump of the
// clock lets anything grow too old: a clock set wrong for less drops nothing.
const steadyDays = 7

// drop deletes hours and days that are too old, and what was shown of them.
func (s *Store) drop(ctx context.Context, tx *sql.Tx) error {
	newest, err := points(ctx, tx, "SELECT day, 0 FROM days ORDER BY day DESC LIMIT ?", steadyDays+1)
	if err != nil || len(newest) == 0 {
		return err
	}
	today := min(newest[0].at, newest[len(newest)-1].at+steadyDays)
	hours, days := today-int64(s.cfg.HoursFor), today-int64(s.cfg.DaysFor)
	for _, statement := range []struct {
		text   string
		oldest int64
	}{
		{"DELETE FROM hours WHERE hour < ?", hours * 24},
		{`DELETE FROM spans WHERE NOT whole AND EXISTS (SELECT 1 FROM spans AS w
			WHERE w.whole AND w.outcome = spans.outcome AND w.first <= spans.first AND w.beyond >= spans.beyond AND w.first < ?)`, hours * 24},
		{"DELETE FROM days WHERE day < ?", days},
		{"DELETE FROM spans WHERE beyond <= ?", days * 24},
	} {
		if _, err := tx.ExecContext(ctx, statement.text, statement.oldest); err != nil {
			return err
		}
	}
	return nil
}

func total(points []point) (n int64) {
	for _, p := range points {
		n += p.n
	}
	return n
}

// points reads two columns of integers.
func points(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]point, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []point
	for rows.Next() {
		var p point
		if err := rows.Scan(&p.at, &p.n); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return slices.Clip(out), rows.Err()
}
