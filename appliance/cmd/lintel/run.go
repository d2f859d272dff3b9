package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/counts"
	"lintel/appliance/kiosk"
	"lintel/appliance/screening"
	"lintel/appliance/setup"
	"lintel/appliance/setup/board"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/vision/detect"
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
	o.settings.Register(c.Flags())
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

func (o *runOptions) run(ctx context.Context, out io.Writer) (err error) {
	source, err := setup.ParseSource(o.source)
	if err != nil {
		return err
	}
	c, err := source.Configure(&o.settings)
	if err != nil {
		return err
	}
	o.guard.config = c.Privacy
	if err := o.guard.begin(); err != nil {
		return err
	}
	record, err := setup.LoadRecord(&c)
	if err != nil {
		return err
	}
	detector, err := detect.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, detector.Close()) }()

	screen := screen{guard: &o.guard}
	server, err := ui.New(ui.Config{Listen: o.listen, Faults: screen.faults})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	screen.Server = server

	panel, err := board.Open(&c, source.Label() == "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, panel.Close()) }()
	screen.notices = panel.Notices

	// The counts are opened last: what is refused leaves no trace.
	var tally tally
	seat := seat{source: source, config: &c, paced: !o.fast, seed: o.seed, build: func(frames thermal.Source) (*kiosk.Kiosk, error) {
		return setup.Kiosk(&c, frames, detector, record, setup.Outputs{Screen: &screen, Tally: &tally, Label: o.guard.label(source), Board: panel.Kiosk()})
	}}
	if err := seat.open(); err != nil && !source.Awaited(err) {
		return err
	}
	defer func() { err = errors.Join(err, seat.close()) }()
	store, err := o.openCounts(ctx, &c)
	if err != nil {
		return err
	}
	if store != nil {
		tally.store = store
		screen.store.Store(store)
		defer func() { err = errors.Join(err, store.Close()) }()
	}
	if screen.notify, err = openNotifier(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, screen.notify.close()) }()
	if err := o.guard.confine(&c, source); err != nil {
		return err
	}
	fmt.Fprintf(out, "Lintel is on http://%s/ (%s). Stop it with Ctrl-C.\n", server.Addr(), o.source)
	parts := []func(context.Context) error{server.Serve, panel.Run, o.guard.watch, func(ctx context.Context) error {
		if err := withoutData(func() error { return seat.run(ctx, &screen) }); err != nil {
			return err
		}
		return screen.hold(ctx)
	}}
	if store != nil {
		parts = append(parts, store.Run)
	}
	err = together(ctx, parts)
	if counts := seat.counts(); counts != "" {
		fmt.Fprintf(out, "Frames of the camera: %s.\n", counts)
	}
	return err
}

// openCounts opens the tallies; in voluntary mode there are none.
func (o *runOptions) openCounts(ctx context.Context, c *config.Config) (*counts.Store, error) {
	if c.Screening.Mode == config.Voluntary {
		return nil, nil
	}
	return counts.Open(ctx, counts.Config{
		Dir: c.State.Dir, Patient: true,
		Every: time.Duration(c.Counts.EveryS) * time.Second, K: c.Counts.K,
		HoursFor: c.Counts.HoursForDays, DaysFor: c.Counts.DaysForDays,
	})
}

// together runs parts until one of them ends, and then ends the others.
func together(ctx context.Context, parts []func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	var errs []error
	for range parts {
		errs = append(errs, <-ended)
		cancel()
	}
	return errors.Join(errs...)
}

// tally counts outcomes in the store, where there is one.
type tally struct{ store *counts.Store }

// Add drops the store's error: it only says that the kiosk is ending.
func (t *tally) Add(v screening.Verdict) {
	if t.store == nil {
		return
	}
	switch v {
	case screening.Pass:
		_ = t.store.Add(counts.Pass)
	case screening.Refer:
		_ = t.store.Add(counts.Refer)
	case screening.NotMeasured:
		_ = t.store.Add(counts.Unmeasured)
	default:
	}
}

// screen passes views on and remembers the present faults for /healthz.
type screen struct {
	*ui.Server
	notify *notifier
	last   ui.View
	fault  atomic.Pointer[string]
	store  atomic.Pointer[counts.Store]
	guard  *guard
	// notices are the faults of the room; screening goes on.
	notices func() []string
}

func (s *screen) Show(v ui.View) {
	if v != s.last {
		s.last = v
		if v.State == screening.OutOfService.String() {
			s.fault.Store(&v.Reason)
		} else {
			s.fault.Store(nil)
		}
	}
	s.Server.Show(v)
	s.notify.beat()
}

func (s *screen) faults() []string {
	faults := []string{}
	if f := s.fault.Load(); f != nil {
		faults = append(faults, *f)
	}
	if store := s.store.Load(); store != nil {
		faults = append(faults, store.Faults()...)
	}
	return slices.Concat(faults, s.guard.faults(), s.notices())
}

// hold shows the last view until ctx is done: a recording is over, and the
// page shall say so rather than that the kiosk hangs.
func (s *screen) hold(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.Show(s.last)
		}
	}
}
