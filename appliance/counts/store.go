package counts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// FileName is the name of the database in the state directory.
const FileName = "counts.db"

// Defaults and allowed ranges of [Config].
const (
	DefaultEvery       = 10 * time.Second
	minEvery, maxEvery = time.Second, time.Hour
	DefaultK           = 5
	minK, maxK         = 3, 20
)

// Errors of this package. Those about the file leave it as it is.
var (
	// ErrSetting means that a setting is outside its range.
	ErrSetting = errors.New("value not allowed")
	// ErrDamaged means that the file is damaged or no database. Move it away to
	// start with a new one.
	ErrDamaged = errors.New("the file is damaged or not a database: move it away to start a new one")
	// ErrForeign means that the file is another program's database.
	ErrForeign = errors.New("the file is another program's database: choose another state.dir")
	// ErrNewerSchema means that a newer version of this program wrote the file.
	ErrNewerSchema = errors.New("the file was written by a newer version: update this program or move the file away")
	// ErrNoSchema means that a read-only store holds no counts yet.
	ErrNoSchema = errors.New("the file holds no counts yet: start the kiosk once")
	// ErrOutcome means that an outcome is unknown.
	ErrOutcome = errors.New("unknown outcome")
	// ErrClosed means that the store is closed.
	ErrClosed = errors.New("the counts are closed")
	// ErrReadOnly means that the store was opened to be read only.
	ErrReadOnly = errors.New("the counts were opened read-only")
)

// Config says where the counts are kept.
type Config struct {
	// Dir is the state directory; it is made, with mode 0700, where it is not
	// there.
	Dir string
	// ReadOnly opens an existing file to be read, beside a running kiosk too.
	ReadOnly bool
	// Every is the cadence of writing, 1 s to 1 h; 0 is 10 s.
	Every time.Duration
	// K is the smallest number of people that the staff's table may show, 3 to
	// 20; 0 is 5. It must stay the same: tables with different K tell more
	// together than each alone.
	K int
	// Now is the wall clock; nil is time.Now.
	Now func() time.Time
}

func (c *Config) complete() error {
	if c.Dir == "" {
		return fmt.Errorf("cannot open the counts: state.dir is empty: %w: name a directory", ErrSetting)
	}
	if c.Every == 0 {
		c.Every = DefaultEvery
	}
	if c.Every < minEvery || c.Every > maxEvery {
		return fmt.Errorf("cannot use counts.every = %v: %w: allowed is %v to %v", c.Every, ErrSetting, minEvery, maxEvery)
	}
	if c.K == 0 {
		c.K = DefaultK
	}
	if c.K < minK || c.K > maxK {
		return fmt.Errorf("cannot use counts.k = %d: %w: allowed is %d to %d", c.K, ErrSetting, minK, maxK)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// Store holds the counts. It is safe for use by many goroutines.
type Store struct {
	cfg Config
	db  *sql.DB

	// pending is what was counted since the last writing, by outcome.
	pending [outcomes]atomic.Int64
	closed  atomic.Bool

	// writing guards fault and the order of writings.
	writing sync.Mutex
	fault   error
}

// Add counts one outcome. It only adds in memory and never blocks. It may be
// called from the frame loop. Errors: [ErrOutcome], [ErrClosed], [ErrReadOnly].
func (s *Store) Add(o Outcome) error {
	switch {
	case o < Pass || o > NotDone:
		return ErrOutcome
	case s.cfg.ReadOnly:
		return ErrReadOnly
	case s.closed.Load():
		return ErrClosed
	}
	s.pending[o-Pass].Add(1)
	return nil
}

// Run writes the counts at the configured cadence, whether or not anybody
// came, until ctx is done; it then returns nil. A writing that fails is told
// by [Store.Fault], its counts are kept, and the next one takes them along.
// Errors: [ErrReadOnly].
func (s *Store) Run(ctx context.Context) error {
	if s.cfg.ReadOnly {
		return ErrReadOnly
	}
	ticker := time.NewTicker(s.cfg.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			// The writing finishes even when ctx ends: Fault tells of errors.
			_ = s.write(context.WithoutCancel(ctx))
		}
	}
}

// Fault is the error of the last writing, nil where it went well.
func (s *Store) Fault() error {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.fault
}

// Close writes what is pending and closes the file. A second Close does
// nothing and returns nil.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var err error
	if !s.cfg.ReadOnly {
		err = s.write(context.Background())
	}
	return errors.Join(err, s.db.Close())
}

// write adds the pending counts, zeros included, to the row of this hour. It
// stays unexported: a caller who writes when somebody came would put the time
// of the visit on the file.
func (s *Store) write(ctx context.Context) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	var n [outcomes]int64
	for i := range s.pending {
		n[i] = s.pending[i].Swap(0)
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO hours (hour, pass, refer, unmeasured, cleared, confirmed, not_done, turn) VALUES (?, ?, ?, ?, ?, ?, ?, 0)
		ON CONFLICT (hour) DO UPDATE SET pass = pass + excluded.pass, refer = refer + excluded.refer, unmeasured = unmeasured + excluded.unmeasured,
		cleared = cleared + excluded.cleared, confirmed = confirmed + excluded.confirmed, not_done = not_done + excluded.not_done, turn = 1 - turn`,
		hourOf(s.cfg.Now()), n[0], n[1], n[2], n[3], n[4], n[5])
	if err != nil {
		for i := range s.pending {
			s.pending[i].Add(n[i])
		}
		s.fault = fmt.Errorf("cannot write the counts: %w", err)
		return s.fault
	}
	s.fault = s.cutLog(ctx)
	return s.fault
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

// Hour is the tally of one hour.
type Hour struct {
	// Start is the full hour in UTC.
	Start                   time.Time
	Pass, Refer, Unmeasured int64
}

// Hours returns the hours that start in [from, to), oldest first. A zero from
// or to is no limit. What is not yet written is not in it. The numbers are
// exact and not for anybody's eyes: show [Store.Export].
func (s *Store) Hours(ctx context.Context, from, to time.Time) ([]Hour, error) {
	if s.closed.Load() {
		return nil, ErrClosed
	}
	first, end := int64(0), int64(1)<<62
	if !from.IsZero() {
		first = hourOf(from.Add(time.Hour - 1))
	}
	if !to.IsZero() {
		end = hourOf(to.Add(time.Hour - 1))
	}
	rows, err := s.db.QueryContext(ctx, "SELECT hour, pass, refer, unmeasured FROM hours WHERE hour >= ? AND hour < ? ORDER BY hour", first, end)
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
		h.Start = time.Unix(hour*3600, 0).UTC()
		out = append(out, h)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read the counts: %w", err)
	}
	return out, nil
}

// hourOf counts whole hours since 1970 in UTC; a clock before that reads as 0.
func hourOf(t time.Time) int64 { return max(0, t.Unix()) / 3600 }
