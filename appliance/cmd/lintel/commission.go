package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/setup"
	"lintel/calibration"
	"lintel/calibration/commissioning"
)

type commissionOptions struct {
	settings   config.Flags
	source     string
	role, date string
	serial     string
	ambient    commissioning.Ambient
	frames     int
	seed       uint64
}

func commissionCommand() *cobra.Command {
	var o commissionOptions
	c := &cobra.Command{
		Use:   "commission --role ROLE --date DATE --room C --humidity PART",
		Short: "Accept the reference in its place and sign it off",
		Long: `Commission watches the blackbody in front of the warm camera, with nobody in
view, and writes down where it is and how far the camera is off, signed off by a
role on a day, as commissioning.json in state.dir. Lintel run then accepts the
blackbody in that place and within that band alone, and only as long as the
settings describe the same one.

Commission anew after camera or blackbody were moved or exchanged.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&o.role, "role", "", "who signs off: owner, technician or laboratory (required)")
	c.Flags().StringVar(&o.date, "date", "", "the day, such as 2027-03-31 (required)")
	c.Flags().StringVar(&o.serial, "reference-serial", "", "serial number on the blackbody's certificate")
	c.Flags().Float64Var(&o.ambient.TemperatureC, "room", 0, "temperature of the room in degrees Celsius (required)")
	c.Flags().Float64Var(&o.ambient.Humidity, "humidity", 0, "relative humidity of the room, above 0 to 1 (required)")
	c.Flags().StringVar(&o.source, "source", "uvc", "where frames come from: uvc[:DEVICE], sim[:SCENE] or recording:FILE")
	c.Flags().IntVar(&o.frames, "frames", 150, "number of frames; they must last 10 s")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "seed of the simulation")
	o.settings.Register(c.Flags())
	return c
}

func (o *commissionOptions) run(ctx context.Context, out io.Writer) (err error) {
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
	frames, err := source.Open(&c, false, o.seed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, frames.Close()) }()
	record, err := setup.Commission(ctx, &c, frames, o.frames)
	if err != nil {
		return err
	}
	record.Reference.Serial, record.Ambient = o.serial, o.ambient
	if err := record.SignOff(commissioning.Role(o.role), day); err != nil {
		return err
	}
	if err := setup.SaveRecord(&c, record); err != nil {
		return err
	}
	r := record.Reference
	fmt.Fprintf(out, "Reference at %.1f, %.1f px, radius %.1f px; offset %+.2f K, accepted within %.2f K of that.\n",
		r.Place[0], r.Place[1], r.Place[2], r.OffsetK, r.OffsetBandK)
	fmt.Fprintf(out, "Signed off by the %s on %v: %s\n", record.Role, record.Date, setup.RecordPath(&c))
	return nil
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
	if a := o.ambient; !(a.TemperatureC >= 5 && a.TemperatureC <= 45) || !(a.Humidity > 0 && a.Humidity <= 1) {
		return day, fmt.Errorf("cannot take a room of %g degC and a humidity of %g: give --room from 5 to 45 and --humidity above 0 to 1", a.TemperatureC, a.Humidity)
	}
	return day, nil
}
