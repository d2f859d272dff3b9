// Package vision finds people on the thermal image: every face with its bare
// forehead, whether that forehead may be measured, and the silhouette that the
// kiosk page mirrors. No visible-light camera exists.
//
// It speaks pixels only. Counts are used relative to the frame's own median,
// so nothing here depends on the camera's offset, and nothing knows a
// temperature in degrees Celsius. Faces are boxes for the current visit; no
// feature of anybody is computed or kept.
//
// In: an upright [thermal.Frame] and the place of the reference. Out: a
// [Result]. The neural networks run behind the [Detector] interface; the
// package vision/detect has the real ones.
package vision
