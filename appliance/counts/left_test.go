package counts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"testing"
)

// leftDir is the environment's word for the directory that a killed kiosk left.
const leftDir = "COUNTS_TEST_LEFT_DIR"

// TestWhatAKilledKioskLeft says how many visits are counted in a directory, if
// the file in it is sound and its hours and days tell the same, outcome by
// outcome. The test of the program that kills kiosks runs this after each.
func TestWhatAKilledKioskLeft(t *testing.T) {
	dir := os.Getenv(leftDir)
	if dir == "" {
		t.Skip("skipped: this is run by the tests of the program")
	}
	s, err := Open(context.Background(), Config{Dir: dir, ReadOnly: true})
	if errors.Is(err, ErrNoSchema) || errors.Is(err, fs.ErrNotExist) {
		fmt.Println("visits 0")
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	const three = "(coalesce(sum(pass), 0) || ' ' || coalesce(sum(refer), 0) || ' ' || coalesce(sum(unmeasured), 0))"
	var hours, days string
	var visits int64
	if err := s.db.QueryRow("SELECT (SELECT "+three+" FROM hours), (SELECT "+three+" FROM days), (SELECT coalesce(sum(pass + refer + unmeasured), 0) FROM hours)").Scan(&hours, &days, &visits); err != nil || hours != days {
		t.Fatalf("torn: by hours %s, by days %s, %v", hours, days, err)
	}
	fmt.Println("visits", visits)
}
