package uvc

import "encoding/binary"

// unpack turns the rows with temperatures of a whole frame into counts. dst
// holds Width*rows of them.
func (p *Profile) unpack(dst []uint16, frame []byte) {
	frame = frame[2*p.Top*p.Width:][:2*len(dst)]
	if p.BigEndian {
		for i := range dst {
			dst[i] = binary.BigEndian.Uint16(frame[2*i:])
		}
		return
	}
	for i := range dst {
		dst[i] = binary.LittleEndian.Uint16(frame[2*i:])
	}
}

// footer returns the rows after the temperatures, empty where there are none.
func (p *Profile) footerRows(frame []byte) []byte {
	if p.Footer == 0 {
		return nil
	}
	return frame[2*(p.Top+p.rows())*p.Width:]
}

// temperatureRows returns the bytes of the rows with temperatures.
func (p *Profile) temperatureRows(frame []byte) []byte {
	return frame[2*p.Top*p.Width:][:2*p.rows()*p.Width]
}
