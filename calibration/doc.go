// Package calibration turns sensor counts into degrees Celsius by a warm disc
// of known temperature that is always in view (an external temperature
// reference source, "blackbody" or "reference").
//
// A [Tracker] takes every frame, finds the reference and follows it, and hands
// back an [Observation]: where the reference is, what it reads, or the [Fault]
// that forbids a measurement, and a [Scale] that holds for this frame alone.
// The Scale measures regions of that frame and states the uncertainty of each
// [Measurement] term by term.
//
// # Correction
//
// The only correction is the offset of this frame: the true temperature of the
// reference minus what the camera reads there. It is added to every reading,
// so that a reading rises by exactly one degree for each degree of the target
// and of the offset. Nothing depends on other visitors. Emissivity, reflected
// temperature and the size of the source are not corrected; they are terms of
// the uncertainty.
//
// # Promise
//
// A frame in which the reference is missing, moved, covered, unstable or
// implausible has no valid Scale, at once. After a fault the Scale comes back
// only after several good frames in a row. The zero value of every type says
// "unknown" and measures nothing.
//
// The package knows pixels of the reference and temperatures, and no faces: the
// region to measure is given by the caller.
package calibration
