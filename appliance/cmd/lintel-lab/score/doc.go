// Package score compares a replay with what people saw in the recordings.
//
// In come three files that lie side by side: labels.jsonl (frames annotated by
// eye: heads, faces, bare foreheads, the reference disc), visits.jsonl (who
// came to be screened, and when) and manifest.csv (the files, their length and
// the owner's count of people screened); and the JSON Lines that
// "lintel-lab replay --json" wrote. Out comes a [Report].
//
// # What counts as what
//
// Coordinates are pixels of the upright image, boxes by their edges.
//
//   - Reference: found when its centre lies within 2 px of the annotated one; a
//     reference found anywhere else is false. One partly hidden may be found but
//     need not be.
//   - Usable frontal face: annotated as frontal, with a bare forehead, and not
//     far (head at least 18 px wide). It is found when a box matches it at an
//     intersection over union (IoU) of 0.35 with its face or its head. A box
//     matches one person and a person one box, best pairs first.
//   - Face in any pose: annotated, not far, and neither seen from behind nor
//     bowed. Found as above.
//   - False face: a box that overlaps no annotated face or head by an IoU of 0.2.
//   - Forehead: right when its centre lies inside the annotated bare forehead,
//     with 1 px to spare. Scored for the usable frontal faces found, which alone
//     are to be measured, and again for every found face of a person whose
//     forehead is bare; a face without a forehead box is left out here, and shows
//     in the share called usable. The overlap is the median IoU of the same
//     foreheads.
//   - Wrongly usable: a box called usable whose nearest annotated person has no
//     bare forehead, or that is a false face.
//   - Visit: a verdict belongs to a visit when its frame lies between 4 frames
//     before its first and 18 after its last. Where two visits claim it, it goes
//     to the nearer one. A verdict that belongs to none is stray. A bare visit
//     should get exactly one verdict, a partly covered one at most one, a covered
//     one none.
//   - Seconds of a verdict: from the first frame in which the face of that visit
//     is reported. The kiosk addresses nobody further away than one and a half
//     times the working distance: a face is reported, guided and shown from 16
//     pixels on (its width, or three quarters of its height where it is turned
//     aside) and measured from
//     24 pixels on; with a Lepton 3.5 that is 1.4 m and 0.9 m. Before, there is
//     neither guidance nor a visit, and nobody in "faces". Where the time went is
//     listed by gate, the slowest verdict first.
//   - A covered visit is told so when it ends without a verdict and with the
//     reason "forehead_covered".
//   - Classes: faces and foreheads again, by pose, size and occluder as
//     annotated; a person counts under each occluder.
//   - File: with one person screened by the owner's count (label_scanned is 1)
//     it should hold exactly one verdict; with nobody screened (label_scanned is
//     0) none. The files in which the annotator saw no visit are counted beside
//     them: they need not be the same files.
package score
