package board

import (
	"context"
	"slices"
	"strings"

	"lintel/appliance/config"
	"lintel/firmware/gpio"
	"lintel/firmware/uvc"
)

// Kind is the kind of a device. The zero value is unknown.
type Kind uint8

// The kinds, in the order in which they are listed.
const (
	Camera Kind = iota + 1
	Chip
	Line
	Sensor
	Blackbody
	Serial
)

// String names the kind as the JSON does.
func (k Kind) String() string {
	switch k {
	case Camera:
		return "camera"
	case Chip:
		return "gpio_chip"
	case Line:
		return "gpio_line"
	case Sensor:
		return "sensor"
	case Blackbody:
		return "blackbody"
	case Serial:
		return "serial"
	default:
		return "unknown"
	}
}

// MarshalText implements [encoding.TextMarshaler].
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Device is something that is connected, or should be.
type Device struct {
	Kind Kind `json:"device"`
	// Name is what the settings call it.
	Name string `json:"name"`
	// Detail describes it in words.
	Detail string `json:"detail"`
	// OK says that nothing is wrong with it. Otherwise Problem says what, and
	// Remedy what to do.
	OK      bool   `json:"ok"`
	Problem string `json:"problem,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
	// Camera is set for a camera.
	Camera *CameraFacts `json:"camera,omitempty"`
	// Lines are those of a GPIO chip.
	Lines []LineFacts `json:"lines,omitempty"`
}

// LineFacts is what there is to know of a line of a GPIO chip.
type LineFacts struct {
	Number   int    `json:"number"`
	Name     string `json:"name"`
	Output   bool   `json:"output"`
	Used     bool   `json:"used"`
	Consumer string `json:"consumer"`
}

// Machine is where devices are looked for.
type Machine struct {
	roots  uvc.Roots
	offers func(*uvc.Camera) ([]uvc.Size, error)
	look   func(context.Context, *uvc.Camera) error
	chips  func() []gpio.Chip
	check  func(gpio.Config) map[gpio.Role]error
}

// ThisMachine looks at the machine that the program runs on.
func ThisMachine() Machine {
	return Machine{
		roots:  uvc.Roots{Sys: "/sys", Dev: "/dev"},
		offers: (*uvc.Camera).Offers, look: func(ctx context.Context, c *uvc.Camera) error { return c.Look(ctx) }, chips: gpio.List, check: gpio.Check,
	}
}

// Devices lists what is connected and what the configuration asks for. It takes
// a frame from each thermal camera that no kiosk has, and waits for a blackbody's
// controller as long as its time-out is.
//
// Errors: those of [Lines] and of the settings of the blackbody.
func (m Machine) Devices(ctx context.Context, c *config.Config) ([]Device, error) {
	lines, err := Lines(c)
	if err != nil {
		return nil, err
	}
	blackbodies, err := m.blackbodies(ctx, c)
	if err != nil {
		return nil, err
	}
	return slices.Concat(m.cameras(ctx), m.gpioChips(), m.gpioLines(lines), m.sensors(c), blackbodies), nil
}

// wrong enters an error: what is wrong up to its first semicolon, then the
// remedy.
func (d Device) wrong(err error) Device {
	what, remedy, _ := strings.Cut(strings.ReplaceAll(err.Error(), "\n", "; "), "; ")
	d.OK, d.Problem, d.Remedy = false, sentence(what), sentence(remedy)
	return d
}

// sentence begins large and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
