// Package screening is the state machine of one kiosk: it follows a visit from
// the first face to the verdict, says what the visitor should do, and gives
// one verdict a visit.
//
// It is pure: no clock, no file, no goroutine. Time is the time of the frames,
// and the same observations give the same steps. Nothing of a visit is kept
// once the visitor has left, so no verdict depends on who came before.
//
// In: an [Observation] a frame. Out: a [Step]. The transition table is data:
// see [Transitions].
package screening
