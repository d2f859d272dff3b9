package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"lintel/firmware/thermal"
)

// Config says how to play a recording. The zero Config plays it as the sensor
// saw it, as fast as it is asked for.
type Config struct {
	// Mounting sets the image upright.
	Mounting thermal.Mounting
	// Paced delivers the frames in real time by their own times; else they
	// come as fast as they are asked for. A caller that falls behind gets the
	// frames it missed at once: none is dropped.
	Paced bool
	// Scale is used for a file that does not say what a count means. A CPTV
	// file never says; unless set here it is taken as centikelvin.
	Scale thermal.CountScale
}

// decoder reads one format.
type decoder interface {
	// info describes the sensor; its size is that before the mounting.
	info() thermal.Info
	// next decodes the next frame into sensor, width*height counts. At the end
	// of a whole file it returns io.EOF, otherwise a *ReadError.
	next(sensor []uint16, st *stamp) error
}

// stamp is what a frame brings beside its pixels.
type stamp struct {
	sequence  uint64
	time      time.Duration
	telemetry thermal.Telemetry
}

// Source plays one file. It starts no goroutine.
type Source struct {
	path   string
	config Config
	format Format
	info   thermal.Info

	file          io.Closer
	stream        *stream
	decoder       decoder
	check         plausibility
	width, height int      // of the sensor
	sensor        []uint16 // the frame as the sensor saw it

	stamp   stamp
	ready   bool // sensor and stamp hold a frame that was not delivered yet
	frames  int64
	err     error // what every further Next returns
	closed  bool
	started time.Time
	timer   *time.Timer
}

var _ thermal.Source = (*Source)(nil)

// Open opens a recording and reads its header and its first frame.
//
// Errors: the operating system's for a file that cannot be opened, a mounting or
// scale that is none, or a [*ReadError] with [ErrEmpty], [ErrTruncated],
// [ErrCorrupt], [ErrUnknownFormat], [ErrScaleUnknown],
// [thermal.ErrNotRadiometric] (the file names a unit that is no temperature, or
// the median of the first frame lies outside -40 to +120 degC) or the operating
// system's error.
func Open(path string, cfg Config) (*Source, error) {
	if err := cfg.Mounting.Validate(); err != nil {
		return nil, fmt.Errorf("cannot open recording %s: %w", path, err)
	}
	if cfg.Scale != 0 && cfg.Scale.KelvinPerCount() == 0 {
		return nil, fmt.Errorf("cannot open recording %s: scale %d: allowed are centikelvin and kelvin64", path, cfg.Scale)
	}
	file, err := openFile(path)
	if err != nil {
		return nil, err
	}
	s, err := open(file, path, cfg)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return s, nil
}

// open plays what it reads from file; path is for errors.
func open(file io.ReadCloser, path string, cfg Config) (*Source, error) {
	stream, err := streamOf(file)
	if err != nil {
		return nil, withPath(path, err)
	}
	s := &Source{path: path, config: cfg, file: file, stream: stream}
	if err := s.begin(); err != nil {
		return nil, withPath(path, err)
	}
	return s, nil
}

// begin finds the decoder and reads the header and the first frame: a file that
// is refused shall be refused before anything is made for it.
func (s *Source) begin() error {
	var err error
	if s.format, err = identify(s.stream); err != nil {
		return err
	}
	if s.format == CPTV {
		s.decoder, err = newCPTV(s.stream, s.config.Scale)
	} else {
		s.decoder, err = newY16(s.stream, s.config.Scale)
	}
	if err != nil {
		return err
	}
	s.info = s.decoder.info()
	s.width, s.height = s.info.Width, s.info.Height
	s.info.Width, s.info.Height = s.config.Mounting.Size(s.width, s.height)
	s.sensor = make([]uint16, s.width*s.height)
	s.check = newPlausibility(s.info.Scale)
	if err := s.decode(); err != nil {
		return err
	}
	s.ready = true
	return nil
}

// Info says what the file tells of the camera.
func (s *Source) Info() thermal.Info { return s.info }

// Format returns the format of the file.
func (s *Source) Format() Format { return s.format }

// Next fills f with the next frame.
//
// Errors: io.EOF at the end of a whole file, ctx.Err(), [thermal.ErrClosed], or
// a [*ReadError] with [ErrTruncated], [ErrCorrupt], [thermal.ErrNotRadiometric]
// (the median of the frame lies outside -40 to +120 degC) or the operating
// system's error. All but ctx.Err() are final: every further call returns the
// same.
func (s *Source) Next(ctx context.Context, f *thermal.Frame) error {
	if s.closed {
		return thermal.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.err != nil {
		return s.err
	}
	if !s.ready {
		if s.err = s.decode(); s.err != nil {
			return s.err
		}
		s.ready = true
	}
	if s.config.Paced {
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
	s.config.Mounting.Upright(f, s.sensor, s.width, s.height)
	f.Sequence, f.Time, f.Telemetry = s.stamp.sequence, s.stamp.time, s.stamp.telemetry
	s.ready = false
	return nil
}

// decode reads the next frame and refuses one that is no temperatures.
func (s *Source) decode() error {
	err := s.decoder.next(s.sensor, &s.stamp)
	if errors.Is(err, io.EOF) && s.frames == 0 {
		return withPath(s.path, &ReadError{Place: "frame 0", Offset: s.stream.end(), Err: ErrEmpty})
	}
	if err != nil {
		return withPath(s.path, err)
	}
	if !s.check.temperatures(s.sensor) {
		place := fmt.Sprintf("frame %d, pixels", s.frames)
		return withPath(s.path, fault(place, s.stream.offset(), thermal.ErrNotRadiometric,
			"the median lies outside %v to %v degC by %v", coldest, hottest, s.info.Scale))
	}
	s.frames++
	return nil
}

// wait blocks until the frame in hand is due.
func (s *Source) wait(ctx context.Context) error {
	if s.timer == nil {
		s.started = time.Now().Add(-s.stamp.time)
		s.timer = time.NewTimer(0)
	} else {
		s.timer.Reset(time.Until(s.started.Add(s.stamp.time)))
	}
	select {
	case <-s.timer.C:
		return nil
	case <-ctx.Done():
		s.timer.Stop()
		return ctx.Err()
	}
}

// Close closes the file and overwrites everything that was read from it.
func (s *Source) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if s.timer != nil {
		s.timer.Stop()
	}
	clear(s.sensor)
	s.stream.wipe()
	if err := s.file.Close(); err != nil {
		return fmt.Errorf("cannot close recording %s: %w", s.path, err)
	}
	return nil
}
