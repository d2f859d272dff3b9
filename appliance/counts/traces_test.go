package counts

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWritesWhetherOrNotAnybodyCame: at every cadence the file is written, the
// log is empty after it, and the files of an idle and a busy kiosk have the
// same size.
func TestWritesWhetherOrNotAnybodyCame(t *testing.T) {
	long := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
	trace := func(visits int) (sizes []int64) {
		synctest.Test(t, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			s, err := Open(t.Context(), Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error)
			go func() { done <- s.Run(ctx) }()
			for range 4 {
				if err := os.Chtimes(path, long, long); err != nil {
					t.Fatal(err)
				}
				for range visits {
					add(t, s, Pass)
				}
				time.Sleep(DefaultEvery - time.Nanosecond)
				synctest.Wait()
				if modified := stat(t, path).ModTime(); !modified.Equal(long) {
					t.Errorf("the file was written before its time, at %v", modified)
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				if modified := stat(t, path).ModTime(); modified.Equal(long) {
					t.Errorf("with %d visits the file was not written", visits)
				}
				if log := stat(t, path+"-wal").Size(); log != 0 {
					t.Errorf("the log has %d bytes after a writing", log)
				}
				sizes = append(sizes, stat(t, path).Size())
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return sizes
	}
	if diff := cmp.Diff(trace(0), trace(7)); diff != "" {
		t.Errorf("the files of an idle and a busy kiosk differ in size:\n%s", diff)
	}
}

func stat(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// TestNoTraceOfOldTallies looks for a tally's bytes in the files after it was
// overwritten and after its row, or whole pages of rows, were deleted.
func TestNoTraceOfOldTallies(t *testing.T) {
	const telling = 0x51a7c0de1234
	needle := []byte{0x51, 0xa7, 0xc0, 0xde, 0x12, 0x34}
	for name, change := range map[string]func(*testing.T, *Store){
		"overwritten by a larger number": func(t *testing.T, s *Store) {
			s.pending[0].Store(1<<60 - telling)
			write(t, s)
		},
		"row deleted": func(t *testing.T, s *Store) {
			if _, err := s.db.Exec("DELETE FROM hours WHERE pass > 0; DELETE FROM days WHERE pass > 0"); err != nil {
				t.Fatal(err)
			}
		},
		"all rows deleted": func(t *testing.T, s *Store) {
			if _, err := s.db.Exec("DELETE FROM hours; DELETE FROM days"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := &clock{now: tuesday}
			dir := t.TempDir()
			s := open(t, Config{Dir: dir, Now: c.Now})
			found := func() bool {
				for _, name := range []string{FileName, FileName + "-wal"} {
					data, err := os.ReadFile(filepath.Join(dir, name))
					if err != nil {
						t.Fatal(err)
					}
					if bytes.Contains(data, needle) {
						return true
					}
				}
				return false
			}
			// More rows than a page holds, with the telling one among them.
			if _, err := s.db.Exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO hours (hour, pass, refer, unmeasured, turn) SELECT i, 0, 0, 0, 0 FROM n"); err != nil {
				t.Fatal(err)
			}
			s.pending[0].Store(telling)
			write(t, s)
			if !found() {
				t.Fatal("the test cannot see a tally in the file")
			}
			change(t, s)
			if err := s.cutLog(context.Background()); err != nil {
				t.Fatal(err)
			}
			if found() {
				t.Error("the old tally is still in the file")
			}
		})
	}
}
