package detect

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"

	"gocv.io/x/gocv"
)

//go:embed faces.onnx
var model []byte

//go:embed faces.onnx.sha256
var modelHash string

// ErrModel means that a model is not the one that its SHA-256 belongs to.
// Install the program again.
var ErrModel = errors.New("the face model is damaged: install it again")

// Open checks and loads the embedded model. Close frees it.
//
// Errors: [ErrModel].
func Open() (*Net, error) {
	n, err := load(model, modelHash)
	if err != nil {
		return nil, fmt.Errorf("cannot load the embedded face model: %w", err)
	}
	return n, nil
}

// OpenFile loads the model in a file, whose SHA-256 must be in path.sha256 as
// sha256sum prints it. It is for the bench program, which compares models: the
// hash shows that the file is whole, not who made it, and a file that is whole
// but no network of this shape ends the process.
//
// Errors: [ErrModel], or the operating system's for a file that cannot be read.
func OpenFile(path string) (*Net, error) {
	m, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot load a face model: %w", err)
	}
	hash, err := os.ReadFile(path + ".sha256")
	if err != nil {
		return nil, fmt.Errorf("cannot check face model %s: %w", path, err)
	}
	n, err := load(m, string(hash))
	if err != nil {
		return nil, fmt.Errorf("cannot load face model %s: %w", path, err)
	}
	return n, nil
}

// Hash returns the SHA-256 of the embedded model in hexadecimal.
func Hash() string { return firstWord(modelHash) }

// load checks a model by its hash, because OpenCV ends the process over one
// that it cannot read.
func load(model []byte, hash string) (*Net, error) {
	sum := sha256.Sum256(model)
	if hex.EncodeToString(sum[:]) != firstWord(hash) {
		return nil, ErrModel
	}
	oneThread()
	net, err := gocv.ReadNetFromONNXBytes(model)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModel, err)
	}
	if net.Empty() {
		return nil, errors.Join(ErrModel, net.Close())
	}
	return &Net{net: net}, nil
}

// firstWord returns the hash in a line of sha256sum, which goes on with the
// file's name.
func firstWord(line string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	return strings.ToLower(word)
}
