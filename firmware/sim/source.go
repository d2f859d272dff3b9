package sim

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
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
	backdrop []float32 // the room without anybody: its temperature
	emits    []float32 // and its emissivity
	optics   *optics
	sensor   *sensor
	ffc      FFC
	phases   [2]float64 // of the drift
	truth    Truth

	next   uint64 // sequence number of the next frame
	start  time.Time
	timer  *time.Timer
	closed bool
}

var _ thermal.Source = (*Source)(nil)

// Open sets a scene up. It fails with [ErrScene], or [ErrConfig] in a
// [*FieldError].
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
	p := newPlanck()
	s := &Source{
		config: config, kind: scene.camera,
		info: thermal.Info{
			Model: "simulated camera", Serial: fmt.Sprintf("sim-%d", config.Seed),
			Width: config.Width, Height: config.Height, Rate: config.Rate, Scale: config.Camera.scale(),
		},
		canvas: newCanvas(config.Width, config.Height, newTile(d.Rand), config.Emissivity),
		sensor: newSensor(&config, p),
		ffc:    ffcOf(&config, scene.camera),
		phases: [2]float64{2 * math.Pi * d.Float64(), 2 * math.Pi * d.Float64()},
	}
	c := s.canvas
	s.optics = newOptics(&config.Camera, p, c.w, c.h, c.scale)
	s.room = d.room(float32(config.Room), c.width, c.height)
	s.shot.room = &s.room
	s.shot.reference = d.reference(float32(config.Reference), c.width, c.height)
	s.shot.home = s.shot.reference
	s.shot.homeSecond = s.shot.home.above(float32(config.Second))
	s.script = scene.script(&stage{dice: d, Config: config, width: c.width, height: c.height, clear: sign(c.width/2 - s.shot.home.x)})
	c.drawRoom(&s.room)
	s.backdrop, s.emits = slices.Clone(c.temp), slices.Clone(c.emits)
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
	s.arrange(s.clock(n))
	s.capture(f, n)
	return nil
}

// arrange draws the scene at time now and says what it shows.
func (s *Source) arrange(now time.Duration) {
	s.shot.begin()
	s.script.direct(now.Seconds(), &s.shot)
	backdrop := s.backdrop
	if s.shot.room != &s.room {
		backdrop = nil
	}
	s.canvas.render(&s.shot, backdrop, s.emits)
	s.canvas.tell(&s.shot, &s.truth)
}

// capture takes frame n of the scene that was drawn.
func (s *Source) capture(f *thermal.Frame, n uint64) {
	now := s.clock(n)
	surroundings := s.shot.room.wall
	if r := float32(s.config.Reflected); r == r { // not NaN
		surroundings = r
	}
	reflected := s.optics.of(surroundings)
	s.optics.image(s.canvas, &s.shot, reflected)
	camera := s.respond(n, now)
	f.Resize(s.config.Width, s.config.Height)
	f.Sequence, f.Time, f.Telemetry = n, now, s.telemetry(n, now)
	s.sensor.expose(s.optics.radiance, f.Counts, n, &camera)
	at := float32(s.config.Reference)
	if s.shot.reference.present {
		at = s.shot.reference.t
	}
	e := s.canvas.emissivity.reference
	s.truth.Offset = thermal.Kelvin(camera.reads(s.optics.planck, e*s.optics.of(at)+(1-e)*reflected) - at)
	s.truth.Reflected = thermal.Celsius(surroundings)
	s.truth.Housing = s.config.Room + thermal.Celsius(s.swing(now)+s.selfHeated(now))
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

// Temperatures returns the true temperature in degC of what each pixel of the
// last frame looks at, row by row: without emissivity, optics, motion or any
// error of the camera. At an edge it is the mean over the pixel. dst is reused
// where it is large enough.
func (s *Source) Temperatures(dst []float32) []float32 {
	return append(dst[:0], s.canvas.temp...)
}

// Skin says of each pixel of the last frame whether it looks at bare skin of a
// face: 0 for no, [SkinFace] or [SkinForehead] for yes. dst is reused where it
// is large enough.
func (s *Source) Skin(dst []uint8) []uint8 {
	dst = dst[:0]
	for _, o := range s.canvas.owner {
		skin := uint8(0)
		if o != 0 && o != inFront {
			switch part(o-1) % parts {
			case partFace:
				skin = SkinFace
			case partForehead:
				skin = SkinForehead
			default:
			}
		}
		dst = append(dst, skin)
	}
	return dst
}

// Stuck appends to dst the indices, row by row, of the pixels that do not
// follow the scene.
func (s *Source) Stuck(dst []int) []int {
	for _, p := range s.sensor.stuck {
		dst = append(dst, p.index)
	}
	return dst
}

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
