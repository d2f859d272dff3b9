package ui

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
)

func TestLoopback(t *testing.T) {
	for _, c := range []struct {
		address string
		want    string // empty: refused
	}{
		{"127.0.0.1:8099", "127.0.0.1:8099"},
		{"127.0.0.1:0", "127.0.0.1:0"},
		{"127.7.8.9:80", "127.7.8.9:80"},
		{"localhost:8099", "127.0.0.1:8099"},
		{"[::1]:8099", "[::1]:8099"},
		{":8099", ""},
		{"0.0.0.0:8099", ""},
		{"[::]:8099", ""},
		{"192.168.1.5:8099", ""},
		{"10.0.0.1:8099", ""},
		{"[::ffff:10.0.0.1]:8099", ""},
		{"[fe80::1%lo]:8099", ""},
		{"[::1%eth0]:8099", ""},
		{"kiosk.example:8099", ""},
		{"localhost.example:8099", ""},
		{"127.1:8099", ""},
		{"2130706433:8099", ""},
	} {
		at, err := loopback(c.address)
		switch {
		case c.want == "":
			if !errors.Is(err, ErrNotLoopback) || !strings.Contains(err.Error(), strconv.Quote(c.address)) {
				t.Errorf("%s: got %v, %v, want %v and the address", c.address, at, err, ErrNotLoopback)
			}
		case err != nil || at.String() != c.want:
			t.Errorf("%s: got %v, %v, want %s", c.address, at, err, c.want)
		}
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	for _, address := range []string{"8099", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "127.0.0.1:-1", "::1:8099"} {
		if at, err := loopback(address); err == nil || !strings.HasPrefix(err.Error(), "cannot listen on") {
			t.Errorf("%s: got %v, %v", address, at, err)
		}
	}
}

func TestNewRefusesOtherInterfaces(t *testing.T) {
	if s, err := New(Config{Listen: "0.0.0.0:0"}); !errors.Is(err, ErrNotLoopback) {
		t.Errorf("got %v, %v, want %v", s, err, ErrNotLoopback)
	}
}

func TestBusyPort(t *testing.T) {
	first, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	_, port, _ := net.SplitHostPort(first.Addr().String())
	s, err := New(Config{Listen: first.Addr().String()})
	if !errors.Is(err, ErrPortInUse) {
		t.Fatalf("got %v, %v, want %v", s, err, ErrPortInUse)
	}
	for _, want := range []string{"port " + port, "--listen"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

func FuzzLoopback(f *testing.F) {
	for _, s := range []string{"127.0.0.1:8099", "[::1]:0", "localhost:1", ":8099", "[::]:1", "1.2.3.4:5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if at, err := loopback(address); err == nil && !net.IP(at.Addr().AsSlice()).IsLoopback() {
			t.Errorf("%q is taken as %v", address, at)
		}
	})
}
