package counts

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// monday is the start of a week.
var monday = time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)

// fast does without waiting for the disk, which nobody cuts off here.
func fast(t *testing.T, s *Store) *Store {
	t.Helper()
	if _, err := s.db.Exec("PRAGMA synchronous = OFF"); err != nil {
		t.Fatal(err)
	}
	return s
}

// live runs a store through days: it writes in each hour what at returns, and
// at the end of the last day in the next.
func live(t *testing.T, s *Store, c *clock, days int, at func(day, hour int) tally) {
	t.Helper()
	fast(t, s)
	for day := range days {
		for hour := range 24 {
			c.now = monday.Add(time.Duration(24*day+hour) * time.Hour)
			n := at(day, hour)
			for i := range n {
				s.pending[i].Add(n[i])
			}
			if err := s.write(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.now = monday.AddDate(0, 0, days)
	if err := s.write(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func export(t *testing.T, s *Store, from, to time.Time) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Export(context.Background(), &out, from, to); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const header = "outcome,from,to,visits\n"

func TestExport(t *testing.T) {
	c := &clock{now: monday}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	visits := map[[2]int]tally{
		{0, 8}: {20, 3}, {0, 9}: {21, 4, 1}, {0, 17}: {3, 1, 1}, // Monday
		{1, 8}: {4}, {1, 9}: {2, 0, 1}, // Tuesday
		{2, 8}: {1, 0, 1}, // Wednesday
		{3, 8}: {9, 0, 1}, // Thursday
	}
	live(t, s, c, 4, func(day, hour int) tally { return visits[[2]int{day, hour}] })
	const (
		monday1   = "pass,2026-11-16T00:00Z,2026-11-16T09:00Z,20\n"
		monday2   = "pass,2026-11-16T09:00Z,2026-11-17T00:00Z,25\n" // the last visits belong to it
		tuesday   = "pass,2026-11-17T00:00Z,2026-11-18T00:00Z,5\n"
		wednesday = "pass,2026-11-18T00:00Z,2026-11-20T00:00Z,10\n" // with Thursday
		refers    = "refer,2026-11-16T00:00Z,2026-11-17T00:00Z,10\n"
		none      = "unmeasured,2026-11-16T00:00Z,2026-11-20T00:00Z,5\n"
	)
	all := time.Time{}
	for _, x := range []struct {
		name     string
		from, to time.Time
		want     string
	}{
		{"whole", all, all, monday1 + monday2 + tuesday + wednesday + refers + none},
		{"limits never cut a row", monday.Add(time.Hour), monday.Add(71 * time.Hour), monday2 + tuesday},
		{"limits at the edges", monday, monday.AddDate(0, 0, 4), monday1 + monday2 + tuesday + wednesday + refers + none},
		{"nothing", monday.AddDate(0, 0, 4), all, ""},
	} {
		if diff := cmp.Diff(header+x.want, export(t, s, x.from, x.to)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", x.name, diff)
		}
	}
}

// TestADayThatRunsIsNotShown: nor is it when the clock says that it is over
// and nothing was written since.
func TestADayThatRunsIsNotShown(t *testing.T) {
	c := &clock{now: monday.Add(8 * time.Hour)}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	s.pending[0].Store(100)
	write(t, s)
	c.now = monday.AddDate(0, 0, 3)
	if got := export(t, s, time.Time{}, time.Time{}); got != header {
		t.Errorf("shown is %q", got)
	}
	write(t, s)
	if got := export(t, s, time.Time{}, time.Time{}); got == header {
		t.Error("a day that is over is not shown")
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
	if err := s.ExportChecks(context.Background(), brokenMedium{}); !errors.Is(err, errMedium) {
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

// TestRetention: hours go after their time and days after theirs, what was
// shown of hours is then shown of days, and the rest stays as it was.
func TestRetention(t *testing.T) {
	c := &clock{now: monday}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now, HoursFor: 2, DaysFor: 31})
	live(t, s, c, 40, func(_, hour int) tally {
		if hour == 8 || hour == 15 {
			return tally{12}
		}
		return tally{}
	})
	for query, want := range map[string]int64{
		"SELECT min(hour) FROM hours":                  hourOf(monday.AddDate(0, 0, 38)),
		"SELECT min(day) FROM days":                    hourOf(monday.AddDate(0, 0, 9)) / 24,
		"SELECT sum(pass) FROM days":                   31 * 24,
		"SELECT min(first) FROM spans WHERE whole":     hourOf(monday.AddDate(0, 0, 9)),
		"SELECT count(*) FROM spans WHERE whole":       31,
		"SELECT count(*) FROM spans WHERE not whole":   4,
		"SELECT min(first) FROM spans WHERE not whole": hourOf(monday.AddDate(0, 0, 38)),
	} {
		var got int64
		if err := s.db.QueryRow(query).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %d, %v; want %d", query, got, err, want)
		}
	}
	rows, err := s.Published(context.Background(), time.Time{}, time.Time{})
	if err != nil || len(rows) != 29+4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i := 1; i < len(rows); i++ {
		if !rows[i].From.Equal(rows[i-1].To) {
			t.Errorf("%v does not follow %v", rows[i], rows[i-1])
		}
	}
}

// TestAClockSetAheadDropsNothing for some days, for years.
func TestAClockSetAheadDropsNothing(t *testing.T) {
	c := &clock{now: monday}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	live(t, s, c, 3, func(_, _ int) tally { return tally{10} })
	for range steadyDays - 1 {
		c.now = c.now.AddDate(5, 0, 0)
		write(t, s)
	}
	var hours, pass int64
	if err := s.db.QueryRow("SELECT count(*), sum(pass) FROM hours").Scan(&hours, &pass); err != nil {
		t.Fatal(err)
	}
	if hours < 3*24 || pass != 3*24*10 {
		t.Errorf("%d hours with %d visits are left", hours, pass)
	}
}

// TestK: another k holds for the days from then on and changes nothing that
// was shown.
func TestK(t *testing.T) {
	c := &clock{now: monday}
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Now: c.Now, K: 3})
	day := func(_, hour int) tally {
		if hour >= 8 && hour < 12 {
			return tally{3}
		}
		return tally{}
	}
	live(t, s, c, 1, day)
	before := export(t, s, time.Time{}, time.Time{})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, Config{Dir: dir, Now: c.Now, K: 20})
	if got := export(t, s, time.Time{}, time.Time{}); got != before {
		t.Errorf("with another k the table is\n%s, was\n%s", got, before)
	}
	c.now = monday.AddDate(0, 0, 1).Add(8 * time.Hour)
	s.pending[0].Store(19)
	write(t, s)
	c.pass(24 * time.Hour)
	write(t, s)
	if got := export(t, s, time.Time{}, time.Time{}); got != before {
		t.Errorf("19 visits are shown with k = 20:\n%s", got)
	}
}

// TestOutcomesDoNotKnowOfEachOther: the rows of an outcome are the same,
// whatever the others do, and so are told apart from them by nothing.
func TestOutcomesDoNotKnowOfEachOther(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rows := func(visits []tally, only Outcome) (out []Row) {
		c := &clock{now: monday}
		s := fast(t, open(t, Config{Dir: t.TempDir(), Now: c.Now}))
		for _, n := range visits {
			for i := range outcomes {
				if only == OutcomeUnknown || int(only-Pass) == i {
					s.pending[i].Add(n[i])
				}
			}
			write(t, s)
			c.pass(7 * time.Hour)
		}
		all, err := s.Published(context.Background(), time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.Visits == 0 || r.Visits%rounding != 0 {
				t.Fatalf("%+v is shown", r)
			}
			if only == OutcomeUnknown || r.Outcome == only {
				out = append(out, r)
			}
		}
		return out
	}
	for range 6 {
		visits := make([]tally, 16)
		for i := range visits {
			for o := range visits[i] {
				visits[i][o] = max(0, random.Int64N(12)-4)
			}
		}
		together := rows(visits, OutcomeUnknown)
		var alone []Row
		for o := Pass; o <= NotDone; o++ {
			alone = append(alone, rows(visits, o)...)
		}
		if diff := cmp.Diff(together, alone); diff != "" || len(alone) == 0 {
			t.Fatalf("alone (+) the rows differ from those together (-):\n%s", diff)
		}
	}
}
