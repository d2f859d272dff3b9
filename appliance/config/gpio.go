package config

import (
	"strconv"
	"strings"
)

// GPIO says which lines there are beside the screen; an empty one is not there.
// See [lintel/firmware/gpio].
type GPIO struct {
	PassLamp, ReferLamp, OutOfServiceLamp, Buzzer, DoorRelay string
	Presence, StaffButton, Tamper                            string
	Door                                                     string
	DoorOpenS, BuzzerS, DebounceMS                           float64
}

// The kinds of the door's lock; see the key gpio.door.
const (
	FailSecure = "fail_secure"
	FailSafe   = "fail_safe"
)

func defaultGPIO() GPIO { return GPIO{DoorOpenS: 5, BuzzerS: 0.2, DebounceMS: 20} }

func (g *GPIO) keys() []Key {
	return []Key{
		line(&g.PassLamp, "gpio.pass_lamp", "Lamp that is lit while the screen shows PASS."),
		line(&g.ReferLamp, "gpio.refer_lamp", "Lamp that is lit while the screen shows REFER."),
		line(&g.OutOfServiceLamp, "gpio.out_of_service_lamp", "Lamp that is lit while the kiosk cannot screen."),
		line(&g.Buzzer, "gpio.buzzer", "Sounds when a visit ends, the same for every outcome."),
		line(&g.DoorRelay, "gpio.door_relay", "Relay that releases a door after PASS; needs gpio.door."),
		oneOf(&g.Door, "gpio.door", "What the door's lock does without power. fail_secure: it stays locked; the relay is active to release it. fail_safe: it opens; the relay is active to hold it.", "", FailSecure, FailSafe),
		number(&g.DoorOpenS, "gpio.door_open_s", "Seconds for which PASS releases the door at most.", 0.5, 60),
		number(&g.BuzzerS, "gpio.buzzer_s", "Seconds for which the buzzer sounds.", 0.05, 2),
		line(&g.Presence, "gpio.presence", "Sensor that is active while somebody stands in front of the kiosk."),
		line(&g.StaffButton, "gpio.staff_button", "Button of staff: takes the kiosk out of service and back."),
		line(&g.Tamper, "gpio.tamper", "Switch that is active while the housing is open. Then the kiosk is out of service."),
		number(&g.DebounceMS, "gpio.debounce_ms", "Milliseconds for which an input must be steady to count.", 1, 1000),
	}
}

// none unsets a key that names something.
const none = "none"

// line is a key that names a GPIO line.
func line(p *string, name, doc string) Key {
	return named(p, name, doc, "CHIP:LINE, with :active_low, :pull_up or :pull_down after it where needed, or none", func(s string) bool {
		return strings.Contains(s, ":") && !strings.HasPrefix(s, ":") && !strings.HasSuffix(s, ":")
	})
}

// named is a key that names something that may be missing.
func named(p *string, name, doc, allowed string, is func(string) bool) Key {
	k := Key{Name: name, Doc: doc, Allowed: allowed, Value: strconv.Quote(none)}
	if *p != "" {
		k.Value = strconv.Quote(*p)
	}
	k.put = func(v any) error {
		s, ok := v.(string)
		if s == none {
			*p = ""
			return nil
		}
		// A name is one line of plain characters.
		if !ok || s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) || !is(s) {
			return refuse(name, v, allowed)
		}
		*p = s
		return nil
	}
	return k
}
