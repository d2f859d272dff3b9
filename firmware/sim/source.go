package sim

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"lintel/firmware/thermal"
)

// Source is a simulated camera. It implements [thermal.Source].
type Source struct {
	config Config
	kind   cameraKind
	info   thermal.Info

	script   script
	shot     shot
	room     room
	canvas   *canvas
	backdrop []float32
	sensor   *sensor
	phases   [2]float64 // of the drift
	truth    Truth

	next   uint64 // sequence number of the next frame
	start  time.Time
	timer  *time.Timer
	closed bool
}

var _ thermal.Source = (*Source)(nil)

// Open sets a scene up. It fails with [ErrScene] or [ErrConfig].
func Open(config Config) (*Source, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	scene, err := findScene(config.Scene)
	if err != nil {
		return nil, err
	}
	d := dice{rand.New(rand.NewPCG(config.Seed, 0))}
	s := &Source{
		config: config, kind: scene.camera,
		info: thermal.Info{
			Model: "simulated camera", Serial: fmt.Sprintf("sim-%d", config.Seed),
			Width: config.Width, Height: config.Height, Rate: config.Rate, Scale: thermal.CentiKelvin,
		},
		canvas: newCanvas(config.Width, config.Height, newTile(d.Rand)),
		sensor: newSensor(config, config.Width, config.Height),
		phases: [2]float64{2 * math.Pi * d.Float64(), 2 * math.Pi * d.Float64()},
	}
	c := s.canvas
	s.room = d.room(float32(config.Room), c.width, c.height)
	s.shot.room = &s.room
	s.shot.reference = d.reference(float32(config.Reference), c.width, c.height)
	s.shot.home = s.shot.reference
	s.script = scene.script(&stage{dice: d, Config: config, width: c.width, height: c.height, clear: sign(c.width/2 - s.shot.home.x)})
	c.drawRoom(&s.room)
	s.backdrop = append([]float32(nil), c.temp...)
	s.truth.People = make([]Person, 0, maxFigures)
	return s, nil
}

// Info implements [thermal.Source].
func (s *Source) Info() thermal.Info { return s.info }

// Next implements [thermal.Source]; it returns ctx.Err() or
// [thermal.ErrClosed].
func (s *Source) Next(ctx context.Context, f *thermal.Frame) error {
	if s.closed {
		return thermal.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.config.Paced {
		if err := s.pace(ctx); err != nil {
			return err
		}
	}
	n := s.next
	s.next++
	now := s.clock(n)
	s.shot.begin()
	s.script.direct(now.Seconds(), &s.shot)
	backdrop := s.backdrop
	if s.shot.room != &s.room {
		backdrop = nil
	}
	s.canvas.render(&s.shot, backdrop)
	offset := s.offset(n, now)
	f.Resize(s.config.Width, s.config.Height)
	f.Sequence, f.Time, f.Telemetry = n, now, s.telemetry(n, now)
	s.sensor.expose(s.canvas.temp, f.Counts, n, offset)
	s.canvas.tell(&s.shot, offset, &s.truth)
	return nil
}

// Close implements [thermal.Source].
func (s *Source) Close() error {
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	return nil
}

// Truth describes the frame that Next delivered last.
func (s *Source) Truth() Truth { return s.truth }

// pace waits until the next frame is due, and skips frames nobody came for.
func (s *Source) pace(ctx context.Context) error {
	if s.timer == nil {
		s.start = time.Now()
		s.timer = time.NewTimer(0)
	} else {
		interval := time.Duration(float64(time.Second) / s.config.Rate)
		late := time.Since(s.start) - s.clock(s.next)
		for ; late > interval; late = time.Since(s.start) - s.clock(s.next) {
			s.next++
		}
		s.timer.Reset(max(-late, 0))
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.timer.C:
		return nil
	}
}

// The flat-field corrections of an ffcCamera: when the first one begins, how
// often they come, how long each stops the frames, by how much the error jumps
// and how fast that wears off.
const (
	ffcFirst = 10.0
	ffcEvery = 20.0
	ffcStop  = 2.0
	ffcStep  = 1.0
	ffcFades = 12.0
)

// corrections returns how many flat-field corrections lie before frame n.
func (s *Source) corrections(n uint64) int {
	t := float64(n) / s.config.Rate
	if s.kind != ffcCamera || t < ffcFirst {
		return 0
	}
	return 1 + int((t-ffcFirst)/ffcEvery)
}

// clock returns the time of frame n.
func (s *Source) clock(n uint64) time.Duration {
	t := float64(n)/s.config.Rate + ffcStop*float64(s.corrections(n))
	return time.Duration(t * float64(time.Second))
}

// sinceFFC returns the seconds since the last flat-field correction.
func (s *Source) sinceFFC(n uint64, now time.Duration) float64 {
	k := s.corrections(n)
	switch {
	case k == 0 && s.kind == coldCamera:
		return now.Seconds()
	case k == 0:
		return 60 + now.Seconds()
	}
	return float64(n)/s.config.Rate - ffcFirst - ffcEvery*float64(k-1)
}

// offset returns the error of the camera in frame n on an object at the
// reference temperature, in K.
func (s *Source) offset(n uint64, now time.Duration) float32 {
	t := now.Seconds()
	wander := 0.6*math.Sin(2*math.Pi*t/97+s.phases[0]) + 0.4*math.Sin(2*math.Pi*t/311+s.phases[1])
	offset := float64(s.config.CameraOffset) + float64(s.config.Drift)*wander
	if s.corrections(n) > 0 {
		offset += ffcStep * math.Exp(-s.sinceFFC(n, now)/ffcFades)
	}
	if s.kind == coldCamera {
		offset -= 3 * math.Exp(-t/400)
	}
	return float32(offset)
}

// telemetry returns what the camera says of itself with frame n.
func (s *Source) telemetry(n uint64, now time.Duration) thermal.Telemetry {
	uptime := now
	if s.kind != coldCamera {
		uptime += time.Hour
	}
	warmth := 9 * (1 - math.Exp(-uptime.Seconds()/500))
	return thermal.Telemetry{
		SinceFFC: time.Duration(s.sinceFFC(n, now) * float64(time.Second)), HasSinceFFC: true,
		Uptime: uptime, HasUptime: true,
		Sensor: s.config.Room + thermal.Celsius(warmth), HasSensor: true,
	}
}
