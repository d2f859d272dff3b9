package main

import (
	"context"
	"errors"

	"lintel/appliance/config"
	"lintel/appliance/setup"
	"lintel/firmware/thermal"
	"lintel/vision"
	"lintel/vision/detect"
)

// replayFile runs one recording from a fresh start, as fast as it goes.
// watch, where given, stands between the finder and the detector.
func replayFile(ctx context.Context, settings *config.Flags, path string, out setup.Outputs, watch func(vision.Detector) vision.Detector) error {
	spec := setup.SourceSpec{Kind: setup.Recording, Name: path}
	c := config.Default()
	if err := spec.Defaults(&c); err != nil {
		return err
	}
	if err := settings.Apply(&c); err != nil {
		return err
	}
	source, err := spec.Open(&c, false, 0)
	if err != nil {
		return err
	}
	return runSource(ctx, &c, source, out, watch)
}

// runSource runs the frame loop over a source and closes it.
func runSource(ctx context.Context, c *config.Config, source thermal.Source, out setup.Outputs, watch func(vision.Detector) vision.Detector) (err error) {
	defer func() { err = errors.Join(err, source.Close()) }()
	detector, err := detect.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, detector.Close()) }()
	var seen vision.Detector = detector
	if watch != nil {
		seen = watch(detector)
	}
	loop, err := setup.Kiosk(c, source, seen, out)
	if err != nil {
		return err
	}
	if err := loop.Run(ctx); err != nil {
		return err
	}
	return ctx.Err()
}
