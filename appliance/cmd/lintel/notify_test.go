package main

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

// The loop's progress, and nothing else, is the sign of life.
func TestNotifier(t *testing.T) {
	for _, c := range []struct {
		name, watchdog, pid string
		want                []string
	}{
		{"watched", "4", "", []string{"READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"}},
		{"seldom", "3600000000", "", []string{"READY=1", "WATCHDOG=1", "STOPPING=1"}},
		{"not watched", "", "", []string{"READY=1", "STOPPING=1"}},
		{"another process is", "4", "1", []string{"READY=1", "STOPPING=1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "notify")
			socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = socket.Close() }()
			t.Setenv("NOTIFY_SOCKET", name)
			t.Setenv("WATCHDOG_USEC", c.watchdog)
			t.Setenv("WATCHDOG_PID", c.pid)
			n, err := openNotifier()
			if err != nil {
				t.Fatal(err)
			}
			n.beat()
			n.last = n.last.Add(-time.Second)
			n.beat()
			if err := n.close(); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				got := make([]byte, 64)
				if err := socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
					t.Fatal(err)
				}
				k, err := socket.Read(got)
				if err != nil || string(got[:k]) != want {
					t.Fatalf("%q, %v; want %q", got[:k], err, want)
				}
			}
		})
	}
}

// Without systemd nobody is told anything.
func TestNotifierAlone(t *testing.T) {
	for _, name := range []string{"", "relative"} {
		t.Setenv("NOTIFY_SOCKET", name)
		n, err := openNotifier()
		if n != nil || err != nil {
			t.Errorf("%q: %v, %v", name, n, err)
		}
		n.beat()
		if err := n.close(); err != nil {
			t.Error(err)
		}
	}
}
