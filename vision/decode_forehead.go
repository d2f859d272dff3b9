package vision

import (
	"math"

	"lintel/firmware/thermal"
)

const (
	skinChannel = 14                   // the first of skinParts x skinParts
	skinParts   = 4                    // parts a side of an output cell
	skinSide    = cellSide / skinParts // input values a side of a part

	// The forehead is searched for from this much above the face to this far
	// down it, in heights of the face.
	searchAbove = 0.1
	searchDown  = 0.6
	// leastBare is the probability of bare skin from which a part of the map
	// adds to the forehead. The map is cautious towards the edges, where the
	// annotators' boxes differ by a pixel or two.
	leastBare = 0.15
)

// span is a rectangle of parts of the map of bare skin.
type span struct{ left, top, right, bottom int }

// forehead returns the bare forehead of a face, in pixels of the image: the box
// that the network's map of bare skin shows, which follows hair and glasses
// better than the one that the network drew; the drawn one where it shows none.
func (p *plane) forehead(out []float32, face, drawn thermal.Box) thermal.Box {
	area := p.search(face)
	if area.right <= area.left || area.bottom <= area.top {
		return drawn
	}
	skin := p.readSkin(out, area)
	best, ok := fullest(skin, p.skin[len(skin):], area.right-area.left)
	if !ok {
		return drawn
	}
	return p.image(thermal.Box{
		X0: float64(skinSide * (area.left + best.left)), Y0: float64(skinSide * (area.top + best.top)),
		X1: float64(skinSide * (area.left + best.right)), Y1: float64(skinSide * (area.top + best.bottom)),
	})
}

// search returns the parts of the map in which a face's forehead lies.
func (p *plane) search(face thermal.Box) span {
	side := float64(p.factor * skinSide)
	left, top := float64(p.left)/skinSide, float64(p.top)/skinSide
	columns, rows := p.width/skinSide, p.height/skinSide
	return span{
		left:   max(0, int(math.Floor(face.X0/side+left))),
		right:  min(columns, int(math.Ceil(face.X1/side+left))),
		top:    max(0, int(math.Floor((face.Y0-searchAbove*face.Height())/side+top))),
		bottom: min(rows, int(math.Ceil((face.Y0+searchDown*face.Height())/side+top))),
	}
}

// readSkin copies the map of an area into p.skin, row by row, as the
// probability of bare skin less leastBare.
func (p *plane) readSkin(out []float32, area span) []float32 {
	columns := p.width / cellSide
	cells := columns * (p.height / cellSide)
	skin := p.skin[:0]
	for y := area.top; y < area.bottom; y++ {
		for x := area.left; x < area.right; x++ {
			channel := skinChannel + y%skinParts*skinParts + x%skinParts
			logit := out[channel*cells+y/skinParts*columns+x/skinParts]
			v := logistic(float64(logit)) - leastBare
			if math.IsNaN(v) {
				v = -leastBare
			}
			skin = append(skin, float32(v))
		}
	}
	return skin
}

// fullest returns the rectangle of the largest sum, not ok where no sum is
// positive. sums has room for a row.
func fullest(skin, sums []float32, columns int) (span, bool) {
	rows := len(skin) / columns
	sums = sums[:columns]
	var best float32
	var found span
	for top := range rows {
		clear(sums)
		for bottom := top; bottom < rows; bottom++ {
			// The run of columns with the largest sum (Bentley, doi
			// 10.1145/358234.381162).
			var running float32
			start := 0
			row := skin[bottom*columns : (bottom+1)*columns]
			for x := range sums {
				sums[x] += row[x]
				if running <= 0 {
					running, start = 0, x
				}
				running += sums[x]
				if running > best {
					best, found = running, span{start, top, x + 1, bottom + 1}
				}
			}
		}
	}
	return found, best > 0
}
