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

	frames thermal.Source
	loop   *kiosk.Kiosk
}

// open opens the source and builds the loop.
func (s *seat) open() error {
	frames, err := s.source.Open(s.config, s.paced, s.seed)
	if err != nil {
		return err
	}
	loop, err := s.build(frames)
	if err != nil {
		return errors.Join(err, frames.Close())
	}
	s.frames, s.loop = frames, loop
	return nil
}

// screen screens until the source ends, and then shows the last view until ctx
// is done.
func (s *seat) screen(ctx context.Context, screen *screen) error {
	if err := withoutData(func() error { return s.run(ctx, screen) }); err != nil {
		return err
	}
	return screen.hold(ctx)
}

// run waits for the source where it must be waited for, and screens.
func (s *seat) run(ctx context.Context, screen *screen) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for s.loop == nil {
		screen.Show(ui.View{State: screening.OutOfService.String(), Reason: uvc.Missing.String()})
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := s.open(); err != nil && !s.source.Awaited(err) {
			return err
		}
	}
	// Closing wipes what the source still holds of the last visitor.
	return errors.Join(s.loop.Run(ctx), s.close())
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
