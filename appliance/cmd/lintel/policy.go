package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/policy"
	"lintel/appliance/setup"
)

func policyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "What a verdict is worth",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(showCommand())
	return c
}

func showCommand() *cobra.Command {
	var settings config.Flags
	var prevalence float64
	var asJSON bool
	c := &cobra.Command{
		Use:   "show [--prevalence SHARE] [--json]",
		Short: "Print what thresholds are worth, and which one is set",
		Long: `Show prints, for the site and the room that are set, what each threshold was
worth on the subjects of a clinical study: of those with fever the share that
is referred, of those without the share that passes, each with its 95 %
interval, and how many of 100 healthy visitors would be referred. The
predictive values hold where the given share of visitors has fever. With --json
it prints the figures of both sites, as the staff page gets them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !(prevalence > 0 && prevalence < 1) {
				return fmt.Errorf("cannot use --prevalence %v: allowed is a share between 0 and 1, as 0.01", prevalence)
			}
			c := config.Default()
			if err := settings.Apply(&c); err != nil {
				return err
			}
			p, room, err := setup.Policy(&c)
			if err != nil {
				return err
			}
			if asJSON {
				if err := json.NewEncoder(cmd.OutOrStdout()).Encode(p.Report(room, prevalence)); err != nil {
					return fmt.Errorf("cannot print the policy: %w", err)
				}
				return nil
			}
			return showPolicy(cmd.OutOrStdout(), p, room, prevalence)
		},
	}
	c.Flags().Float64Var(&prevalence, "prevalence", 0.01, "`SHARE` of visitors with fever")
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	settings.RegisterKiosk(c.Flags())
	return c
}

// showPolicy prints the table; the row of the present threshold has a mark.
func showPolicy(out io.Writer, p *policy.Policy, room policy.Room, prevalence float64) error {
	m := p.Model()
	curve := m.Curve(room)
	fmt.Fprintf(out, "site        %v\nmodel       version %d, sha256 %s\n", m.Site, m.Version, m.SHA256)
	if room.Known() {
		fmt.Fprintf(out, "room        %.1f degC: readings count as in a room of %.0f, %.4f K per K\n", room.Temperature(), policy.RoomZero, m.RoomSlope)
	} else {
		fmt.Fprintf(out, "room        not known; set ambient.room_c where the room is kept steady\n")
	}
	fmt.Fprintf(out, "threshold   %.2f degC on the score, %.2f degC on a reading in this room\n", p.ScoreThreshold(room), p.Threshold(room))
	for _, c := range curve.Cameras {
		fmt.Fprintf(out, "study       camera %s: %d with fever, %d without; area under the curve %.3f (%.3f on people left out)\n",
			c.Name, c.Febrile[policy.Fever375], c.Healthy[policy.Fever375], c.AUC, c.HeldOutAUC)
	}
	fmt.Fprintf(out, "at 0.9      left out: sensitivity %.3f, specificity %.3f; single rounds: %.3f, %.3f\n",
		curve.HeldOutSensitivity, curve.HeldOutSpecificity, curve.SingleSensitivity, curve.SingleSpecificity)

	if err := showFit(out, &m, room); err != nil {
		return fmt.Errorf("cannot print the policy: %w", err)
	}
	present, ok := curve.Near(p.ScoreThreshold(room))
	if !ok {
		present = -1
		fmt.Fprintln(out, "The present threshold is off the table: nothing is known of what it is worth.")
	}
	for _, fever := range policy.Fevers() {
		fmt.Fprintf(out, "\nFever from %.1f degC oral on; predictive values at a prevalence of %g %%\n", fever.Oral(), 100*prevalence)
		if err := showCurve(out, curve, fever, prevalence, present); err != nil {
			return fmt.Errorf("cannot print the policy: %w", err)
		}
	}
	return nil
}

// showFit prints the fits that were compared, and what is left of the model
// where part of a face is hidden.
func showFit(out io.Writer, m *policy.Model, room policy.Room) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nfit\tweights\tarea under the curve on people left out\tspecificity at 0.9")
	for _, t := range m.Trials {
		var weights []string
		for _, f := range policy.Features() {
			if t.Weights[f] != 0 {
				weights = append(weights, fmt.Sprintf("%v %.2f", f, t.Weights[f]))
			}
		}
		note := ""
		switch {
		case !t.Monotone:
			note = "  (a warmer spot can lower the score: not shipped)"
		case t.Name == m.Trials[0].Name && t.Weights == m.Weights:
			note = "  (shipped)"
		}
		fmt.Fprintf(w, "%s\t%s\t%.3f\t%.3f%s\n", t.Name, strings.Join(weights, ", "), t.HeldOutAUC, t.HeldOutSpecificity, note)
	}
	for _, l := range m.Losses {
		if l.Room == room.Known() {
			fmt.Fprintf(w, "with no more than the %s\t\t%.3f (all subjects)\t%.3f at a sensitivity of %.3f\n", l.Left, l.AUC, l.Specificity, l.Sensitivity)
		}
	}
	return w.Flush()
}

func showCurve(out io.Writer, curve *policy.Curve, fever policy.Fever, prevalence float64, present int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tdegC\tsensitivity\t95 %\tspecificity\t95 %\treferred of 100 healthy\tfever if referred\tnone if passed\t")
	for i := range curve.Points {
		e := curve.At(i, fever)
		mark := ""
		if i == present {
			mark = "set ->"
		}
		positive, negative := e.Predictive(prevalence)
		fmt.Fprintf(w, "%s\t%.2f\t%.3f\t%s\t%.3f\t%s\t%.0f\t%.1f %%\t%.2f %%\t\n", mark, e.Threshold,
			e.Sensitivity.Value, span(e.Sensitivity), e.Specificity.Value, span(e.Specificity), e.Referred(), 100*positive, 100*negative)
	}
	return w.Flush()
}

func span(p policy.Proportion) string { return fmt.Sprintf("%.2f-%.2f", p.Low, p.High) }
