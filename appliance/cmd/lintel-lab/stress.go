package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"lintel/appliance/cmd/lintel-lab/stress"
)

func stressCommand() *cobra.Command {
	var c stress.Config
	var p pipeline
	var rows string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "stress",
		Short: "Try the finder of foreheads on simulated people under stress",
		Long: `Stress simulates people with every occluder, pose and size, in rooms from 10 to
36 degC, at five resolutions and four mountings, and counts how many of those
who should be measured may be, and how often something is measured that is no
bare forehead. Any scene can be simulated again by its row and seed.`,
		Example: "  lintel-lab stress --scenes 500\n  lintel-lab stress --rows hood --scenes 1 --seed 17 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			net, err := p.detector()
			if err != nil {
				return err
			}
			defer func() { _ = net.Close() }()
			c.Detector = net
			for _, row := range stress.Rows() {
				if strings.Contains(row.Group+": "+row.Name, rows) {
					c.Rows = append(c.Rows, row)
				}
			}
			if len(c.Rows) == 0 {
				return fmt.Errorf("cannot find a row whose name contains %q", rows)
			}
			c.Done = func(r stress.Result) {
				fmt.Fprintf(cmd.ErrOrStderr(), "%s: %s: usable %v, wrong use %d\n", r.Group, r.Row, r.Usable, r.Wrong())
			}
			report, err := stress.Run(cmd.Context(), c)
			if err != nil {
				return err
			}
			if asJSON {
				return report.WriteJSON(cmd.OutOrStdout())
			}
			return report.Write(cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&c.Scenes, "scenes", 500, "scenes a row")
	flags.Uint64Var(&c.Seed, "seed", 1, "seed of the first scene of a row")
	flags.StringVar(&rows, "rows", "", "only rows whose `group: name` contains this")
	p.registerModels(flags)
	flags.BoolVar(&asJSON, "json", false, "write JSON instead of a table")
	return cmd
}
