package commissioning

import (
	"encoding/binary"
	"fmt"

	"lintel/calibration"
	"lintel/firmware/thermal"
)

// Apply enters what the record says into a configuration for the camera. The
// caller verifies the record first; calibration.New judges the values.
//
// Errors: ErrOtherCamera.
func (r *Record) Apply(cfg *calibration.Config, info thermal.Info) error {
	c := r.Camera
	if c.Width != info.Width || c.Height != info.Height || c.Serial != info.Serial {
		return fmt.Errorf("cannot use the record of camera %q, %dx%d, for camera %q, %dx%d: %w",
			c.Serial, c.Width, c.Height, info.Serial, info.Width, info.Height, ErrOtherCamera)
	}
	r.Reference.apply(&cfg.Reference)
	cfg.Second = nil
	if r.Second != nil {
		cfg.Second = &calibration.ReferenceConfig{}
		r.Second.apply(cfg.Second)
	}
	if r.Source != nil {
		cfg.Correction.SizeOfSource = *r.Source
	}
	cfg.Field = nil
	if r.Field != nil {
		cfg.Field = r.Field.calibration(c)
	}
	return nil
}

func (r *Reference) apply(cfg *calibration.ReferenceConfig) {
	cfg.Certificate = calibration.Certificate{
		Temperature: thermal.Celsius(r.TemperatureC), Emissivity: r.Emissivity,
		Expanded: thermal.Kelvin(r.ExpandedK), Stability: thermal.Kelvin(r.StabilityK),
		Serial: r.Serial, Expires: r.Expires,
	}
	cfg.Place = thermal.Circle{X: r.Place[0], Y: r.Place[1], R: r.Place[2]}
	cfg.Offset, cfg.OffsetBand = thermal.Kelvin(r.OffsetK), thermal.Kelvin(r.OffsetBandK)
}

func (f *Field) calibration(c Camera) *calibration.Field {
	out := &calibration.Field{Width: c.Width, Height: c.Height, U: thermal.Kelvin(f.U), Bad: f.Bad}
	for i := 0; i+1 < len(f.Offset); i += 2 {
		mk := int16(binary.LittleEndian.Uint16(f.Offset[i:]))
		out.Offset = append(out.Offset, float32(mk)/1000)
	}
	return out
}
