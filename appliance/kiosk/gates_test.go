package kiosk

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintel/appliance/screening"
	"lintel/vision"
)

// gatesTable is the table of gates as BUILD.md has it.
func gatesTable() string {
	var b strings.Builder
	b.WriteString("| gate | refused | asked | told | room |\n|---|---|---|---|---|\n")
	for _, g := range Gates() {
		limit := strings.TrimSpace(fmt.Sprintf("%g %s", g.Limit, g.Unit))
		fmt.Fprintf(&b, "| `%s` | %s %s %s | `%v` | `%v` | %s |\n", g.Name, g.Quantity, g.Side, limit, g.Guidance, g.Reason, g.Room)
	}
	return b.String()
}

var update = flag.Bool("update", false, "write the table of gates into BUILD.md")

// TestBuildListsTheGates: BUILD.md shows the gates that are in force. Write
// them anew with
//
//	go test ./appliance/kiosk -run TestBuildListsTheGates -update
func TestBuildListsTheGates(t *testing.T) {
	const start, end = "<!-- the gates, listed by appliance/kiosk -->\n", "<!-- end of the gates -->\n"
	path := filepath.Join("..", "..", "BUILD.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), start)
	listed, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("BUILD.md has no place for the gates")
	}
	if listed == gatesTable() {
		return
	}
	if !*update {
		t.Fatal("BUILD.md lists other gates: run this test with -update")
	}
	if err := os.WriteFile(path, []byte(before+start+gatesTable()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Whatever vision refuses, the visitor is asked for something and told why, and
// it is measured only where nothing is refused.
func TestEveryRejectHasGuidance(t *testing.T) {
	for r := vision.Usable + 1; r.String() != "unknown"; r++ {
		c := cue(r)
		if c == screening.CueNone || c.Guidance().String() == "" || c.Reason().String() == "" || c.Reason() == screening.LeftEarly {
			t.Errorf("%v: asked for %v, told %v", r, c.Guidance(), c.Reason())
		}
	}
	for _, r := range []vision.Reject{0, 200} {
		if cue(r) != 0 {
			t.Errorf("the unknown reject %d is measured", r)
		}
	}
}
