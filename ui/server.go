package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"lintel/ui/stream"
	"lintel/ui/web"
)

const (
	tickEvery = 250 * time.Millisecond
	// staleAfter is how long a view stays without a call of Show. A camera is
	// silent for about 2 s during a flat-field correction.
	staleAfter = 4 * time.Second
	// closeWithin is how long requests under way may take when the server ends.
	closeWithin = time.Second
)

// Config is what a [Server] needs. The zero Config is usable.
type Config struct {
	// Listen is the address to serve, "host:port", loopback only; empty for
	// [DefaultListen]. Port 0 takes a free one.
	Listen string
	// Faults returns the snake_case names of the present faults for /healthz.
	// It is called by several goroutines at a time and keeps nothing; nil
	// stands for no faults.
	Faults func() []string
	// Staff answers what the staff pages ask; nil where there are none.
	Staff Staff
	// Page is how the visitor page behaves. The zero Page speaks English.
	Page Page
}

// Staff answers what the staff pages ask, below /staff/api/.
type Staff interface {
	http.Handler
	// WrongPINs returns how many there were since the start.
	WrongPINs() int64
}

// Server serves the pages. Show and ShowMirror may be called at any time, also
// before Serve and after it.
type Server struct {
	listener net.Listener
	http     *http.Server
	hub      *stream.Hub
	board    *board
	faults   func() []string
	staff    Staff
	refused  refusals
	page     []byte
	close    sync.Once
	closeErr error
}

// New opens the listen address, so that a mistake in it shows at once. The
// caller must call Serve or Close.
//
// Errors: [ErrNotLoopback] for an address that can be reached from elsewhere,
// [ErrPortInUse] for a busy port, or what the system says.
func New(cfg Config) (*Server, error) {
	if cfg.Listen == "" {
		cfg.Listen = DefaultListen
	}
	if cfg.Faults == nil {
		cfg.Faults = func() []string { return nil }
	}
	page, err := cfg.Page.settings()
	if err != nil {
		return nil, err
	}
	s := &Server{page: page, board: newBoard(int(staleAfter / tickEvery)), faults: cfg.Faults, staff: cfg.Staff}
	mux := http.NewServeMux()
	if err := routeAssets(mux, web.Files()); err != nil {
		return nil, err
	}
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /mirror", s.mirror)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /settings", s.settings)
	if s.staff != nil {
		mux.Handle("/staff/api/", s.ownPages(s.staff))
	}
	s.http = &http.Server{
		Handler:           s.guard(mux),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		// What net/http would log is about single connections; nobody reads it.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	listener, err := listen(cfg.Listen)
	if err != nil {
		return nil, err
	}
	s.listener = newLimited(listener, maxConnections, &s.refused.connections)
	if s.hub, err = stream.Open(stream.Config{}); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	return s, nil
}

// Addr returns the address served.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Show makes v what the page shows. It is called once a frame. It never blocks
// and does not allocate; the newest view wins.
func (s *Server) Show(v View) { s.board.show(v) }

// ShowMirror makes m the newest mirror. It never blocks and keeps nothing of
// m's memory; after the first call it does not allocate. The zero Mirror wipes
// what is shown; one whose Body does not fit its size is passed over.
func (s *Server) ShowMirror(m Mirror) { s.hub.Publish(m) }

// Serve answers requests until ctx is done, and returns nil then, or the error
// that kept it from serving. When it returns, everything is closed and no
// goroutine of the server is left. It is called once.
func (s *Server) Serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Event streams end with ctx.
	s.http.BaseContext = func(net.Listener) context.Context { return ctx }

	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.board.tick()
		case err := <-served:
			return errors.Join(fmt.Errorf("cannot go on serving the pages: %w", err), s.Close())
		case <-ctx.Done():
			end, stop := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
			defer stop()
			_ = s.http.Shutdown(end)
			return errors.Join(s.Close(), ignoreClosed(<-served))
		}
	}
}

// Close closes a server whether or not it was served. Only a server that
// Serve is not called for needs it. A second Close does nothing.
func (s *Server) Close() error {
	s.close.Do(func() {
		s.closeErr = errors.Join(ignoreClosed(s.http.Close()), ignoreClosed(s.listener.Close()), s.hub.Close())
	})
	return s.closeErr
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) || errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
