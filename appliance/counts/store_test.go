package counts

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tuesday is a Tuesday, 10:59:55 UTC.
var tuesday = time.Date(2026, 11, 17, 10, 59, 55, 0, time.UTC)

// clock is a wall clock that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

func open(t *testing.T, cfg Config) *Store {
	t.Helper()
	s, err := Open(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func add(t *testing.T, s *Store, outcomes ...Outcome) {
	t.Helper()
	for _, o := range outcomes {
		if err := s.Add(o); err != nil {
			t.Fatal(err)
		}
	}
}

func write(t *testing.T, s *Store) {
	t.Helper()
	if err := s.write(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func wantHours(t *testing.T, s *Store, want ...Hour) {
	t.Helper()
	got, err := s.Hours(context.Background(), time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
}

func TestCountsIntoTheHourOfTheWriting(t *testing.T) {
	c := &clock{now: tuesday.In(time.FixedZone("", 5*3600+1800))}
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Now: c.Now})
	ten, eleven := tuesday.Truncate(time.Hour), tuesday.Truncate(time.Hour).Add(time.Hour)

	wantHours(t, s)
	add(t, s, Pass, Pass, Refer)
	wantHours(t, s) // in memory only
	write(t, s)
	wantHours(t, s, Hour{ten, 2, 1, 0})
	add(t, s, Unmeasured)
	c.pass(10 * time.Second)
	write(t, s)
	write(t, s)
	wantHours(t, s, Hour{ten, 2, 1, 0}, Hour{eleven, 0, 0, 1})

	add(t, s, Pass)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("the second Close: %v", err)
	}
	again := open(t, Config{Dir: dir, Now: c.Now})
	wantHours(t, again, Hour{ten, 2, 1, 0}, Hour{eleven, 1, 0, 1})
}

func TestHoursLimits(t *testing.T) {
	c := &clock{now: tuesday.Truncate(time.Hour)}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	for range 4 {
		write(t, s)
		c.pass(time.Hour)
	}
	at := func(h float64) time.Time {
		return tuesday.Truncate(time.Hour).Add(time.Duration(h * float64(time.Hour)))
	}
	for _, x := range []struct {
		from, to time.Time
		want     int
	}{
		{at(0), at(4), 4},
		{at(1), at(3), 2},
		{at(0.5), at(3), 2},
		{at(1), at(2.5), 2},
		{time.Time{}, at(1), 1},
		{at(3), time.Time{}, 1},
		{at(3), at(1), 0},
	} {
		got, err := s.Hours(context.Background(), x.from, x.to)
		if err != nil || len(got) != x.want {
			t.Errorf("Hours(%v, %v) has %d rows, want %d; %v", x.from, x.to, len(got), x.want, err)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	for _, o := range []Outcome{OutcomeUnknown, 7, 255} {
		if err := s.Add(o); !errors.Is(err, ErrOutcome) {
			t.Errorf("Add(%d): %v", o, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(Pass); !errors.Is(err, ErrClosed) {
		t.Errorf("Add after Close: %v", err)
	}
	if _, err := s.Hours(context.Background(), time.Time{}, time.Time{}); !errors.Is(err, ErrClosed) {
		t.Errorf("Hours after Close: %v", err)
	}
}

func TestAddDoesNotAllocate(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	if n := testing.AllocsPerRun(100, func() { _ = s.Add(Pass) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestAddDoesNotWaitForTheDisc adds while a writing is under way.
func TestAddDoesNotWaitForTheDisc(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	s.mu.Lock()
	add(t, s, Pass)
	s.mu.Unlock()
}

func TestConcurrentAdd(t *testing.T) {
	c := &clock{now: tuesday}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	const people, each = 8, 500
	var group sync.WaitGroup
	for range people {
		group.Go(func() {
			for i := range each {
				if err := s.Add(Outcome(1 + i%2)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Go(func() {
		for range 5 {
			if err := s.write(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	write(t, s)
	wantHours(t, s, Hour{tuesday.Truncate(time.Hour), people * each / 2, people * each / 2, 0})
}

func TestFaultKeepsTheCounts(t *testing.T) {
	c := &clock{now: tuesday}
	s := open(t, Config{Dir: t.TempDir(), Now: c.Now})
	if _, err := s.db.Exec("PRAGMA query_only = on"); err != nil {
		t.Fatal(err)
	}
	add(t, s, Refer)
	if err := s.write(context.Background()); err == nil || s.Fault() == nil {
		t.Fatal("a failed writing is not told")
	}
	if _, err := s.db.Exec("PRAGMA query_only = off"); err != nil {
		t.Fatal(err)
	}
	add(t, s, Refer)
	write(t, s)
	if err := s.Fault(); err != nil {
		t.Errorf("the fault stays after a good writing: %v", err)
	}
	wantHours(t, s, Hour{tuesday.Truncate(time.Hour), 0, 2, 0})
}

// TestSurvivesKill kills a process that has written and not closed.
func TestSurvivesKill(t *testing.T) {
	const variable = "COUNTS_TEST_KILL_DIR"
	c := &clock{now: tuesday}
	if dir := os.Getenv(variable); dir != "" {
		s, err := Open(context.Background(), Config{Dir: dir, Now: c.Now})
		if err != nil {
			t.Fatal(err)
		}
		add(t, s, Pass, Refer)
		write(t, s)
		add(t, s, Pass) // not yet written: lost
		if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		select {}
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestSurvivesKill$")
	child.Env = append(os.Environ(), variable+"="+dir)
	var exit *exec.ExitError
	if out, err := child.CombinedOutput(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
	s := open(t, Config{Dir: dir, Now: c.Now})
	wantHours(t, s, Hour{tuesday.Truncate(time.Hour), 1, 1, 0})
}

// TestSurvivesPowerCutBeforeTheLogIsCut takes the files as they are between
// the writing and the cutting of the log.
func TestSurvivesPowerCutBeforeTheLogIsCut(t *testing.T) {
	c := &clock{now: tuesday}
	dir, taken := t.TempDir(), t.TempDir()
	s := open(t, Config{Dir: dir, Now: c.Now})
	if _, err := s.db.Exec("INSERT INTO hours (hour, pass, refer, unmeasured, turn) VALUES (1, 2, 3, 4, 0)"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{FileName, FileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(taken, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, Config{Dir: taken, Now: c.Now})
	wantHours(t, again, Hour{time.Unix(3600, 0).UTC(), 2, 3, 4})
}
