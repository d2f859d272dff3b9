package ui

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
)

// maxConnections is how many connections are open at a time. A kiosk's browser
// keeps about six.
const maxConnections = 128

// DefaultListen is where the pages are served unless configured otherwise.
const DefaultListen = "127.0.0.1:8099"

// Sentinels of this package.
var (
	// ErrNotLoopback means that the listen address can be reached from
	// elsewhere. Use 127.0.0.1, [::1] or localhost.
	ErrNotLoopback = errors.New("only loopback addresses are allowed: use 127.0.0.1, [::1] or localhost")
	// ErrPortInUse means that another program listens there.
	ErrPortInUse = errors.New("another program listens there: stop it (is a second lintel running?) or choose another port with --listen")
)

// listen opens a loopback address.
//
// Errors: [ErrNotLoopback], [ErrPortInUse], or what the system says.
func listen(address string) (net.Listener, error) {
	at, err := loopback(address)
	if err != nil {
		return nil, err
	}
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("cannot serve the pages on port %d of %s: %w", at.Port(), at.Addr(), ErrPortInUse)
	case err != nil:
		return nil, fmt.Errorf("cannot serve the pages on %s: %w", address, err)
	}
	return l, nil
}

// loopback reads "host:port". The host is an address of the loopback network
// or the name localhost, which is taken as 127.0.0.1 and never looked up: a
// look-up could answer anything.
func loopback(address string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("cannot listen on %q: write it like %s: %w", address, DefaultListen, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() || ip.Zone() != "" {
		return netip.AddrPort{}, fmt.Errorf("cannot listen on %q: %w", address, ErrNotLoopback)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("cannot listen on %q: the port must be 0 to 65535: %w", address, err)
	}
	return netip.AddrPortFrom(ip, uint16(number)), nil
}

// limited is a listener that hangs up on whoever comes while too many are
// connected, so that they cost neither memory nor the wait of others.
type limited struct {
	net.Listener
	free    chan struct{}
	refused *atomic.Int64
}

func newLimited(l net.Listener, most int, refused *atomic.Int64) *limited {
	return &limited{l, make(chan struct{}, most), refused}
}

// Accept returns the next connection that there is room for.
func (l *limited) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.free <- struct{}{}:
			return &counted{Conn: c, leave: func() { <-l.free }}, nil
		default:
			l.refused.Add(1)
			_ = c.Close()
		}
	}
}

// counted is a connection that makes room when it is closed.
type counted struct {
	net.Conn
	once  sync.Once
	leave func()
}

// Close closes the connection.
func (c *counted) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.leave)
	return err
}
