package scenefile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"lintel/firmware/sim"
)

// ErrFile means that a scene file is wrong. The error says where: the key, its
// value and what is allowed.
var ErrFile = errors.New("the scene file is wrong")

// LargestFile is the most bytes a scene file may have.
const LargestFile = 1 << 20

// Open reads the scene file at path and opens its scene, as fast as frames are
// asked for.
//
// Errors: those of [Read] and [sim.Open], or the operating system's.
func Open(path string) (*sim.Source, error) {
	c, err := Load(path)
	if err != nil {
		return nil, err
	}
	return sim.Open(c)
}

// Load reads the scene file at path.
//
// Errors: those of [Read], or the operating system's.
func Load(path string) (sim.Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return sim.Config{}, fmt.Errorf("cannot open the scene file: %w", err)
	}
	defer func() { _ = file.Close() }()
	c, err := Read(file)
	if err != nil {
		return sim.Config{}, fmt.Errorf("cannot use the scene file %s: %w", path, err)
	}
	return c, nil
}

// Read reads a scene file. The Config it returns can be opened.
//
// Errors: [ErrFile], with [sim.ErrScene] where the scene is unknown, or r's.
func Read(r io.Reader) (sim.Config, error) {
	text, err := io.ReadAll(io.LimitReader(r, LargestFile+1))
	if err != nil {
		return sim.Config{}, fmt.Errorf("cannot read the scene: %w", err)
	}
	if len(text) > LargestFile {
		return sim.Config{}, fmt.Errorf("cannot read the scene: more than %d bytes: %w", LargestFile, ErrFile)
	}
	c := sim.Defaults()
	decoder := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return sim.Config{}, inWords(err)
	}
	if err := c.Check(); err != nil {
		return sim.Config{}, withKey(err)
	}
	return c, nil
}

// inWords says where the text is no scene file.
func inWords(err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) && len(unknown.Errors) > 0 {
		e := &unknown.Errors[0]
		line, _ := e.Position()
		key := strings.Join(e.Key(), ".")
		return fmt.Errorf("cannot read the scene: line %d: there is no key %s; allowed there are %s: %w",
			line, key, strings.Join(keysBeside(e.Key()), ", "), ErrFile)
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, column := decode.Position()
		key := strings.Join(decode.Key(), ".")
		if key != "" {
			key = " key " + key + ":"
		}
		return fmt.Errorf("cannot read the scene: line %d, column %d:%s %s: %w", line, column, key, strings.TrimPrefix(decode.Error(), "toml: "), ErrFile)
	}
	return fmt.Errorf("cannot read the scene: %s: %w", strings.TrimPrefix(err.Error(), "toml: "), ErrFile)
}

// withKey calls the field of a sim.FieldError by its key.
func withKey(err error) error {
	var field *sim.FieldError
	if errors.As(err, &field) {
		return fmt.Errorf("cannot read the scene: %s = %s, allowed are %s: %w", keyOf(field.Field), field.Value, field.Allowed, ErrFile)
	}
	return fmt.Errorf("cannot read the scene: %w: %w", err, ErrFile)
}

// keyOf turns the path of a field of sim.Config into that of its key.
func keyOf(path string) string {
	at := reflect.TypeFor[sim.Config]()
	var keys []string
	for step := range strings.SplitSeq(path, ".") {
		name, index, indexed := strings.Cut(step, "[")
		f, ok := at.FieldByName(name)
		if !ok {
			return path
		}
		key := f.Tag.Get("toml")
		at = f.Type
		if indexed {
			key, at = key+"["+index, at.Elem()
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, ".")
}

// keysBeside lists the keys that are allowed where the last part of an unknown
// key stands.
func keysBeside(key []string) []string {
	at := reflect.TypeFor[sim.Config]()
	for _, part := range key[:max(len(key)-1, 0)] {
		for i := range at.NumField() {
			if f := at.Field(i); f.Tag.Get("toml") == part {
				at = f.Type
				break
			}
		}
		if at.Kind() == reflect.Slice {
			at = at.Elem()
		}
		if at.Kind() != reflect.Struct {
			return []string{"none"}
		}
	}
	var keys []string
	for i := range at.NumField() {
		if tag := at.Field(i).Tag.Get("toml"); tag != "" && tag != "-" {
			keys = append(keys, tag)
		}
	}
	return keys
}
