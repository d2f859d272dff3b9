package calibration

import (
	"math"

	"lintel/firmware/thermal"
)

// What the bridge leaves at one place, in kelvin: bridgeU where the fit is in
// order, measured on warm places of real recordings that were left out of it, and
// alongU more for each line to the next one that has a value.
const (
	bridgeU = 0.04
	alongU  = 0.02
)

// bridge is the change of pattern that is taken away in one frame, by line of
// cells, in counts at the temperature of the reference.
type bridge struct {
	weight       float64 // 0: none, 1: whole
	side         int
	down, across bridgeLines // by row and by column of cells
	scatter      float32     // K
}

// bridgeLines is one of the two profiles that make the change.
type bridgeLines struct {
	counts   [maxLanes]float32
	distance [maxLanes]uint8 // lines to the next that has a value
}

// at returns the change at a pixel in counts.
func (b *bridge) at(x, y int) float64 {
	return b.weight * float64(b.down.counts[min(y/b.side, maxLanes-1)]+b.across.counts[min(x/b.side, maxLanes-1)])
}

// u returns the standard uncertainty of the change between the reference and a
// place, in kelvin.
func (b *bridge) u(at thermal.Point) float64 {
	row := min(max(int(at.Y)/b.side, 0), maxLanes-1)
	column := min(max(int(at.X)/b.side, 0), maxLanes-1)
	u := math.Hypot(bridgeU, float64(b.scatter))
	return math.Hypot(u, alongU*float64(b.down.distance[row])+alongU*float64(b.across.distance[column]))
}

// set takes a profile, in kelvin. Each line becomes the mean of three. The
// reference itself is where nothing has changed: what is referred to it is known
// there by its own pixels.
func (b *bridgeLines) set(l *lanes, countsPerKelvin float64) {
	for i := range maxLanes {
		k := min(i, l.count-1)
		mean := (l.value[max(k-1, 0)] + l.value[k] + l.value[min(k+1, l.count-1)]) / 3
		b.counts[i] = float32(mean * countsPerKelvin)
		b.distance[i] = l.distance[k]
	}
}
