package uvc

import (
	"errors"
	"time"
)

// What a device says of itself.
var (
	errTimeout = errors.New("no frame came in time")
	errGone    = errors.New("the camera was unplugged")
)

// buffer is a frame in memory that the driver shares.
type buffer struct {
	index    uint32
	bytes    []byte
	sequence uint32
	stamp    time.Duration // when it was taken, on the clock of the host; 0 where unknown
	wrong    bool          // the driver says that it is damaged
}

// device is an open camera. V4L2 is the real one; tests have others, for faults
// that a real one cannot be made to show.
type device interface {
	// start begins the stream, stop ends it.
	start() error
	stop() error
	// dequeue fills b with the oldest frame that nobody had, waiting for it until
	// the time is over. Its bytes are good until requeue. Errors: errTimeout,
	// errGone, or what the system says.
	dequeue(b *buffer, within time.Duration) error
	requeue(b *buffer) error
	// query sends a request to a control of an extension unit; data is sent or
	// filled.
	query(unit, selector, request byte, data []byte) error
	close() error
}

// host is the machine that cameras are plugged into.
type host interface {
	list() ([]Camera, error)
	// offers lists the formats and sizes of a camera.
	offers(c *Camera) ([]Size, error)
	open(c *Camera, p *Profile) (device, error)
	// reset lets the camera start anew, as unplugging does.
	reset(c *Camera) error
	// now is the time on the clock of the frames.
	now() time.Duration
	// sleep waits.
	sleep(d time.Duration)
}
