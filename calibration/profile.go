package calibration

import "math"

// While the background is compared, some of it is no longer what it was: people
// leave or come, and what they wear is as cold as the room. Such cells lie
// together, so within a line they may be the majority. The profile is therefore
// the one that most cells of all lines together follow, less a price for every
// step from line to line: the lines of a camera differ little from their
// neighbours, and to reach what a passer-by leaves behind costs two large steps.
// It is found exactly, by the dynamic programme of Viterbi over levels of change.
const (
	levelWidth = 0.05 // K
	levels     = 2*30 + 1
	// follows is the distance in kelvin from the profile within which a cell
	// follows it: it counts one in the middle and nothing at the end.
	follows      = 0.15
	followLevels = 3
	// stepPrice is how many cells outweigh a step of one kelvin between lines.
	stepPrice = 20.0
	// leastInLine is how many cells make the value of a line, leastLines the
	// part of the lines that must have one, and leastFollow the part of the cells
	// that must follow.
	leastInLine = 4
	leastLines  = 0.25
	leastFollow = 0.4
)

// lanes is the profile along one direction: a value for each line of cells.
type lanes struct {
	count, length int // lines, and cells in each
	step, stride  int // from line to line and from cell to cell
	value         [maxLanes]float64
	distance      [maxLanes]uint8 // lines to the next that has a value
}

// profiles fits a sum of a profile down the image and one across it to the change
// of the cells, in kelvin, NaN where it is not known.
type profiles struct {
	change       []float64
	down, across lanes
	scatter      float64
	weight       [2*followLevels + 1]float32
	score        [maxLanes][levels]float32
	from         [maxLanes][levels]uint8
}

func newProfiles(nx, ny int) *profiles {
	p := &profiles{change: make([]float64, nx*ny)}
	p.down = lanes{count: ny, length: nx, step: nx, stride: 1}
	p.across = lanes{count: nx, length: ny, step: 1, stride: nx}
	for i := range p.weight {
		off := float64(i-followLevels) * levelWidth / follows
		p.weight[i] = float32(1 - off*off)
	}
	return p
}

// forget overwrites what is known.
func (p *profiles) forget() {
	clear(p.change)
	clear(p.score[:])
	clear(p.from[:])
	for _, l := range []*lanes{&p.down, &p.across} {
		clear(l.value[:])
		clear(l.distance[:])
	}
	p.scatter = 0
}

// fit fits both; false where too little is known.
func (p *profiles) fit() bool {
	clear(p.down.value[:])
	clear(p.across.value[:])
	clear(p.down.distance[:])
	clear(p.across.distance[:])
	// The direction that explains more goes first: a camera has one read-out, and
	// it may be mounted on its side.
	first, second := &p.down, &p.across
	if most := p.support(first, second); p.support(second, first) > most {
		first, second = second, first
	} else {
		p.support(first, second)
	}
	p.trace(first)
	ok := p.settle(first, second)
	p.support(second, first)
	p.trace(second)
	return p.settle(second, first) && ok && p.settle(first, second) && p.settle(second, first) && p.judge()
}

// support fills in how many cells every profile gathers, less the price of its
// steps, from the first line to each level of each line, and returns the most.
func (p *profiles) support(l, other *lanes) float32 {
	for k := range l.count {
		s := &p.score[k]
		clear(s[:])
		for i := range l.length {
			v := (p.change[k*l.step+i*l.stride]-other.value[i])/levelWidth + levels/2
			if !(v > 0 && v < levels-1) {
				continue
			}
			at := int(v + 0.5)
			for j := max(at-followLevels, 0); j <= min(at+followLevels, levels-1); j++ {
				s[j] += p.weight[j-at+followLevels]
			}
		}
		if k > 0 {
			p.join(k)
		}
	}
	most := float32(0)
	for _, v := range p.score[l.count-1] {
		most = max(most, v)
	}
	return most
}

// join adds to the scores of a line what the best way to there has gathered.
func (p *profiles) join(k int) {
	const price = float32(stepPrice * levelWidth)
	best, from := p.score[k-1], &p.from[k]
	for i := range from {
		from[i] = uint8(i)
	}
	for i := 1; i < levels; i++ {
		if v := best[i-1] - price; v > best[i] {
			best[i], from[i] = v, from[i-1]
		}
	}
	for i := levels - 2; i >= 0; i-- {
		if v := best[i+1] - price; v > best[i] {
			best[i], from[i] = v, from[i+1]
		}
	}
	s := &p.score[k]
	for i := range s {
		s[i] += best[i]
	}
}

// trace sets the values of the lines to the best profile.
func (p *profiles) trace(l *lanes) {
	level := 0
	for i, v := range p.score[l.count-1] {
		if v > p.score[l.count-1][level] {
			level = i
		}
	}
	for k := l.count - 1; k >= 0; k-- {
		l.value[k] = float64(level-levels/2) * levelWidth
		level = int(p.from[k][level])
	}
}

// settle makes the value of each line the mean of the cells that follow it; lines
// with too few lie between their neighbours. It says whether enough lines have
// one.
func (p *profiles) settle(l, other *lanes) bool {
	last, filled := -1, 0
	for k := range l.count {
		sum, n := 0.0, 0
		for i := range l.length {
			if v := p.change[k*l.step+i*l.stride] - other.value[i] - l.value[k]; math.Abs(v) <= follows {
				sum += v
				n++
			}
		}
		if n < leastInLine {
			continue
		}
		l.value[k] += sum / float64(n)
		l.between(last, k)
		last = k
		filled++
	}
	l.between(last, l.count)
	return float64(filled) >= leastLines*float64(l.count)
}

// between fills in the lines between two that have a value, or before the first
// or after the last.
func (l *lanes) between(from, to int) {
	if to < l.count {
		l.distance[to] = 0
	}
	for k := from + 1; k < to; k++ {
		switch {
		case from < 0 && to >= l.count:
			return
		case from < 0:
			l.value[k], l.distance[k] = l.value[to], uint8(to-k)
		case to >= l.count:
			l.value[k], l.distance[k] = l.value[from], uint8(k-from)
		default:
			l.value[k] = l.value[from] + (l.value[to]-l.value[from])*float64(k-from)/float64(to-from)
			l.distance[k] = uint8(min(k-from, to-k))
		}
	}
}

// judge works out the scatter, the standard deviation of the cells that follow,
// and says whether enough of them do.
func (p *profiles) judge() bool {
	squares, n, known := 0.0, 0, 0
	for y := range p.down.count {
		for x := range p.across.count {
			v := p.change[y*p.down.step+x] - p.down.value[y] - p.across.value[x]
			if math.IsNaN(v) {
				continue
			}
			known++
			if math.Abs(v) <= follows {
				squares += v * v
				n++
			}
		}
	}
	p.scatter = math.Sqrt(squares / math.Max(float64(n), 1))
	return float64(n) >= leastFollow*float64(known)
}
