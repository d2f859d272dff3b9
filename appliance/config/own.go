package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// OwnName is the file of the settings made at the kiosk, in state.dir.
const OwnName = "settings.toml"

// ownHead tells whoever opens the file what it is.
const ownHead = "# Set at the kiosk, on the page Commission. Each line stands over the owner's configuration; delete this file to undo it.\n"

// Own are the settings made at the kiosk itself, by their keys. They stand over
// the owner's file and under the command line, and are shown on the staff page:
// nothing changes behind the owner's back. Values are bool, int64, float64 or
// string.
type Own map[string]any

// ownKeys are the keys that may be set at the kiosk: how the camera is mounted
// and what is on the certificate.
func ownKeys() []string {
	return []string{
		"camera.rotate", "camera.mirror",
		"reference.temperature_c", "reference.uncertainty_k", "reference.emissivity", "reference.serial", "reference.expires",
	}
}

// LoadOwn reads what was set at the kiosk whose state is in that folder; nothing
// was where there is no file.
//
// Errors: those of reading it, [ErrSyntax], [ErrUnknownKey], [ErrValue].
func LoadOwn(dir string) (Own, error) {
	path := filepath.Join(dir, OwnName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Own{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the settings made at the kiosk: %w; set state.dir to a folder that this user may read", err)
	}
	own, err := parseOwn(text)
	if err != nil {
		return nil, fmt.Errorf("cannot use %s: %w; delete the file to go back to the owner's configuration", path, err)
	}
	return own, nil
}

// parseOwn reads what [Own.TOML] writes, and checks every value.
func parseOwn(text []byte) (Own, error) {
	own := Own{}
	if err := toml.Unmarshal(text, (*map[string]any)(&own)); err != nil {
		return nil, fmt.Errorf("it %w: %w", ErrSyntax, err)
	}
	c := Default()
	return own, own.Apply(&c)
}

// Apply puts the settings over c.
//
// Errors: [ErrUnknownKey] for a key that may not be set at the kiosk,
// [ErrValue].
func (o Own) Apply(c *Config) error {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(ownKeys(), key) {
			return fmt.Errorf("cannot set %q at the kiosk: %w; the keys are: %s", key, ErrUnknownKey, strings.Join(ownKeys(), ", "))
		}
		if err := c.put(key, o[key]); err != nil {
			return err
		}
	}
	return nil
}

// TOML returns the settings as [LoadOwn] reads them.
//
// Errors: a value that TOML has no form for.
func (o Own) TOML() ([]byte, error) {
	body, err := toml.Marshal(map[string]any(o))
	if err != nil {
		return nil, fmt.Errorf("cannot write the settings of the kiosk: %w", err)
	}
	return append([]byte(ownHead), body...), nil
}

// Changed lists the settings that are not as in the owner's configuration.
func (o Own) Changed(owner *Config) []Change {
	c := *owner
	if o.Apply(&c) != nil {
		return nil
	}
	before := map[string]string{}
	for _, k := range owner.Keys() {
		before[k.Name] = k.Value
	}
	var changes []Change
	for _, k := range c.Keys() {
		if k.Value != before[k.Name] {
			changes = append(changes, Change{Key: k.Name, Value: k.Value, Owner: before[k.Name]})
		}
	}
	return changes
}

// Change is a setting made at the kiosk: its value and that of the owner's
// configuration, as TOML; empty where it has none.
type Change struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Owner string `json:"owner"`
}
