package main

import (
	"github.com/spf13/cobra"

	"lintel/appliance/update/pack"
)

func bundleCommand() *cobra.Command {
	var b pack.Bundle
	c := &cobra.Command{
		Use:   "bundle FILE.raucb",
		Short: "Make an update that a kiosk installs from a medium",
		Long: `Bundle puts the two parts of an image into one file and signs it with the
owner's key. It needs Debian's rauc and squashfs-tools.

Copy the file to the top of a medium (FAT or exFAT), plug that into the kiosk
and open the page "Updates" of the staff.`,
		Example: `  lintel-lab bundle --version 2026.11.20 --board lintel-amd64 --changes "Faster start" \
    --root bin/image/amd64/root.img --boot bin/image/amd64/boot.img lintel-2026.11.20.raucb`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return b.Make(cmd.Context(), args[0])
		},
	}
	flags := c.Flags()
	flags.StringVar(&b.Key, "key", keyName, "the owner's key, a `FILE` made by lintel-lab keys")
	flags.StringVar(&b.Certificate, "cert", certificateName, "the owner's certificate, a `FILE` made by lintel-lab keys")
	flags.StringVar(&b.Version, "version", "", "the version, numbers with dots between; must be the image's own")
	flags.StringVar(&b.Board, "board", "", "the kind of computer: lintel-amd64 or lintel-arm64")
	flags.StringVar(&b.Changes, "changes", "", "what is new, in a `TEXT` for staff")
	flags.StringVar(&b.Root, "root", "", "the root, a `FILE` of make image")
	flags.StringVar(&b.Boot, "boot", "", "the boot slot, a `FILE` of make image")
	for _, name := range []string{"version", "board", "changes", "root", "boot"} {
		_ = c.MarkFlagRequired(name) // only fails for a flag that is not there
	}
	return c
}
