package thermal

import "time"

// Celsius is an absolute temperature in degrees Celsius.
type Celsius float64

// Kelvin is a temperature difference in kelvin.
type Kelvin float64

// Sub returns the difference c - d.
func (c Celsius) Sub(d Celsius) Kelvin { return Kelvin(c - d) }

// Add returns c shifted by k.
func (c Celsius) Add(k Kelvin) Celsius { return c + Celsius(k) }

// Limits on the size of an image, in pixels along one side. The smallest
// radiometric sensor on sale has 80x60 pixels, the largest UVC one 640x512;
// the bound keeps a damaged header from asking for gigabytes.
const (
	MinSide = 8
	MaxSide = 2048
)

// Frame is one radiometric image: raw sensor counts, never degrees. The caller
// owns it and hands the same Frame to every [Source.Next], so that no frame
// outlives the next one.
type Frame struct {
	// Width and Height are the size of the upright image in pixels.
	Width, Height int
	// Counts holds Width*Height sensor counts, row by row from the top left.
	Counts []uint16
	// Sequence numbers the frames of a source from 0. A gap means that the
	// source lost frames.
	Sequence uint64
	// Time is the capture time since the source was opened (a recording: since
	// its first frame). It never decreases.
	Time time.Duration
	// Telemetry is what the camera said of itself with this frame.
	Telemetry Telemetry
}

// Resize makes the frame width x height, reusing its memory where it is large
// enough. The counts are left as they are.
func (f *Frame) Resize(width, height int) {
	n := width * height
	if cap(f.Counts) < n {
		f.Counts = make([]uint16, n)
	}
	f.Counts = f.Counts[:n]
	f.Width, f.Height = width, height
}

// At returns the count of the pixel in column x and row y.
func (f *Frame) At(x, y int) uint16 { return f.Counts[y*f.Width+x] }

// Row returns the counts of row y; the slice aliases the frame.
func (f *Frame) Row(y int) []uint16 { return f.Counts[y*f.Width : (y+1)*f.Width] }

// Wipe overwrites the pixels, so that nobody's image stays in memory after the
// frame was used.
func (f *Frame) Wipe() { clear(f.Counts[:cap(f.Counts)]) }

// Telemetry is what a camera reports of itself beside the pixels. A field is
// valid only where its Has flag is set.
type Telemetry struct {
	// SinceFFC is the time since the last flat-field correction.
	SinceFFC    time.Duration
	HasSinceFFC bool
	// Uptime is the time since the camera was switched on.
	Uptime    time.Duration
	HasUptime bool
	// Sensor is the temperature of the focal plane array.
	Sensor    Celsius
	HasSensor bool
}
