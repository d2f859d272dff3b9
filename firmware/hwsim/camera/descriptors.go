package camera

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

func le16(v int) []byte { return binary.LittleEndian.AppendUint16(nil, uint16(v)) }
func le32(v int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// Numbers of the units and terminals of the video control interface.
const (
	inputTerminal  = 1
	unitRadiometry = 5
	unitSystem     = 6
	outputTerminal = 9
)

// maxPacket is the packet size of the bulk endpoint at high speed.
const maxPacket = 512

// device returns the device descriptor.
func (c *Camera) deviceDescriptor() []byte {
	return join([]byte{18, 1, 0x00, 0x02, 0xef, 2, 1, 64}, le16(int(c.model.vendor)), le16(int(c.model.product)), []byte{0x00, 0x01, 1, 2, 3, 1})
}

// extension returns the descriptor of an extension unit of PureThermal: 8 bytes
// of controls, all there.
func extension(id byte, guid string) []byte {
	controls := bytes.Repeat([]byte{0xff}, 8)
	return join([]byte{24 + 1 + 8, 0x24, 6, id}, []byte(guid), []byte{64, 1, inputTerminal, 8}, controls, []byte{0})
}

// configuration returns the configuration descriptor: video control, and video
// streaming over a bulk endpoint.
func (c *Camera) configuration() []byte {
	m := &c.model
	units := []byte{}
	if m.lepton {
		units = join(extension(unitRadiometry, "pt1-lep-rad-0000"), extension(unitSystem, "pt1-lep-sys-0000"))
	}
	entities := join(
		[]byte{18, 0x24, 2, inputTerminal, 0x01, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0}, units,
		[]byte{9, 0x24, 3, outputTerminal, 0x01, 0x01, 0, inputTerminal, 0},
	)
	control := join([]byte{13, 0x24, 1, 0x00, 0x01}, le16(13+len(entities)), le32(48_000_000), []byte{1, 1}, entities)

	guid := join([]byte(m.format), []byte{0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71})
	format := join([]byte{27, 0x24, 4, 1, byte(len(m.footers))}, guid, []byte{16, 1, 0, 0, 0, 0})
	interval := int(m.interval.Nanoseconds() / 100)
	for i := range m.footers {
		rate := m.bytes(i) * 8 * 10_000_000 / interval
		format = join(format, []byte{30, 0x24, 5, byte(i + 1), 0}, le16(m.width), le16(m.rows(i)), le32(rate), le32(rate),
			le32(m.bytes(i)), le32(interval), []byte{1}, le32(interval))
	}
	format = join(format, []byte{6, 0x24, 0x0d, 1, 1, 4})
	stream := join([]byte{14, 0x24, 1, 1}, le16(14+len(format)), []byte{0x81, 0, outputTerminal, 0, 0, 0, 1, 0}, format)

	body := join(
		[]byte{8, 0x0b, 0, 2, 0x0e, 3, 0, 2},
		[]byte{9, 4, 0, 0, 0, 0x0e, 1, 0, 2}, control,
		[]byte{9, 4, 1, 0, 1, 0x0e, 2, 0, 0}, stream,
		[]byte{7, 5, 0x81, 2}, le16(maxPacket), []byte{0},
	)
	return join([]byte{9, 2}, le16(9+len(body)), []byte{2, 1, 0, 0x80, 250}, body)
}

// text returns a string descriptor.
func text(s string) []byte {
	u := utf16.Encode([]rune(s))
	b := []byte{byte(2 + 2*len(u)), 3}
	for _, r := range u {
		b = append(b, byte(r), byte(r>>8))
	}
	return b
}

// descriptor answers GET_DESCRIPTOR; nil is a stall.
func (c *Camera) descriptor(kind, index byte) []byte {
	switch kind {
	case 1:
		return c.deviceDescriptor()
	case 2:
		return c.configuration()
	case 3:
		switch index {
		case 0:
			return []byte{4, 3, 9, 4}
		case 1:
			return text(c.model.maker)
		case 2:
			return text(c.model.title)
		case 3:
			return text(c.serial)
		}
	}
	return nil
}
