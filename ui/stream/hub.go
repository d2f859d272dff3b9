package stream

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/pion/ice/v2"
	"github.com/pion/webrtc/v3"

	"lintel/firmware/thermal"
)

// Sentinels of this package.
var (
	// ErrOffer means that a page's session description cannot be answered.
	// Reload the page; it makes a new one.
	ErrOffer = errors.New("the page's WebRTC offer cannot be used: reload the page")
	// ErrClosed is returned by Answer after Close.
	ErrClosed = errors.New("the mirror is closed")
)

// Config is what a [Hub] needs. The zero Config is usable.
type Config struct {
	// MaxPeers is how many pages see the mirror at a time; a further one
	// replaces the oldest. 0 stands for 4.
	MaxPeers int
}

// Hub hands the newest mirror to every connected page. Its methods may be
// called by several goroutines at a time.
type Hub struct {
	api      *webrtc.API
	mux      ice.UDPMux
	maxPeers int

	wake chan struct{} // capacity 1: a mirror to send or a peer to bury
	done chan struct{} // closed by Close
	work sync.WaitGroup

	mu     sync.Mutex
	closed bool
	peers  []*peer // oldest first
	next   Mirror  // the newest mirror, in memory of the hub's own
	fresh  bool    // next was not sent yet

	// Touched by the sending goroutine alone.
	message []byte
	seq     uint32
	open    []*peer
}

// Open binds the hub's UDP socket, on a free port of 127.0.0.1, and starts its
// one sending goroutine. The caller must Close the hub.
func Open(cfg Config) (*Hub, error) {
	if cfg.MaxPeers == 0 {
		cfg.MaxPeers = 4
	}
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, fmt.Errorf("cannot open the mirror's socket on 127.0.0.1: check that the loopback interface is up: %w", err)
	}
	h := &Hub{
		mux:      webrtc.NewICEUDPMux(nil, socket),
		maxPeers: cfg.MaxPeers,
		wake:     make(chan struct{}, 1),
		done:     make(chan struct{}),
		next:     Mirror{Body: make([]byte, 0, maxBody), Faces: make([]thermal.Box, 0, MaxFaces)},
		message:  make([]byte, 0, maxMessage),
	}
	h.api = webrtc.NewAPI(webrtc.WithSettingEngine(settings(h.mux)))
	h.work.Go(h.send)
	return h, nil
}

// Publish makes m the newest mirror. It never blocks and keeps nothing of m's
// memory; after the first call it does not allocate. A mirror whose Body does
// not fit its size is passed over.
func (h *Hub) Publish(m Mirror) {
	if !m.valid() {
		return
	}
	h.mu.Lock()
	h.next.Width, h.next.Height = m.Width, m.Height
	// A smaller silhouette leaves nothing of a larger one behind.
	clear(h.next.Body[:cap(h.next.Body)])
	clear(h.next.Faces[:cap(h.next.Faces)])
	h.next.Body = append(h.next.Body[:0], m.Body...)
	h.next.Faces = append(h.next.Faces[:0], m.Faces[:min(len(m.Faces), MaxFaces)]...)
	h.fresh = true
	h.mu.Unlock()
	h.poke()
}

// Peers returns how many pages are connected and receive the mirror.
func (h *Hub) Peers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, p := range h.peers {
		if p.state.Load() == peerOpen {
			n++
		}
	}
	return n
}

// Close ends every connection, closes the socket and returns when the hub's
// goroutines have ended. A second Close does nothing.
func (h *Hub) Close() error {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock()
		return nil
	}
	h.closed = true
	h.mu.Unlock()
	close(h.done)
	h.work.Wait()
	if err := h.mux.Close(); err != nil {
		return fmt.Errorf("cannot close the mirror's socket: %w", err)
	}
	return nil
}

// poke wakes the sending goroutine; one poke is as good as many.
func (h *Hub) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// send is the hub's one sending goroutine.
func (h *Hub) send() {
	for {
		select {
		case <-h.done:
			h.mu.Lock()
			for _, p := range h.peers {
				h.bury(p)
			}
			h.peers = nil
			h.mu.Unlock()
			return
		case <-h.wake:
		}
		for _, p := range h.collect() {
			p.send(h.message)
		}
	}
}

// collect buries dead peers, encodes the newest mirror if it was not sent yet
// and returns those who can take it.
func (h *Hub) collect() []*peer {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = h.open[:0]
	if h.fresh {
		h.message = appendMessage(h.message[:0], h.next, h.seq+1)
	}
	kept := h.peers[:0]
	for _, p := range h.peers {
		if p.state.Load() == peerDead {
			h.bury(p)
			continue
		}
		kept = append(kept, p)
		if h.fresh && p.ready(len(h.message)) {
			h.open = append(h.open, p)
		}
	}
	clear(h.peers[len(kept):])
	h.peers = kept
	if len(h.open) > 0 {
		h.seq++
	}
	h.fresh = false
	return h.open
}

// bury closes p's connection without waiting for it. The caller holds mu.
func (h *Hub) bury(p *peer) {
	p.state.Store(peerDead)
	h.work.Go(p.close)
}
