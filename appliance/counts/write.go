package counts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// settledClock is when this program was not yet written: a clock before it was
// never set.
var settledClock = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// maxBack is how many hours the clock may be behind the newest hour written
// without being taken for wrong: it was put right, or a full hour was near.
const maxBack = 2

// write adds the pending counts, zeros included, to this hour and this day, all
// at once or not at all, and exactly once. It stays unexported: a caller who
// writes when somebody came would put the time of the visit on the file.
func (s *Store) write(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.ready(ctx)
	if err == nil {
		for i := range s.pending {
			s.batch[i] += s.pending[i].Swap(0)
		}
		err = s.commit(ctx)
	}
	if err == nil {
		s.serial++
		s.batch, s.unsure = tally{}, false
		err = s.cutLog(ctx)
	}
	s.fault = nil
	if err != nil {
		s.fault = fmt.Errorf("cannot write the counts: %w", named(err))
		if errors.Is(s.fault, ErrDamaged) {
			// The next writing looks at the file and sets it aside.
			s.fault = errors.Join(s.fault, s.disconnect())
		}
	}
	return s.fault
}

// ready sees to it that the file is open and the one that bears the name, and
// finds out what became of a writing that failed.
func (s *Store) ready(ctx context.Context) error {
	if s.db != nil && !s.sameFile() {
		if err := s.disconnect(); err != nil {
			return err
		}
	}
	before, last := s.file, s.serial
	kept := s.serial
	if s.db == nil {
		if err := s.connect(ctx); err != nil {
			return err
		}
		kept = s.serial
	} else if s.unsure {
		if err := s.db.QueryRowContext(ctx, "SELECT serial FROM writings").Scan(&kept); err != nil {
			return err
		}
	}
	if s.unsure && kept == last+1 && os.SameFile(before, s.file) {
		s.serial, s.batch = kept, tally{}
	}
	s.unsure = false
	return nil
}

// sameFile says that the open database still bears the name of the counts and
// begins as one: somebody may have put another one in its place.
func (s *Store) sameFile() bool {
	now, err := os.Lstat(s.path)
	if err != nil || !os.SameFile(now, s.file) {
		return false
	}
	f, err := os.Open(s.path)
	if err != nil {
		return false
	}
	defer f.Close()
	const magic = "SQLite format 3\x00"
	var head [len(magic)]byte
	_, err = io.ReadFull(f, head[:])
	return err == nil && string(head[:]) == magic
}

// commit writes the batch in one transaction.
func (s *Store) commit(ctx context.Context) (err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback()
		}
	}()
	done, err := tx.ExecContext(ctx, "UPDATE writings SET serial = serial + 1 WHERE serial = ?", s.serial)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		return errors.Join(ErrTwoWriters, err)
	}
	var newest int64
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(hour), 0) FROM hours").Scan(&newest); err != nil {
		return err
	}
	hour, dated := s.hour(newest)
	if dated {
		err = s.addTo(ctx, tx, hour)
	} else {
		_, err = tx.ExecContext(ctx, "UPDATE undated SET"+adding+", turn = 1 - turn", s.batch.values()...)
	}
	if err != nil {
		return err
	}
	// A commit that fails may have reached the disk nevertheless.
	s.unsure = true
	if err := tx.Commit(); err != nil {
		return err
	}
	s.undated = !dated
	return nil
}

// hour returns the hour to write into. It never lies before the newest one:
// what staff have seen of a day that is over must not change. Where the clock
// is not set, or behind by more than a correction, there is none.
func (s *Store) hour(newest int64) (hour int64, ok bool) {
	now := s.cfg.Now()
	hour = now.Unix() / 3600
	return max(hour, newest), !now.Before(settledClock) && hour >= newest-maxBack
}

// adding is the part of a statement that adds six numbers.
const adding = " pass = pass + ?, refer = refer + ?, unmeasured = unmeasured + ?, cleared = cleared + ?, confirmed = confirmed + ?, not_done = not_done + ?"

func (n tally) values() []any {
	out := make([]any, 0, outcomes+1)
	for _, v := range n {
		out = append(out, v)
	}
	return out
}

// addTo adds the batch to an hour and its day, and settles the days before.
func (s *Store) addTo(ctx context.Context, tx *sql.Tx, hour int64) error {
	for _, row := range []struct {
		make, add string
		key       int64
	}{
		{
			"INSERT OR IGNORE INTO hours (hour, pass, refer, unmeasured, turn) VALUES (?, 0, 0, 0, 0)",
			"UPDATE hours SET" + adding + ", turn = 1 - turn WHERE hour = ?", hour,
		},
		{
			"INSERT OR IGNORE INTO days (day, pass, refer, unmeasured, cleared, confirmed, not_done, settled, turn) VALUES (?, 0, 0, 0, 0, 0, 0, 0, 0)",
			"UPDATE days SET" + adding + ", turn = 1 - turn WHERE day = ?", hour / 24,
		},
	} {
		if _, err := tx.ExecContext(ctx, row.make, row.key); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, row.add, append(s.batch.values(), row.key)...); err != nil {
			return err
		}
	}
	return s.settle(ctx, tx, hour/24)
}

// cutLog moves the write-ahead log into the database and cuts it to nothing.
// A reader in the way is no fault: the next writing cuts it.
func (s *Store) cutLog(ctx context.Context) error {
	var busy, pages, moved int
	if err := s.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("cannot cut the log of the counts: %w", err)
	}
	return nil
}
