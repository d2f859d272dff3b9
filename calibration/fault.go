package calibration

// Fault says why the reference does not give a scale. The zero value means
// that nothing is known yet.
type Fault uint8

// The faults, and FaultNone for a reference in order.
const (
	// FaultUnknown: the reference is still being looked for.
	FaultUnknown Fault = iota
	// FaultNone: the reference is in order.
	FaultNone
	// FaultMissing: no reference is in the image, or it is fully hidden.
	FaultMissing
	// FaultMoved: the reference, or the camera, is not where it was.
	FaultMoved
	// FaultOccluded: something covers part of the reference.
	FaultOccluded
	// FaultTooSmall: the reference covers too few pixels.
	FaultTooSmall
	// FaultUnstable: the reading of the reference jumps or is noisy.
	FaultUnstable
	// FaultImplausibleOffset: the reference reads too far from its temperature.
	FaultImplausibleOffset
	// FaultAmbiguous: two objects look like the reference.
	FaultAmbiguous
	// FaultFrame: the frame is not an image of this camera.
	FaultFrame
	// FaultMisshapen: what is in the place of the reference is not round or
	// not even.
	FaultMisshapen
	// FaultWarming: the reference is still warming up.
	FaultWarming
	// FaultDrifting: the reference is not at its temperature or leaves it.
	FaultDrifting
	// FaultSaturated: the reference is beyond the end of the camera's range.
	FaultSaturated
	// FaultSwapped: what is in the place of the reference is not the object
	// that was there, by its temperature.
	FaultSwapped
	// FaultExpired: the certificate of the reference no longer holds.
	FaultExpired
	// FaultNoReading: the thermometer of the reference gives no reading, or
	// only an old one.
	FaultNoReading
	// FaultNoDate: the certificate expires and the day is not known.
	FaultNoDate
)

// String returns the snake_case name used in JSON.
func (f Fault) String() string {
	switch f {
	case FaultUnknown:
		return "unknown"
	case FaultNone:
		return "none"
	case FaultMissing:
		return "missing"
	case FaultMoved:
		return "moved"
	case FaultOccluded:
		return "occluded"
	case FaultTooSmall:
		return "too_small"
	case FaultUnstable:
		return "unstable"
	case FaultImplausibleOffset:
		return "implausible_offset"
	case FaultAmbiguous:
		return "ambiguous"
	case FaultFrame:
		return "bad_frame"
	case FaultMisshapen:
		return "misshapen"
	case FaultWarming:
		return "warming"
	case FaultDrifting:
		return "drifting"
	case FaultSaturated:
		return "saturated"
	case FaultSwapped:
		return "swapped"
	case FaultExpired:
		return "expired"
	case FaultNoReading:
		return "no_reading"
	case FaultNoDate:
		return "no_date"
	}
	return "unknown"
}

// Instruction returns one sentence for the person who can mend the fault,
// empty for FaultNone.
func (f Fault) Instruction() string {
	switch f {
	case FaultUnknown:
		return "Wait a moment: the reference is being looked for."
	case FaultNone:
		return ""
	case FaultMissing:
		return "Switch the reference on, let it warm up, and make sure that the camera sees the whole of it."
	case FaultMoved:
		return "Put the reference and the camera back in place, or start the kiosk again to accept the new place."
	case FaultOccluded:
		return "Clear the view between the camera and the reference."
	case FaultTooSmall:
		return "Move the reference closer to the camera or use a larger one."
	case FaultUnstable:
		return "Keep draughts and sun off the reference and wait until its temperature is steady."
	case FaultImplausibleOffset:
		return "Compare the configured reference temperature with the display of the reference and let the camera warm up."
	case FaultAmbiguous:
		return "Remove the other warm round object from the view or configure the place of the reference."
	case FaultFrame:
		return "Check the camera cable and the configured camera profile."
	case FaultMisshapen:
		return "Clean the reference, take off what sticks to it and turn it to face the camera."
	case FaultWarming:
		return "Wait until the reference is warm."
	case FaultDrifting:
		return "Check the power and the set point of the reference and keep draughts away."
	case FaultSaturated:
		return "Choose a camera range that includes the temperature of the reference."
	case FaultSwapped:
		return "Check that the warm object in view is the reference, then confirm it by starting the kiosk again or by commissioning anew."
	case FaultExpired:
		return "Have the reference calibrated, enter its new certificate and commission anew, and check the date of this device."
	case FaultNoReading:
		return "Check the cable of the thermometer of the reference."
	case FaultNoDate:
		return "Set the clock of this device: the certificate of the reference expires and the day is not known."
	}
	return "Wait a moment: the reference is being looked for."
}
