package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/screening"
	"lintel/appliance/setup"
	"lintel/appliance/setup/board"
	"lintel/ui"
)

// Faults that keep a kiosk from starting.
const (
	// faultSettings: the settings cannot be used.
	faultSettings = "settings_refused"
	// faultState: what the kiosk keeps cannot be read.
	faultState = "state_damaged"
	// faultLamps: the lines of lamps and door cannot be had.
	faultLamps = "lamps_lost"
	// faultStart: anything else.
	faultStart = "start_failed"
)

// startError is why a kiosk did not start, with the fault that the page has
// words for.
type startError struct {
	fault string
	error
}

// Unwrap returns the error itself.
func (e *startError) Unwrap() error { return e.error }

// because names the fault of an error, unless one is named already.
func because(fault string, err error) error {
	switch named := (*startError)(nil); {
	case err == nil, errors.As(err, &named):
		return err
	case errors.Is(err, errNetwork):
		fault = faultNetwork
	case errors.Is(err, errSandbox):
		fault = faultSandbox
	}
	return &startError{fault, err}
}

// supervised says that systemd started the program and waits for its signs of
// life: the screen before it shall not stay empty.
func supervised() bool { return os.Getenv("NOTIFY_SOCKET") != "" }

// tryAgainAfter is how long the page says why, before the next try.
const tryAgainAfter = 15 * time.Second

// excuse shows for a while why the kiosk does not start: visitors, that it is out
// of service, and staff, where their pages can be had, what is wrong, so that
// they can forget everything or install another version.
//
// Errors: that not even a page can be shown.
func (o *runOptions) excuse(ctx context.Context, out io.Writer, of *startError) (err error) {
	fmt.Fprintln(os.Stderr, "lintel:", of)
	p := o.program()
	defer func() { err = p.end(err, out) }()
	if p.source, err = setup.ParseSource(o.source); err != nil {
		return err
	}
	// What of the settings can be used is; there are no lamps and no camera.
	if p.read() != nil {
		p.config = p.owners
	}
	none := config.Default()
	if p.panel, err = board.Open(&none, false); err != nil {
		return err
	}
	p.screen.notices = p.panel.Notices
	p.seat = seat{source: p.source, config: &p.config, again: make(chan func(), 1)}
	if err := p.openPages(nil); err != nil {
		// Without those of the staff then.
		p.office = nil
		server, err := ui.New(ui.Config{Listen: o.listen, Faults: p.screen.faults})
		if err != nil {
			return err
		}
		p.screen.Server = server
		p.atEnd(server.Close)
	}
	if p.screen.notify, err = openNotifier(); err != nil {
		return err
	}
	p.atEnd(p.screen.notify.close)
	fmt.Fprintf(out, "Lintel is on http://%s/, out of service (%s). It tries again by itself.\n", p.screen.Addr(), of.fault)
	return p.say(ctx, of.fault)
}

// say shows a fault until it is time for another try and no staff are inside, or
// staff have everything forgotten.
func (p *program) say(ctx context.Context, fault string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	served, forget := make(chan error, 1), make(chan error, 1)
	go func() { served <- p.screen.Serve(ctx) }()
	if p.office != nil {
		go func() { forget <- p.office.oblivion.wait(ctx) }()
	}
	again := time.Now().Add(tryAgainAfter)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for time.Now().Before(again) || p.office != nil && p.office.Inside() {
		p.screen.Show(ui.View{State: screening.OutOfService.String(), Reason: fault})
		select {
		case <-tick.C:
		case err := <-served:
			return err
		case err := <-forget:
			cancel()
			return errors.Join(err, <-served)
		}
	}
	cancel()
	return <-served
}
