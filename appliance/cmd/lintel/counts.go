package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/counts"
)

func countsCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "counts",
		Short: "What staff may see of the counts",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(exportCommand(), checksCommand())
	return c
}

func exportCommand() *cobra.Command {
	var settings config.Flags
	var format, from, to string
	c := &cobra.Command{
		Use:   "export --format csv [--from DATE] [--to DATE]",
		Short: "Write the suppressed, rounded table of counts",
		Long: `Export writes the table that staff see, a row an outcome and span of time: hours
and days are merged until enough people came (counts.k), and every number is
rounded to 5. Dates are like 2026-11-20 and taken as UTC; --from is inclusive,
--to is not.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != "csv" {
				return fmt.Errorf("cannot export as %q: allowed is csv", format)
			}
			first, err := date("--from", from)
			if err != nil {
				return err
			}
			last, err := date("--to", to)
			if err != nil {
				return err
			}
			return withCounts(cmd.Context(), &settings, func(store *counts.Store) error {
				return store.Export(cmd.Context(), cmd.OutOrStdout(), first, last)
			})
		},
	}
	c.Flags().StringVar(&format, "format", "csv", "csv")
	c.Flags().StringVar(&from, "from", "", "first `DATE`")
	c.Flags().StringVar(&to, "to", "", "`DATE` to end before")
	settings.RegisterKiosk(c.Flags())
	return c
}

func checksCommand() *cobra.Command {
	var settings config.Flags
	c := &cobra.Command{
		Use:   "checks",
		Short: "Write what came of the second checks, as CSV",
		Long: `Checks writes how the second checks of those who were referred ended, and from
that the measured share of referrals whose fever was confirmed. A row is a
month, made of the rows of "counts export" that end in it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withCounts(cmd.Context(), &settings, func(store *counts.Store) error {
				return store.ExportChecks(cmd.Context(), cmd.OutOrStdout())
			})
		},
	}
	settings.RegisterKiosk(c.Flags())
	return c
}

// withCounts opens the counts beside a running kiosk, and closes them after f.
func withCounts(ctx context.Context, settings *config.Flags, f func(*counts.Store) error) (err error) {
	c := config.Default()
	if err := settings.Apply(&c); err != nil {
		return err
	}
	store, err := counts.Open(ctx, counts.Config{Dir: c.State.Dir, ReadOnly: true})
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot export the counts: there are none in %s: run the kiosk first or name its folder with --set state.dir=DIR", c.State.Dir)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return f(store)
}

// date reads an optional date; the zero time stands for none.
func date(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, fmt.Errorf("cannot use %s %s: it is no date; write it like 2026-11-20", flag, text)
	}
	return t, nil
}
