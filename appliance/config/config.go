package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Config is the whole configuration of a kiosk.
type Config struct {
	Camera    Camera
	USB       USB
	Reference Reference
	Second    Reference
	Policy    Policy
	Ambient   Ambient
	Screening Screening
	State     State
	GPIO      GPIO
	Live      Live
	Counts    Counts
	Privacy   Privacy
	Page      Page
}

// Camera says how the camera is mounted and what its counts mean.
type Camera struct {
	Rotate  int
	Mirror  bool
	WarmUpS float64
	Scale   string
}

// Policy says what a reading means.
type Policy struct {
	Site          string
	Sensitivity   float64
	ThresholdC    float64
	PlausibleMinC float64
	PlausibleMaxC float64
	MaxUK         float64
}

// Screening says how visits are run.
type Screening struct {
	Mode string
}

// State says where the counts are kept.
type State struct {
	Dir string
}

// The two modes; see the key screening.mode.
const (
	Staffed   = "staffed"
	Voluntary = "voluntary"
)

// Default returns the shipped configuration. reference.temperature_c has no
// default: without it there is no verdict.
func Default() Config {
	dir := "/var/lib/lintel"
	if os.Geteuid() != 0 {
		dir = "./state"
	}
	return Config{
		Camera:    Camera{WarmUpS: 1800},
		USB:       USB{CorrectWithinS: 300},
		Reference: Reference{UncertaintyK: 0.2, StabilityK: 0.1, MaxOffsetK: 10, LiveOffK: 0.5},
		Second:    Reference{UncertaintyK: 0.2, StabilityK: 0.1},
		Policy:    Policy{Site: "forehead", PlausibleMinC: 32, PlausibleMaxC: 42.5, MaxUK: 0.5},
		Screening: Screening{Mode: Staffed},
		State:     State{Dir: dir},
		Ambient:   defaultAmbient(),
		GPIO:      defaultGPIO(),
		Live:      defaultLive(),
		Counts:    defaultCounts(),
		Privacy:   defaultPrivacy(),
		Page:      defaultPage(),
	}
}

var (
	// ErrUnknownKey means that there is no such key.
	ErrUnknownKey = errors.New("unknown key")
	// ErrValue means that the value is of the wrong kind or out of range.
	ErrValue = errors.New("value not allowed")
	// ErrSyntax means that a file is no TOML or a setting is no key=value.
	ErrSyntax = errors.New("cannot be understood")
)

// Load reads the file at path over c.
//
// Errors: those of reading the file, [ErrSyntax], [ErrUnknownKey],
// [ErrValue].
func (c *Config) Load(path string) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot read the configuration %s: %w: check the name given with --config", path, fs.ErrNotExist)
	}
	if err != nil {
		return fmt.Errorf("cannot read the configuration: %w", err)
	}
	if err := c.parse(text); err != nil {
		return fmt.Errorf("cannot use the configuration %s: %w", path, err)
	}
	return nil
}

// parse reads a TOML document over c.
func (c *Config) parse(text []byte) error {
	var doc map[string]any
	if err := toml.Unmarshal(text, &doc); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			row, column := at.Position()
			return fmt.Errorf("line %d, column %d %w: %w", row, column, ErrSyntax, err)
		}
		return fmt.Errorf("it %w: %w", ErrSyntax, err)
	}
	return c.apply("", doc)
}

// Set reads one setting of the form key=value over c.
//
// Errors: [ErrSyntax], [ErrUnknownKey], [ErrValue].
func (c *Config) Set(setting string) error {
	name, text, ok := strings.Cut(setting, "=")
	name, text = strings.TrimSpace(name), strings.TrimSpace(text)
	if !ok || name == "" {
		return fmt.Errorf("cannot use the setting %q: it %w; write key=value", setting, ErrSyntax)
	}
	var doc map[string]any
	value := any(text)
	// A bare word is a string: quotes are lost in shells.
	if toml.Unmarshal([]byte("v = "+text), &doc) == nil && len(doc) == 1 {
		value = doc["v"]
	}
	return c.put(name, value)
}

// apply puts every leaf of a TOML document, in the order of the names, up to
// the first that is refused.
func (c *Config) apply(prefix string, doc map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		var err error
		if table, ok := doc[name].(map[string]any); ok {
			err = c.apply(prefix+name+".", table)
		} else {
			err = c.put(prefix+name, doc[name])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put sets the named key.
func (c *Config) put(name string, value any) error {
	for _, k := range c.keys() {
		if k.Name == name {
			return k.put(value)
		}
	}
	return fmt.Errorf("cannot set %s: %w; the keys are: %s", name, ErrUnknownKey, strings.Join(c.names(), ", "))
}

func (c *Config) names() []string {
	var names []string
	for _, k := range c.keys() {
		names = append(names, k.Name)
	}
	return names
}
