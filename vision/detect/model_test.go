package detect

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A model with one byte changed, cut short, empty or with another hash never
// reaches OpenCV, which would end the process.
func TestLoadChecksTheHash(t *testing.T) {
	changed := func(at int) []byte {
		m := bytes.Clone(model)
		m[at] ^= 1
		return m
	}
	for _, c := range []struct {
		name  string
		model []byte
		hash  string
	}{
		{"first byte", changed(0), modelHash},
		{"middle byte", changed(len(model) / 2), modelHash},
		{"last byte", changed(len(model) - 1), modelHash},
		{"cut short", model[:len(model)-1], modelHash},
		{"longer", append(bytes.Clone(model), 0), modelHash},
		{"empty", nil, modelHash},
		{"no hash", model, ""},
		{"half a hash", model, Hash()[:32]},
		{"another hash", model, strings.Repeat("0", 64)},
	} {
		if _, err := (source{"this", c.model, c.hash}).load(); !errors.Is(err, ErrModel) || !strings.HasPrefix(err.Error(), "cannot load this") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestHash(t *testing.T) {
	if b, err := hex.DecodeString(Hash()); err != nil || len(b) != 32 {
		t.Errorf("%q is no SHA-256: %v", Hash(), err)
	}
}

func TestOpenFiles(t *testing.T) {
	write := func(t *testing.T, model []byte, hash string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "other.onnx")
		if err := errors.Join(os.WriteFile(path, model, 0o600), os.WriteFile(path+".sha256", []byte(hash), 0o600)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, hash := range []string{Hash(), Hash() + "\n", Hash() + "  other.onnx\n", Hash() + " *other.onnx\n", strings.ToUpper(Hash())} {
		n, err := OpenFiles(write(t, model, hash), "")
		if err != nil {
			t.Errorf("%q: %v", hash, err)
			continue
		}
		in := noise(1, 128, 160)
		got, err1 := n.Detect(in, 128, 160)
		want, err2 := open(t).Detect(in, 128, 160)
		if err := errors.Join(err1, err2); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: another answer than the embedded model's, %v", hash, err)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	}

	for name, path := range map[string]string{
		"damaged": write(t, append(bytes.Clone(model), 1), Hash()),
		"no hash": write(t, model, "\n"),
		"a word":  write(t, model, "sha256"),
	} {
		if n, err := OpenFiles(path, ""); n != nil || !errors.Is(err, ErrModel) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}

	path := write(t, model, Hash())
	if err := os.Remove(path + ".sha256"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{path, filepath.Join(t.TempDir(), "none.onnx")} {
		if n, err := OpenFiles(path, ""); n != nil || !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
}
