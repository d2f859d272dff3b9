package uvc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Pixel is a pixel of the sensor, before it is turned upright.
type Pixel struct{ X, Y int }

// ParsePixels reads the entries of camera.bad_pixels, each SERIAL:x,y, and
// returns those of one camera.
//
// Errors: [ErrPixel].
func ParsePixels(entries []string, serial string) ([]Pixel, error) {
	var pixels []Pixel
	for _, e := range entries {
		at := strings.LastIndexByte(e, ':')
		if at < 0 {
			return nil, fmt.Errorf("cannot use the bad pixel %q: %w", e, ErrPixel)
		}
		x, y, ok := strings.Cut(e[at+1:], ",")
		px, errX := strconv.Atoi(strings.TrimSpace(x))
		py, errY := strconv.Atoi(strings.TrimSpace(y))
		if !ok || errX != nil || errY != nil || px < 0 || py < 0 || px >= 2048 || py >= 2048 {
			return nil, fmt.Errorf("cannot use the bad pixel %q: %w", e, ErrPixel)
		}
		if e[:at] == serial {
			pixels = append(pixels, Pixel{px, py})
		}
	}
	return pixels, nil
}

const (
	// lookEvery is how often a frame is searched for pixels that do not work, in
	// frames.
	lookEvery = 8
	// badAfter is in how many searches running a pixel must stand out.
	badAfter = 12
	// maxBad is the share of pixels that are filled in at most: a sensor with more
	// is broken, and the frames tell so by themselves.
	maxBad = 0.01
	// spike is how far a pixel must stand out, in kelvin. A lens spreads every
	// point over its neighbours, so that in an image no single pixel does.
	spike = 1.5
)

// mender fills in the pixels that do not work. It finds them by itself: they
// stand out from the rows above and below, which agree, for long.
type mender struct {
	w, h     int
	limit    int32 // counts
	listed   []int // given by the settings
	found    []int // by itself
	standing []uint8
	n        int // frames
}

func newMender(p *Profile, listed []Pixel) *mender {
	m := &mender{w: p.Width, h: p.rows(), standing: make([]uint8, p.Width*p.rows())}
	if k := p.Scale.KelvinPerCount(); k > 0 {
		m.limit = int32(spike / k)
	}
	for _, l := range listed {
		if l.X < m.w && l.Y < m.h {
			m.listed = append(m.listed, l.Y*m.w+l.X)
		}
	}
	slices.Sort(m.listed)
	m.listed = slices.Compact(m.listed)
	m.found = make([]int, 0, m.w*m.h)
	return m
}

// mend fills in the pixels of a frame.
func (m *mender) mend(c []uint16) {
	if m.limit > 0 && m.n%lookEvery == 0 {
		m.look(c)
	}
	m.n++
	for _, i := range m.listed {
		m.fill(c, i)
	}
	if float64(len(m.found)) > maxBad*float64(len(c)) {
		return
	}
	for _, i := range m.found {
		m.fill(c, i)
	}
}

// look searches a frame for pixels that stand out from the two rows above and
// the two below, which go on smoothly. A warm point that the lens has spread
// shows in the next rows, too.
func (m *mender) look(c []uint16) {
	m.found = m.found[:0]
	at := func(x, y int) int32 { return int32(c[min(max(y, 0), m.h-1)*m.w+x]) }
	for y := 1; y < m.h-1; y++ {
		for x := range m.w {
			above, below := at(x, y-1), at(x, y+1)
			out := abs(2*at(x, y) - above - below)
			s := &m.standing[y*m.w+x]
			if out > 2*m.limit && 4*abs(above-below) < out && 4*abs(above-at(x, y-2)) < out && 4*abs(below-at(x, y+2)) < out {
				*s = min(*s+1, badAfter)
			} else if *s > 0 {
				*s--
			}
			if *s == badAfter {
				m.found = append(m.found, y*m.w+x)
			}
		}
	}
}

func abs(v int32) int32 { return max(v, -v) }

// rows fills whole rows in, from those above and below, which are good.
func (m *mender) rows(c []uint16, stuck []int) {
	for _, y := range stuck {
		above, below := max(y-1, 0), min(y+1, m.h-1)
		if above == y {
			above = below
		}
		if below == y {
			below = above
		}
		for x := range m.w {
			c[y*m.w+x] = uint16((uint32(c[above*m.w+x]) + uint32(c[below*m.w+x])) / 2)
		}
	}
}

// fill takes a pixel from those above and below, or beside, that work.
func (m *mender) fill(c []uint16, i int) {
	x, y := i%m.w, i/m.w
	var sum, n uint32
	take := func(x, y int) {
		if x < 0 || y < 0 || x >= m.w || y >= m.h || m.bad(y*m.w+x) {
			return
		}
		sum += uint32(c[y*m.w+x])
		n++
	}
	take(x, y-1)
	take(x, y+1)
	if n == 0 {
		take(x-1, y)
		take(x+1, y)
	}
	if n > 0 {
		c[i] = uint16(sum / n)
	}
}

func (m *mender) bad(i int) bool {
	if _, ok := slices.BinarySearch(m.listed, i); ok {
		return true
	}
	_, ok := slices.BinarySearch(m.found, i)
	return ok
}

// pixels lists those that were found, in pixels of the sensor.
func (m *mender) pixels() []Pixel {
	var all []Pixel
	for _, i := range m.found {
		all = append(all, Pixel{i % m.w, i / m.w})
	}
	return all
}
