// Package usbredir carries an emulated camera's transfers to QEMU's usb-redir
// device: the device's side of the usbredir protocol
// (gitlab.freedesktop.org/spice/usbredir, docs/usb-redirection-protocol.md) with
// control transfers and one bulk endpoint.
package usbredir

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Device is what is plugged in.
type Device interface {
	Vendor() uint16
	Product() uint16
	Control(setup [8]byte, out []byte) (in []byte, ok bool)
	// Answers says whether Control is asked; where it is not, the host waits in
	// vain.
	Answers(setup [8]byte) bool
	Bulk(n int) []byte
	Reset()
}

// Packet types.
const (
	hello               = 0
	deviceConnect       = 1
	deviceDisconnect    = 2
	reset               = 3
	interfaceInfo       = 4
	endpointInfo        = 5
	setConfiguration    = 6
	getConfiguration    = 7
	configurationStatus = 8
	setAlternate        = 9
	getAlternate        = 10
	alternateStatus     = 11
	cancelData          = 21
	disconnectAck       = 24
	controlPacket       = 100
	bulkPacket          = 101
)

const (
	stall     = 4
	cancelled = 1
)

// Capabilities: connect_device_version, ep_info_max_packet_size, 64bits_ids and
// 32bits_bulk_length.
const capabilities = 1<<1 | 1<<4 | 1<<5 | 1<<6

// request is a bulk transfer that waits for data.
type request struct {
	id       uint64
	endpoint byte
	stream   uint32
	length   int
}

// Plug is a device that is plugged in.
type Plug struct {
	device  Device
	conn    net.Conn
	write   sync.Mutex
	mu      sync.Mutex
	waiting []request
	done    chan struct{}
	parts   sync.WaitGroup
}

// Connect plugs a device in at a socket of QEMU.
//
// Errors: those of the socket.
func Connect(ctx context.Context, device Device, socket string) (*Plug, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("cannot plug the camera in: %w", err)
	}
	p := &Plug{device: device, conn: conn, done: make(chan struct{})}
	version := make([]byte, 64)
	copy(version, "lintel hwsim")
	p.send(hello, 0, binary.LittleEndian.AppendUint32(version, capabilities))
	p.parts.Go(p.serve)
	p.parts.Go(p.pump)
	return p, nil
}

// Close unplugs the device.
func (p *Plug) Close() {
	p.send(deviceDisconnect, 0, nil)
	time.Sleep(50 * time.Millisecond) // QEMU takes the packet before the end of the line
	_ = p.conn.Close()
	p.parts.Wait()
}

func (p *Plug) send(kind uint32, id uint64, body []byte) {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, kind)
	b = le.AppendUint32(b, uint32(len(body)))
	if kind == hello {
		b = le.AppendUint32(b, 0)
	} else {
		b = le.AppendUint64(b, id)
	}
	p.write.Lock()
	defer p.write.Unlock()
	_, _ = p.conn.Write(append(b, body...)) // a line that broke ends serve
}

// serve answers QEMU until the line ends.
func (p *Plug) serve() {
	defer close(p.done)
	var head [16]byte
	size := 12 // the first packet has a short number
	for {
		if _, err := io.ReadFull(p.conn, head[:size]); err != nil {
			return
		}
		kind, id := binary.LittleEndian.Uint32(head[:]), binary.LittleEndian.Uint64(head[8:])
		body := make([]byte, min(binary.LittleEndian.Uint32(head[4:]), 1<<20))
		if _, err := io.ReadFull(p.conn, body); err != nil {
			return
		}
		size = 16
		p.answer(kind, id, body)
	}
}

