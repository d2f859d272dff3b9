package counts

import (
	"context"
	"slices"
	"testing"
	"time"
)

// undated reads what was counted without a date.
func undated(t *testing.T, s *Store) (n int64) {
	t.Helper()
	if err := s.db.QueryRow("SELECT pass + refer + unmeasured FROM undated").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestClock: what is counted while the clock cannot be trusted is kept apart and
// told; nothing is lost, and no day that is over changes.
func TestClock(t *testing.T) {
	ten := tuesday.Truncate(time.Hour)
	for _, x := range []struct {
		name    string
		now     time.Time
		undated bool
		hour    time.Time
	}{
		{"on time", tuesday.Add(time.Minute), false, ten.Add(time.Hour)},
		{"never set", time.Unix(0, 0), true, time.Time{}},
		{"before 1970", time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC), true, time.Time{}},
		{"set by the board to 2000", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), true, time.Time{}},
		{"a year back", tuesday.AddDate(-1, 0, 0).Add(30 * 24 * time.Hour), true, time.Time{}},
		{"a day back", tuesday.AddDate(0, 0, -1), true, time.Time{}},
		{"put right by an hour and a half", tuesday.Add(-90 * time.Minute), false, ten},
		{"a year ahead", tuesday.AddDate(1, 0, 0), false, ten.AddDate(1, 0, 0)},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := &clock{now: tuesday.AddDate(0, 0, -20)}
			dir := t.TempDir()
			s := open(t, Config{Dir: dir, Now: c.Now})
			write(t, s)
			c.now = tuesday
			add(t, s, Pass)
			write(t, s)
			c.now = x.now
			add(t, s, Refer, Refer)
			write(t, s)
			wantFaults := []string(nil)
			wantUndated := int64(0)
			if x.undated {
				wantFaults, wantUndated = []string{FaultClock}, 2
			}
			if got := s.Faults(); !slices.Equal(got, wantFaults) {
				t.Errorf("the faults are %v, want %v", got, wantFaults)
			}
			if got := undated(t, s); got != wantUndated {
				t.Errorf("%d without a date, want %d", got, wantUndated)
			}
			hours, err := s.Hours(context.Background(), time.Time{}, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			var pass, refer int64
			for _, h := range hours {
				pass += h.Pass
				refer += h.Refer
				if h.Refer > 0 && !h.Start.Equal(x.hour) {
					t.Errorf("counted in the hour of %v, want %v", h.Start, x.hour)
				}
			}
			if pass != 1 || refer+wantUndated != 2 {
				t.Errorf("%d passed, %d referred", pass, refer)
			}
			// The clock is set: the fault goes.
			c.now = tuesday.AddDate(2, 0, 0)
			write(t, s)
			if got := s.Faults(); len(got) != 0 {
				t.Errorf("the faults are %v after the clock was set", got)
			}
		})
	}
}

// TestDaylightSaving: in the night in which the clocks of Europe go back an hour
// is there twice and keeps two rows; in the one in which they go forward no row
// is empty or missing. Days have 24 hours.
func TestDaylightSaving(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("SKIPPED: no time zones here: %v", err)
	}
	for name, night := range map[string]time.Time{
		"back":    time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC), // 25 October, 00:00
		"forward": time.Date(2027, 3, 27, 23, 0, 0, 0, time.UTC),  // 28 March, 00:00
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{now: night.In(berlin)}
			s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
			fast(t, s)
			for range 2 * 5 {
				add(t, s, Pass)
				write(t, s)
				c.now = c.now.Add(30 * time.Minute)
			}
			hours, err := s.Hours(context.Background(), time.Time{}, time.Time{})
			if err != nil || len(hours) != 5 {
				t.Fatalf("%d hours, %v", len(hours), err)
			}
			for i, h := range hours {
				if !h.Start.Equal(night.Add(time.Duration(i)*time.Hour)) || h.Pass != 2 {
					t.Errorf("hour %d is %+v", i, h)
				}
			}
		})
	}
}
