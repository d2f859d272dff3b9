package config

// USB says how a camera on USB is driven, beyond how it is mounted.
// See [lintel/firmware/uvc].
type USB struct {
	Profile        string
	BadPixels      string
	CorrectWithinS float64
}

func (c *USB) keys() []Key {
	return []Key{
		oneOf(&c.Profile, "camera.profile", "Kind of the camera, where its USB number does not tell.", "",
			"lepton3-telemetry", "lepton3", "lepton2-telemetry", "lepton2", "infiray-256", "boson-640", "boson-320", "generic-y16"),
		optional(&c.BadPixels, "camera.bad_pixels", "Pixels of the sensor that do not work, by the serial of their camera; others are found by themselves.",
			"SERIAL:x,y with blanks between"),
		number(&c.CorrectWithinS, "camera.correct_within_s", "Longest time between flat-field corrections, in seconds, of a camera that makes them on command.", 60, 3600),
	}
}

// optional is a text that may be left out.
func optional(p *string, name, doc, allowed string) Key {
	k := text(p, name, doc)
	if k.Allowed = allowed; *p == "" {
		k.Value = ""
	}
	return k
}
