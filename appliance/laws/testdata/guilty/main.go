// Command guilty reaches out in the ways that law 6 forbids.
package main

import (
	"context"
	"image"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
)

type caller interface{ call() error }

// direct, stored and handed reach the network by a call, through a function
// value, and through somebody else's interface.
type direct struct{}

func (direct) call() error {
	_, err := http.Get("http://example.org")
	return err
}

type stored struct {
	dial func(network, address string) (net.Conn, error)
}

func (s stored) call() error {
	_, err := s.dial("tcp", "example.org:80")
	return err
}

type handed struct{ http.RoundTripper }

func (h handed) call() error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://example.org", nil)
	if err != nil {
		return err
	}
	_, err = h.RoundTrip(request)
	return err
}

func main() {
	for _, c := range []caller{direct{}, stored{net.Dial}, handed{http.DefaultTransport}} {
		if err := c.call(); err != nil {
			os.Exit(1)
		}
	}
	_ = exec.Command("curl", "http://example.org").Run()
	_ = png.Encode(io.Discard, image.NewGray(image.Rect(0, 0, 1, 1)))
}
