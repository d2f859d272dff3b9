package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lintel/calibration/commissioning"
	"lintel/firmware/sim"
	"lintel/firmware/sim/scenefile"
	"lintel/firmware/thermal"
)

// errNotPassed means that the thermograph does not reach a criterion.
var errNotPassed = errors.New("the report tells the values and limits")

type acceptanceOptions struct {
	out    string
	scene  string
	rooms  []float64
	seed   uint64
	asJSON bool
}

func acceptanceCommand() *cobra.Command {
	var o acceptanceOptions
	c := &cobra.Command{
		Use:   "acceptance --out REPORT.html",
		Short: "Run the laboratory test on the simulated camera and write a report",
		Long: `Acceptance commissions the simulated camera on a uniform target, then shows it a
target at set points from 34 to 39 degrees Celsius, up and down again, at three
places, in one room after the other, while the camera drifts and makes
flat-field corrections. Every frame goes through the calibration as in the
appliance, and no reading is left out: those within 10 s of a flat-field correction
are counted apart as well.
The figures are held against the criteria; the report is one HTML
page that can be printed and signed.

The exit status is 1 where a criterion is not reached; the report is written all
the same. Another camera is described by a scene file; see package scenefile.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	c.Flags().StringVar(&o.out, "out", "", "where to write the report, an HTML `FILE` (required)")
	c.Flags().StringVar(&o.scene, "scene", "", "a `FILE.toml` that describes the camera and the surfaces")
	c.Flags().Float64SliceVar(&o.rooms, "rooms", []float64{18, 25, 32}, "room temperatures in degrees Celsius")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "seed of the simulation, where no scene file says it")
	c.Flags().BoolVar(&o.asJSON, "json", false, "write the figures as JSON Lines, too")
	return c
}

// maxRooms keeps a test short of an hour.
const maxRooms = 12

func (o *acceptanceOptions) run(ctx context.Context, w, notices io.Writer) error {
	if o.out == "" {
		return errors.New("cannot write the report to nowhere: name it with --out")
	}
	if n := len(o.rooms); n == 0 || n > maxRooms {
		return fmt.Errorf("cannot test in %d rooms: give 1 to %d temperatures with --rooms", n, maxRooms)
	}
	if _, err := os.Stat(filepath.Dir(o.out)); err != nil { // rather than after the test
		return fmt.Errorf("cannot write the report: %w", err)
	}
	camera, err := o.camera()
	if err != nil {
		return err
	}
	test, err := newLaboratory(ctx, camera)
	if err != nil {
		return err
	}
	for i, room := range o.rooms {
		fmt.Fprintf(notices, "Room %d of %d, %g degC\n", i+1, len(o.rooms), room)
		if err := test.room(ctx, thermal.Celsius(room)); err != nil {
			return err
		}
	}
	figures, err := commissioning.Assess(test.points())
	if err != nil {
		return err
	}
	var page bytes.Buffer
	verdicts := commissioning.DefaultCriteria().Judge(figures)
	if err := writeReport(&page, newReport(test, o.name(), figures)); err != nil {
		return err
	}
	if err := os.WriteFile(o.out, page.Bytes(), 0o644); err != nil { //nolint:gosec // a report is for everybody to read
		return fmt.Errorf("cannot write the report: %w", err)
	}
	if o.asJSON {
		if err := test.writeJSON(w, figures, verdicts); err != nil {
			return err
		}
	}
	return failed(verdicts)
}

func (o *acceptanceOptions) name() string {
	if o.scene == "" {
		return "as it comes with the bench"
	}
	return "of " + o.scene
}

// camera describes the camera under test: one set up in a room of 25 degC, with
// what a low-cost one does.
func (o *acceptanceOptions) camera() (sim.Config, error) {
	c := sim.Defaults()
	c.Seed = o.seed
	c.Camera.CalibratedAt, c.Camera.HousingSwing = 25, 1
	c.Camera.Shading, c.Camera.Stuck = 0.4, 4
	if o.scene != "" {
		var err error
		if c, err = scenefile.Load(o.scene); err != nil {
			return c, err
		}
		if len(c.People)+len(c.Objects)+len(c.Disturbances) > 0 || c.Scene != "" {
			return c, fmt.Errorf("cannot test with %s: leave out scene, person, object and disturbance, the test brings its own targets", o.scene)
		}
	}
	if c.FFC.Every == 0 {
		c.FFC.Every = 60
	}
	return c, nil
}

// failed says in one sentence which criteria are not reached.
func failed(verdicts []commissioning.Verdict) error {
	var names []string
	for _, v := range verdicts {
		if !v.Pass {
			names = append(names, v.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("cannot accept the thermograph: failed %s; %w", strings.Join(names, ", "), errNotPassed)
}

type (
	labEvent struct {
		Event string  `json:"event"`
		At    float64 `json:"at_s"`
		RoomC float64 `json:"room_c"`
		TrueC float64 `json:"true_c"`
		ReadC float64 `json:"read_c"`
		UC    float64 `json:"u_c"`
		// Settling is a reading within 10 s of a flat-field correction.
		Settling bool    `json:"settling"`
		X        float64 `json:"x"`
		Y        float64 `json:"y"`
	}
	figuresEvent struct {
		Event  string `json:"event"`
		Model  string `json:"model"`
		Serial string `json:"serial"`
		Digest string `json:"correction_model"`
		commissioning.Figures
	}
	criterionEvent struct {
		Event string `json:"event"`
		commissioning.Verdict
	}
)

func (l *laboratory) writeJSON(w io.Writer, figures commissioning.Figures, verdicts []commissioning.Verdict) error {
	var events []any
	for _, r := range l.readings {
		events = append(events, labEvent{
			"reading", round(r.At.Seconds(), 1e2), float64(r.room), float64(r.Truth), round(float64(r.Reading), 1e4),
			round(float64(r.U), 1e4), r.settling, round(r.Place.X, 10), round(r.Place.Y, 10),
		})
	}
	events = append(events, figuresEvent{"figures", l.info.Model, l.info.Serial, l.digest, figures})
	for _, v := range verdicts {
		events = append(events, criterionEvent{"criterion", v})
	}
	encoder := json.NewEncoder(w)
	for _, e := range events {
		if err := encoder.Encode(e); err != nil {
			return fmt.Errorf("cannot write the figures: %w", err)
		}
	}
	return nil
}
