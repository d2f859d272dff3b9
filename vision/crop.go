package vision

import (
	"math"

	"lintel/firmware/thermal"
)

// The crop that the second network looks at.
const (
	// CropRows and CropColumns are its size.
	CropRows    = 56
	CropColumns = 48

	// It is cropTall x cropWide widths of the face, from cropAbove of them above
	// the forehead's upper edge down, evenly to both sides of the face's middle.
	cropTall  = 1.5
	cropWide  = 1.3
	cropAbove = 0.25
	// Its values are kelvin above the level that cropLevel of them lie below,
	// divided by cropKelvin and clipped to cropLow..cropHigh.
	cropLevel  = 0.9
	cropKelvin = 2
	cropLow    = -4
	cropHigh   = 1.5
)

// cropAround returns where the crop of a face lies in the image, so many widths
// of the face lower than usual.
func cropAround(face, forehead thermal.Box, lower float64) thermal.Box {
	wide, middle := face.Width(), face.Centre().X
	top := forehead.Y0 + (lower-cropAbove)*wide
	return thermal.Box{X0: middle - cropWide/2*wide, Y0: top, X1: middle + cropWide/2*wide, Y1: top + cropTall*wide}
}

// crop cuts the upper part of a face out of the detector's input, at one size
// whatever the face's, from around, in pixels of the image. What lies outside
// repeats the edge.
func (p *plane) crop(around thermal.Box) []float32 {
	cell := float64(p.factor)
	width, height := around.Width()/cell, around.Height()/cell
	left, top := around.X0/cell+float64(p.left), around.Y0/cell+float64(p.top)
	p.levels.clear()
	for row := range CropRows {
		upper, lower, below := between(top+(float64(row)+0.5)*height/CropRows, p.height)
		for column := range CropColumns {
			first, second, beside := between(left+(float64(column)+0.5)*width/CropColumns, p.width)
			at := func(y int) float32 {
				v := p.cells[y*p.width+first]
				return v + beside*(p.cells[y*p.width+second]-v)
			}
			v := at(upper)
			v = (v + below*(at(lower)-v)) * inputKelvin
			p.upper[row*CropColumns+column] = v
			p.levels.add(v)
		}
	}
	level := p.levels.quantile(cropLevel)
	for i, v := range p.upper {
		p.upper[i] = min(cropHigh, max(cropLow, (v-level)/cropKelvin))
	}
	return p.upper[:]
}

// between returns the values at either side of a place along a side of so many,
// and how far the place is from the first to the second.
func between(place float64, size int) (first, second int, part float32) {
	at := math.Min(math.Max(place-0.5, 0), float64(size-1))
	first = int(at)
	return first, min(first+1, size-1), float32(at - float64(first))
}
