package laws

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintel/appliance/kiosk"
	"lintel/appliance/screening"
)

var update = flag.Bool("update", false, "write the tables of the code into BUILD.md")

// TestBuildShowsTheTables: BUILD.md shows the tables that are in force. Write
// them anew with
//
//	go test ./appliance/laws -run TestBuildShowsTheTables -update
func TestBuildShowsTheTables(t *testing.T) {
	path := filepath.Join("..", "..", "BUILD.md")
	for _, table := range []struct{ name, start, end, want string }{
		{"transition table", "<!-- the transition table, drawn by appliance/screening -->\n", "<!-- end of the transition table -->\n", transitions()},
		{"table of gates", "<!-- the gates, listed by appliance/kiosk -->\n", "<!-- end of the gates -->\n", gates()},
	} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(text), table.start)
		shown, after, closed := strings.Cut(rest, table.end)
		switch {
		case !ok || !closed:
			t.Errorf("BUILD.md has no place for the %s", table.name)
		case shown == table.want:
		case !*update:
			t.Errorf("BUILD.md shows another %s: run this test with -update", table.name)
		default:
			if err := os.WriteFile(path, []byte(before+table.start+table.want+table.end+after), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

// transitions is the transition table as a diagram in Mermaid's words.
func transitions() string {
	var b strings.Builder
	b.WriteString("```mermaid\nstateDiagram-v2\n  [*] --> starting\n")
	for _, r := range screening.Transitions() {
		fmt.Fprintf(&b, "  %v --> %v: %v\n", r.From, r.To, r.On)
	}
	b.WriteString("```\n")
	return b.String()
}

// gates is the table of gates.
func gates() string {
	var b strings.Builder
	b.WriteString("| gate | refused | asked | told | room |\n|---|---|---|---|---|\n")
	for _, g := range kiosk.Gates() {
		limit := strings.TrimSpace(fmt.Sprintf("%g %s", g.Limit, g.Unit))
		fmt.Fprintf(&b, "| `%s` | %s %s %s | `%v` | `%v` | %s |\n", g.Name, g.Quantity, g.Side, limit, g.Guidance, g.Reason, g.Room)
	}
	return b.String()
}
