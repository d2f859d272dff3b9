package stress

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

// dice draws the traits of a scene.
type dice struct{ *rand.Rand }

func (d dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

func (d dice) chance(p float64) bool { return d.Float64() < p }

func (d dice) side() float64 {
	if d.chance(0.5) {
		return -1
	}
	return 1
}

// The twin's camera: see package sim.
const (
	headWidth    = 0.164 // m
	focal        = 147   // units
	cameraHeight = 1.57  // m
	crown        = 0.12  // m from the top of the head to its middle
	frameRate    = 8.76
)

// config puts the setup in the words of the twin.
func (s *setup) config(seed uint64) sim.Config {
	c := sim.Config{Scene: s.scene, Seed: seed, Width: s.width, Height: s.height, Rate: frameRate, Room: thermal.Celsius(s.room)}
	if s.scene != "" {
		c.Rate = 1.7 // the frames of a scene differ
		c.Room = 0
		return c
	}
	if len(s.people) == 0 {
		c.Scene = "empty"
		return c
	}
	scale := min(float64(s.width)/120, float64(s.height)/160)
	for i := range s.people {
		p := &s.people[i]
		width := p.units
		if p.head > 0 {
			width = p.head / scale
		}
		d := headWidth * focal / width
		metre := d / focal
		walk := p.speed / frameRate * Frames / 2
		at := func(seconds, x float64) sim.Waypoint {
			return sim.Waypoint{Seconds: seconds, X: p.x*metre + x, Distance: d, Yaw: p.yaw, Pitch: p.pitch}
		}
		v := sim.Visitor{
			Skin: thermal.Celsius(s.skin), Height: min(max(cameraHeight+crown-p.y*metre, 1), 2.2),
			Wears: p.wears, Depth: p.depth,
			Path: []sim.Waypoint{at(0, -walk), at(Frames/frameRate, walk), at(1000, walk)},
		}
		c.People = append(c.People, v)
		if s.lamp && i == 0 {
			c.Objects = append(c.Objects, sim.Object{
				X: float64(s.width)/scale/2 + p.x + 0.2*width, Y: 80 + p.y - 0.45*width, Width: 1.2 * width, Height: 0.9 * width,
				Round: true, Temperature: 55, Behind: true,
			})
		}
	}
	return c
}

// shot is what one frame shows, and what is true of it.
type shot struct {
	frame thermal.Frame
	truth sim.Truth
	skin  []uint8
}

// film takes the frames of a scene.
func (s *setup) film(ctx context.Context, seed uint64, shots *[Frames]shot) (thermal.Info, error) {
	if s.scene == "" && len(s.people) > 0 && s.people[0].beforeTheRef {
		if err := s.step(ctx, seed); err != nil {
			return thermal.Info{}, err
		}
	}
	source, err := sim.Open(s.config(seed))
	if err != nil {
		return thermal.Info{}, fmt.Errorf("cannot set the scene up: internal error: %w", err)
	}
	defer func() { _ = source.Close() }()
	if s.scene != "" {
		// Somewhere in the middle.
		for range seed % 97 {
			if err := source.Next(ctx, &shots[0].frame); err != nil {
				return thermal.Info{}, err
			}
		}
	}
	var upright, sensor thermal.Frame
	for i := range shots {
		at := &shots[i]
		if s.scene != "" && i > 0 {
			// The same moment again: a scene is taken apart into still frames.
			at.again(&shots[0], i)
			continue
		}
		if err := source.Next(ctx, &upright); err != nil {
			return thermal.Info{}, fmt.Errorf("cannot simulate: %w", err)
		}
		// Through the sensor's own orientation and back, as a camera's frames go.
		thermal.Mounting{Rotate: (360 - s.mounting.Rotate) % 360}.Upright(&sensor, upright.Counts, upright.Width, upright.Height)
		s.mounting.Upright(&at.frame, sensor.Counts, sensor.Width, sensor.Height)
		at.frame.Sequence, at.frame.Time = upright.Sequence, upright.Time
		if s.blur > 0 {
			defocus(&at.frame, s.blur)
		}
		at.truth = source.Truth()
		at.truth.People = append([]sim.Person(nil), at.truth.People...)
		at.skin = source.Skin(at.skin)
	}
	return source.Info(), nil
}

// step puts the first person before the reference.
func (s *setup) step(ctx context.Context, seed uint64) error {
	p := &s.people[0]
	source, err := sim.Open(s.config(seed))
	if err != nil {
		return fmt.Errorf("cannot set the scene up: internal error: %w", err)
	}
	defer func() { _ = source.Close() }()
	var f thermal.Frame
	if err := source.Next(ctx, &f); err != nil {
		return fmt.Errorf("cannot simulate: %w", err)
	}
	scale := min(float64(s.width)/120, float64(s.height)/160)
	disc := source.Truth().Disc
	p.x, p.y = disc.X/scale-float64(s.width)/scale/2, disc.Y/scale-80
	return nil
}

// again makes the shot another frame of the same moment.
func (t *shot) again(of *shot, n int) {
	t.frame.Resize(of.frame.Width, of.frame.Height)
	copy(t.frame.Counts, of.frame.Counts)
	t.frame.Sequence = of.frame.Sequence + uint64(n)
	t.frame.Time = of.frame.Time + time.Duration(float64(n)*float64(time.Second)/frameRate)
	t.truth = of.truth
	t.skin = append(t.skin[:0], of.skin...)
}

// defocus blurs the counts with about a Gaussian of sigma pixels: three boxes
// in each direction.
func defocus(f *thermal.Frame, sigma float64) {
	half := max(1, int(sigma+0.5))
	line := make([]float64, max(f.Width, f.Height))
	run := func(start, step, n int) {
		for i := range n {
			sum, count := 0.0, 0.0
			for j := max(0, i-half); j <= min(n-1, i+half); j++ {
				sum += float64(f.Counts[start+j*step])
				count++
			}
			line[i] = sum / count
		}
		for i := range n {
			f.Counts[start+i*step] = uint16(line[i] + 0.5)
		}
	}
	for range 3 {
		for y := range f.Height {
			run(y*f.Width, 1, f.Width)
		}
		for x := range f.Width {
			run(x, f.Width, f.Height)
		}
	}
}
