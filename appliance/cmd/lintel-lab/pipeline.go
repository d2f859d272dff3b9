package main

import (
	"context"
	"errors"

	"github.com/spf13/pflag"

	"lintel/appliance/config"
	"lintel/appliance/setup"
	"lintel/firmware/thermal"
	"lintel/vision"
	"lintel/vision/detect"
)

// pipeline is what the flags say of the frame loop.
type pipeline struct {
	settings config.Flags
	model    string
	second   string
}

func (p *pipeline) register(flags *pflag.FlagSet) {
	p.settings.Register(flags)
	p.registerModels(flags)
}

// registerModels adds the flags that name other networks.
func (p *pipeline) registerModels(flags *pflag.FlagSet) {
	flags.StringVar(&p.model, "model", "", "another face network, an ONNX `FILE` with its hash in FILE.sha256")
	flags.StringVar(&p.second, "forehead-model", "", "another network that says whether a forehead is bare, likewise")
}

// replay runs one recording from a fresh start, as fast as it goes. watch,
// where given, stands between the finder and the detector.
func (p *pipeline) replay(ctx context.Context, path string, out setup.Outputs, watch func(vision.Detector) vision.Detector) error {
	spec := setup.SourceSpec{Kind: setup.Recording, Name: path}
	c, err := spec.Configure(&p.settings)
	if err != nil {
		return err
	}
	source, err := spec.Open(&c, false, 0)
	if err != nil {
		return err
	}
	return p.run(ctx, &c, source, out, watch)
}

// run runs the frame loop over a source and closes it.
func (p *pipeline) run(ctx context.Context, c *config.Config, source thermal.Source, out setup.Outputs, watch func(vision.Detector) vision.Detector) (err error) {
	defer func() { err = errors.Join(err, source.Close()) }()
	detector, err := p.detector()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, detector.Close()) }()
	var seen vision.Detector = detector
	if watch != nil {
		seen = watch(detector)
	}
	loop, err := setup.Kiosk(c, source, seen, nil, out)
	if err != nil {
		return err
	}
	if err := loop.Run(ctx); err != nil {
		return err
	}
	return ctx.Err()
}

func (p *pipeline) detector() (*detect.Net, error) {
	return detect.OpenFiles(p.model, p.second)
}
