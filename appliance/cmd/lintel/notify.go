package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// notifier tells systemd that the program is ready and that the frame loop goes
// on (sd_notify(3), sd_watchdog_enabled(3)): a datagram to a socket of this
// machine that systemd names. It sends with a bare system call, so that the
// program needs no dialler for it (law 6). A nil notifier has nobody to tell.
type notifier struct {
	fd    int
	to    unix.SockaddrUnix
	every time.Duration // between signs of life; 0 where none are wanted
	last  time.Time
	ready bool
}

// openNotifier returns nil where systemd did not start the program.
func openNotifier() (*notifier, error) {
	name := os.Getenv("NOTIFY_SOCKET")
	if !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "@") {
		return nil, nil
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot tell systemd of the program: %w", err)
	}
	n := &notifier{fd: fd, to: unix.SockaddrUnix{Name: name}}
	// The watchdog is meant for one process.
	if pid := os.Getenv("WATCHDOG_PID"); pid == "" || pid == strconv.Itoa(os.Getpid()) {
		if us, err := strconv.ParseUint(os.Getenv("WATCHDOG_USEC"), 10, 63); err == nil {
			n.every = time.Duration(us) * time.Microsecond / 4
		}
	}
	return n, nil
}

// beat is called whenever the frame loop has shown something, with or without a
// camera: when it hangs, systemd starts the program anew.
func (n *notifier) beat() {
	if n == nil {
		return
	}
	if !n.ready {
		n.ready = true
		n.send("READY=1")
	}
	if now := time.Now(); n.every > 0 && now.Sub(n.last) >= n.every {
		n.last = now
		n.send("WATCHDOG=1")
	}
}

// send drops what cannot be sent: systemd notices when nothing comes.
func (n *notifier) send(what string) {
	_ = unix.Sendto(n.fd, []byte(what), unix.MSG_NOSIGNAL|unix.MSG_DONTWAIT, &n.to)
}

func (n *notifier) close() error {
	if n == nil {
		return nil
	}
	n.send("STOPPING=1")
	return unix.Close(n.fd)
}
