// Package thermal holds the words every room shares: a radiometric frame,
// its telemetry, what is known of the camera, and the Source that delivers
// frames. Temperatures come in two types that never mix: [Celsius] is an
// absolute temperature, [Kelvin] a difference.
//
// Geometry is in pixels of the upright image (after the mounting rotation),
// origin top left, measured at pixel edges: the first pixel spans 0 to 1 and
// its centre is 0.5.
//
// The package imports the standard library only and holds no policy: it does
// not know what a reference, a face or a verdict is.
package thermal
