package main

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// dial connects to the kiosk's page with this very thread, which is in the
// network of another process; package net would take any.
func dial() (net.Conn, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot make a socket: %w", err)
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: 8099, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("cannot reach the kiosk: %w", err)
	}
	file := os.NewFile(uintptr(fd), "kiosk")
	defer func() { _ = file.Close() }()
	return net.FileConn(file)
}
