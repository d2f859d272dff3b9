package vision

import (
	"encoding/binary"
	"math/bits"

	"lintel/firmware/thermal"
)

const (
	// bodyKelvin is how far above the room a cell must be to be taken for a
	// body: clothes indoors are 2 to 8 K warmer than the room, less at the hem.
	bodyKelvin = 1.5
	// headAround is how far around a face, in its widths, its head reaches.
	headAround = 0.25
)

// silhouette draws everybody with a face into the mask: the warm cells that
// hang together with a face, and all that they enclose. Lamps and radiators on
// the wall do not hang together with one. Nothing inside an outline shows:
// holes are filled, and heads from side to side, so that glasses, a cold nose
// or a mouth leave no mark.
func (f *Finder) silhouette(m *Mask) {
	p := &f.plane
	m.resize(p.innerW, p.innerH)
	s := &f.shape
	s.resize(p.innerW, p.innerH)
	if !f.tracker.anybody(float64(p.factor)) {
		return
	}
	s.warm(p)
	heads := func(use func(cells)) {
		for i := range f.tracker.tracks {
			if t := &f.tracker.tracks[i]; t.confirmed(float64(p.factor)) {
				use(p.head(t.now.box))
			}
		}
	}
	heads(s.seed)
	s.spread(s.body, s.free)
	heads(s.close)
	s.fill()
	s.write(m)
}

// cells is a range of cells without padding, the upper ends excluded.
type cells struct{ x0, y0, x1, y1 int }

// head returns the cells of a head by its face.
func (p *plane) head(b thermal.Box) cells {
	d := headAround * b.Width()
	clip := func(v float64, end int) int { return min(max(int(v/float64(p.factor)), 0), end) }
	return cells{clip(b.X0-d, p.innerW), clip(b.Y0-d, p.innerH), clip(b.X1+d, p.innerW), clip(b.Y1, p.innerH)}
}

// shape holds pictures of one bit a cell. A row is a few words; the first cell
// of a word is its highest bit, so that whole runs of cells are handled by one
// addition.
type shape struct {
	width, height int
	words         int // in a row
	body          []uint64
	free          []uint64 // where body may spread
	outside       []uint64
}

const wordBits = 64

func (s *shape) resize(width, height int) {
	s.width, s.height, s.words = width, height, (width+wordBits-1)/wordBits
	n := s.words * height
	for _, b := range []*[]uint64{&s.body, &s.free, &s.outside} {
		if cap(*b) < n {
			*b = make([]uint64, n)
		}
		*b = (*b)[:n]
		clear(*b)
	}
}

func (s *shape) forget() {
	for _, b := range [][]uint64{s.body, s.free, s.outside} {
		clear(b[:cap(b)])
	}
}

func (s *shape) row(of []uint64, y int) []uint64 { return of[y*s.words : (y+1)*s.words] }

// wordOf returns the bits of the cells x0 to x1-1 in word i of a row.
func wordOf(i, x0, x1 int) uint64 {
	low, high := max(x0-i*wordBits, 0), min(x1-i*wordBits, wordBits)
	if low >= high {
		return 0
	}
	return ^uint64(0) >> low &^ (^uint64(0) >> (high - 1) >> 1)
}

// warm marks the cells that a body could be.
func (s *shape) warm(p *plane) {
	// A room so much colder than the person who fills the image that its cells
	// are clipped is no body.
	level := max((p.room+bodyKelvin)/inputKelvin, inputLow)
	for y := range s.height {
		row := s.row(s.free, y)
		from := p.cells[(y+p.top)*p.width+p.left:][:s.width]
		for i := range row {
			part := from[i*wordBits : min((i+1)*wordBits, len(from))]
			var w uint64
			for _, v := range part {
				w <<= 1
				if v > level {
					w |= 1
				}
			}
			row[i] = w << (wordBits - len(part))
		}
	}
}

// seed begins a body where it is warm.
func (s *shape) seed(c cells) {
	for y := c.y0; y < c.y1; y++ {
		body, free := s.row(s.body, y), s.row(s.free, y)
		for i := range body {
			body[i] |= free[i] & wordOf(i, c.x0, c.x1)
		}
	}
}

// spread lets of grow over the cells of free that hang together with it.
func (s *shape) spread(of, free []uint64) {
	for grown := true; grown; {
		grown = false
		for y := 1; y < s.height; y++ {
			grown = s.grow(of, free, y, y-1) || grown
		}
		for y := s.height - 2; y >= 0; y-- {
			grown = s.grow(of, free, y, y+1) || grown
		}
	}
}

// grow lets row y take from row next and spread along itself; true where it
// did.
func (s *shape) grow(of, free []uint64, y, next int) bool {
	row, open, from := s.row(of, y), s.row(free, y), s.row(of, next)
	var before, carry uint64
	changed := false
	for i := len(row) - 1; i >= 0; i-- { // to the left, where carries go
		before = row[i]
		seed := before | from[i]&open[i]
		sum, out := bits.Add64(open[i], seed, carry)
		row[i] = seed | open[i]&(open[i]^sum)
		carry = out
		changed = changed || row[i] != before
	}
	carry = 0
	for i := range row { // to the right
		before = row[i]
		free, seed := bits.Reverse64(open[i]), bits.Reverse64(before)
		sum, out := bits.Add64(free, seed, carry)
		row[i] = bits.Reverse64(seed | free&(free^sum))
		carry = out
		changed = changed || row[i] != before
	}
	return changed
}

// close fills each row of a head from its first cell to its last.
func (s *shape) close(c cells) {
	for y := c.y0; y < c.y1; y++ {
		row := s.row(s.body, y)
		first, last := -1, -1
		for i := range row {
			if w := row[i] & wordOf(i, c.x0, c.x1); w != 0 {
				if first < 0 {
					first = i*wordBits + bits.LeadingZeros64(w)
				}
				last = (i+1)*wordBits - 1 - bits.TrailingZeros64(w)
			}
		}
		for i := range row {
			if first >= 0 {
				row[i] |= wordOf(i, first, last+1)
			}
		}
	}
}

// fill fills what the body encloses: all that cannot be reached from the edge
// of the image.
func (s *shape) fill() {
	for i, b := range s.body {
		s.free[i] = ^b & wordOf(i%s.words, 0, s.width)
	}
	for y := range s.height {
		out, free := s.row(s.outside, y), s.row(s.free, y)
		for i := range out {
			edge := wordOf(i, 0, 1) | wordOf(i, s.width-1, s.width)
			if y == 0 || y == s.height-1 {
				edge = ^uint64(0)
			}
			out[i] = free[i] & edge
		}
	}
	s.spread(s.outside, s.free)
	for i, out := range s.outside {
		s.body[i] = ^out & wordOf(i%s.words, 0, s.width)
	}
}

// write puts the body into the mask.
func (s *shape) write(m *Mask) {
	stride := m.Stride()
	for y := range s.height {
		row, to := s.row(s.body, y), m.Bits[y*stride:(y+1)*stride]
		for _, w := range row {
			var b [8]byte
			binary.BigEndian.PutUint64(b[:], w)
			to = to[copy(to, b[:]):]
		}
	}
}
