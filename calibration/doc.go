// Package calibration turns sensor counts into degrees Celsius by one or two
// warm discs of known temperature that are always in view (external temperature
// reference sources, "blackbody" or "reference").
//
// A [Tracker] takes every frame, finds the reference and follows it, and hands
// back an [Observation]: where the reference is, what it reads, or the [Fault]
// that forbids a measurement, and a [Scale] that holds for this frame alone.
// The Scale measures regions of that frame and states the uncertainty of each
// [Measurement] term by term.
//
// # Correction
//
// A camera adds up power, and what its lens and housing add is power too, so
// every correction is made in in-band radiance. By default there is one: the
// radiance that makes the reference read its true temperature is added to every
// reading of the frame. A reading then rises by one degree for each degree of
// the target, and nothing depends on other visitors.
//
// Readings are radiance temperatures by default: skin and reference are taken
// for equally grey, as they nearly are, and thresholds for skin were fitted to
// temperatures that were corrected by a reference and by nothing else. Applying
// the emissivity of 0.98 to both would leave a target at the temperature of the
// reference as it is and move one 2 K below it by -0.04 K. [CorrectionConfig]
// switches it on, for targets that are no people; a second reference corrects
// the gain; commissioning (package commissioning) adds the map of the field of
// view, bad pixels and the size-of-source effect. [Tracker.Corrections] lists
// what is on, and [Tracker.Digest] names it.
//
// # Time
//
// The offset is filtered from frame to frame, so lightly that a step is never
// smoothed. A flat-field correction, seen by telemetry or by the gap that it
// leaves in the stream, raises the uncertainty of everything but the reference
// until it has settled. A slope of the reference against the room is a fault, a
// slope of the camera is not.
//
// # Promise
//
// A frame in which the reference is missing, moved, covered, out of shape,
// saturated, unstable, exchanged or implausible has no valid Scale, at once; one
// that warms up, drifts or whose certificate expires has none as soon as that is
// known. After a fault the Scale comes back only after several good frames in a
// row and a settling time. The zero value of every type says "unknown" and
// measures nothing. An exchange for an object of the same size, place and
// temperature cannot be seen.
//
// The package knows pixels of the reference and temperatures, and no faces: the
// region to measure is given by the caller. It has no clock: time is that of the
// frame, and the day of the calendar is told by [Tracker.Today].
package calibration
