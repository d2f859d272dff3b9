package calibration

import (
	"fmt"
	"hash/fnv"
)

// ModelVersion numbers the model of correction. It rises with every change by
// which the same frame would read otherwise.
const ModelVersion = 4

// Correction is one correction of the readings, for the staff page and the
// commissioning report.
type Correction struct {
	Name string
	On   bool
	// Detail says by what, or what stands for it while it is off.
	Detail string
}

// Corrections lists every correction there is. Nothing else is done to a
// reading.
func (t *Tracker) Corrections() []Correction {
	c := &t.cfg
	list := []Correction{
		{"offset", true, fmt.Sprintf("radiance from %g to %g um is added to each frame so that the reference reads %g degC, emissivity %s",
			c.Camera.Band.Low, c.Camera.Band.High, float64(c.Reference.Temperature), emissivityText(c.Reference.Emissivity))},
		{"gain", false, "one: a second reference would tell it"},
		{"emissivity", false, "readings are radiance temperatures, as thresholds were fitted; the uncertainty has a term"},
		{"size_of_source", false, "the uncertainty has a term"},
		{"field_of_view", false, "not commissioned; the uncertainty has a term"},
		{"air", false, "the reference is seen through the same air"},
		{"flat_field_correction", !c.Correction.NoBridge, "for a minute after one, the change of pattern between region and reference is taken off as the still, cold background shows it"},
	}
	if s := c.Second; s != nil {
		list[1] = Correction{"gain", true, fmt.Sprintf("by a second reference of %g degC, emissivity %s", float64(s.Temperature), emissivityText(s.Emissivity))}
	}
	if e := c.Correction.Emissivity; e > 0 {
		list[2] = Correction{"emissivity", true, fmt.Sprintf("target %g, reflected %g degC, camera set to %g", e, float64(c.Terms.Surround), c.Camera.Emissivity)}
	}
	if s := c.Correction.SizeOfSource; s > 0 {
		list[3] = Correction{"size_of_source", true, fmt.Sprintf("%g of the contrast at 10x10 px", s)}
	}
	if d := c.Field; d != nil {
		list[4] = Correction{"field_of_view", true, fmt.Sprintf("map of %dx%d, %d pixels left out, contents %08x", d.Width, d.Height, len(d.Bad), d.digest())}
	}
	return list
}

func emissivityText(e float64) string {
	if e == 0 {
		return "included in its temperature"
	}
	return fmt.Sprint(e)
}

// Digest identifies the model and its corrections: equal digests mean that the
// same frames give the same readings, as far as corrections go.
func (t *Tracker) Digest() string {
	h := fnv.New64a()
	fmt.Fprintln(h, ModelVersion)
	for _, c := range t.Corrections() {
		fmt.Fprintln(h, c.Name, c.On, c.Detail)
	}
	return fmt.Sprintf("%d-%016x", ModelVersion, h.Sum64())
}

func (d *Field) digest() uint32 {
	h := fnv.New32a()
	fmt.Fprintln(h, d.Offset, d.Bad, d.U)
	return h.Sum32()
}