func (p *Plug) answer(kind uint32, id uint64, body []byte) {
	switch kind {
	case hello:
		p.describe()
		b := []byte{2, 0xef, 2, 1} // high speed
		b = binary.LittleEndian.AppendUint16(b, p.device.Vendor())
		b = binary.LittleEndian.AppendUint16(b, p.device.Product())
		p.send(deviceConnect, 0, binary.LittleEndian.AppendUint16(b, 0x0100))
	case reset:
		p.mu.Lock()
		p.waiting = nil
		p.mu.Unlock()
		p.device.Reset()
	case setConfiguration:
		p.describe()
		p.send(configurationStatus, id, []byte{0, body[0]})
	case getConfiguration:
		p.send(configurationStatus, id, []byte{0, 1})
	case setAlternate:
		p.send(alternateStatus, id, []byte{0, body[0], body[1]})
	case getAlternate:
		p.send(alternateStatus, id, []byte{0, body[0], 0})
	case cancelData:
		p.cancel(id)
	case controlPacket:
		p.control(id, body)
	case bulkPacket:
		p.mu.Lock()
		p.waiting = append(p.waiting, request{
			id, body[0], binary.LittleEndian.Uint32(body[4:]),
			int(binary.LittleEndian.Uint16(body[2:])) | int(binary.LittleEndian.Uint16(body[8:]))<<16,
		})
		p.mu.Unlock()
	case disconnectAck:
	default:
	}
}

// describe tells of the interfaces and endpoints: control, and bulk in.
func (p *Plug) describe() {
	const perDirection = 16
	kind, interval, belongs, packet := make([]byte, 32), make([]byte, 32), make([]byte, 32), make([]byte, 64)
	for i := range kind {
		kind[i] = 0xff
	}
	kind[0], kind[perDirection] = 0, 0
	binary.LittleEndian.PutUint16(packet, 64)
	binary.LittleEndian.PutUint16(packet[2*perDirection:], 64)
	kind[perDirection+1], belongs[perDirection+1] = 2, 1
	binary.LittleEndian.PutUint16(packet[2*(perDirection+1):], 512)
	number, class, sub := make([]byte, 32), make([]byte, 32), make([]byte, 32)
	number[1], class[0], class[1], sub[0], sub[1] = 1, 14, 14, 1, 2
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, part := range [][]byte{number, class, sub, make([]byte, 32)} {
		b = append(b, part...)
	}
	p.send(interfaceInfo, 0, b)
	b = nil
	for _, part := range [][]byte{kind, interval, belongs, packet} {
		b = append(b, part...)
	}
	p.send(endpointInfo, 0, b)
}

func (p *Plug) cancel(id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, r := range p.waiting {
		if r.id == id {
			p.waiting = append(p.waiting[:i], p.waiting[i+1:]...)
			p.sendBulk(r, cancelled, nil)
			return
		}
	}
}

// control answers a control transfer: endpoint, request, type, status, value,
// index, length, data.
func (p *Plug) control(id uint64, body []byte) {
	var setup [8]byte
	setup[0], setup[1] = body[2], body[1]
	copy(setup[2:], body[4:10])
	if !p.device.Answers(setup) {
		return
	}
	in, ok := p.device.Control(setup, body[10:])
	status, length := byte(0), int(binary.LittleEndian.Uint16(body[8:]))
	switch {
	case !ok:
		status, length, in = stall, 0, nil
	case body[0]&0x80 != 0:
		length = len(in)
	default:
		in = nil
	}
	b := append([]byte{body[0], body[1], body[2], status}, body[4:8]...)
	b = binary.LittleEndian.AppendUint16(b, uint16(length))
	p.send(controlPacket, id, append(b, in...))
}

func (p *Plug) sendBulk(r request, status byte, data []byte) {
	b := []byte{r.endpoint, status}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	b = binary.LittleEndian.AppendUint32(b, r.stream)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)>>16))
	p.send(bulkPacket, r.id, append(b, data...))
}

// pump hands data to the transfers that wait for it.
func (p *Plug) pump() {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
		for p.feed() {
		}
	}
}

// feed serves the oldest transfer and says whether it could.
func (p *Plug) feed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return false
	}
	r := p.waiting[0]
	data := p.device.Bulk(r.length)
	if len(data) == 0 {
		return false
	}
	p.waiting = p.waiting[1:]
	p.sendBulk(r, 0, data)
	return true
}
