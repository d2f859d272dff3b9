package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/setup/board"
	"lintel/firmware/gpio"
)

type devicesOptions struct {
	settings                         config.Flags
	asJSON, lampTest, door, released bool
}

func devicesCommand() *cobra.Command {
	var o devicesOptions
	c := &cobra.Command{
		Use:   "devices",
		Short: "List cameras, lamps, sensors and blackbody, and what is wrong with them",
		Long: `Devices lists what is connected to this machine and what the settings ask for:
cameras with the profile by which they would be read, GPIO chips and their
lines, thermometers, and the blackbody's controller; with what is wrong and what
to do. A thermal camera that no kiosk has is set up as a kiosk would, and one
frame is looked at and forgotten. Nothing else is changed.

With --lamp-test each lamp and the buzzer are switched on for a second, one
after the other; with --door the door's relay, too. With --release every output
is made inactive, for the moment after a crash. The kiosk must not run then.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&o.asJSON, "json", false, "write JSON Lines")
	c.Flags().BoolVar(&o.lampTest, "lamp-test", false, "switch on each lamp and the buzzer, one after the other")
	c.Flags().BoolVar(&o.door, "door", false, "with --lamp-test: the door's relay, too")
	c.Flags().BoolVar(&o.released, "release", false, "make every output inactive")
	c.MarkFlagsMutuallyExclusive("json", "lamp-test", "release")
	o.settings.RegisterKiosk(c.Flags())
	return c
}

func (o *devicesOptions) run(ctx context.Context, out io.Writer) error {
	c := config.Default()
	if err := o.settings.Apply(&c); err != nil {
		return err
	}
	switch {
	case o.lampTest:
		return o.test(ctx, &c, out)
	case o.door:
		return errors.New("cannot test the door by itself: give --lamp-test, too")
	case o.released:
		lines, err := board.Lines(&c)
		if err != nil {
			return err
		}
		return gpio.Release(lines)
	}
	devices, err := board.ThisMachine().Devices(ctx, &c)
	if err != nil {
		return err
	}
	if !o.asJSON {
		return board.WriteText(out, devices)
	}
	encoder := json.NewEncoder(out)
	for _, d := range devices {
		if err := encoder.Encode(d); err != nil {
			return fmt.Errorf("cannot write the list of devices: %w", err)
		}
	}
	return nil
}

// test is the lamp test.
func (o *devicesOptions) test(ctx context.Context, c *config.Config, out io.Writer) error {
	lines, err := board.Lines(c)
	if err != nil {
		return err
	}
	tested := 0
	err = gpio.Test(ctx, lines, time.Second, o.door, func(r gpio.Role, s gpio.Spec) {
		tested++
		fmt.Fprintf(out, "on for a second: gpio.%v at %v\n", r, s)
	})
	if err == nil && tested == 0 {
		return errors.New("cannot test lamps: none is configured; set gpio.pass_lamp and the like")
	}
	return err
}
