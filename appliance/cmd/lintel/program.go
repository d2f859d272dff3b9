package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/counts"
	"lintel/appliance/kiosk"
	"lintel/appliance/screening"
	"lintel/appliance/setup"
	"lintel/appliance/setup/board"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/vision"
	"lintel/vision/detect"
)

// program is a running kiosk: what it was told, and what it has open.
type program struct {
	options *runOptions
	source  setup.SourceSpec
	// config is owners, the configuration as its owner gave it, with own, what
	// was set at the kiosk, over it.
	config, owners config.Config
	own            config.Own

	panel     *board.Board
	office    *office
	installer *installer
	screen    screen
	tally     tally
	seat      seat
	store     *counts.Store // nil in voluntary mode

	closers []func() error
}

// configure reads what the kiosk is told and looks at the machine.
func (p *program) configure() (err error) {
	if p.source, err = setup.ParseSource(p.options.source); err != nil {
		return err
	}
	if err = p.read(); err != nil {
		return because(faultSettings, err)
	}
	guard := &p.options.guard
	guard.config = p.config.Privacy
	if err := guard.begin(); err != nil {
		return because(faultStart, err)
	}
	return nil
}

// read reads the owner's configuration, and what was set at the kiosk over it.
func (p *program) read() (err error) {
	owners := p.options.settings
	owners.Kiosk = false
	if p.owners, err = p.source.Configure(&owners); err != nil {
		return err
	}
	if p.own, err = config.LoadOwn(p.owners.State.Dir); err != nil {
		return because(faultState, err)
	}
	p.config = p.owners
	return p.options.settings.ApplyWith(&p.config, p.own)
}

// open opens what the kiosk runs on. The counts come last, so that what is
// refused leaves no trace; then the rest of the machine is closed.
func (p *program) open(ctx context.Context) (err error) {
	detector, err := detect.Open()
	if err != nil {
		return because(faultStart, err)
	}
	p.atEnd(detector.Close)
	if p.panel, err = board.Open(&p.config, p.source.Label() == ""); err != nil {
		return because(faultLamps, err)
	}
	p.atEnd(p.panel.Close)
	p.screen.notices = p.panel.Notices
	record, err := setup.LoadRecord(&p.config)
	if err != nil {
		return because(faultState, err)
	}
	if err := p.openPages(record); err != nil {
		return err
	}
	p.seat = seat{source: p.source, config: &p.config, paced: !p.options.fast, seed: p.options.seed, build: p.build(detector), again: make(chan func(), 1)}
	if err := p.seat.open(); err != nil && !p.source.Awaited(err) {
		return because(faultStart, err)
	}
	p.atEnd(p.seat.close)
	if err := p.openCounts(ctx); err != nil {
		return because(faultState, err)
	}
	if p.screen.notify, err = openNotifier(); err != nil {
		return err
	}
	p.atEnd(p.screen.notify.close)
	return because(faultStart, p.options.guard.confine(&p.config, p.source, p.options.settings.File))
}

// openPages opens the pages and those of the staff; there may be no record.
func (p *program) openPages(record *commissioning.Record) (err error) {
	p.installer = &installer{
		cfg: &p.config, owners: p.owners, own: p.own, options: p.options,
		record: record, clock: systemClock{wish: p.config.State.Dir}, lamps: p.panel, seat: &p.seat,
	}
	if p.office, err = openOffice(p.options, &p.config, p.installer); err != nil {
		return because(faultState, err)
	}
	p.screen.installer = p.installer
	server, err := ui.New(ui.Config{Listen: p.options.listen, Faults: p.screen.faults, Page: page(&p.config), Staff: p.office})
	if err != nil {
		return err
	}
	p.screen.Server = server
	p.atEnd(server.Close)
	return nil
}

// build returns how the frame loop is built over a source.
func (p *program) build(detector vision.Detector) func(thermal.Source) (*kiosk.Kiosk, error) {
	return func(frames thermal.Source) (*kiosk.Kiosk, error) {
		loop, err := setup.Kiosk(&p.config, frames, detector, p.installer.present(), setup.Outputs{
			Screen: &p.screen, Tally: &p.tally, Observer: p.installer, Health: p.office.note,
			Label: p.options.guard.label(p.source), Board: p.panel.Kiosk(),
		})
		if err == nil {
			p.installer.begin(frames.Info(), loop.ConfirmReference)
		}
		return loop, err
	}
}

// openCounts opens the tallies; in voluntary mode there are none.
func (p *program) openCounts(ctx context.Context) (err error) {
	c := &p.config
	if c.Screening.Mode == config.Voluntary {
		return nil
	}
	p.store, err = counts.Open(ctx, counts.Config{
		Dir: c.State.Dir, Patient: true,
		Every: time.Duration(c.Counts.EveryS) * time.Second, K: c.Counts.K,
		HoursFor: c.Counts.HoursForDays, DaysFor: c.Counts.DaysForDays,
	})
	if err != nil {
		return err
	}
	p.atEnd(p.store.Close)
	p.tally.store = p.store
	p.screen.store.Store(p.store)
	p.office.store.Store(p.store)
	return nil
}

func (p *program) atEnd(closer func() error) { p.closers = append(p.closers, closer) }

// close closes what was opened, the last first.
func (p *program) close() error {
	var errs []error
	for _, c := range slices.Backward(p.closers) {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// end closes what was opened, and wipes what was kept where staff asked for that.
func (p *program) end(err error, out io.Writer) error {
	closed := p.close()
	if errors.Is(err, errForget) {
		err = forgotten(p.config.State.Dir, p.office.updates, out)
	}
	return errors.Join(err, closed)
}

// serve runs the frame loop, the pages, the board, the counts and the watch
// over the network until one of them ends, and then ends the others.
func (p *program) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	parts := []func(context.Context) error{func(ctx context.Context) error { return p.seat.screen(ctx, &p.screen) }, p.screen.Serve, p.panel.Run, p.options.guard.watch, p.office.oblivion.wait}
	if p.store != nil {
		parts = append(parts, p.store.Run)
	}
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
	// installer is told who is in sight.
	installer *installer
	wellness  wellness
}

func (s *screen) Show(v ui.View) {
	if v != s.last {
		s.last = v
		if v.State == screening.OutOfService.String() {
			s.fault.Store(&v.Reason)
		} else {
			s.fault.Store(nil)
		}
		s.wellness.see(&v)
	}
	s.Server.Show(v)
	s.notify.beat()
}

// ShowMirror passes the silhouette on.
func (s *screen) ShowMirror(m ui.Mirror) {
	s.installer.ShowMirror(m)
	s.Server.ShowMirror(m)
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

// page is how the visitor page is configured.
func page(c *config.Config) ui.Page {
	return ui.Page{
		Languages: c.Page.Languages, Cycle: time.Duration(c.Page.CycleS * float64(time.Second)),
		Touch: c.Page.Touch, Sound: c.Page.Sound,
	}
}
