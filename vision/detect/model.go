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

	"lintel/vision"
)

//go:embed faces.onnx
var model []byte

//go:embed faces.onnx.sha256
var modelHash string

//go:embed foreheads.onnx
var second []byte

//go:embed foreheads.onnx.sha256
var secondHash string

// ErrModel means that a model is not the one that its SHA-256 belongs to.
// Install the program again.
var ErrModel = errors.New("the face model is damaged: install it again")

// Open checks and loads the embedded models. Close frees them.
//
// Errors: [ErrModel].
func Open() (*Net, error) { return OpenFiles("", "") }

// OpenFiles loads the models in two files, that of faces and that of foreheads,
// each of whose SHA-256 must be in path.sha256 as sha256sum prints it; an empty
// path takes the embedded one. It is for the bench program, which compares
// models: the hash shows that a file is whole, not who made it, and a file that
// is whole but no network of this shape ends the process.
//
// Errors: [ErrModel], or the operating system's for a file that cannot be read.
func OpenFiles(faces, foreheads string) (*Net, error) {
	from := [2]source{{"the embedded model of faces", model, modelHash}, {"the embedded model of foreheads", second, secondHash}}
	for i, path := range [2]string{faces, foreheads} {
		if path == "" {
			continue
		}
		var err error
		if from[i], err = read(path); err != nil {
			return nil, err
		}
	}
	return both(from[0], from[1])
}

// Hash returns the SHA-256 of the embedded model of faces in hexadecimal.
func Hash() string { return firstWord(modelHash) }

// SecondHash returns the SHA-256 of the embedded model of foreheads in
// hexadecimal.
func SecondHash() string { return firstWord(secondHash) }

// source is a model, what it is called, and its SHA-256.
type source struct {
	name  string
	model []byte
	hash  string
}

// read reads a model from a file, its hash from the file beside it.
func read(path string) (source, error) {
	m, err := os.ReadFile(path)
	if err != nil {
		return source{}, fmt.Errorf("cannot load a face model: %w", err)
	}
	hash, err := os.ReadFile(path + ".sha256")
	if err != nil {
		return source{}, fmt.Errorf("cannot check face model %s: %w", path, err)
	}
	return source{path, m, string(hash)}, nil
}

// both loads the two models.
func both(faces, foreheads source) (*Net, error) {
	first, err := faces.load()
	if err != nil {
		return nil, err
	}
	second, err := foreheads.load()
	if err != nil {
		return nil, errors.Join(err, first.Close())
	}
	n := &Net{net: first, second: second}
	n.crop = gocv.NewMatWithSizes([]int{1, 1, vision.CropRows, vision.CropColumns}, gocv.MatTypeCV32F)
	if n.upper, err = n.crop.DataPtrFloat32(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot make the second network's input: %w", err), n.Close())
	}
	return n, nil
}

// load checks a model by its hash, because OpenCV ends the process over one
// that it cannot read.
func (s source) load() (gocv.Net, error) {
	sum := sha256.Sum256(s.model)
	if hex.EncodeToString(sum[:]) != firstWord(s.hash) {
		return gocv.Net{}, fmt.Errorf("cannot load %s: %w", s.name, ErrModel)
	}
	oneThread()
	net, err := gocv.ReadNetFromONNXBytes(s.model)
	if err != nil {
		return gocv.Net{}, fmt.Errorf("cannot load %s: %w: %w", s.name, ErrModel, err)
	}
	if net.Empty() {
		return gocv.Net{}, errors.Join(fmt.Errorf("cannot load %s: %w", s.name, ErrModel), net.Close())
	}
	return net, nil
}

// firstWord returns the hash in a line of sha256sum, which goes on with the
// file's name.
func firstWord(line string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(line), " ")
	return strings.ToLower(word)
}
