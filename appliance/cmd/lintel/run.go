package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/firmware/sim"
	"lintel/ui"
)

type runOptions struct {
	settings config.Flags
	source   string
	listen   string
	seed     uint64
	fast     bool
	guard    guard
}

func runCommand(own bool) *cobra.Command {
	o := runOptions{guard: guard{own: own}}
	c := &cobra.Command{
		Use:   "run",
		Short: "Screen visitors and serve the kiosk page",
		Long: `Run screens visitors and serves the kiosk page on this machine alone:

  http://127.0.0.1:8099/         the page for the screen at the door
  http://127.0.0.1:8099/staff    what staff see
  http://127.0.0.1:8099/healthz  state and faults as JSON

  lintel run                                       the one thermal camera on USB
  lintel run --source uvc:1e4e:0100:SERIAL         that one, of several

Try it without a camera:

  lintel run --source sim                  simulated visitors
  lintel run --source sim:febrile          one scene of them
  lintel run --source recording:FILE       a radiometric recording in real time

Scenes: ` + scenes() + `.

` + config.Help(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&o.source, "source", "uvc", "where frames come from: uvc[:DEVICE], sim[:SCENE] or recording:FILE")
	c.Flags().StringVar(&o.listen, "listen", ui.DefaultListen, "loopback `ADDRESS` to serve the pages on")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "seed of the simulation")
	c.Flags().BoolVar(&o.fast, "fast", false, "take simulated and recorded frames as fast as they can be processed; for tests")
	c.Flags().BoolVar(&o.guard.development, "development", false, "start beside a network, whatever privacy.network says; the page shows it")
	o.settings.RegisterKiosk(c.Flags())
	return c
}

// scenes lists what can be simulated.
func scenes() string {
	var names []string
	for _, s := range sim.Scenes() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// run screens. Where systemd started it, it says on the page why it cannot, and
// tries again.
func (o *runOptions) run(ctx context.Context, out io.Writer) error {
	for {
		err := o.attempt(ctx, out)
		var refused *startError
		if !supervised() || !errors.As(err, &refused) {
			return err
		}
		if err := o.excuse(ctx, out, refused); err != nil || ctx.Err() != nil {
			return err
		}
	}
}

// program is one that nothing is open of.
func (o *runOptions) program() *program {
	return &program{options: o, screen: screen{guard: &o.guard, wellness: wellness{folder: runFolder()}}}
}

// attempt screens until something ends it.
func (o *runOptions) attempt(ctx context.Context, out io.Writer) (err error) {
	p := o.program()
	defer o.guard.end()
	defer func() { err = p.end(err, out) }()
	if err := p.configure(); err != nil {
		return err
	}
	if err := p.open(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "Lintel is on http://%s/ (%s). Stop it with Ctrl-C.\n", p.screen.Addr(), o.source)
	err = p.serve(ctx)
	if counts := p.seat.counts(); counts != "" {
		fmt.Fprint(out, counts)
	}
	return err
}
