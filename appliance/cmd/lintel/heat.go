package main

import (
	"math"
	"slices"

	"lintel/appliance/kiosk"
	"lintel/firmware/thermal"
)

const (
	// heatColumns is the width of the heat view in cells.
	heatColumns = 32
	// warmBody is how far above the middle of all cells a cell is warm: clothes
	// indoors are 2 to 8 K warmer than the room, so somebody who stands with
	// the back to the camera is seen by them.
	warmBody thermal.Kelvin = 2.5
	// warmShare is the share of warm cells beside the reference from which on
	// they may be somebody: of somebody 3 m away it is about 0.05.
	warmShare = 0.03
	// aroundReference is how far the reference's warmth reaches, in its radii.
	aroundReference = 2
)

// heat appends a hexadecimal digit for each cell of a frame: how warm its
// middle is, between the coldest and the warmest of all cells.
func heat(dst []byte, f *thermal.Frame) []byte {
	low, high := uint16(0xffff), uint16(0)
	eachCell(f, func(_, _ int, v uint16) { low, high = min(low, v), max(high, v) })
	span := max(1, int(high)-int(low))
	eachCell(f, func(_, _ int, v uint16) { dst = append(dst, "0123456789abcdef"[(int(v)-int(low))*15/span]) })
	return dst
}

// warm says whether so much of a frame is warm that it may be somebody, a face
// among it or not. Something else as large and warm blanks the view, too. The
// caller holds mu.
func (i *installer) warm(r *kiosk.Report) bool {
	i.cells = i.cells[:0]
	eachCell(r.Frame, func(_, _ int, v uint16) { i.cells = append(i.cells, v) })
	slices.Sort(i.cells)
	all := len(i.cells)
	if all == 0 || i.info.Scale.KelvinPerCount() == 0 {
		return true // nobody can tell
	}
	level := float64(i.cells[all/2]) + float64(warmBody)/i.info.Scale.KelvinPerCount()
	clear(i.cells)
	c, reach := r.Reference.Circle, 0.0
	if r.Reference.OK {
		reach = aroundReference * c.R
	}
	warm := 0
	eachCell(r.Frame, func(x, y int, v uint16) {
		if float64(v) > level && math.Hypot(float64(x)+0.5-c.X, float64(y)+0.5-c.Y) > reach {
			warm++
		}
	})
	return float64(warm) > warmShare*float64(all)
}

// eachCell gives use the middle of each cell of the heat view and its counts.
func eachCell(f *thermal.Frame, use func(x, y int, counts uint16)) {
	step := max(1, f.Width/heatColumns)
	for y := step / 2; y < f.Height; y += step {
		for x := step / 2; x < f.Width; x += step {
			use(x, y, f.Counts[y*f.Width+x])
		}
	}
}

// cells is how many cells of that step a side has.
func cells(side, step int) int { return (side - step/2 + step - 1) / step }
