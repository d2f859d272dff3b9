package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/kiosk"
	"lintel/appliance/screening"
	"lintel/appliance/setup"
	"lintel/firmware/thermal"
	"lintel/firmware/uvc"
	"lintel/ui"
)

// seat is the place of the source and the frame loop that is built on it. It may
// stay empty until the camera is plugged in.
type seat struct {
	source setup.SourceSpec
	config *config.Config
	paced  bool
	seed   uint64
	build  func(thermal.Source) (*kiosk.Kiosk, error)

	// again has the loop built anew, after a change that it is handed.
	again chan func()

	frames thermal.Source
	loop   *kiosk.Kiosk
	// unready says why there is no loop although there is a source.
	unready string
}

// open opens the source and builds the loop.
func (s *seat) open() error {
	frames, err := s.source.Open(s.config, s.paced, s.seed)
	if err != nil {
		return err
	}
	s.unready = ""
	loop, err := s.build(frames)
	if err != nil {
		err = errors.Join(err, frames.Close())
		if reason := unready(err); reason != "" && s.source.Kind == setup.UVC {
			// The pages are where staff put it right.
			s.unready = reason
			return nil
		}
		return err
	}
	s.frames, s.loop = frames, loop
	return nil
}

// adjust has the loop built anew after a change, which is made where nothing
// else reads the settings. It does not wait for it.
func (s *seat) adjust(change func()) {
	for {
		select {
		case s.again <- change:
			return
		default:
		}
		// The newest change is a whole one: an older one that nobody has taken
		// yet goes.
		select {
		case <-s.again:
		default:
		}
	}
}

// screen screens until the source ends, and then shows the last view until ctx
// is done.
func (s *seat) screen(ctx context.Context, screen *screen) error {
	if err := withoutData(func() error { return s.run(ctx, screen) }); err != nil {
		return err
	}
	return screen.hold(ctx)
}

// run screens until the source ends or ctx is done, and begins anew after every
// change of the settings.
func (s *seat) run(ctx context.Context, screen *screen) error {
	for {
		change, err := s.round(ctx, screen)
		if change == nil || err != nil {
			return err
		}
		change()
		s.frames, s.loop = nil, nil
		if err := s.open(); err != nil && !s.source.Awaited(err) {
			return err
		}
	}
}

// round waits for the source where it must be waited for, and screens until
// something is to be changed.
func (s *seat) round(ctx context.Context, screen *screen) (change func(), err error) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for s.loop == nil {
		reason := uvc.Missing.String()
		if s.unready != "" {
			reason = s.unready
		}
		screen.Show(ui.View{State: screening.OutOfService.String(), Reason: reason})
		select {
		case <-ctx.Done():
			return nil, nil
		case change = <-s.again:
			return change, nil
		case <-tick.C:
		}
		if s.unready != "" {
			continue
		}
		if err := s.open(); err != nil && !s.source.Awaited(err) {
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	told := make(chan struct{})
	go func() {
		defer close(told)
		select {
		case change = <-s.again:
			cancel()
		case <-ctx.Done():
		}
	}()
	err = s.loop.Run(ctx)
	cancel()
	<-told
	// Closing wipes what the source still holds of the last visitor.
	return change, errors.Join(err, s.close())
}

func (s *seat) close() error {
	if s.frames == nil {
		return nil
	}
	return s.frames.Close()
}

// counts says what became of a camera's frames; empty for other sources.
func (s *seat) counts() string {
	if camera, ok := s.frames.(interface{ Counts() uvc.Counts }); ok {
		return fmt.Sprintf("Frames of the camera: %v.\n", camera.Counts())
	}
	return ""
}
