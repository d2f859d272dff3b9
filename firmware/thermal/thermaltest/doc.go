// Package thermaltest is the conformance suite of [thermal.Source]: what every
// source promises, tested the same way for a camera, a recording and a
// simulation.
//
//	func TestSource(t *testing.T) {
//		thermaltest.Run(t, func(t *testing.T) thermal.Source {
//			return openSomething(t)
//		}, thermaltest.Frames(149), thermaltest.Deterministic())
//	}
//
// The suite opens the source many times, one after another, and closes each
// itself. It counts memory and goroutines, so it must not run in parallel with
// other tests.
package thermaltest
