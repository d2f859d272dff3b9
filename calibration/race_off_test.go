//go:build !race

package calibration

const raceEnabled = false

// seeds is the number of simulated rooms of a scene.
func seeds() uint64 { return 3 }
