// Package stress lets the finder of faces meet simulated people under stress:
// every occluder, pose, size, room, resolution and mounting a row of scenes of
// its own, each scene known to the last pixel.
//
// In: a detector. Out: a [Report] with a recall and the wrong uses of each row.
//
//   - Recall is out of the people whom a thermograph should measure: facing the
//     camera within 22 degrees, with a bare forehead of 10 x 5 pixels and more,
//     a head of 28 pixels and more, whole in the image, clear of the reference,
//     sharp and still, and not so near that they fill the image.
//   - Found is out of all near and mid faces that look neither away nor down.
//   - Wrong use is a forehead called usable where none is bare (or where nobody
//     is), or more than a tenth of whose measured region lies off bare skin of a
//     face by more than a pixel. Where none is bare, it is told apart whether
//     other bare skin of the face was measured, as the brows under a hat, or
//     none.
//
// A scene lasts [Frames] frames, in which one wrong use counts; recall and found
// are those of the last one. The place of the reference is known exactly: how
// well it is found is another matter. Gates that need degrees Celsius are not
// applied, so the whole kiosk uses less than is counted here.
package stress
