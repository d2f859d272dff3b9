// Command lintel-lab is the bench: it replays recordings through the
// appliance's own frame loop, measures speed, scores replays against
// annotations, and makes simulated frames. It can write frames and is never
// installed on an appliance.
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
	root := command()
	understood := false
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }
	used, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	if !understood {
		err = fmt.Errorf("cannot understand the command line: %w; see %s --help", err, used.CommandPath())
	}
	fmt.Fprintln(os.Stderr, "lintel-lab:", err)
	return 1
}

func command() *cobra.Command {
	root := &cobra.Command{
		Use:           "lintel-lab",
		Short:         "The bench of the Lintel screening kiosk",
		Long:          "Lintel-lab measures the appliance: replays, speed, scores, simulated frames.\nResults go to standard output as JSON Lines, everything else to standard error.",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(replayCommand(), benchCommand(), scoreCommand(), clinicalCommand(), simCommand(), sweepCommand(), stressCommand(), acceptanceCommand(), keysCommand(), bundleCommand(), signCommand())
	root.CompletionOptions.DisableDefaultCmd = true
	root.DisableSuggestions = true // an error is one line
	return root
}
