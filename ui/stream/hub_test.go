package stream

import (
	"errors"
	"testing"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/webrtc/v3"
	"go.uber.org/goleak"

	"lintel/firmware/thermal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds waits that end early when all is well.
const patience = 20 * time.Second

func openHub(t *testing.T, cfg Config) *Hub {
	t.Helper()
	h, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// page is a peer of the hub, as a browser would be.
type page struct {
	connection *webrtc.PeerConnection
	messages   chan []byte
	closed     chan struct{}
}

// newPage returns a page that has not offered anything.
func newPage(t *testing.T) *page {
	t.Helper()
	var s webrtc.SettingEngine
	s.SetIncludeLoopbackCandidate(true)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DisableActiveTCP(true)
	connection, err := webrtc.NewAPI(webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	yes, no, zero := true, false, uint16(0)
	channel, err := connection.CreateDataChannel("mirror", &webrtc.DataChannelInit{Ordered: &no, MaxRetransmits: &zero, Negotiated: &yes, ID: &zero})
	if err != nil {
		t.Fatal(err)
	}
	p := &page{connection: connection, messages: make(chan []byte, 1000), closed: make(chan struct{})}
	channel.OnMessage(func(m webrtc.DataChannelMessage) {
		select {
		case p.messages <- m.Data:
		default:
		}
	})
	channel.OnClose(func() { close(p.closed) })
	t.Cleanup(func() { _ = connection.GracefulClose() })
	return p
}

func (p *page) offer(t *testing.T) string {
	t.Helper()
	offer, err := p.connection.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.connection)
	if err := p.connection.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	return p.connection.LocalDescription().SDP
}

// join connects a new page to the hub.
func join(t *testing.T, h *Hub) *page {
	t.Helper()
	p := newPage(t)
	answer, err := h.Answer(t.Context(), p.offer(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	return p
}

// until publishes m again and again until the page got a message that ok likes.
func (p *page) until(t *testing.T, h *Hub, m Mirror, ok func(message) bool) message {
	t.Helper()
	end := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case b := <-p.messages:
			if got := decode(t, b); ok(got) {
				return got
			}
		case <-tick.C:
			h.Publish(m)
		case <-end:
			t.Fatal("the page got no such message")
		}
	}
}

// kept returns how many peers the hub knows, dead or alive.
func (h *Hub) kept() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.peers)
}

func anything(message) bool { return true }

var small = Mirror{Width: 9, Height: 2, Body: []byte{1, 2, 3, 4}, Faces: []thermal.Box{{X1: 9, Y1: 2}}}

func TestMirrorReachesEveryPage(t *testing.T) {
	h := openHub(t, Config{})
	for range 3 {
		p := join(t, h)
		got := p.until(t, h, small, anything)
		if got.width != 9 || got.height != 2 || string(got.body) != "\x01\x02\x03\x04" || len(got.faces) != 1 {
			t.Errorf("the page got %+v", got)
		}
	}
	if n := h.Peers(); n != 3 {
		t.Errorf("%d peers are connected, want 3", n)
	}
}

func TestLargestMirrorArrives(t *testing.T) {
	h := openHub(t, Config{})
	p := join(t, h)
	m := Mirror{Width: 512, Height: 256, Body: make([]byte, 64*256), Faces: make([]thermal.Box, MaxFaces)}
	if got := p.until(t, h, m, anything); got.width != 512 {
		t.Errorf("the page got %d x %d cells", got.width, got.height)
	}
}

func TestZeroMirrorWipes(t *testing.T) {
	h := openHub(t, Config{})
	p := join(t, h)
	p.until(t, h, small, anything)
	p.until(t, h, Mirror{}, func(m message) bool { return m.width == 0 && m.height == 0 && len(m.faces) == 0 })
}

// What the caller does with its memory after Publish changes nothing, and what
// does not fit is not sent.
func TestPublishCopies(t *testing.T) {
	h := openHub(t, Config{})
	p := join(t, h)
	p.until(t, h, small, anything)
	m := Mirror{Width: 8, Height: 1, Body: []byte{0xA5}}
	h.Publish(m)
	m.Body[0] = 0
	h.Publish(Mirror{Width: 8, Height: 2, Body: m.Body})
	p.until(t, h, Mirror{Width: 8, Height: 1, Body: []byte{0xA5}}, func(got message) bool {
		if got.width == 8 && got.body[0] != 0xA5 {
			t.Errorf("the page got %x", got.body)
		}
		return got.width == 8
	})
}

// Sequence numbers rise, whatever is lost.
func TestNewestWins(t *testing.T) {
	h := openHub(t, Config{})
	p := join(t, h)
	first := p.until(t, h, small, anything)
	for range 2000 {
		h.Publish(small)
	}
	last := p.until(t, h, small, func(m message) bool { return m.seq > first.seq+1 })
	if last.seq > first.seq+2000+uint32(patience/(10*time.Millisecond)) {
		t.Errorf("sequence went from %d to %d", first.seq, last.seq)
	}
}

func TestOldestPageGivesWay(t *testing.T) {
	h := openHub(t, Config{MaxPeers: 2})
	oldest := join(t, h)
	oldest.until(t, h, small, anything)
	for range 2 {
		join(t, h).until(t, h, small, anything)
	}
	select {
	case <-oldest.closed:
	case <-time.After(patience):
		t.Error("the oldest page is still connected")
	}
	if n := h.Peers(); n != 2 {
		t.Errorf("%d peers are connected, want 2", n)
	}
}

func TestPageThatLeavesIsForgotten(t *testing.T) {
	h := openHub(t, Config{})
	p := join(t, h)
	p.until(t, h, small, anything)
	if err := p.connection.GracefulClose(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if h.kept() == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatal("a page that left is kept")
		}
	}
}

func TestAfterClose(t *testing.T) {
	h, err := Open(Config{})
	if err != nil {
		t.Fatal(err)
	}
	p := join(t, h)
	p.until(t, h, small, anything)
	offer := newPage(t).offer(t)
	for range 2 {
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
	}
	h.Publish(small)
	if n := h.Peers(); n != 0 {
		t.Errorf("%d peers are left", n)
	}
	if _, err := h.Answer(t.Context(), offer); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed hub answered with %v, want %v", err, ErrClosed)
	}
	select {
	case <-p.closed:
	case <-time.After(patience):
		t.Error("the page was not told")
	}
}

func TestPublishAllocatesNothing(t *testing.T) {
	h := openHub(t, Config{})
	m := Mirror{Width: 640, Height: 512, Body: make([]byte, 80*512), Faces: make([]thermal.Box, MaxFaces+1)}
	h.Publish(m)
	if n := testing.AllocsPerRun(200, func() { h.Publish(m) }); n != 0 {
		t.Errorf("%v allocations a mirror", n)
	}
}
