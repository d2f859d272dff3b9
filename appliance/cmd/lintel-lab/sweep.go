package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/stat"

	"lintel/calibration"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

type sweepOptions struct {
	from, to, step float64
	ambient        float64
	ffc            bool
	seed           uint64
	asJSON         bool
}

func sweepCommand() *cobra.Command {
	var o sweepOptions
	c := &cobra.Command{
		Use:   "sweep --json",
		Short: "Read a simulated target at known temperatures",
		Long: `Sweep puts a simulated target of known temperature before the simulated camera,
reads it as the appliance reads a forehead, and sums up how the readings follow
the truth: slope, intercept, largest residual. The camera drifts, and it makes a
flat-field correction just before each point is read. A system that pulls readings
toward normal has a slope below 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.Flags().Float64Var(&o.from, "from", 35, "first temperature in degrees Celsius")
	c.Flags().Float64Var(&o.to, "to", 40, "last temperature in degrees Celsius")
	c.Flags().Float64Var(&o.step, "step", 0.25, "step in kelvin")
	c.Flags().Float64Var(&o.ambient, "ambient", 22, "room temperature in degrees Celsius")
	c.Flags().BoolVar(&o.ffc, "ffc", true, "let the camera make a flat-field correction while each point is read")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "seed of the simulation")
	c.Flags().BoolVar(&o.asJSON, "json", false, "write JSON Lines")
	return c
}

type (
	pointEvent struct {
		Event string  `json:"event"`
		TrueC float64 `json:"true_c"`
		ReadC float64 `json:"read_c"`
		UC    float64 `json:"u_c"`
	}
	sweepEvent struct {
		Event       string  `json:"event"`
		Points      int     `json:"points"`
		Slope       float64 `json:"slope"`
		Intercept   float64 `json:"intercept"`
		MaxResidual float64 `json:"max_residual_c"`
		Increasing  bool    `json:"increasing"`
	}
)

// sweepFrames is how many frames are read at a point, after which the median
// is taken as a visit does. With corrections the camera makes one before them:
// they are read while it settles.
const (
	sweepFrames = 15
	ffcAfter    = 8.0 // s
	readAfter   = 0.5 // s
)

func (o *sweepOptions) run(ctx context.Context, w io.Writer) error {
	if !o.asJSON {
		return errors.New("cannot sweep without a format: give --json")
	}
	if !(o.step > 0) || !(o.to > o.from) || (o.to-o.from)/o.step > 10_000 {
		return fmt.Errorf("cannot sweep from %g to %g by %g: the step must be positive, --to above --from, and 10000 points the most", o.from, o.to, o.step)
	}
	encoder := json.NewEncoder(w)
	var truths, reads []float64
	for i := 0; ; i++ {
		truth := o.from + float64(i)*o.step
		if truth > o.to+o.step/1e6 {
			break
		}
		read, u, err := o.read(ctx, thermal.Celsius(truth), o.seed+uint64(i))
		if err != nil {
			return err
		}
		truths, reads = append(truths, truth), append(reads, read)
		if err := encoder.Encode(pointEvent{"point", truth, round(read, 1e4), round(u, 1e4)}); err != nil {
			return fmt.Errorf("cannot write the point at %g: %w", truth, err)
		}
	}
	intercept, slope := stat.LinearRegression(truths, reads, nil, false)
	worst := 0.0
	for i := range truths {
		worst = math.Max(worst, math.Abs(reads[i]-truths[i]))
	}
	return encoder.Encode(sweepEvent{"summary", len(truths), round(slope, 1e5), round(intercept, 1e4), round(worst, 1e4), slices.IsSorted(reads)})
}

// read returns the median reading of the target at one temperature.
func (o *sweepOptions) read(ctx context.Context, truth thermal.Celsius, seed uint64) (value, u float64, err error) {
	config := sim.Config{Scene: "target", Seed: seed, Target: truth, Room: thermal.Celsius(o.ambient)}
	if o.ffc {
		config.FFC = sim.FFC{Every: 600, First: ffcAfter}
	}
	source, err := sim.Open(config)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	cfg := calibration.DefaultConfig()
	cfg.Reference.Temperature = source.Truth().Reference
	if cfg.Reference.Temperature == 0 {
		cfg.Reference.Temperature = 37
	}
	tracker, err := calibration.New(cfg, source.Info())
	if err != nil {
		return 0, 0, err
	}
	var frame thermal.Frame
	var values, us []float64
	for n := 0; len(values) < sweepFrames; n++ {
		if n > 20*sweepFrames {
			return 0, 0, fmt.Errorf("cannot read the target at %g degC: the reference was not found", truth)
		}
		if err := source.Next(ctx, &frame); err != nil {
			return 0, 0, err
		}
		seen := tracker.Observe(&frame)
		if since := frame.Telemetry.SinceFFC.Seconds(); !seen.Scale.Valid() || o.ffc && (frame.Time.Seconds() < ffcAfter || since < readAfter) {
			continue
		}
		// The middle of the plate, clear of its blurred edge.
		m, err := seen.Scale.Measure(&frame, source.Truth().Target.Inset(.25))
		if err != nil {
			return 0, 0, err
		}
		values, us = append(values, float64(m.Mean)), append(us, float64(m.U))
	}
	slices.Sort(values)
	slices.Sort(us)
	return values[len(values)/2], us[len(us)/2], nil
}
