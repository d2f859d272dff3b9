package stream

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/webrtc/v3"
)

// A page that says nothing for goneAfter is gone. ICE needs two figures; the
// second starts when the first has run out.
const (
	silentAfter = 3 * time.Second
	goneAfter   = 5 * time.Second
	keepalive   = time.Second
)

// settings keeps WebRTC on the loopback interface and on one socket.
func settings(mux ice.UDPMux) webrtc.SettingEngine {
	var s webrtc.SettingEngine
	s.SetICEUDPMux(mux)
	s.SetLite(true)
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetIPFilter(net.IP.IsLoopback)
	// By default pion opens 0.0.0.0:5353 to resolve multicast DNS names.
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DisableActiveTCP(true)
	s.SetICETimeouts(silentAfter, goneAfter-silentAfter, keepalive)
	s.SetSCTPMaxReceiveBufferSize(64 << 10)
	return s
}

// The life of a peer: joining, open, dead.
const (
	peerJoining int32 = iota
	peerOpen
	peerDead
)

// peer is one connected page.
type peer struct {
	connection *webrtc.PeerConnection
	channel    *webrtc.DataChannel
	state      atomic.Int32
}

// Answer joins the page that made the offer (the text of an SDP session
// description, gathered whole) and returns the answer for it, gathered whole
// as well. The page must have made the data channel "mirror" negotiated with
// id 0, unordered and without retransmission.
//
// Errors: [ErrOffer] for an offer that cannot be used, [ErrClosed] after
// Close, ctx.Err().
func (h *Hub) Answer(ctx context.Context, offer string) (string, error) {
	select {
	case <-h.done:
		return "", ErrClosed
	default:
	}
	p, err := h.newPeer()
	if err != nil {
		return "", err
	}
	answer, err := p.negotiate(ctx, offer)
	if err != nil {
		p.close()
		return "", err
	}
	if !h.add(p) {
		p.close()
		return "", ErrClosed
	}
	return answer, nil
}

// add takes p in, in place of the oldest peer where there are too many, and
// says whether the hub is still open.
func (h *Hub) add(p *peer) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	if len(h.peers) == h.maxPeers {
		h.bury(h.peers[0])
		h.peers = append(h.peers[:0], h.peers[1:]...)
	}
	h.peers = append(h.peers, p)
	return true
}

// newPeer makes the connection and its channel and watches both.
func (h *Hub) newPeer() (*peer, error) {
	connection, err := h.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, fmt.Errorf("cannot make a WebRTC connection: %w", err)
	}
	yes, no, zero := true, false, uint16(0)
	channel, err := connection.CreateDataChannel("mirror", &webrtc.DataChannelInit{
		Ordered: &no, MaxRetransmits: &zero, Negotiated: &yes, ID: &zero,
	})
	if err != nil {
		_ = connection.GracefulClose()
		return nil, fmt.Errorf("cannot make the mirror's data channel: %w", err)
	}
	p := &peer{connection: connection, channel: channel}
	dead := func() {
		p.state.Store(peerDead)
		h.poke()
	}
	channel.OnOpen(func() { p.state.CompareAndSwap(peerJoining, peerOpen) })
	channel.OnClose(dead)
	connection.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateDisconnected || s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateClosed {
			dead()
		}
	})
	return p, nil
}

// negotiate takes the offer and returns the whole answer.
func (p *peer) negotiate(ctx context.Context, offer string) (string, error) {
	err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer})
	if err != nil {
		return "", fmt.Errorf("%w (%w)", ErrOffer, err)
	}
	answer, err := p.connection.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w (%w)", ErrOffer, err)
	}
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(answer); err != nil {
		return "", fmt.Errorf("%w (%w)", ErrOffer, err)
	}
	select {
	case <-gathered:
		return p.connection.LocalDescription().SDP, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Up to so many messages, or bytes where they are small, may be on their way to
// a peer: what waits behind more of them would be painted late, and the newest
// wins. It is not less, because a receiver may keep back an acknowledgement for
// 200 ms (RFC 9260, section 6.2).
const (
	backlog      = 2
	leastBacklog = 4 << 10
)

// ready says whether the peer can take a message of that size now. One that is
// open and has too much on its way loses this mirror.
func (p *peer) ready(size int) bool {
	return p.state.Load() == peerOpen && p.channel.BufferedAmount() < uint64(max(backlog*size, leastBacklog))
}

// send hands the message to the channel, which copies it. An error means that
// the channel is closing, and then the page is told nothing more.
func (p *peer) send(message []byte) {
	if err := p.channel.Send(message); err != nil {
		p.state.Store(peerDead)
	}
}

// close ends the connection and waits for its goroutines.
func (p *peer) close() { _ = p.connection.GracefulClose() }
