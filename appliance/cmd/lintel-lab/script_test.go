package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"lintel/firmware/recording/write"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

func TestScripts(t *testing.T) {
	files := recordings(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"refuses": refuses},
		Setup: func(env *testscript.Env) error {
			for name, content := range files {
				if err := os.WriteFile(filepath.Join(env.WorkDir, name), content, 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

// recordings makes a good recording and the ways in which one can be bad.
func recordings(t *testing.T) map[string][]byte {
	t.Helper()
	whole := simulated(t, "normal", 40, nil)
	plain := unpacked(t, whole)
	header := len("PTY16V1\n") + 4 + int(binary.LittleEndian.Uint32(plain[8:]))
	frame := (len(plain) - header) / 40
	damaged := bytes.Clone(whole)
	copy(damaged[len(damaged)-8:], "damage!!") // the checksum
	order := bytes.Clone(plain)
	copy(order[header+9*frame:], order[header+2*frame:][:8]) // a frame's number goes back
	return map[string][]byte{
		"whole.y16.gz":   whole,
		"plain.y16":      plain,
		"cut.y16.gz":     whole[:len(whole)/2],
		"cut.y16":        plain[:header+20*frame+frame/3],
		"head.y16":       plain[:header-20],
		"damaged.y16.gz": damaged,
		"order.y16":      order,
		"noframe.y16":    plain[:header],
		"empty.cptv":     {},
		"text.cptv":      []byte("This is no recording.\n"),
		"magic.cptv":     []byte("CPTV\x02Hello"),
		"unit.y16":       bytes.Replace(plain, []byte("kelvin_x100"), []byte("gray_levels"), 1),
		// About what a camera without radiometry delivers.
		"counts.y16.gz": simulated(t, "normal", 3, func(f *thermal.Frame) {
			for i := range f.Counts {
				f.Counts[i] = 2650 + f.Counts[i]%500
			}
		}),
	}
}

// simulated returns a recording of a scene, each frame changed by change.
func simulated(t *testing.T, scene string, frames int, change func(*thermal.Frame)) []byte {
	t.Helper()
	source, err := sim.Open(sim.Config{Scene: scene, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	var out bytes.Buffer
	w, err := write.New(&out, source.Info())
	if err != nil {
		t.Fatal(err)
	}
	var f thermal.Frame
	for range frames {
		if err := source.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(&f)
		}
		if err := w.Write(&f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
