package main

import (
	"fmt"

	"lintel/appliance/config"
	"lintel/appliance/setup"
	"lintel/appliance/setup/board"
	"lintel/firmware/thermal"
)

// step tells the person who commissions what was done or comes next.
func (o *commissionOptions) step(name, format string, values ...any) {
	fmt.Fprintf(o.notices, "%s: %s\n", name, fmt.Sprintf(format, values...))
}

// room takes the room as given, or else as its sensor has it, and says which.
func (o *commissionOptions) room(c *config.Config) (by string, err error) {
	a := &o.ambient
	by = "as given"
	if a.TemperatureC == 0 && a.Humidity == 0 && c.Ambient.Sensor != "" {
		r, err := board.ThisMachine().RoomNow(c)
		if err != nil {
			return "", err
		}
		a.TemperatureC, a.Humidity, by = float64(r.Temperature), r.Humidity, "by the sensor "+c.Ambient.Sensor
	}
	if !(a.TemperatureC >= 5 && a.TemperatureC <= 45) || !(a.Humidity > 0 && a.Humidity <= 1) {
		return "", fmt.Errorf("cannot take a room of %g degC and a humidity of %g: give --room from 5 to 45 and --humidity above 0 to 1, or a sensor as ambient.sensor", a.TemperatureC, a.Humidity)
	}
	return by, nil
}

// steps says what the kiosk is commissioned with, before the blackbody is watched.
func (o *commissionOptions) steps(c *config.Config, info thermal.Info, by string, how *setup.Commissioning) {
	name := info.Model
	if info.Serial != "" {
		name += ", serial number " + info.Serial
	}
	o.step("Camera", "%s, %dx%d, %.3g frames/s", name, info.Width, info.Height, info.Rate)
	if how.Live == nil {
		o.step("Blackbody", "%g degC by its certificate", c.Reference.TemperatureC)
	} else if now, ok := how.Live(); ok {
		o.step("Blackbody", "%.3f degC by its controller, set to %g degC", now.Temperature, c.Reference.TemperatureC)
	}
	if t := c.Second.TemperatureC; t != 0 {
		o.step("Second blackbody", "%g degC by its certificate", t)
	}
	a := how.Ambient
	o.step("Room", "%.1f degC, %.0f %% relative humidity, %s", a.TemperatureC, 100*a.Humidity, by)
	if a.TemperatureC < coolest || a.TemperatureC > warmest {
		o.step("Room", "screening asks for %d to %d degC: faces follow the room", coolest, warmest)
	}
	if how.Field == nil {
		o.step("Field of view", "not mapped; --uniform maps it with a plate of one temperature")
	}
}

// Range of the room for screening in degrees Celsius (ISO/TR 13154 by PMC8654479).
const (
	coolest = 18
	warmest = 24
)
