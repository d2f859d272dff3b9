package board

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lintel/appliance/config"
	"lintel/firmware/ambient"
	"lintel/firmware/blackbody"
	"lintel/firmware/gpio"
)

// gpioChips lists the chips.
func (m Machine) gpioChips() []Device {
	var found []Device
	for _, c := range m.chips() {
		d := Device{Kind: Chip, Name: c.Name, OK: true, Lines: []LineFacts{}}
		var named, used []string
		for _, l := range c.Lines {
			d.Lines = append(d.Lines, LineFacts{l.Number, l.Name, l.Output, l.Used, l.Consumer})
			if l.Name != "" {
				named = append(named, fmt.Sprintf("%d %s", l.Number, l.Name))
			}
			if l.Used {
				used = append(used, fmt.Sprintf("%d by %q", l.Number, l.Consumer))
			}
		}
		words := []string{fmt.Sprintf("label %s", c.Label), fmt.Sprintf("%d lines", len(c.Lines))}
		if len(named) > 0 {
			words = append(words, "named: "+strings.Join(named, ", "))
		}
		if len(used) > 0 {
			words = append(words, "in use: "+strings.Join(used, ", "))
		}
		d.Detail = strings.Join(words, "; ")
		if c.Err != nil {
			d.Detail = ""
			d = d.wrong(c.Err)
		}
		found = append(found, d)
	}
	return found
}

// gpioLines lists the lines that are configured.
func (m Machine) gpioLines(cfg gpio.Config) []Device {
	wrong := m.check(cfg)
	var found []Device
	for _, role := range gpio.Roles() {
		spec, ok := cfg.Lines[role]
		if !ok {
			continue
		}
		d := Device{Kind: Line, Name: "gpio." + role.String(), Detail: spec.String(), OK: true}
		if err := wrong[role]; err != nil {
			d = d.wrong(err)
		}
		found = append(found, d)
	}
	return found
}

// sensors lists the thermometers and hygrometers of the kernel, and the one
// that is configured.
func (m Machine) sensors(c *config.Config) []Device {
	var found []Device
	chosen, err := ambient.Device{}, error(nil)
	if c.Ambient.Sensor != "" {
		if chosen, err = m.room(c); err != nil {
			found = append(found, Device{Kind: Sensor, Name: c.Ambient.Sensor}.wrong(err))
		}
	}
	for _, s := range ambient.List(m.roots.Sys) {
		used := err == nil && s == chosen
		if s.HasTemperature() {
			found = append(found, sensor(s, used))
		}
	}
	return found
}

// room is the configured sensor of the room.
func (m Machine) room(c *config.Config) (ambient.Device, error) {
	return ambient.Find(m.roots.Sys, c.Ambient.Sensor)
}

func sensor(s ambient.Device, used bool) Device {
	d := Device{Kind: Sensor, Name: s.String(), OK: true}
	r, err := s.Read()
	if err != nil {
		return d.wrong(err)
	}
	words := []string{s.Name, fmt.Sprintf("%.1f degC", r.Temperature)}
	if s.HasHumidity() {
		words = append(words, fmt.Sprintf("%.0f %%RH", 100*r.Humidity))
	}
	if used {
		words = append(words, "used for the room")
	}
	d.Detail = strings.Join(words, "; ")
	if s.HasHumidity() && !r.HasHumidity {
		d.OK, d.Problem, d.Remedy = false, "Its humidity cannot be right.", "Check the sensor; its temperature is used all the same."
	}
	if advice := r.Advice(nil); used && d.OK && len(advice) > 0 {
		d.OK, d.Problem = false, "The room is outside the limits for screening."
		for _, a := range advice {
			d.Remedy = strings.TrimSpace(d.Remedy + " " + a.Instruction())
		}
	}
	return d
}

// blackbodies asks the controller that is configured, and lists the serial
// devices where none is.
func (m Machine) blackbodies(ctx context.Context, c *config.Config) ([]Device, error) {
	t, err := thermometer(c)
	if err != nil {
		return nil, err
	}
	if t != nil {
		d := Device{Kind: Blackbody, Name: c.Live.Device, OK: true}
		r, err := first(ctx, t, seconds(c.Live.TimeoutS))
		if r != (blackbody.Reading{}) {
			d.Detail = fmt.Sprintf("serial number %q; %.3f degC, set to %.3f degC, %v", r.Serial, r.Temperature, r.SetPoint, r.State)
		}
		switch {
		case errors.Is(err, blackbody.ErrInUse):
			d.Detail = "in use, as by a kiosk that runs"
		case err != nil:
			d = d.wrong(err)
		}
		return []Device{d}, nil
	}
	// The pattern is a constant, and the only error is about the pattern.
	ports, _ := filepath.Glob(filepath.Join(m.roots.Dev, "serial", "by-id", "*"))
	slices.Sort(ports)
	var found []Device
	for _, p := range ports {
		found = append(found, Device{Kind: Serial, Name: p, Detail: "for a blackbody's controller, by reference.live", OK: true})
	}
	return found, nil
}

// first waits for the first reading.
func first(ctx context.Context, t *blackbody.Thermometer, within time.Duration) (blackbody.Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- t.Run(ctx) }()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		r, err := t.Latest()
		if err == nil || !errors.Is(err, blackbody.ErrSilent) || ctx.Err() != nil {
			cancel()
			return r, errors.Join(err, <-ended)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}
