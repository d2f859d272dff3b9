package counts

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// monday is the start of a week.
var monday = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

func hour(day, hour int, n ...int64) Hour {
	return Hour{monday.Add(time.Duration(24*day+hour) * time.Hour), n[0], n[1], n[2]}
}

func fill(t *testing.T, s *Store, hours []Hour) {
	t.Helper()
	for _, h := range hours {
		if _, err := s.db.Exec("INSERT INTO hours (hour, pass, refer, unmeasured, turn) VALUES (?, ?, ?, ?, 0)", hourOf(h.Start), h.Pass, h.Refer, h.Unmeasured); err != nil {
			t.Fatal(err)
		}
	}
}

const header = "period,from,to,half_days,pass,refer,unmeasured,total\n"

func TestExport(t *testing.T) {
	c := &clock{now: monday.AddDate(0, 0, 7)}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	fill(t, s, []Hour{
		hour(0, 8, 20, 3, 0), hour(0, 9, 21, 4, 0), hour(0, 13, 33, 5, 6), // both halves large enough
		hour(1, 8, 20, 2, 0), hour(1, 14, 22, 3, 0), // the day is
		hour(2, 8, 40, 1, 0), hour(2, 14, 41, 0, 0), // not on its own
		hour(3, 8, 44, 4, 0), // not on its own
		hour(4, 8, 0, 0, 0),  // nobody
	})
	export := func(from, to time.Time) string {
		t.Helper()
		var out bytes.Buffer
		if err := s.Export(context.Background(), &out, from, to); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	const (
		monday1  = "half_day,2026-11-16T00:00Z,2026-11-16T12:00Z,1,40,5,0,45\n"
		monday2  = "half_day,2026-11-16T12:00Z,2026-11-17T00:00Z,1,35,5,5,45\n"
		tuesday  = "day,2026-11-17T00:00Z,2026-11-18T00:00Z,2,40,5,0,45\n"
		friday   = "half_day,2026-11-20T00:00Z,2026-11-20T12:00Z,1,0,0,0,0\n"
		restWeek = "rest_of_week,2026-11-16T00:00Z,2026-11-23T00:00Z,3,125,5,0,130\n"
	)
	none := time.Time{}
	for _, x := range []struct {
		name     string
		now      int // days since Monday
		from, to time.Time
		want     string
	}{
		{"whole", 7, none, none, header + monday1 + monday2 + tuesday + friday + restWeek},
		{"week still running", 6, none, none, header + monday1 + monday2 + tuesday + friday},
		{"day still running", 1, none, none, header + monday1 + monday2},
		{"limits never cut a row", 7, monday.Add(time.Hour), monday.Add(40 * time.Hour), header + monday2},
		{"limits at the edges", 7, monday, monday.AddDate(0, 0, 7), header + monday1 + monday2 + tuesday + friday + restWeek},
		{"nothing", 0, none, none, header},
	} {
		c.now = monday.AddDate(0, 0, x.now)
		if diff := cmp.Diff(x.want, export(x.from, x.to)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", x.name, diff)
		}
	}
}

type brokenMedium struct{}

var errMedium = errors.New("medium pulled out")

func (brokenMedium) Write([]byte) (int, error) { return 0, errMedium }

func TestExportTellsOfABrokenMedium(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	if err := s.Export(context.Background(), brokenMedium{}, time.Time{}, time.Time{}); !errors.Is(err, errMedium) {
		t.Errorf("error %v", err)
	}
}

func TestRounded(t *testing.T) {
	for n, want := range map[int64]int64{0: 0, 3: 5, 5: 5, 7: 5, 8: 10, 12: 10, 13: 15, 1001: 1000} {
		if got := rounded(n); got != want {
			t.Errorf("rounded(%d) = %d, want %d", n, got, want)
		}
	}
}

var anyHours = rapid.Custom(func(t *rapid.T) []Hour {
	few := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 3), rapid.Int64Range(0, 40))
	var out []Hour
	at := monday.Add(time.Duration(rapid.IntRange(0, 200).Draw(t, "start")) * time.Hour)
	for range rapid.IntRange(0, 60).Draw(t, "hours") {
		out = append(out, Hour{at, few.Draw(t, "pass"), few.Draw(t, "refer"), few.Draw(t, "unmeasured")})
		at = at.Add(time.Duration(rapid.IntRange(1, 30).Draw(t, "gap")) * time.Hour)
	}
	return out
})

// TestNoSmallNumberIsShown: every number that is shown is 0 or stands on at
// least k people, and totals are sums of what is shown.
func TestNoSmallNumberIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.Int64Range(3, 20).Draw(t, "k")
		for _, b := range publish(anyHours.Draw(t, "hours"), k, monday.AddDate(1, 0, 0)) {
			var total int64
			record := b.record()
			for i, n := range b.n {
				if n != 0 && n < k {
					t.Fatalf("a row on %d people: %+v", n, b)
				}
				shown, err := strconv.ParseInt(record[4+i], 10, 64)
				if err != nil || shown%rounding != 0 || (shown == 0) != (n == 0) {
					t.Fatalf("%d is shown as %q", n, record[4+i])
				}
				total += shown
			}
			if record[7] != strconv.FormatInt(total, 10) {
				t.Fatalf("total %s of %v", record[7], record)
			}
		}
	})
}

// TestRowsNeverOverlap: every hour is in one row at most, so that no two rows
// have a difference; what is shown adds up to no more than there was.
func TestRowsNeverOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := anyHours.Draw(t, "hours")
		rows := publish(hours, 5, monday.AddDate(1, 0, 0))
		var there, shown [verdicts]int64
		for _, h := range hours {
			there[0] += h.Pass
			there[1] += h.Refer
			there[2] += h.Unmeasured
		}
		for i, b := range rows {
			for j := range shown {
				shown[j] += b.n[j]
			}
			for _, other := range rows[:i] {
				if b.period != "rest_of_week" && other.period != "rest_of_week" && b.from.Before(other.to) && other.from.Before(b.to) {
					t.Fatalf("%+v and %+v overlap", other, b)
				}
			}
		}
		for j := range shown {
			if shown[j] > there[j] {
				t.Fatalf("%d shown of %d", shown[j], there[j])
			}
		}
	})
}

// TestLaterExportsOnlyAdd: a row that was shown once stays the same, whatever
// comes after it. A table that changes would tell by its difference.
func TestLaterExportsOnlyAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours := anyHours.Draw(t, "hours")
		now := monday.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "now")) * time.Hour)
		var sofar []Hour
		for _, h := range hours {
			if h.Start.Before(now) {
				sofar = append(sofar, h)
			}
		}
		later := map[string]bool{}
		for _, b := range publish(hours, 5, monday.AddDate(1, 0, 0)) {
			later[line(b.record())] = true
		}
		for _, b := range publish(sofar, 5, now) {
			if !later[line(b.record())] {
				t.Fatalf("%+v is gone later", b)
			}
		}
	})
}

func line(record []string) string {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	_ = w.Write(record)
	w.Flush()
	return out.String()
}
