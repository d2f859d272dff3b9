package config

import "strings"

// Live says where the blackbody's controller reports its temperature. Which
// blackbody it must be is with [Reference]. See [lintel/firmware/blackbody].
type Live struct {
	Device   string
	Baud     int
	TimeoutS float64
}

func defaultLive() Live { return Live{Baud: 9600, TimeoutS: 3} }

func (l *Live) keys() []Key {
	return []Key{
		named(&l.Device, "reference.live", "Serial device on which the blackbody's controller reports its temperature; reference.temperature_c is its set point then.",
			"a device such as /dev/serial/by-id/..., or none", func(s string) bool { return strings.HasPrefix(s, "/") }),
		oneOf(&l.Baud, "reference.live_baud", "Its baud rate.", 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200),
		number(&l.TimeoutS, "reference.live_timeout_s", "Seconds of silence after which the reference is not valid.", 0.5, 60),
	}
}
