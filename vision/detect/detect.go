package detect

import (
	"errors"
	"fmt"

	"gocv.io/x/gocv"

	"lintel/firmware/thermal"
	"lintel/vision"
)

const (
	inputName  = "x"
	outputName = "y"
	// grain is what both sides of the input are a multiple of; maxSide bounds
	// them.
	grain   = 16
	maxSide = 1024
	// stride is the number of input values a side of an output cell.
	stride = 8
	// lookValues is what the second network answers: the logit of a bare
	// forehead, and twice four edges in parts of the crop.
	lookValues = 9
)

var (
	// ErrInput means that the input has a size that the network cannot take.
	ErrInput = errors.New("both sides must be multiples of 16 up to 1024")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the detector is closed")
)

// Net is the face network and the second one, which looks at foreheads. It is
// used by one goroutine.
type Net struct {
	net           gocv.Net
	blob          gocv.Mat
	in            []float32 // the blob's memory
	width, height int       // of the blob; 0 while there is none
	out           []float32
	second        gocv.Net
	crop          gocv.Mat
	upper         []float32           // its memory
	seen          [lookValues]float32 // its answer
	closed        bool
}

var _ vision.Detector = (*Net)(nil)

// Detect runs the network; see [vision.Detector] for what goes in and comes
// out. It allocates only when the size changes.
//
// Errors: [ErrInput], [ErrClosed], [vision.ErrDetector].
func (n *Net) Detect(in []float32, width, height int) ([]float32, error) {
	if n.closed {
		return nil, fmt.Errorf("cannot detect faces: %w", ErrClosed)
	}
	if !validSide(width) || !validSide(height) || len(in) != width*height {
		return nil, fmt.Errorf("cannot detect faces on %d values of %dx%d: %w", len(in), width, height, ErrInput)
	}
	if width != n.width || height != n.height {
		if err := n.resize(width, height); err != nil {
			return nil, err
		}
	}
	copy(n.in, in)
	if err := forward(&n.net, n.blob, n.out); err != nil {
		return nil, fmt.Errorf("cannot detect faces: %w", err)
	}
	return n.out, nil
}

func validSide(side int) bool { return side > 0 && side <= maxSide && side%grain == 0 }

// resize makes the blob for inputs of another size.
func (n *Net) resize(width, height int) error {
	blob := gocv.NewMatWithSizes([]int{1, 1, height, width}, gocv.MatTypeCV32F)
	in, err := blob.DataPtrFloat32()
	if err != nil {
		return errors.Join(fmt.Errorf("cannot make the network's input: %w", err), blob.Close())
	}
	if err := n.free(); err != nil {
		return errors.Join(fmt.Errorf("cannot free the network's input: %w", err), blob.Close())
	}
	n.blob, n.in, n.width, n.height = blob, in, width, height
	n.out = make([]float32, vision.Channels*(width/stride)*(height/stride))
	return nil
}

// free overwrites the blob and the last answer and gives the blob back.
func (n *Net) free() error {
	if n.width == 0 {
		return nil
	}
	clear(n.in)
	clear(n.out)
	n.in, n.out, n.width, n.height = nil, nil, 0, 0
	return n.blob.Close()
}

// Close overwrites the last image and frees the network. A second Close does
// nothing.
func (n *Net) Close() error {
	if n.closed {
		return nil
	}
	n.closed = true
	clear(n.upper)
	clear(n.seen[:])
	return errors.Join(n.free(), n.crop.Close(), n.net.Close(), n.second.Close())
}

// Look runs the second network; see [vision.Detector]. It allocates nothing.
//
// Errors: [ErrInput], [ErrClosed], [vision.ErrDetector].
func (n *Net) Look(crop []float32, at thermal.Box) (vision.Look, error) {
	if n.closed {
		return vision.Look{}, fmt.Errorf("cannot look at a forehead: %w", ErrClosed)
	}
	if len(crop) != len(n.upper) {
		return vision.Look{}, fmt.Errorf("cannot look at a forehead of %d values, want %d: %w", len(crop), len(n.upper), ErrInput)
	}
	copy(n.upper, crop)
	if err := forward(&n.second, n.crop, n.seen[:]); err != nil {
		return vision.Look{}, fmt.Errorf("cannot look at a forehead: %w", err)
	}
	return vision.Look{Bare: float64(n.seen[0]), Forehead: drawn(n.seen[1:5], at), Sure: drawn(n.seen[5:9], at)}, nil
}

// drawn returns the box whose left, top, right and bottom edge are parts of a
// crop.
func drawn(edges []float32, at thermal.Box) thermal.Box {
	across := func(part float32) float64 { return at.X0 + float64(part)*at.Width() }
	down := func(part float32) float64 { return at.Y0 + float64(part)*at.Height() }
	return thermal.Box{X0: across(edges[0]), Y0: down(edges[1]), X1: across(edges[2]), Y1: down(edges[3])}
}

// forward runs a network and copies its answer into out.
func forward(net *gocv.Net, in gocv.Mat, out []float32) error {
	net.SetInput(in, inputName)
	answer := net.Forward(outputName)
	defer func() { _ = answer.Close() }() // frees memory and never fails
	values, err := answer.DataPtrFloat32()
	if err != nil {
		return fmt.Errorf("cannot read the network's answer: %w: %w", vision.ErrDetector, err)
	}
	if len(values) != len(out) {
		return fmt.Errorf("cannot read %d values of the network's answer, want %d: %w", len(values), len(out), vision.ErrDetector)
	}
	copy(out, values)
	return nil
}
