package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"lintel/appliance/cmd/lintel-lab/score"
)

func scoreCommand() *cobra.Command {
	var labels string
	var asJSON bool
	c := &cobra.Command{
		Use:   "score --labels FILE REPLAY.jsonl...",
		Short: "Score a replay against annotated recordings",
		Long: `Score compares what replay wrote with the annotations of the recordings:
labels.jsonl (faces, foreheads and the reference in single frames), and beside
it visits.jsonl (who came to be screened) and manifest.csv. Several replays, as
those of the folds of a cross-validation, are scored together.

The seconds of a verdict run from the first frame in which the face of that
visit is reported. The kiosk addresses nobody further away than one and a half
times the working distance: a face is reported and guided from 16 pixels on and
measured from 24 on (with a Lepton 3.5 from 1.4 m and 0.9 m); before, there is
neither guidance nor a visit. The slowest verdicts are listed with the gates
that their time was spent on.`,
		Example: "  lintel-lab replay --json recordings/*.cptv > replay.jsonl\n  lintel-lab score --labels recordings/labels.jsonl replay.jsonl",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if labels == "" {
				return errors.New("cannot score without annotations: name labels.jsonl with --labels")
			}
			truth, err := score.Load(labels)
			if err != nil {
				return err
			}
			var replays []io.Reader
			for _, path := range args {
				f, err := os.Open(path)
				if err != nil {
					return fmt.Errorf("cannot score the replay: %w", err)
				}
				defer f.Close()
				replays = append(replays, f)
			}
			report, err := score.Run(truth, io.MultiReader(replays...))
			if err != nil {
				return err
			}
			if asJSON {
				return report.WriteJSON(cmd.OutOrStdout())
			}
			return report.Write(cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&labels, "labels", "", "labels.jsonl of the recordings (required)")
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON instead of a table")
	return c
}
