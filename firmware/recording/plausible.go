package recording

import "lintel/firmware/thermal"

// A frame whose median lies outside these shows no place where people are: the
// counts are no temperatures, or of another scale. The limits are the widest
// operating range of the cameras on sale (FLIR Lepton: -40 to +80 degC ambient)
// and far beyond it at the top.
const (
	coldest thermal.Celsius = -40
	hottest thermal.Celsius = 120
)

// plausibility is the range of counts that can be the median of a frame.
type plausibility struct{ low, high uint16 }

func newPlausibility(scale thermal.CountScale) plausibility {
	return plausibility{uint16(scale.Counts(coldest)), uint16(scale.Counts(hottest))}
}

// temperatures says whether the median of the counts lies in the range. It
// needs no sorting: the median lies below when more than half do.
func (p plausibility) temperatures(counts []uint16) bool {
	below, above := 0, 0
	for _, c := range counts {
		if c < p.low {
			below++
		}
		if c > p.high {
			above++
		}
	}
	return 2*below <= len(counts) && 2*above <= len(counts)
}
