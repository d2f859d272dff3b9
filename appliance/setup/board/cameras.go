package board

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lintel/firmware/thermal"
	"lintel/firmware/uvc"
)

// CameraFacts is what there is to know of a camera.
type CameraFacts struct {
	Node    string `json:"node"`
	USB     string `json:"usb"`
	Serial  string `json:"serial"`
	Product string `json:"product"`
	// Profile is the profile by which it would be read; empty where none is
	// about it.
	Profile string `json:"profile"`
	// Formats are those that it offers, as in "Y16 160x120".
	Formats []string `json:"formats"`
	// Radiometric is "yes" where a frame of it held temperatures, "no" where it
	// did not, else "unknown".
	Radiometric string `json:"radiometric"`
}

// cameras lists the USB cameras.
func (m Machine) cameras(ctx context.Context) []Device {
	all, err := uvc.List(m.roots)
	if err != nil {
		return []Device{Device{Kind: Camera, Name: "none"}.wrong(err)}
	}
	var found []Device
	thermal := 0
	for i := range all {
		d := m.camera(ctx, &all[i])
		if d.Camera.Profile != "" {
			thermal++
		}
		found = append(found, d)
	}
	switch {
	case len(all) == 0:
		found = append(found, Device{
			Kind: Camera, Name: "none", Problem: "No USB camera is plugged in.",
			Remedy: "Plug the thermal camera in; where it is, try another cable or socket, and check that the kernel has the driver uvcvideo.",
		})
	case thermal != 1:
		for i := range found {
			d := &found[i]
			switch known := d.Camera.Profile != ""; {
			case !d.OK:
			case known:
				d.OK, d.Problem = false, "Several thermal cameras are plugged in."
				d.Remedy = fmt.Sprintf("To use this one, run the kiosk with --source uvc:%s.", d.Name)
			case thermal == 0:
				d.OK, d.Problem = false, "No profile is about this camera."
				d.Remedy = "Plug the thermal camera in. If this is one, with 16-bit counts, set camera.profile and camera.scale."
			}
		}
	}
	return found
}

func (m Machine) camera(ctx context.Context, c *uvc.Camera) Device {
	facts := CameraFacts{
		Node: c.Node, USB: c.USB.String(), Serial: c.Serial, Product: c.Product, Formats: []string{}, Radiometric: "unknown",
	}
	d := Device{Kind: Camera, Name: c.String(), OK: true, Camera: &facts}
	offered, err := m.offers(c)
	for _, s := range offered {
		facts.Formats = append(facts.Formats, fmt.Sprintf("%s %dx%d", strings.TrimSpace(s.Format), s.Width, s.Height))
	}
	slices.Sort(facts.Formats)
	facts.Formats = slices.Compact(facts.Formats)
	words := []string{c.Product, c.Node}
	p, ok := uvc.ProfileFor(c, offered)
	if ok {
		facts.Profile = p.Name
		words = append(words, fmt.Sprintf("profile %s (%s)", p.Name, p.Model))
		words = append(words, m.radiometric(ctx, c, &d))
	} else {
		words = append(words, "no profile is about it")
	}
	if len(facts.Formats) > 0 {
		words = append(words, strings.Join(facts.Formats, ", "))
	}
	d.Detail = strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), "; ")
	switch {
	case errors.Is(err, uvc.ErrAccess):
		d.OK, d.Problem = false, "This user may not open the camera."
		d.Remedy = "Install the udev rules of firmware/image, or add the user to the group video."
	case err != nil:
		return d.wrong(err)
	case !ok && c.Known():
		d.OK, d.Problem = false, "The camera offers none of the formats that its profiles ask for."
		d.Remedy = "Set it to 16-bit output with its maker's program, or name another profile with camera.profile."
	}
	return d
}

// radiometric takes a frame and says in words what it held. What is wrong is
// entered into the device.
func (m Machine) radiometric(ctx context.Context, c *uvc.Camera, d *Device) string {
	err := m.look(ctx, c)
	var outage *uvc.OutageError
	switch {
	case err == nil:
		d.Camera.Radiometric = "yes"
		return "radiometric: a frame held temperatures"
	case errors.Is(err, uvc.ErrBusy):
		return "in use, as by a kiosk that runs"
	case errors.As(err, &outage):
		d.OK = false
		d.Problem, d.Remedy = unfit(outage.Fault())
		if errors.Is(err, thermal.ErrNotRadiometric) {
			d.Camera.Radiometric = "no"
			return "not radiometric"
		}
	default:
		*d = d.wrong(err)
		if d.Remedy == "" {
			d.Remedy = "Unplug the camera and plug it in again."
		}
	}
	return ""
}

// unfit says what is wrong with a camera that sends no good frame, and what to
// do.
func unfit(fault string) (problem, remedy string) {
	switch fault {
	case uvc.Silent.String():
		return "The camera sends nothing.", "Unplug it and plug it in again."
	case uvc.Frozen.String():
		return "The image of the camera stands still, or rows of it.", "Unplug it and plug it in again; where that does not help, it is broken."
	case uvc.Damaged.String():
		return "The images of the camera arrive damaged.", "Use a shorter cable and no hub."
	case uvc.Shifted.String():
		return "The image of the camera is shifted.", "Unplug the camera and plug it in again; check camera.profile."
	case uvc.NotRadiometric.String():
		return "The camera does not deliver temperatures.", "Use a radiometric camera, with its radiometry switched on."
	case uvc.Gain.String():
		return "The camera is not in high gain.", "Switch it to high gain, or unplug it and plug it in again."
	default:
		return "The camera went away.", "Check its cable."
	}
}
