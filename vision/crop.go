package vision

import (
	"fmt"
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

const (
	// lookEvery is how many frames pass from one look at a face to the next: a
	// look takes half of what the first network does.
	lookEvery = 3
	// lookSmoothing is the weight of the newest look.
	lookSmoothing = 0.6
	// lookAside is how far above and below its place, in widths of the face, a
	// look cuts two more crops out; the mean of the logits counts. The upper edge
	// of a forehead may be drawn so far off.
	lookAside = 0.1
)

// crop cuts the upper part of a face out of the detector's input, at one size
// whatever the face's, so many widths of the face lower than usual. What lies
// outside repeats the edge.
func (p *plane) crop(face, forehead thermal.Box, lower float64) []float32 {
	cell := float64(p.factor)
	wide := face.Width() / cell
	left := face.Centre().X/cell + float64(p.left) - cropWide/2*wide
	top := forehead.Y0/cell + float64(p.top) + (lower-cropAbove)*wide
	p.levels.clear()
	for row := range CropRows {
		upper, lower, below := between(top+(float64(row)+0.5)*cropTall*wide/CropRows, p.height)
		for column := range CropColumns {
			first, second, beside := between(left+(float64(column)+0.5)*cropWide*wide/CropColumns, p.width)
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

// look says whether the second network takes the forehead of a face that nothing
// else refuses for bare. It is asked until it says so, and then in every
// lookEvery-th frame: what is on a head stays there for longer, and what is put
// before it the first network sees.
func (f *Finder) look(t *track) (Reject, error) {
	if t.hits != t.consulted+1 {
		t.wait = 0
	}
	t.consulted = t.hits
	if t.wait == 0 {
		mean := 0.0
		for place := range 3 {
			logit, err := f.cfg.Detector.Bare(f.plane.crop(t.now.box, t.now.forehead, lookAside*float64(place-1)))
			if err != nil {
				return Covered, fmt.Errorf("cannot look at a forehead: %w", err)
			}
			mean += float64(logit) / 3
		}
		t.look(logistic(mean))
		t.wait = lookEvery
	}
	if !(math.Min(t.lately, t.worn) >= minWorn) {
		t.wait = 0
		return Covered, nil
	}
	t.wait--
	return Usable, nil
}

// look takes an answer of the second network.
func (t *track) look(bare float64) {
	if !t.looked {
		t.worn, t.looked = bare, true
	}
	t.worn += lookSmoothing * (bare - t.worn)
	t.lately = bare
}
