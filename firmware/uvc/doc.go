// Package uvc reads radiometric thermal cameras on USB as a [thermal.Source],
// through the kernel's Video4Linux interface. It needs no C.
//
// A camera is described by a [Profile]: its USB number, the format and size of
// its stream, which rows of that are temperatures, and what a count means. A
// new camera that differs in these alone is a row of [Profiles]. Which camera is
// used follows from its USB number and serial ([Choice]), never from the order
// in which the kernel found it.
//
// # What is delivered
//
// A frame reaches [Source.Next] whole and once. One that is short, flagged by
// the driver, torn, repeated, shifted, or taken while the shutter was closed is
// dropped and counted ([Counts]); so is everything of a camera that is not
// radiometric or in another gain. Pixels that do not work are filled in from
// their neighbours.
//
// # Staying alive
//
// When good frames stay away, Next says so with an [OutageError] a few times a second
// and goes on trying: the stream is restarted, then the camera is reset over
// USB, and one that was unplugged is waited for. Only Close and the context end
// a Source.
//
// # Flat-field corrections
//
// Where the camera takes commands (PureThermal) its flat field is corrected when
// the caller says that nobody would be disturbed ([Source.MayCorrect]), and by
// nothing else.
package uvc
