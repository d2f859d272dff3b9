// Package kiosk is the frame loop, the one place where the rooms meet: a frame
// comes from a source, the reference gives it a scale, faces are found on it,
// their foreheads are measured, and the state machine says what follows. One
// goroutine owns a frame from Next to the outcome, and no frame outlives the
// next one.
//
// In: a [thermal.Source] and the rooms. Out: what the screen shows and one
// count a visit. An [Observer] sees every frame's result; the appliance has
// none, the bench program writes its replays with one.
package kiosk
