// Command lintel is the appliance: it screens visitors in front of a thermal
// camera, shows the result on a page for a kiosk browser on this machine, and
// keeps hourly counts and nothing else. It has no network but loopback.
//
// It links no code that can write a frame, encode an image or recognise
// anybody.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run()) }

// run is main with an exit status, so that tests can be the program.
func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := command(true)
	understood := false
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }
	used, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if !understood {
		err = fmt.Errorf("cannot understand the command line: %w; see %s --help", err, used.CommandPath())
	}
	fmt.Fprintln(os.Stderr, "lintel:", err)
	return 1
}

// command returns the program's commands. own says that they have a process of
// their own, which run confines for good.
func command(own bool) *cobra.Command {
	root := &cobra.Command{
		Use:   "lintel",
		Short: "An offline thermal screening kiosk",
		Long: `Lintel screens visitors at a building entrance with a thermal camera and a
blackbody of known temperature: PASS, REFER (please be re-checked) or "could
not measure". It is a screening aid, not a diagnosis. It keeps hourly counts,
no image and no reading of anybody, and it has no network but loopback.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(runCommand(own), commissionCommand(), selftestCommand(), countsCommand(), policyCommand(), devicesCommand(), sbomCommand(), clockCommand(), forgetCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	root.DisableSuggestions = true // an error is one line
	return root
}
