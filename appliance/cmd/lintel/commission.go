package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/setup"
	"lintel/appliance/setup/board"
	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
)

type commissionOptions struct {
	settings   config.Flags
	source     string
	role, date string
	serial     string
	ambient    commissioning.Ambient
	frames     int
	seed       uint64

	uniform      string
	uniformity   float64
	fieldFrames  int
	sizes        string
	in           io.Reader
	out, notices io.Writer
}

func commissionCommand() *cobra.Command {
	var o commissionOptions
	c := &cobra.Command{
		Use:   "commission --role ROLE --date DATE [--room C --humidity PART]",
		Short: "Accept the reference in its place and sign it off",
		Long: `Commission watches the blackbody in front of the warm camera, with nobody in
view, and writes down where it is, how far the camera is off and what a reading is
uncertain by, signed off by a role on a day, as commissioning.json in state.dir.
Lintel run then accepts the blackbody in that place and within that band alone,
and only as long as the settings describe the same one. A second blackbody
(second_reference in the settings) is accepted along with the first. Where the
blackbody's controller is connected (reference.live), its reading is taken for
each frame and the set point serves as a check.

With --uniform it first maps the field of view: a plate of one temperature is held
before the lens so that it fills the view. Places that read high or low are then
corrected, and pixels that do not work are left out.

With --sizes it takes a table of targets of several sizes, shown at a bench, and
corrects what small targets lose to their surround. The table is comma-separated:
pixels,true_c,read_c,surround_c.

What was found is held against what is asked of a kiosk, a line each. The record is
written even where a line says FAIL, and says so.

Commission anew after camera or blackbody were moved or exchanged, or when the
blackbody has a new certificate.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.in, o.out, o.notices = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			return o.run(cmd.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&o.role, "role", "", "who signs off: owner, technician or laboratory (required)")
	f.StringVar(&o.date, "date", "", "the day, such as 2027-03-31 (required)")
	f.StringVar(&o.serial, "reference-serial", "", "serial number on the blackbody's certificate, where reference.serial does not say it")
	f.Float64Var(&o.ambient.TemperatureC, "room", 0, "temperature of the room in degrees Celsius; left out: by ambient.sensor")
	f.Float64Var(&o.ambient.Humidity, "humidity", 0, "relative humidity of the room, above 0 to 1; left out: by ambient.sensor")
	f.StringVar(&o.source, "source", "uvc", "where frames come from: uvc[:DEVICE], sim[:SCENE] or recording:FILE")
	f.IntVar(&o.frames, "frames", 150, "number of frames; they must last 10 s")
	f.StringVar(&o.uniform, "uniform", "", "map the field of view with frames of a uniform target from that `SOURCE`")
	f.Float64Var(&o.uniformity, "uniformity", 0.1, "half width in kelvin within which that target is of one temperature")
	f.IntVar(&o.fieldFrames, "uniform-frames", 60, "number of frames of that target")
	f.StringVar(&o.sizes, "sizes", "", "correct the size-of-source effect by a table in that `FILE`")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the simulation")
	o.settings.RegisterKiosk(f)
	return c
}

func (o *commissionOptions) run(ctx context.Context) error {
	day, err := o.check()
	if err != nil {
		return err
	}
	source, err := setup.ParseSource(o.source)
	if err != nil {
		return err
	}
	c, err := source.Configure(&o.settings)
	if err != nil {
		return err
	}
	if o.serial != "" {
		c.Reference.Serial = o.serial
	}
	if err := c.CheckReferences(time.Date(day.Year, time.Month(day.Month), day.Day, 12, 0, 0, 0, time.UTC)); err != nil {
		return err
	}
	how := setup.Commissioning{Frames: o.frames, Day: day}
	if how.Source, err = o.sizeOfSource(); err != nil {
		return err
	}
	by, err := o.room(&c)
	if err != nil {
		return err
	}
	live, stop, err := board.StartLive(ctx, &c)
	if err != nil {
		return err
	}
	defer stop()
	how.Ambient, how.Live = o.ambient, live
	if how.Field, err = o.field(ctx, &c); err != nil {
		return err
	}
	how.Progress = o.progress("Watching the blackbody")
	var record *commissioning.Record
	if err := o.with(&c, source, func(frames thermal.Source) error {
		o.steps(&c, frames.Info(), by, &how)
		record, err = setup.Commission(ctx, &c, frames, how)
		return err
	}); err != nil {
		return err
	}
	if err := record.SignOff(commissioning.Role(o.role), day); err != nil {
		return err
	}
	if err := setup.SaveRecord(&c, record); err != nil {
		return err
	}
	o.report(record, setup.RecordPath(&c))
	return nil
}

// with opens a source, uses it and closes it.
func (o *commissionOptions) with(c *config.Config, spec setup.SourceSpec, use func(thermal.Source) error) (err error) {
	frames, err := spec.Open(c, false, o.seed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, frames.Close()) }()
	return use(frames)
}

// sizeOfSource returns the size-of-source effect, nil where none was measured.
func (o *commissionOptions) sizeOfSource() (*float64, error) {
	if o.sizes == "" {
		return nil, nil
	}
	file, err := os.Open(o.sizes)
	if err != nil {
		return nil, fmt.Errorf("cannot read the table given with --sizes: %w", err)
	}
	defer func() { _ = file.Close() }()
	points, err := commissioning.ReadSizes(file)
	if err != nil {
		return nil, err
	}
	lost, err := commissioning.FitSizeOfSource(points)
	return &lost, err
}

// field maps the field of view, where a uniform target is shown.
func (o *commissionOptions) field(ctx context.Context, c *config.Config) (*calibration.Field, error) {
	if o.uniform == "" {
		return nil, nil
	}
	spec, err := setup.ParseSource(o.uniform)
	if err != nil {
		return nil, err
	}
	if !(o.uniformity >= 0 && o.uniformity <= 1) {
		return nil, fmt.Errorf("cannot take --uniformity %g: allowed are 0 to 1 K", o.uniformity)
	}
	if spec.Kind == setup.UVC {
		if err := o.ask("Hold the uniform target before the lens so that it fills the view, and press Enter."); err != nil {
			return nil, err
		}
	}
	var field *calibration.Field
	err = o.with(c, spec, func(frames thermal.Source) error {
		field, err = setup.MapField(ctx, c, frames, o.fieldFrames, o.uniformity, o.progress("Mapping the field of view"))
		return err
	})
	if err == nil && spec.Kind == setup.UVC {
		err = o.ask("Take the target away, let nobody stand in view, and press Enter.")
	}
	return field, err
}

// ask waits for Enter.
func (o *commissionOptions) ask(what string) error {
	fmt.Fprintln(o.notices, what)
	if _, err := bufio.NewReader(o.in).ReadString('\n'); err != nil {
		return fmt.Errorf("cannot go on commissioning without an answer: %w", err)
	}
	return nil
}

// progress returns what says how far a step is, every tenth of it.
func (o *commissionOptions) progress(step string) func(done, of int) {
	said := 0
	return func(done, of int) {
		if tenth := 10 * done / of; tenth > said {
			said = tenth
			fmt.Fprintf(o.notices, "%s: %d of %d frames\n", step, done, of)
		}
	}
}

// report says what was found.
func (o *commissionOptions) report(record *commissioning.Record, path string) {
	place := func(name string, r *commissioning.Reference) {
		fmt.Fprintf(o.out, "%s at %.1f, %.1f px, radius %.1f px; offset %+.2f K, accepted within %.2f K of that.\n",
			name, r.Place[0], r.Place[1], r.Place[2], r.OffsetK, r.OffsetBandK)
	}
	place("Reference", &record.Reference)
	if record.Second != nil {
		place("Second reference", record.Second)
	}
	if f := record.Field; f != nil {
		fmt.Fprintf(o.out, "Field of view mapped: %d pixels left out, %.3f K remain.\n", len(f.Bad), f.U)
	}
	if s := record.Source; s != nil {
		fmt.Fprintf(o.out, "Size of source corrected: %.2g of the contrast at 10x10 px.\n", *s)
	}
	fmt.Fprintln(o.out, "Uncertainty of a reading of 35 degC, each term as a standard uncertainty:")
	for _, t := range record.Budget {
		fmt.Fprintf(o.out, "  %-20s %.3f K\n", t.Name, t.UK)
	}
	for _, v := range record.Verdicts {
		fmt.Fprintln(o.out, v)
	}
	if !commissioning.Passed(record.Verdicts) {
		fmt.Fprintln(o.out, "The kiosk does not reach what is asked: mend what says FAIL and commission it anew.")
	}
	fmt.Fprintf(o.out, "Signed off by the %s on %v: %s\n", record.Role, record.Date, path)
}

// check tells what is wrong before anybody waits for the measurement.
func (o *commissionOptions) check() (calibration.Date, error) {
	day, err := calibration.ParseDate(o.date)
	if err != nil {
		return day, fmt.Errorf("cannot take --date: %w", err)
	}
	if err := new(commissioning.Record).SignOff(commissioning.Role(o.role), day); err != nil {
		return day, err
	}
	return day, nil
}
