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
	// Kiosk says that what was set at the kiosk counts, too; see [Own].
	Kiosk bool
}

// Register adds --config and --set.
func (f *Flags) Register(flags *pflag.FlagSet) {
	flags.StringVar(&f.File, "config", "", "configuration `FILE` (TOML)")
	flags.StringArrayVar(&f.Sets, "set", nil, "one setting as `key=value`; may be repeated")
}

// RegisterKiosk adds the same for the commands of a kiosk.
func (f *Flags) RegisterKiosk(flags *pflag.FlagSet) {
	f.Register(flags)
	f.Kiosk = true
}

// Apply reads the file, what was set at the kiosk, and then the single settings
// over c.
//
// Errors: those of [Config.Load], [LoadOwn] and [Config.Set].
func (f *Flags) Apply(c *Config) error {
	if err := f.ApplyOwners(c); err != nil || !f.Kiosk {
		return err
	}
	own, err := LoadOwn(c.State.Dir)
	if err != nil {
		return err
	}
	return f.ApplyWith(c, own)
}

// ApplyOwners reads the file and the single settings over c, and nothing that
// was set at the kiosk.
//
// Errors: those of [Config.Load] and [Config.Set].
func (f *Flags) ApplyOwners(c *Config) error {
	if f.File != "" {
		if err := c.Load(f.File); err != nil {
			return err
		}
	}
	return f.set(c)
}

// ApplyWith puts those settings of the kiosk over c, and the single settings
// over them.
//
// Errors: those of [Own.Apply] and [Config.Set].
func (f *Flags) ApplyWith(c *Config, own Own) error {
	if err := own.Apply(c); err != nil {
		return err
	}
	return f.set(c)
}

func (f *Flags) set(c *Config) error {
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
