// Command lintel-update is root's part of the image's updates: small oneshot
// units start it. It does what the kiosk's program, which may do nothing of the
// kind, asks for in a file: look for updates on a medium, install one, restart,
// forget everything.
//
//	lintel-update serve    does what was asked
//	lintel-update slot     tells the kiosk's program about the running slot
//	lintel-update health   marks the running slot good, or goes back; a time such
//	                       as 5m after it is how long that may take
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"lintel/appliance/update/apply"
)

func main() { os.Exit(run(os.Args[1:], apply.This())) }

func run(args []string, m *apply.Machine) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	does := map[string]func(context.Context) error{"serve": m.Serve, "slot": m.TellSlot, "health": m.CheckHealth}
	var err error
	if len(args) == 2 && args[0] == "health" {
		m.HealthWithin, err = time.ParseDuration(args[1])
		args = args[:1]
	}
	if err != nil || len(args) != 1 || does[args[0]] == nil {
		fmt.Fprintln(m.Log, "lintel-update: cannot tell what to do: say serve, slot or health; the image's units do")
		return 2
	}
	if err := does[args[0]](ctx); err != nil {
		fmt.Fprintln(m.Log, "lintel-update:", err)
		return 1
	}
	return 0
}
