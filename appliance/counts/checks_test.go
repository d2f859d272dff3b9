package counts

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	month := func(n ...int64) {
		t.Helper()
		for i, count := range n {
			s.pending[i].Add(count)
		}
		write(t, s)
		c.now = c.now.AddDate(0, 1, 0)
	}
	month(80, 21, 3, 16, 5, 0) // January
	month(90, 9, 0, 8, 1, 0)   // one confirmed: not on its own
	month(90, 11, 0, 6, 4, 0)  // with February
	month(50, 0, 0, 0, 0, 0)   // April: nobody referred
	month(40, 9, 0, 7, 2, 0)   // May: not over yet
	want := `month,pass,refer,cleared,confirmed,not_done,confirmed_share,low,high,referred_share
2026-01,80,20,15,5,0,0.250,0.112,0.469,0.200
2026-02,90,10,10,0,0,0.000,0.000,0.278,0.100
2026-03,90,10,5,5,0,0.500,0.237,0.763,0.100
2026-04,50,0,0,0,0,,,,0.000
`
	if diff := cmp.Diff(want, exportChecks(t, s)); diff != "" {
		t.Errorf("second checks (-want +got):\n%s", diff)
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
