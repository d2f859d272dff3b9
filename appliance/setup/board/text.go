package board

import (
	"fmt"
	"io"
	"strings"
)

// heading is what a group of devices is called, and absent what is said where
// it is empty.
func (k Kind) heading() (heading, absent string) {
	switch k {
	case Camera:
		return "Cameras", ""
	case Chip:
		return "GPIO chips", "This machine has none."
	case Line:
		return "GPIO lines of the kiosk", "None is configured: no lamps, no door, no button."
	case Sensor:
		return "Thermometers", "This machine has none."
	case Blackbody:
		return "Blackbody", "None is configured to tell its temperature; the certificate's holds."
	case Serial:
		return "Serial devices", ""
	default:
		return "Others", ""
	}
}

// WriteText lists the devices for people.
//
// Errors: those of w.
func WriteText(w io.Writer, devices []Device) error {
	var b strings.Builder
	for k := Camera; k <= Serial; k++ {
		heading, absent := k.heading()
		var lines []string
		for _, d := range devices {
			if d.Kind == k {
				lines = append(lines, d.lines()...)
			}
		}
		if len(lines) == 0 {
			if absent == "" {
				continue
			}
			lines = []string{absent}
		}
		fmt.Fprintf(&b, "%s\n", heading)
		for _, l := range lines {
			fmt.Fprintf(&b, "  %s\n", l)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("cannot write the list of devices: %w", err)
	}
	return nil
}

// lines describe one device.
func (d Device) lines() []string {
	state := "ok   "
	if !d.OK {
		state = "WRONG"
	}
	lines := []string{state + " " + d.Name}
	if d.Detail != "" {
		lines = append(lines, "      "+d.Detail)
	}
	if d.Problem != "" {
		lines = append(lines, "      "+d.Problem)
	}
	if d.Remedy != "" {
		lines = append(lines, "      What to do: "+d.Remedy)
	}
	return lines
}
