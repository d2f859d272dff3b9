//go:build race

package calibration

// raceEnabled says that the race detector runs: real recordings then take many
// minutes, and there is one goroutine only.
const raceEnabled = true

// seeds is the number of simulated rooms of a scene.
func seeds() uint64 { return 1 }
