package screening

import (
	"time"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// Observation is what one frame showed.
type Observation struct {
	// Time is the frame's time.
	Time time.Duration
	// Uptime is how long the camera has been on.
	Uptime time.Duration
	// Reference says that the reference is seen and valid in this frame.
	// Without it, nothing in this observation is measured.
	Reference bool
	// Fault names what is wrong; empty where nothing is known to be.
	Fault string
	// Room is the temperature of the room, as far as it is known.
	Room policy.Room
	// Faces are those in view.
	Faces []Face
}

// Face is one face of an Observation.
type Face struct {
	// Track tells the faces in view apart.
	Track int
	// Since is when this face was first found.
	Since time.Duration
	// Width of the face in pixels.
	Width float64
	// Cue says why it was not measured; CueNone when it was.
	Cue Cue
	// Value and U are the reading and its expanded uncertainty (k = 2); valid
	// with CueNone only.
	Value thermal.Celsius
	U     thermal.Kelvin
}

// Step is what follows from an observation.
type Step struct {
	State    State
	Guidance Guidance
	// Reason is why the visit ended unmeasured.
	Reason Reason
	// Fault names the fault while out of service.
	Fault string
	// Progress of the measurement, 0 to 1.
	Progress float64
	// Visit numbers the current or last visit from 1; 0 before the first.
	Visit int
	// Track is that of the visitor who is being guided or measured, or whom the
	// verdict is about; 0 for nobody.
	Track int
	// Verdict is set in the one step in which the visit ended.
	Verdict Verdict
	// Value, U, Readings and Duration belong to the verdict, or, while
	// measuring, to the reading so far. Duration runs from the first frame in
	// which the visitor's face was found.
	Value    thermal.Celsius
	U        thermal.Kelvin
	Readings int
	Duration time.Duration
}
