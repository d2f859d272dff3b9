package config

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// Flags are the command line's way to the configuration.
type Flags struct {
	File string
	Sets []string
}

// Register adds --config and --set.
func (f *Flags) Register(flags *pflag.FlagSet) {
	flags.StringVar(&f.File, "config", "", "configuration `FILE` (TOML)")
	flags.StringArrayVar(&f.Sets, "set", nil, "one setting as `key=value`; may be repeated")
}

// Apply reads the file and then the single settings over c.
//
// Errors: those of [Config.Load] and [Config.Set].
func (f *Flags) Apply(c *Config) error {
	if f.File != "" {
		if err := c.Load(f.File); err != nil {
			return err
		}
	}
	for _, one := range f.Sets {
		if err := c.Set(one); err != nil {
			return err
		}
	}
	return nil
}

// Help lists every key with its default, for --help.
func Help() string {
	var b strings.Builder
	c := Default()
	b.WriteString("Settings (--set key=value, or the same in the TOML file):\n")
	for _, k := range c.Keys() {
		value := k.Value
		if value == "" {
			value = "not set"
		}
		fmt.Fprintf(&b, "  %s = %s\n      %s Allowed: %s.\n", k.Name, value, k.Doc, k.Allowed)
	}
	return b.String()
}
