package screening

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// drawing is the transition table as a diagram in Mermaid's words.
func drawing() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n  [*] --> starting\n")
	for _, r := range Transitions() {
		fmt.Fprintf(&b, "  %v --> %v: %v\n", r.From, r.To, r.On)
	}
	b.WriteString("```\n")
	return b.String()
}

var update = flag.Bool("update", false, "draw the transition table into BUILD.md")

// TestBuildDrawsTheTable: BUILD.md shows the table that is in force. Draw it
// anew with
//
//	go test ./appliance/screening -run TestBuildDrawsTheTable -update
func TestBuildDrawsTheTable(t *testing.T) {
	const start, end = "<!-- the transition table, drawn by appliance/screening -->\n", "<!-- end of the transition table -->\n"
	path := filepath.Join("..", "..", "BUILD.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), start)
	drawn, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatal("BUILD.md has no place for the transition table")
	}
	if drawn == drawing() {
		return
	}
	if !*update {
		t.Fatal("BUILD.md draws another transition table: run this test with -update")
	}
	if err := os.WriteFile(path, []byte(before+start+drawing()+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
