package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTracedMirror: the live silhouette is encrypted, so a trace does not show
// what it carries. A page that can read it shows that: the kiosk sends datagrams
// to this machine alone, they are hardly longer than the messages that the page
// got, and the messages hold no piece of a frame and no reading.
func TestTracedMirror(t *testing.T) {
	skipRaced(t)
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	viewer := filepath.Join(t.TempDir(), "viewer")
	if out, err := exec.Command("go", "test", "-c", "-o", viewer, "lintel/ui/stream").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Parallel()
	const from = "sim:normal"
	s := secretsOf(t, from, 400).rich(t)
	tr := startTraced(t, filepath.Join(t.TempDir(), "state"), program, "--fast", "--source", from, "--set", "counts.every_s=1")
	page := exec.Command(viewer, "-test.run=^TestViewsAKiosk$")
	page.Env = append(os.Environ(), "STREAM_TEST_KIOSK="+tr.url)
	out, err := page.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := page.Start(); err != nil {
		t.Fatal(err)
	}
	got, messages, longest := 0, 0, 0
	var complaint string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		text, is := strings.CutPrefix(lines.Text(), "message ")
		message, err := hex.DecodeString(text)
		if !is || err != nil {
			complaint += lines.Text()
			continue
		}
		messages++
		got += len(message)
		longest = max(longest, len(message))
		s.searchPieces(message, "the mirror", t.Errorf)
		if messages == 400 {
			// The page reads on: what is under way arrives as well.
			if err := tr.command.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = page.Wait()
	tr.drained.Wait()
	_ = tr.command.Wait()
	if messages < 400 {
		t.Fatalf("the page got %d messages: %s", messages, complaint)
	}
	sent, datagrams := udp(tr.calls(t))
	// Each datagram has up to 150 bytes of its own (DTLS, SCTP); the handshake
	// has some thousand; a few messages are lost on the way.
	if most := got + 150*datagrams + 10_000 + messages/20*longest; datagrams < messages || sent > most {
		t.Errorf("%d datagrams with %d bytes were sent, but the page got %d messages with %d bytes", datagrams, sent, messages, got)
	}
	wantClean(t, tr, program, "", s)
	t.Logf("%d datagrams, %d bytes, all to 127.0.0.1; the page got %d messages, %d bytes", datagrams, sent, messages, got)
}

// udp sums up what was sent by UDP.
func udp(calls iter.Seq[string]) (sent, datagrams int) {
	for call := range calls {
		m := callName.FindStringSubmatch(call)
		if m == nil || !strings.HasPrefix(m[1], "send") && m[1] != "write" {
			continue
		}
		if _, to := target(call); !strings.HasPrefix(to, "UDP") {
			continue
		}
		datagrams++
		sent += len(bytes.Join(strs(call), nil))
	}
	return sent, datagrams
}
