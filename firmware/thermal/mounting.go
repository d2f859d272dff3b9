package thermal

import "fmt"

// Mounting says how the camera is mounted, so that its image can be set
// upright. The zero Mounting is upright already.
type Mounting struct {
	// Rotate is how far the sensor's image is turned clockwise to be upright:
	// 0, 90, 180 or 270 degrees.
	Rotate int
	// Mirror then swaps left and right.
	Mirror bool
}

// Validate refuses any other angle.
func (m Mounting) Validate() error {
	switch m.Rotate {
	case 0, 90, 180, 270:
		return nil
	}
	return fmt.Errorf("cannot turn the image by %d degrees: allowed are 0, 90, 180 and 270", m.Rotate)
}

// Size returns the size of the upright image of a width x height sensor.
func (m Mounting) Size(width, height int) (int, int) {
	if m.Rotate == 90 || m.Rotate == 270 {
		return height, width
	}
	return width, height
}

// Upright writes the width x height sensor counts, row by row, into f as the
// upright image. It does not allocate once f has its size. The mounting must
// be valid and sensor hold width*height counts.
func (m Mounting) Upright(f *Frame, sensor []uint16, width, height int) {
	w, h := m.Size(width, height)
	f.Resize(w, h)
	// Walk the upright image; start and steps are sensor indices.
	var start, stepX, stepY int
	switch m.Rotate {
	case 90:
		start, stepX, stepY = (height-1)*width, -width, 1
	case 180:
		start, stepX, stepY = height*width-1, -1, -width
	case 270:
		start, stepX, stepY = width-1, width, -1
	default:
		start, stepX, stepY = 0, 1, width
	}
	if m.Mirror {
		start, stepX = start+(w-1)*stepX, -stepX
	}
	for y := range h {
		row := f.Row(y)
		i := start + y*stepY
		for x := range row {
			row[x] = sensor[i]
			i += stepX
		}
	}
}
