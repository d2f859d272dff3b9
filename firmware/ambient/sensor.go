package ambient

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// ErrStale means that there is no reading that is fresh enough.
var ErrStale = errors.New("the last reading of the room is too old; check the sensor and its cable")

const (
	// DefaultEvery is how often the sensor is asked.
	DefaultEvery = 5 * time.Second
	// DefaultMaxAge is for how long a reading holds: a room changes by tenths of
	// a kelvin a minute.
	DefaultMaxAge = time.Minute

	// maxStep is how far a reading may be from the last one, in kelvin, to be
	// believed at once; what lies further off must come twice, maxSpread apart
	// at most. One bit that flips on the bus is 10 K and more.
	maxStep   = 2.0
	maxSpread = 1.0
)

// Config says which sensor is asked.
type Config struct {
	// Root is that of sysfs; empty is /sys.
	Root string
	// Name is what [Find] takes; required.
	Name string
	// Every is how often it is asked, MaxAge for how long a reading holds, each
	// above zero; zero takes the default.
	Every, MaxAge time.Duration
}

// Sensor asks the room's sensor again and again. Its methods may be called by
// several goroutines.
type Sensor struct {
	cfg Config

	mu     sync.Mutex
	last   Reading
	err    error // why there is none, or none newer
	strays Reading
}

// New returns a Sensor that has not been asked yet.
func New(cfg Config) *Sensor {
	if cfg.Root == "" {
		cfg.Root = "/sys"
	}
	if cfg.Every <= 0 {
		cfg.Every = DefaultEvery
	}
	if cfg.MaxAge <= 0 {
		cfg.MaxAge = DefaultMaxAge
	}
	return &Sensor{cfg: cfg}
}

// Run asks the sensor until ctx is done, and returns nil then. A sensor that is
// not there is looked for each time.
func (s *Sensor) Run(ctx context.Context) error {
	tick := time.NewTicker(s.cfg.Every)
	defer tick.Stop()
	for {
		s.ask()
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (s *Sensor) ask() {
	var r Reading
	d, err := Find(s.cfg.Root, s.cfg.Name)
	if err == nil {
		r, err = d.Read()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err = err; err == nil {
		s.take(r)
	}
}

// take keeps a reading that is believed.
func (s *Sensor) take(r Reading) {
	far := func(from Reading, limit float64) bool {
		return math.Abs(float64(r.Temperature-from.Temperature)) > limit
	}
	known := !s.last.Taken.IsZero() && r.Taken.Sub(s.last.Taken) < s.cfg.MaxAge
	confirmed := !s.strays.Taken.IsZero() && !far(s.strays, maxSpread)
	if known && far(s.last, maxStep) && !confirmed {
		s.strays = r
		s.err = fmt.Errorf("cannot believe a step to %v degC at once: %w", r.Temperature, ErrImplausible)
		return
	}
	s.last, s.strays = r, Reading{}
}

// Latest returns the last reading that was believed.
//
// Errors: [ErrStale], with the reason where there is one.
func (s *Sensor) Latest() (Reading, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.last.Taken.IsZero() && time.Since(s.last.Taken) < s.cfg.MaxAge {
		return s.last, nil
	}
	if s.err != nil {
		return Reading{}, fmt.Errorf("%w: %w", ErrStale, s.err)
	}
	return Reading{}, ErrStale
}
