package board

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"lintel/appliance/config"
)

// Check is a line of the selftest about the board.
type Check struct {
	// Name is gpio, ambient or reference.
	Name   string
	Detail string
	// Err says what is wrong; nil where it is in order or not configured.
	Err error
}

// Checks looks at what the settings ask for: the lines, the room's sensor, and
// the blackbody's own thermometer. A room outside of its limits is no fault of
// the kiosk. It changes nothing, and waits for the blackbody's controller as
// long as its time-out is.
func (m Machine) Checks(ctx context.Context, c *config.Config) []Check {
	checks := []Check{
		{Name: "gpio", Detail: "no lines are configured"},
		{Name: "ambient", Detail: "no sensor of the room is configured"},
		{Name: "reference", Detail: "the blackbody's certificate holds; it does not tell its temperature"},
	}
	lines, err := Lines(c)
	if err != nil {
		checks[0].Err = err
	} else if configured := m.gpioLines(lines); len(configured) > 0 {
		checks[0] = sum("gpio", configured)
	}
	if c.Ambient.Sensor != "" {
		checks[1] = m.ambient(c)
	}
	if c.Live.Device != "" {
		blackbodies, err := m.blackbodies(ctx, c)
		if checks[2] = sum("reference", blackbodies); err != nil {
			checks[2].Err = err
		}
	}
	return checks
}

// sum makes one check of devices.
func sum(name string, devices []Device) Check {
	var words, wrong []string
	for _, d := range devices {
		words = append(words, fmt.Sprintf("%s: %s", d.Name, d.Detail))
		if !d.OK {
			wrong = append(wrong, strings.TrimSpace(d.Problem+" "+d.Remedy))
		}
	}
	c := Check{Name: name, Detail: strings.Join(words, "; ")}
	if len(wrong) > 0 {
		c.Err = fmt.Errorf("cannot rely on what is connected: %s", strings.Join(slices.Compact(wrong), " "))
	}
	return c
}

// ambient asks the room's sensor.
func (m Machine) ambient(c *config.Config) Check {
	d, err := m.room(c)
	if err != nil {
		return Check{Name: "ambient", Err: err}
	}
	r, err := d.Read()
	if err != nil {
		return Check{Name: "ambient", Err: err}
	}
	check := Check{Name: "ambient", Detail: fmt.Sprintf("%v: %.1f degC", d, r.Temperature)}
	if r.HasHumidity {
		check.Detail += fmt.Sprintf(", %.0f %%RH", 100*r.Humidity)
	}
	for _, a := range r.Advice(nil) {
		check.Detail += ". " + a.Instruction()
	}
	return check
}
