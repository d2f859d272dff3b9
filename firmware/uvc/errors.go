package uvc

import (
	"errors"
	"fmt"
	"time"

	"lintel/firmware/thermal"
)

// What keeps a camera from being opened.
var (
	// ErrNoCamera means that no camera that was asked for is plugged in.
	ErrNoCamera = errors.New("no such camera is plugged in: check its cable and the name given with --source")
	// ErrSeveral means that more than one camera would do.
	ErrSeveral = errors.New("several cameras are plugged in: name one by its USB number and serial, as in --source uvc:1e4e:0100:SERIAL")
	// ErrProfile means that there is no such profile, or that the camera does not
	// offer what its profile asks for.
	ErrProfile = errors.New("there is no such camera profile")
	// ErrScale means that nobody says what a count of the camera means.
	ErrScale = errors.New("set camera.scale to what a count of this camera means")
	// ErrPixel means that an entry of camera.bad_pixels cannot be understood.
	ErrPixel = errors.New("write it as SERIAL:x,y in pixels of the sensor")
	// ErrBusy means that another program has the camera's stream.
	ErrBusy = errors.New("another program has the camera, as a kiosk that runs")
	// ErrAccess means that this user may not open the camera.
	ErrAccess = errors.New("this user may not open the camera: add it to the group video")
)

// Fault is why good frames stay away. The zero value is unknown.
type Fault uint8

// The faults.
const (
	// Missing: the camera is not plugged in.
	Missing Fault = iota + 1
	// Silent: it is there and sends nothing.
	Silent
	// Frozen: it sends one frame over and over, or rows of one.
	Frozen
	// Damaged: its frames are short, torn or marked as wrong by the driver.
	Damaged
	// Shifted: its image does not begin where it should.
	Shifted
	// NotRadiometric: its counts are no temperatures.
	NotRadiometric
	// Gain: its counts have another scale than they should, as in low gain.
	Gain
)

// String returns the name that the page and /healthz have for the fault.
func (f Fault) String() string {
	switch f {
	case Missing:
		return "camera_missing"
	case Silent:
		return "camera_silent"
	case Frozen:
		return "camera_frozen"
	case Damaged:
		return "camera_damaged"
	case Shifted:
		return "camera_shifted"
	case NotRadiometric:
		return "camera_not_radiometric"
	case Gain:
		return "camera_gain"
	default:
		return "unknown"
	}
}

// OutageError is the error of [Source.Next] while good frames stay away. The Source
// goes on trying, and Next may be called again.
type OutageError struct {
	fault Fault
	at    time.Duration
}

// Error implements error.
func (o *OutageError) Error() string {
	return fmt.Sprintf("cannot get a frame at present: %v", o.fault)
}

// Fault returns the name of what is wrong.
func (o *OutageError) Fault() string { return o.fault.String() }

// At returns the time of the outage on the clock of the frames.
func (o *OutageError) At() time.Duration { return o.at }

// Unwrap returns [thermal.ErrNotRadiometric] where that is the fault.
func (o *OutageError) Unwrap() error {
	if o.fault == NotRadiometric {
		return thermal.ErrNotRadiometric
	}
	return nil
}
