package board

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	// Radiometric is "yes" where its profile says what a count means, else
	// "unknown": a camera does not say so itself, and each frame is checked.
	Radiometric string `json:"radiometric"`
}

// cameras lists the USB cameras.
func (m Machine) cameras() []Device {
	all, err := uvc.List(m.roots)
	if err != nil {
		return []Device{Device{Kind: Camera, Name: "none"}.wrong(err)}
	}
	var found []Device
	thermal := 0
	for i := range all {
		d := m.camera(&all[i])
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

func (m Machine) camera(c *uvc.Camera) Device {
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
		if p.Scale != 0 {
			facts.Radiometric = "yes"
			words = append(words, "radiometric by its profile")
		}
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
