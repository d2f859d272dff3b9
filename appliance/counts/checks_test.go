package counts

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func exportChecks(t *testing.T, s *Store) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.ExportChecks(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExportChecks(t *testing.T) {
	c := &clock{now: time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	month := func(n ...int) {
		t.Helper()
		for i, count := range n {
			for range count {
				add(t, s, Outcome(i+1))
			}
		}
		write(t, s)
		c.now = c.now.AddDate(0, 1, 0)
	}
	month(80, 21, 3, 16, 5, 0) // January
	month(90, 9, 0, 8, 1, 0)   // one confirmed: not on its own
	month(90, 11, 0, 6, 4, 0)  // with February
	month(50, 0, 0, 0, 0, 0)   // April: nobody referred
	month(40, 9, 0, 7, 2, 0)   // May: too few, and nothing after it
	want := `from,to,cleared,confirmed,not_done,confirmed_share,low,high,referred_share
2026-01-01T00:00Z,2026-02-01T00:00Z,15,5,0,0.250,0.112,0.469,0.200
2026-02-01T00:00Z,2026-04-01T00:00Z,15,5,0,0.250,0.112,0.469,0.100
2026-04-01T00:00Z,2026-05-01T00:00Z,0,0,0,,,,0.000
`
	if diff := cmp.Diff(want, exportChecks(t, s)); diff != "" {
		t.Errorf("second checks (-want +got):\n%s", diff)
	}
	c.now = time.Date(2026, 3, 31, 23, 0, 0, 0, time.UTC)
	if got := strings.Count(exportChecks(t, s), "\n"); got != 2 {
		t.Errorf("%d lines while March is running, want January's and the header", got)
	}
}

// TestOlderCountsAreKept opens a file of the first schema.
func TestOlderCountsAreKept(t *testing.T) {
	dir := t.TempDir()
	first, err := migrations.ReadFile("migrations/0001_hours.sql")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, FileName)
	sqliteFile(t, path, string(first)+"PRAGMA user_version = 1; PRAGMA application_id = 1280201804; INSERT INTO hours VALUES (1, 2, 3, 4, 0);")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), Config{Dir: dir, ReadOnly: true}); !errors.Is(err, ErrNoSchema) {
		t.Errorf("reading an older file: %v", err)
	}
	s := open(t, Config{Dir: dir})
	wantHours(t, s, Hour{time.Unix(3600, 0).UTC(), 2, 3, 4})
	add(t, s, Confirmed)
	write(t, s)
}

// TestChecksKeepTheirPromise: no number of 1 to k-1 people, no overlap, and
// what was shown stays as it is.
func TestChecksKeepTheirPromise(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.Int64Range(3, 20).Draw(t, "k")
		few := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 3), rapid.Int64Range(0, 40))
		var months []checks
		for i := range rapid.IntRange(0, 30).Draw(t, "months") {
			m := checks{from: start.AddDate(0, i, 0), to: start.AddDate(0, i+1, 0), passed: few.Draw(t, "passed"), refers: few.Draw(t, "referred")}
			for j := range m.n {
				m.n[j] = few.Draw(t, "n")
			}
			months = append(months, m)
		}
		rows := publishChecks(months, k, start.AddDate(5, 0, 0))
		for i, r := range rows {
			if !r.large(k) {
				t.Fatalf("%+v is shown", r)
			}
			if i > 0 && r.from.Before(rows[i-1].to) {
				t.Fatalf("%+v and %+v overlap", rows[i-1], r)
			}
		}
		now := start.AddDate(0, rapid.IntRange(0, 30).Draw(t, "now"), 12)
		for i, early := range publishChecks(months, k, now) {
			if i >= len(rows) || early != rows[i] {
				t.Fatalf("%+v is gone later", early)
			}
		}
	})
}
