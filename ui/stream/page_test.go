package stream

import (
	"encoding/hex"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lintel/firmware/thermal"
)

// readByPage reads each line of standard input, a message in hexadecimal, with
// the page's own parser, and writes what it made of it.
const readByPage = `
import { parse, newer } from "../web/format.js";
import { readFileSync } from "node:fs";
for (const line of readFileSync(0, "utf8").trimEnd().split("\n")) {
  const bytes = Uint8Array.from(Buffer.from(line, "hex"));
  const m = parse(bytes.buffer);
  console.log(JSON.stringify(m && { ...m, body: Buffer.from(m.body).toString("hex") }));
}
for (const [a, b, want] of [[2, 1, true], [1, 2, false], [1, 1, false], [0, 0xffffffff, true], [0xffffffff, 0, false]])
  if (newer(a, b) !== want) throw new Error("newer(" + a + ", " + b + ") is " + !want);
`

// parse runs the page's parser over messages; nil stands for refused ones.
func parse(t *testing.T, messages [][]byte) []*pageMessage {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("SKIPPED: the page's parser was not tested: there is no node")
	}
	var input strings.Builder
	for _, m := range messages {
		input.WriteString(hex.EncodeToString(m) + "\n")
	}
	node := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", readByPage)
	node.Stdin = strings.NewReader(input.String())
	var complaint strings.Builder
	node.Stderr = &complaint
	output, err := node.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaint.String())
	}
	var parsed []*pageMessage
	for line := range strings.Lines(string(output)) {
		var m *pageMessage
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, m)
	}
	if len(parsed) != len(messages) {
		t.Fatalf("%d of %d messages were read", len(parsed), len(messages))
	}
	return parsed
}

type pageMessage struct {
	Seq    uint32     `json:"seq"`
	Width  int        `json:"width"`
	Height int        `json:"height"`
	Faces  []pageFace `json:"faces"`
	Body   string     `json:"body"`
}

type pageFace struct {
	X0 float64 `json:"x0"`
	Y0 float64 `json:"y0"`
	X1 float64 `json:"x1"`
	Y1 float64 `json:"y1"`
}

func TestPageReadsWhatIsSent(t *testing.T) {
	face := thermal.Box{X0: 0, Y0: 2, X1: 11, Y1: 1}
	got := parse(t, [][]byte{
		appendMessage(nil, Mirror{Width: 11, Height: 2, Body: []byte{1, 2, 3, 4}, Faces: []thermal.Box{face, face}}, 4_000_000_000),
		appendMessage(nil, Mirror{Width: 8, Height: 1, Body: []byte{0xA5}}, 1),
		appendMessage(nil, Mirror{}, 7),
	})
	f := pageFace{X0: 0, Y0: 1, X1: 1, Y1: 32768.0 / 65535}
	want := []*pageMessage{
		{Seq: 4_000_000_000, Width: 11, Height: 2, Faces: []pageFace{f, f}, Body: "01020304"},
		{Seq: 1, Width: 8, Height: 1, Faces: []pageFace{}, Body: "a5"},
		{Seq: 7, Faces: []pageFace{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The page takes no message that was cut, lengthened or of another version.
func TestPageRefusesWhatIsNotWhole(t *testing.T) {
	whole := appendMessage(nil, Mirror{Width: 11, Height: 2, Body: []byte{1, 2, 3, 4}, Faces: make([]thermal.Box, 1)}, 1)
	var broken [][]byte
	for n := range whole {
		broken = append(broken, whole[:n])
	}
	broken = append(broken, append([]byte{}, append(whole, 0)...))
	for _, damage := range []struct {
		at int
		to byte
	}{{0, 0}, {0, 2}, {1, 0}, {1, 2}, {1, 255}, {7, 0}, {7, 20}, {9, 0}, {9, 1}, {6, 255}} {
		b := append([]byte{}, whole...)
		b[damage.at] = damage.to
		broken = append(broken, b)
	}
	// Faces or a height, but no cells.
	empty := appendMessage(nil, Mirror{}, 1)
	tall := append([]byte{}, empty...)
	tall[9] = 5
	broken = append(broken, tall, append(append([]byte{}, empty[:1]...), append([]byte{1}, append(empty[2:], make([]byte, faceBytes)...)...)...))
	for i, m := range parse(t, broken) {
		if m != nil {
			t.Errorf("the page took %x", broken[i])
		}
	}
}
