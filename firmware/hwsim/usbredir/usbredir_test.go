package usbredir

import (
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stick is a device that answers every control request with its own bytes.
type stick struct{ resets chan struct{} }

func (stick) Vendor() uint16  { return 0x1234 }
func (stick) Product() uint16 { return 0x5678 }
func (s stick) Reset()        { s.resets <- struct{}{} }

func (stick) Control(setup [8]byte, out []byte) ([]byte, bool) {
	return append(slices.Clone(setup[:]), out...), setup[1] != 99
}

func (stick) Answers(setup [8]byte) bool { return setup[1] != 98 }

func (stick) Bulk(n int) []byte { return make([]byte, min(n, 700)) }

// peer is QEMU's side.
type peer struct {
	t    *testing.T
	conn net.Conn
}

func (p *peer) send(kind uint32, id uint64, body []byte) {
	p.t.Helper()
	b := binary.LittleEndian.AppendUint32(nil, kind)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	if kind == hello {
		b = binary.LittleEndian.AppendUint32(b, uint32(id))
	} else {
		b = binary.LittleEndian.AppendUint64(b, id)
	}
	if _, err := p.conn.Write(append(b, body...)); err != nil {
		p.t.Fatal(err)
	}
}

// receive returns the next packet, whose kind must be the one given.
func (p *peer) receive(kind uint32) (id uint64, body []byte) {
	p.t.Helper()
	if err := p.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		p.t.Fatal(err)
	}
	head := make([]byte, 16)
	if kind == hello {
		head = head[:12]
	}
	if _, err := io.ReadFull(p.conn, head); err != nil {
		p.t.Fatal(err)
	}
	if got := binary.LittleEndian.Uint32(head); got != kind {
		p.t.Fatalf("a packet of type %d, want %d", got, kind)
	}
	if len(head) == 16 {
		id = binary.LittleEndian.Uint64(head[8:])
	}
	body = make([]byte, binary.LittleEndian.Uint32(head[4:]))
	if _, err := io.ReadFull(p.conn, body); err != nil {
		p.t.Fatal(err)
	}
	return id, body
}

func TestPlug(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "usb")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	device := stick{make(chan struct{}, 1)}
	plug, err := Connect(t.Context(), device, socket)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	p := &peer{t, conn}

	p.receive(hello)
	p.send(hello, 0, make([]byte, 68))
	p.receive(interfaceInfo)
	p.receive(endpointInfo)
	if _, b := p.receive(deviceConnect); binary.LittleEndian.Uint16(b[4:]) != 0x1234 || binary.LittleEndian.Uint16(b[6:]) != 0x5678 {
		t.Errorf("it connects as %x", b)
	}
	// endpoint, request, type, status, value, index, length, data
	p.send(controlPacket, 7, []byte{0x80, 6, 0x80, 0, 1, 2, 3, 4, 8, 0})
	if id, b := p.receive(controlPacket); id != 7 || b[3] != 0 || !slices.Equal(b[10:], []byte{0x80, 6, 1, 2, 3, 4, 8, 0}) {
		t.Errorf("control %d: %x", id, b)
	}
	p.send(controlPacket, 6, []byte{0x80, 98, 0x80, 0, 0, 0, 0, 0, 0, 0}) // not answered
	p.send(controlPacket, 8, []byte{0x80, 99, 0x80, 0, 0, 0, 0, 0, 0, 0})
	if id, b := p.receive(controlPacket); id != 8 || b[3] != stall || len(b) != 10 {
		t.Errorf("a request that is not known: %x", b)
	}
	p.send(bulkPacket, 9, []byte{0x81, 0, 0, 2, 0, 0, 0, 0, 0, 0})
	if id, b := p.receive(bulkPacket); id != 9 || len(b) != 10+512 {
		t.Errorf("bulk %d has %d bytes", id, len(b)-10)
	}
	p.send(reset, 0, nil)
	<-device.resets

	closed := make(chan struct{})
	go func() { plug.Close(); close(closed) }()
	p.receive(deviceDisconnect)
	<-closed
	if _, err := Connect(t.Context(), device, filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("without a socket it connects")
	}
}
