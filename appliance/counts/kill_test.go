package counts

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// killDir is the environment's word for the directory of the process to kill.
const killDir = "COUNTS_TEST_KILL_MANY_DIR"

// kills is how often the process is killed.
const kills = 500

// countUntilKilled counts visits and writes them as fast as it can, each visit
// in every outcome at once, and says what it found and, after each writing, how
// many visits are kept.
func countUntilKilled(dir string) error {
	s, err := Open(context.Background(), Config{Dir: dir})
	if err != nil {
		return err
	}
	found, err := soundSum(s)
	if err != nil {
		return err
	}
	fmt.Printf("found %d\n", found)
	random := rand.New(rand.NewPCG(uint64(os.Getpid()), 0))
	for kept := found; ; {
		n := random.Int64N(4) // often nobody came
		fmt.Printf("writing %d\n", kept+n)
		for range n {
			for o := Pass; o <= NotDone; o++ {
				if err := s.Add(o); err != nil {
					return err
				}
			}
		}
		if err := s.write(context.Background()); err != nil {
			return err
		}
		kept += n
		fmt.Printf("kept %d\n", kept)
	}
}

// soundSum returns how many visits are counted. Every outcome, by the hours and
// by the days, must tell the same: a torn writing would not.
func soundSum(s *Store) (int64, error) {
	var sums [2 * outcomes]int64
	var into []any
	for i := range sums {
		into = append(into, &sums[i])
	}
	const six = "sum(pass), sum(refer), sum(unmeasured), sum(cleared), sum(confirmed), sum(not_done)"
	row := s.db.QueryRow("SELECT h.*, d.* FROM (SELECT " + six + " FROM hours) AS h, (SELECT " + six + " FROM days) AS d WHERE (SELECT count(*) FROM hours) > 0 UNION ALL SELECT 0,0,0,0,0,0, 0,0,0,0,0,0 LIMIT 1")
	if err := row.Scan(into...); err != nil {
		return 0, err
	}
	for _, n := range sums {
		if n != sums[0] {
			return 0, fmt.Errorf("a torn writing: %v", sums)
		}
	}
	return sums[0], nil
}

// TestKilledAtAnyMoment kills a kiosk's counts 500 times, with visits going on,
// at random moments, and starts them again on what is left.
func TestKilledAtAnyMoment(t *testing.T) {
	if dir := os.Getenv(killDir); dir != "" {
		fmt.Println(countUntilKilled(dir))
		os.Exit(1)
	}
	if raced {
		t.Skip("skipped: a process that is killed tells of no race; the other run of the tests kills it 500 times")
	}
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(7, 8))
	var kept, writing int64 // what the last process said last
	lost, inFlight := int64(0), 0
	for n := range kills {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledAtAnyMoment$")
		child.Env = append(os.Environ(), killDir+"="+dir)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		number := func(word string) int64 {
			var v int64
			if _, err := fmt.Sscanf(lines.Text(), word+" %d", &v); err != nil {
				t.Fatalf("kill %d: the process says %q, want %s", n, lines.Text(), word)
			}
			return v
		}
		lines.Scan()
		found := number("found")
		switch {
		case found != kept && found != writing:
			t.Fatalf("kill %d: %d visits are counted, want %d, or %d with the writing under way", n, found, kept, writing)
		case found == kept && writing > kept:
			lost += writing - kept
			inFlight++
		}
		kept, writing = found, found
		// A writing takes some milliseconds.
		kill := time.AfterFunc(time.Duration(random.Int64N(int64(25*time.Millisecond))), func() { _ = child.Process.Kill() })
		for lines.Scan() {
			switch lines.Text()[0] {
			case 'w':
				writing = number("writing")
			case 'k':
				kept = number("kept")
			}
		}
		kill.Stop()
		var exit *exec.ExitError
		if err := child.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
			t.Fatalf("kill %d: the process ended by itself: %v", n, err)
		}
	}
	t.Logf("%d visits counted over %d kills; %d writings were cut off and %d visits lost with them", kept, kills, inFlight, lost)
	if files := SetAside(dir); len(files) > 0 {
		t.Errorf("the file was found damaged: %v", files)
	}
}

// TestLogCutAtAnyByte takes the files as they are between a writing and the
// cutting of the log, with the log cut off at any byte, as a power cut can leave
// it: the writing is there as a whole or not at all.
func TestLogCutAtAnyByte(t *testing.T) {
	c := &clock{now: tuesday}
	dir := t.TempDir()
	s := open(t, Config{Dir: dir, Now: c.Now})
	for o := Pass; o <= NotDone; o++ {
		add(t, s, o)
	}
	write(t, s)
	s.batch = tally{2, 2, 2, 2, 2, 2}
	if err := s.commit(context.Background()); err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	file, log := read(FileName), read(FileName+"-wal")
	if len(log) < 3*4096 {
		t.Fatalf("the log has %d bytes only", len(log))
	}
	seen := map[int64]int{}
	for cut := len(log); cut >= 0; cut -= 509 {
		torn := filepath.Join(t.TempDir(), strconv.Itoa(cut))
		if err := os.Mkdir(torn, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{FileName: file, FileName + "-wal": log[:cut]} {
			if err := os.WriteFile(filepath.Join(torn, name), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		again := open(t, Config{Dir: torn, Now: c.Now})
		n, err := soundSum(again)
		if err != nil || n != 1 && n != 3 {
			t.Fatalf("cut at %d of %d bytes: %d visits, %v", cut, len(log), n, err)
		}
		seen[n]++
	}
	if seen[1] == 0 || seen[3] == 0 {
		t.Errorf("not both are seen: %v", seen)
	}
}
