package uvc

// Unit is an extension unit of a camera: a set of commands of its maker.
type Unit struct {
	// ID is its number within the camera.
	ID byte
	// GUID names the set.
	GUID [16]byte
}

// Kinds of descriptors (USB Device Class Definition for Video Devices 1.5,
// tables ).
const (
	interfaceDescriptor = 0x04
	classInterface      = 0x24
	extensionUnit       = 0x06
	videoClass          = 0x0e
	videoControl        = 0x01
)

// parseUnits lists the extension units in the descriptors of a USB device, as
// sysfs has them. Descriptors that are cut short end the list.
func parseUnits(b []byte) []Unit {
	var units []Unit
	control := false
	for len(b) >= 2 {
		n := int(b[0])
		if n < 2 || n > len(b) {
			break
		}
		d := b[:n]
		b = b[n:]
		switch {
		case d[1] == interfaceDescriptor && n >= 7:
			control = d[5] == videoClass && d[6] == videoControl
		case control && d[1] == classInterface && n >= 20 && d[2] == extensionUnit:
			u := Unit{ID: d[3]}
			copy(u.GUID[:], d[4:20])
			units = append(units, u)
		}
	}
	return units
}

// unit returns the number of the extension unit with a GUID, 0 where the camera
// has none.
func (c *Camera) unit(guid string) byte {
	for _, u := range c.Units {
		if string(u.GUID[:]) == guid {
			return u.ID
		}
	}
	return 0
}
