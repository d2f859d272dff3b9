package camera

import (
	"fmt"
	"time"

	"lintel/firmware/sim"
)

// Model is a kind of camera.
type Model struct {
	Name            string
	vendor, product uint16
	maker, title    string
	format          string
	width, height   int   // of the sensor
	top             int   // rows before the temperatures
	footers         []int // rows after them, for each size on offer
	interval        time.Duration
	lepton          bool
	scale           string // of the simulated counts
}

// Models lists what can be emulated.
func Models() []Model {
	return []Model{
		{
			Name: "lepton", vendor: 0x1e4e, product: 0x0100, maker: "GroupGets", title: "PureThermal (fw:v1.3.0)", format: "Y16 ",
			width: 160, height: 120, footers: []int{0, 2}, interval: 111111100 * time.Nanosecond, lepton: true, scale: "centikelvin",
		},
		{
			Name: "p2pro", vendor: 0x0bda, product: 0x5830, maker: "InfiRay", title: "USB Camera", format: "YUY2",
			width: 256, height: 192, top: 192, footers: []int{0}, interval: 40 * time.Millisecond, scale: "kelvin64",
		},
	}
}

// FindModel returns the model of a name.
func FindModel(name string) (Model, error) {
	for _, m := range Models() {
		if m.Name == name {
			return m, nil
		}
	}
	return Model{}, fmt.Errorf("cannot emulate a camera %q: choose lepton or p2pro", name)
}

// rows is how many rows the size number i has.
func (m *Model) rows(i int) int { return m.top + m.height + m.footers[i] }

// bytes is the length of a frame of the size number i.
func (m *Model) bytes(i int) int { return 2 * m.width * m.rows(i) }

// scene sets up what the camera sees. It lies on its side, as in the field: the
// image is turned by 90 degrees to be upright.
func (m *Model) scene(name string, seed uint64) (*sim.Source, error) {
	c := sim.Config{
		Scene: name, Seed: seed, Width: m.height, Height: m.width, Rate: float64(time.Second) / float64(m.interval), Reference: 37,
	}
	c.Camera.Scale = m.scale
	return sim.Open(c)
}
