package blackbody

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"lintel/firmware/thermal"
)

var (
	// ErrConfig means that a setting is not allowed; the message names it.
	ErrConfig = errors.New("value not allowed")
	// ErrSilent means that no sentence has come for too long.
	ErrSilent = errors.New("the blackbody's controller is silent; check its power, its cable and its baud rate")
	// ErrOpen means that the serial device cannot be opened.
	ErrOpen = errors.New("the serial device cannot be used; see lintel devices, check the cable, and join the group dialout")
	// ErrInUse means that another program reads the device.
	ErrInUse = errors.New("another program reads it, as a kiosk that runs does; stop the one that should not")
	// ErrFaulty means that the controller reports a fault.
	ErrFaulty = errors.New("the blackbody's controller reports a fault; see its display")
	// ErrOther means that another blackbody is connected.
	ErrOther = errors.New("it is another blackbody than the configured one; connect the right one or enter the certificate of this one")
)

const (
	// DefaultBaud is the rate without a [Config.Baud].
	DefaultBaud = 9600
	// DefaultTimeout is the time-out without a [Config.Timeout].
	DefaultTimeout = 3 * time.Second
	// reopen is how long a device that failed is left alone.
	reopen = time.Second
)

// Config says where the controller is connected.
type Config struct {
	// Path is the serial device; required. Devices by name, as in
	// /dev/serial/by-id, stay the same when another one is plugged in.
	Path string
	// Baud is one of [Bauds]; zero is 9600.
	Baud int
	// Timeout is for how long a reading holds, 0.5 to 60 s; zero is 3 s.
	Timeout time.Duration
	// Serial is the serial number of the blackbody; a controller that reports
	// another is not believed, one that reports none is. Empty takes any.
	Serial string
}

// Thermometer follows the controller's readings. Its methods may be called by
// several goroutines.
type Thermometer struct {
	cfg Config

	mu   sync.Mutex
	last Reading
	at   time.Time // of the last; zero before the first
	err  error     // why the device cannot be used
}

// New returns a Thermometer that has not begun. It opens nothing: a controller
// may be plugged in later.
//
// Errors: [ErrConfig].
func New(cfg Config) (*Thermometer, error) {
	if cfg.Baud == 0 {
		cfg.Baud = DefaultBaud
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = DefaultTimeout
	}
	switch {
	case cfg.Path == "":
		return nil, fmt.Errorf("cannot read a blackbody's controller without a device: %w", ErrConfig)
	case speed(cfg.Baud) == 0:
		return nil, fmt.Errorf("cannot read a blackbody's controller at %d baud: %w: allowed are %v", cfg.Baud, ErrConfig, Bauds())
	case cfg.Timeout < 500*time.Millisecond || cfg.Timeout > time.Minute:
		return nil, fmt.Errorf("cannot take a time-out of %v: %w: allowed are 0.5 to 60 s", cfg.Timeout, ErrConfig)
	}
	return &Thermometer{cfg: cfg}, nil
}

// Run reads until ctx is done, and returns nil then. A device that fails or
// goes away is opened again every second.
func (t *Thermometer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		t.failed(ctx, t.read(ctx))
		select {
		case <-ctx.Done():
		case <-time.After(reopen):
		}
	}
	return nil
}

// failed notes why the device cannot be used, unless it is only that ctx is
// done.
func (t *Thermometer) failed(ctx context.Context, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ctx.Err() == nil {
		t.err = err
	}
}

// read opens the device and takes its sentences until it fails or ctx is done.
func (t *Thermometer) read(ctx context.Context) error {
	device, err := openSerial(t.cfg.Path, t.cfg.Baud)
	if err != nil {
		return err
	}
	defer func() { _ = device.Close() }()
	// A reader that waits is woken by a deadline that has passed.
	defer context.AfterFunc(ctx, func() { _ = device.SetReadDeadline(time.Unix(1, 0)) })()
	return t.follow(device)
}

// follow takes the sentences of an open device.
func (t *Thermometer) follow(device *os.File) error {
	in := bufio.NewReaderSize(device, 4*maxSentence)
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("cannot go on reading %s: %w: %w", t.cfg.Path, err, ErrOpen)
		}
		t.mu.Lock()
		t.err = nil
		t.mu.Unlock()
		// The first line may have begun before it was listened to.
		if first || err != nil {
			continue
		}
		for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
			line = line[:len(line)-1]
		}
		// What is damaged counts as silence, and silence has its time-out.
		if r, err := Parse(string(line)); err == nil {
			t.take(r)
		}
	}
}

func (t *Thermometer) take(r Reading) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last, t.at = r, time.Now()
}

// Latest returns the last reading.
//
// Errors: [ErrSilent], [ErrOpen] or [ErrInUse] where there is no fresh one, [ErrFaulty],
// [ErrOther].
func (t *Thermometer) Latest() (Reading, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.at.IsZero() || time.Since(t.at) >= t.cfg.Timeout:
		if t.err != nil {
			return Reading{}, t.err
		}
		return Reading{}, ErrSilent
	case t.last.State != Steady && t.last.State != Warming:
		return t.last, ErrFaulty
	case t.cfg.Serial != "" && t.last.Serial != "" && t.last.Serial != t.cfg.Serial:
		return t.last, fmt.Errorf("cannot take the readings of %q for those of %q: %w", t.last.Serial, t.cfg.Serial, ErrOther)
	}
	return t.last, nil
}

// Temperature returns the last reading's temperature with its age, and whether
// there is one that may be used. While the blackbody warms up it is its true
// temperature all the same; calibration waits for the set point. It allocates
// nothing unless something is wrong.
func (t *Thermometer) Temperature() (at thermal.Celsius, age time.Duration, ok bool) {
	r, err := t.Latest()
	if err != nil {
		return 0, 0, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return r.Temperature, time.Since(t.at), true
}
