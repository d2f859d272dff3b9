package stream

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestOffersThatCannotBeUsed(t *testing.T) {
	h := openHub(t, Config{})
	whole := newPage(t).offer(t)
	for name, offer := range map[string]string{
		"empty":       "",
		"no SDP":      "hello",
		"half":        whole[:len(whole)/2],
		"no identity": strings.ReplaceAll(whole, "a=fingerprint", "a=nothing"),
		"no ICE":      strings.ReplaceAll(whole, "a=ice-", "a=no-"),
	} {
		if _, err := h.Answer(t.Context(), offer); !errors.Is(err, ErrOffer) {
			t.Errorf("%s: got %v, want %v", name, err, ErrOffer)
		}
	}
	if n := h.kept(); n != 0 {
		t.Errorf("%d peers were kept", n)
	}
}

func TestAnswerNamesLoopbackAlone(t *testing.T) {
	h := openHub(t, Config{})
	answer, err := h.Answer(t.Context(), newPage(t).offer(t))
	if err != nil {
		t.Fatal(err)
	}
	candidates := 0
	for line := range strings.Lines(answer) {
		if fields, ok := strings.CutPrefix(line, "a=candidate:"); ok {
			candidates++
			if f := strings.Fields(fields); f[2] != "udp" || f[4] != "127.0.0.1" || f[7] != "host" {
				t.Errorf("the answer names %s", fields)
			}
		}
	}
	if candidates == 0 {
		t.Error("the answer names no address")
	}
}

// The hub has one UDP socket, on 127.0.0.1, however many pages join.
func TestOneSocket(t *testing.T) {
	before := sockets(t)
	h := openHub(t, Config{})
	for range 3 {
		// An offer alone makes the hub open all it ever opens.
		p := newPage(t)
		offer := p.offer(t)
		if err := p.connection.GracefulClose(); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Answer(t.Context(), offer); err != nil {
			t.Fatal(err)
		}
	}
	var mine []string
	for inode, at := range sockets(t) {
		if _, old := before[inode]; !old {
			mine = append(mine, at)
		}
	}
	// 0100007F is 127.0.0.1 as /proc/net writes it.
	if len(mine) != 1 || !strings.HasPrefix(mine[0], "udp 0100007F:") {
		t.Errorf("the hub has the sockets %v, want one on 127.0.0.1", mine)
	}
}

// sockets returns this process's UDP sockets and listening TCP sockets: inode
// to local address.
func sockets(t *testing.T) map[string]string {
	t.Helper()
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("SKIPPED: sockets were not counted: %v", err)
	}
	mine := map[string]bool{}
	for _, fd := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil && strings.HasPrefix(to, "socket:[") {
			mine[strings.Trim(to, "socket:[]")] = true
		}
	}
	found := map[string]string{}
	for _, table := range []string{"udp", "udp6", "tcp", "tcp6"} {
		text, err := os.ReadFile("/proc/self/net/" + table)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && mine[f[9]] {
				found[f[9]] = table + " " + f[1]
			}
		}
	}
	return found
}

func TestAnswerEndsWithContext(t *testing.T) {
	h := openHub(t, Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	// The answer may be whole before the context is looked at.
	if _, err := h.Answer(ctx, newPage(t).offer(t)); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add("")
	f.Add("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" +
		"c=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 00:01\r\n" +
		"a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\n")
	h, err := Open(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = h.Close() })
	f.Fuzz(func(t *testing.T, offer string) {
		answer, err := h.Answer(t.Context(), offer)
		if (err == nil) != (answer != "") {
			t.Errorf("answer %q, error %v", answer, err)
		}
		if err != nil && !errors.Is(err, ErrOffer) {
			t.Error(err)
		}
	})
}
