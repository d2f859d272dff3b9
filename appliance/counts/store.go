package counts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
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
	DefaultHoursFor    = 30
	minHours, maxHours = 1, 90
	DefaultDaysFor     = 400
	minDays, maxDays   = 31, 4000
)

// Errors of this package.
var (
	// ErrSetting means that a setting is outside its range.
	ErrSetting = errors.New("value not allowed")
	// ErrDamaged means that the file is damaged or no database.
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
	// ErrTwoWriters means that another program writes to the file as well.
	ErrTwoWriters = errors.New("another program writes to the same counts: stop it or give it another state.dir")
)

// Faults that [Store.Faults] names. Screening goes on with each of them.
const (
	// FaultNotWritten: the last writing failed; what it held is kept in memory.
	FaultNotWritten = "counts_not_written"
	// FaultNewer: a newer version of this program wrote the file, which is left
	// as it is; what is counted now is kept in memory alone.
	FaultNewer = "counts_newer"
	// FaultSetAside: a damaged file lies beside the counts.
	FaultSetAside = "counts_set_aside"
	// FaultClock: the clock is not set or went back, so that what is counted
	// gets no date.
	FaultClock = "counts_clock"
)

// Config says where the counts are kept.
type Config struct {
	// Dir is the state directory; it is made, with mode 0700, where it is not
	// there.
	Dir string
	// ReadOnly opens an existing file to be read, beside a running kiosk too.
	ReadOnly bool
	// Patient opens a store whose disk is full, read-only or closed to this user
	// at the moment, or whose file is a newer version's: it counts in memory, says
	// [FaultNotWritten] or [FaultNewer] and tries again at every writing.
	Patient bool
	// Every is the cadence of writing, 1 s to 1 h; 0 is 10 s.
	Every time.Duration
	// K is the smallest number of visits that the staff's table may show, 3 to
	// 20; 0 is 5. A change holds from the present day on.
	K int
	// HoursFor is for how many days hours are kept, 1 to 90; 0 is 30. DaysFor is
	// for how many days daily sums are kept, 31 to 4000; 0 is 400.
	HoursFor, DaysFor int
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
	for _, n := range []struct {
		name               string
		value              *int
		normal, least, top int
	}{
		{"counts.k", &c.K, DefaultK, minK, maxK},
		{"counts.hours_for_days", &c.HoursFor, DefaultHoursFor, minHours, maxHours},
		{"counts.days_for_days", &c.DaysFor, DefaultDaysFor, minDays, maxDays},
	} {
		if *n.value == 0 {
			*n.value = n.normal
		}
		if *n.value < n.least || *n.value > n.top {
			return fmt.Errorf("cannot use %s = %d: %w: allowed is %d to %d", n.name, *n.value, ErrSetting, n.least, n.top)
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// Store holds the counts. It is safe for use by many goroutines.
type Store struct {
	cfg  Config
	path string

	// pending is what was counted since the last writing, by outcome.
	pending [outcomes]atomic.Int64
	closed  atomic.Bool

	// mu guards everything below.
	mu sync.Mutex
	// db is nil while a patient store waits for its disk.
	db *sql.DB
	// file is the one that db has open.
	file os.FileInfo
	// serial is that of the last writing known to be kept. batch is what the
	// next one holds; unsure says that it may have been kept already.
	serial int64
	batch  tally
	unsure bool
	// fault is the error of the last writing; undated says that it had no date.
	fault   error
	undated bool
	aside   bool
}

// tally is a number for each outcome.
type tally [outcomes]int64

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
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// Faults names what is wrong with the counts at present, none included.
func (s *Store) Faults() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	switch {
	case errors.Is(s.fault, ErrNewerSchema):
		names = append(names, FaultNewer)
	case s.fault != nil:
		names = append(names, FaultNotWritten)
	}
	if s.aside {
		names = append(names, FaultSetAside)
	}
	if s.undated {
		names = append(names, FaultClock)
	}
	return names
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
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(err, s.disconnect())
}

func (s *Store) disconnect() error {
	if s.db == nil {
		return nil
	}
	err := s.db.Close()
	s.db = nil
	return err
}

// reading returns the database to read from. The caller holds mu.
func (s *Store) reading() (*sql.DB, error) {
	switch {
	case s.closed.Load():
		return nil, ErrClosed
	case s.db == nil:
		return nil, fmt.Errorf("cannot read the counts at present: %w", s.fault)
	}
	return s.db, nil
}
