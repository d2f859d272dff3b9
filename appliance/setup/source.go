package setup

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"lintel/appliance/config"
	"lintel/firmware/recording"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/firmware/uvc"
)

// Kind is the kind of a source.
type Kind uint8

// The kinds; the zero value is unknown.
const (
	UVC Kind = iota + 1
	Sim
	Recording
)

// SourceSpec is what --source names: uvc[:DEVICE], sim[:SCENE] or
// recording:FILE.
type SourceSpec struct {
	Kind Kind
	// Name is the device, the scene or the file; empty for the default.
	Name string
}

// ErrSource means that --source names no source.
var ErrSource = errors.New("it is none of uvc[:DEVICE], sim[:SCENE] and recording:FILE")

// ParseSource reads what --source says.
//
// Errors: [ErrSource].
func ParseSource(text string) (SourceSpec, error) {
	kind, name, _ := strings.Cut(text, ":")
	s := SourceSpec{Name: name}
	switch kind {
	case "uvc":
		s.Kind = UVC
	case "sim":
		s.Kind = Sim
	case "recording":
		s.Kind = Recording
	}
	if s.Kind == 0 || s.Kind == Recording && name == "" {
		return SourceSpec{}, fmt.Errorf("cannot use the source %q: %w", text, ErrSource)
	}
	return s, nil
}

// Label is the page's word for a source that is no camera.
func (s SourceSpec) Label() string {
	switch s.Kind {
	case Sim:
		return "sim"
	case Recording:
		return "recording"
	default:
		return ""
	}
}

const (
	// fieldReference is the temperature that field recordings are replayed
	// with; that of their disc is not known.
	fieldReference = 37.0
	// simReference is the temperature of the simulated blackbody.
	simReference = 37.0
)

// Defaults sets what goes without saying for a source: simulated and recorded
// cameras are warm, the simulated blackbody's temperature is known, and the
// cameras of CPTV field recordings lay on their side.
//
// Errors: those of looking at the recording; see [recording.Identify].
func (s SourceSpec) Defaults(c *config.Config) error {
	switch s.Kind {
	case Sim:
		c.Camera.WarmUpS = 0
		c.Reference.TemperatureC = simReference
	case Recording:
		format, err := recording.Identify(s.Name)
		if err != nil {
			return err
		}
		c.Camera.WarmUpS = 0
		if format == recording.CPTV {
			c.Camera.Rotate = 90
			c.Reference.TemperatureC = fieldReference
		}
	default:
	}
	return nil
}

// Configure returns the configuration for a source: the shipped one, what goes
// without saying for the source, the file, the single settings, each over the
// one before.
//
// Errors: those of [SourceSpec.Defaults] and [config.Flags.Apply].
func (s SourceSpec) Configure(flags *config.Flags) (config.Config, error) {
	c := config.Default()
	if err := s.Defaults(&c); err != nil {
		return c, err
	}
	return c, flags.Apply(&c)
}

// Open opens the source. paced plays in real time; otherwise frames come as
// fast as they are asked for. seed is the simulation's.
//
// Errors: what the source returns; see [SourceSpec.Awaited].
func (s SourceSpec) Open(c *config.Config, paced bool, seed uint64) (thermal.Source, error) {
	switch s.Kind {
	case Sim:
		return sim.Open(sim.Config{Scene: s.Name, Paced: paced, Seed: seed, Reference: simReference})
	case Recording:
		return recording.Open(s.Name, recording.Config{
			Mounting: thermal.Mounting{Rotate: c.Camera.Rotate, Mirror: c.Camera.Mirror},
			Paced:    paced,
			Scale:    countScale(c.Camera.Scale),
		})
	default:
		return uvc.Open(uvc.Config{
			Name: s.Name, Profile: c.USB.Profile, Scale: countScale(c.Camera.Scale),
			Mounting:      thermal.Mounting{Rotate: c.Camera.Rotate, Mirror: c.Camera.Mirror},
			BadPixels:     strings.Fields(c.USB.BadPixels),
			CorrectWithin: time.Duration(c.USB.CorrectWithinS * float64(time.Second)),
		})
	}
}

// Awaited says that Open failed for want of a camera that somebody may plug in
// later. One that is named by its file must be there.
func (s SourceSpec) Awaited(err error) bool {
	if s.Kind != UVC || strings.HasPrefix(s.Name, "/") {
		return false
	}
	_, misspelt := uvc.ParseChoice(s.Name)
	return misspelt == nil && errors.Is(err, uvc.ErrNoCamera)
}

func countScale(name string) thermal.CountScale {
	for _, s := range []thermal.CountScale{thermal.CentiKelvin, thermal.Kelvin64} {
		if s.String() == name {
			return s
		}
	}
	return 0
}
