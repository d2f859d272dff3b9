package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lintel/appliance/cmd/lintel-lab/clinical"
	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

func clinicalCommand() *cobra.Command {
	var path, siteName string
	var threshold float64
	var asJSON bool
	c := &cobra.Command{
		Use:   "clinical --csv FILE --site forehead|face_max --json",
		Short: "Score a clinical table with the shipped policy",
		Long: `Clinical judges every subject of a clinical table (facial temperatures by
region, oral temperature) as the appliance would, and sums up what the policy
is worth. The oral columns are used for the summary alone.

The forehead's maximum (T_FH_Max) is what is judged. Where a round has none, the
centre maximum (T_FHC_Max) or the hottest of the five spots stands in for it,
and where T_atm is missing the threshold for an unknown room holds; the summary
counts the subjects of either kind. What that costs, lintel policy show tells.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !asJSON {
				return errors.New("cannot score without a format: give --json")
			}
			if path == "" {
				return errors.New("cannot score without a table: name it with --csv")
			}
			site, err := policy.ParseSite(siteName)
			if err != nil {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return fmt.Errorf("cannot read the clinical table: %w", err)
			}
			defer f.Close()
			return clinical.Run(cmd.Context(), f, site, thermal.Celsius(threshold), cmd.OutOrStdout())
		},
	}
	c.Flags().StringVar(&path, "csv", "", "the clinical table (required)")
	c.Flags().StringVar(&siteName, "site", policy.Forehead.String(), "measurement site: forehead or face_max")
	c.Flags().Float64Var(&threshold, "threshold", 0, "threshold in degrees Celsius instead of the shipped one")
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON Lines")
	return c
}
