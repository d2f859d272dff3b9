package uvc

import (
	"fmt"
	"slices"
	"strings"

	"lintel/firmware/thermal"
)

// USBID is the number of a USB product: its vendor's and its own.
type USBID struct{ Vendor, Product uint16 }

// String writes the number as lsusb does.
func (id USBID) String() string { return fmt.Sprintf("%04x:%04x", id.Vendor, id.Product) }

// Layout says what the rows beside the temperatures hold. The zero value is
// nothing.
type Layout uint8

// LeptonFooter is the telemetry of a Lepton in the rows after the image.
const LeptonFooter Layout = 1

// Control says how a camera takes commands. The zero value is not at all.
type Control uint8

// PureThermal passes the commands of a Lepton on through UVC extension units.
const PureThermal Control = 1

// Profile describes a kind of camera.
type Profile struct {
	// Name is that of the setting camera.profile.
	Name string
	// Model is what people call it.
	Model string
	// USB lists the product numbers; none where it must be named by the setting.
	USB []USBID
	// Format is the V4L2 pixel format: "Y16 ", or "YUYV" where 16-bit words are
	// passed off as pictures.
	Format string
	// Width and Height are the size of the stream. Zero in a profile for any
	// size: the largest that the camera offers.
	Width, Height int
	// Top is the first row with temperatures, Rows how many there are; zero is
	// all from Top on.
	Top, Rows int
	// Footer says what the rows after these hold.
	Footer Layout
	// BigEndian says that the high byte of a count comes first.
	BigEndian bool
	// Scale is what a count means; unknown where the setting camera.scale must
	// say so.
	Scale thermal.CountScale
	// Mounting turns the image of the bare camera upright, before the one of the
	// kiosk.
	Mounting thermal.Mounting
	// Rate is the nominal rate in frames per second.
	Rate float64
	// Control is how it takes commands.
	Control Control
}

// Profiles lists the cameras that are known, those preferred first.
//
// PureThermal: groupgets/purethermal1-firmware, uvc_desc_vs_l2.h and _l3.h; 1e4e
// is the vendor of all its boards. Telemetry comes with the size of two rows
// (Lepton 3) or three (Lepton 2) more. InfiRay: 1/64 K in the lower half of what
// is declared as YUYV, by many users of P2 Pro and TC001. Boson: FLIR 102-2013-42.
// A Boson is radiometric only with TLinear (models -R); others are refused by
// what their counts say.
func Profiles() []Profile {
	pureThermal := []USBID{{0x1e4e, 0x0100}, {0x1e4e, 0x0101}, {0x1e4e, 0x0102}}
	lepton := func(name, model string, w, h, footer int) Profile {
		p := Profile{
			Name: name, Model: model, USB: pureThermal, Format: "Y16 ", Width: w, Height: h + footer, Rows: h,
			Scale: thermal.CentiKelvin, Rate: 8.7, Control: PureThermal,
		}
		if footer > 0 {
			p.Footer = LeptonFooter
		}
		return p
	}
	boson := func(name string, w, h int) Profile {
		return Profile{
			Name: name, Model: "FLIR Boson", USB: []USBID{{0x09cb, 0x4007}}, Format: "Y16 ", Width: w, Height: h,
			Scale: thermal.CentiKelvin, Rate: 60,
		}
	}
	return []Profile{
		lepton("lepton3-telemetry", "FLIR Lepton 3.5 on PureThermal", 160, 120, 2),
		lepton("lepton3", "FLIR Lepton 3.5 on PureThermal", 160, 120, 0),
		lepton("lepton2-telemetry", "FLIR Lepton 2.5 on PureThermal", 80, 60, 3),
		lepton("lepton2", "FLIR Lepton 2.5 on PureThermal", 80, 60, 0),
		{
			Name: "infiray-256", Model: "InfiRay P2 Pro or Topdon TC001", USB: []USBID{{0x0bda, 0x5830}, {0x0bda, 0x5840}},
			Format: "YUYV", Width: 256, Height: 384, Top: 192, Rows: 192, Scale: thermal.Kelvin64, Rate: 25,
		},
		boson("boson-640", 640, 512),
		boson("boson-320", 320, 256),
		{Name: "generic-y16", Model: "16-bit camera", Format: "Y16 "},
	}
}

// FindProfile returns the profile of a name.
//
// Errors: [ErrProfile].
func FindProfile(name string) (Profile, error) {
	var names []string
	for _, p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return Profile{}, fmt.Errorf("cannot find the profile %q: %w; choose one of %s", name, ErrProfile, strings.Join(names, ", "))
}

// Size is a format and size that a camera offers.
type Size struct {
	Format        string
	Width, Height int
}

// fits returns the profile with its size for one of the sizes that a camera
// offers.
func (p Profile) fits(offered []Size) (Profile, bool) {
	best := Size{}
	for _, s := range offered {
		switch {
		case s.Format != p.Format || s.Width < thermal.MinSide || s.Height < thermal.MinSide || s.Width > thermal.MaxSide || s.Height > thermal.MaxSide:
		case p.Width == s.Width && p.Height == s.Height:
			return p, true
		case p.Width == 0 && s.Width*s.Height > best.Width*best.Height:
			best = s
		}
	}
	if best.Width == 0 {
		return p, false
	}
	p.Width, p.Height = best.Width, best.Height
	return p, true
}

// profileFor returns the first known profile for a product with these sizes.
func profileFor(id USBID, offered []Size) (Profile, bool) {
	for _, p := range Profiles() {
		if !slices.Contains(p.USB, id) {
			continue
		}
		if p, ok := p.fits(offered); ok {
			return p, true
		}
	}
	return Profile{}, false
}

// known says that some profile is about the product.
func known(id USBID) bool {
	return slices.ContainsFunc(Profiles(), func(p Profile) bool { return slices.Contains(p.USB, id) })
}

// rows is the number of rows with temperatures.
func (p *Profile) rows() int {
	if p.Rows == 0 {
		return p.Height - p.Top
	}
	return p.Rows
}

// bytes is the length of a frame.
func (p *Profile) bytes() int { return 2 * p.Width * p.Height }
