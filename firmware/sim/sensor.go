package sim

import (
	"math"
	"math/rand/v2"

	"lintel/firmware/thermal"
)

// cell is the distance in pixels between the points at which the noise that
// neighbours share is drawn.
const cell = 8

// stuckPixel is a pixel that does not follow the scene.
type stuckPixel struct {
	index int
	count uint16
}

// sensor turns radiance into counts.
type sensor struct {
	*planck
	w, h       int
	netd       float32   // K
	correlated float32   // K
	perKelvin  float32   // counts
	highest    float32   // count
	pattern    []float32 // K, what is left of the fixed pattern
	patchy     []float32 // of deviation 1, what a correction leaves besides lines
	stuck      []stuckPixel
	grid, line []float32 // of the shared noise
	pcg        *rand.PCG
	rng        *rand.Rand
	seed       uint64
}

func newSensor(c *Config, p *planck) *sensor {
	w, h := c.Width, c.Height
	pcg := rand.NewPCG(c.Seed, 1)
	s := &sensor{
		planck: p, w: w, h: h, netd: float32(c.NETD),
		// Reading between the points of the grid leaves 2/3 of their spread.
		correlated: 1.5 * float32(c.Camera.Correlated),
		perKelvin:  float32(1 / c.Camera.scale().KelvinPerCount()),
		pattern:    make([]float32, w*h),
		grid:       make([]float32, (w/cell+2)*(h/cell+2)), line: make([]float32, w/cell+2),
		pcg: pcg, rng: rand.New(pcg), seed: c.Seed,
	}
	s.highest = math.MaxUint16
	if at := c.Camera.SaturatesAt; at != 0 {
		s.highest = min(s.highest, float32(c.Camera.scale().Counts(at)))
	}
	if c.Camera.Pattern > 0 {
		// Two parts of columns in three of pixels.
		columns, pixels := 0.67*float32(c.Camera.Pattern), 0.74*float32(c.Camera.Pattern)
		for x := range w {
			column := columns * float32(s.rng.NormFloat64())
			for y := range h {
				s.pattern[y*w+x] = column + pixels*float32(s.rng.NormFloat64())
			}
		}
	}
	s.shade(float32(c.Camera.Shading))
	s.patch(c)
	s.stick(c.Camera.Stuck)
	return s
}

// shade lets the corners read lower by k kelvin than the middle.
func (s *sensor) shade(k float32) {
	for i := range s.pattern {
		x, y := float32(2*(i%s.w)+1)/float32(s.w)-1, float32(2*(i/s.w)+1)/float32(s.h)-1
		s.pattern[i] -= k * (x*x + y*y) / 2
	}
}

// stick draws n stuck pixels; half of them lie in runs along a row, as broken
// read-out lines leave them.
func (s *sensor) stick(n int) {
	rng := rand.New(rand.NewPCG(s.seed, math.MaxUint64))
	warm := func() uint16 { return uint16((28 + 8*rng.Float32() - float32(thermal.AbsoluteZero)) * s.perKelvin) }
	at, kind := 0, 0
	for i := range n {
		if i%2 == 0 || i%16 == 1 {
			at = rng.IntN(s.w * s.h)
			kind++
		} else {
			at = (at + 1) % (s.w * s.h)
		}
		p := stuckPixel{at, warm()}
		switch kind % 4 {
		case 0:
			p.count = 0
		case 1:
			p.count = math.MaxUint16
		}
		s.stuck = append(s.stuck, p)
	}
}

// response is how the camera answers in one frame.
type response struct {
	added   float32 // radiance that does not come from the scene
	gain    float32 // of the difference between scene and shutter
	shutter float32 // its radiance
	unit    float32 // radiance that makes one kelvin at the reference
	// setting is the emissivity the camera is set to, surroundings the
	// radiance that it takes off for the rest.
	setting, surroundings float32
	// lines is by how much the upper half reads lower, K.
	lines float32
}

// reads returns the temperature that the camera makes of a radiance.
func (r *response) reads(p *planck, radiance float32) float32 {
	l := r.shutter + (radiance-r.shutter)*r.gain + r.added
	return p.inverse((l - (1-r.setting)*r.surroundings) / r.setting)
}

// expose writes the counts of frame n.
func (s *sensor) expose(radiance []float32, counts []uint16, n uint64, r *response) {
	s.pcg.Seed(s.seed, n+2)
	if s.correlated > 0 {
		for i := range s.grid {
			s.grid[i] = s.correlated * float32(s.rng.NormFloat64())
		}
	}
	const zero = float32(-thermal.AbsoluteZero)
	scale := 1 / r.setting
	base := (r.shutter*(1-r.gain) + r.added - (1-r.setting)*r.surroundings) * scale
	gain, unit := r.gain*scale, r.unit*scale
	for y := range s.h {
		s.shared(y)
		patches := linePatches * r.lines
		line := -r.lines * upper((float32(y)+0.5)/float32(s.h))
		row, pattern, out := radiance[y*s.w:(y+1)*s.w], s.pattern[y*s.w:(y+1)*s.w], counts[y*s.w:(y+1)*s.w]
		for x, l := range row {
			noise := pattern[x] + line
			if patches != 0 {
				noise += patches * s.patchy[y*s.w+x]
			}
			if s.correlated > 0 {
				j := x / cell
				noise += s.line[j] + (s.line[j+1]-s.line[j])*float32(x%cell)*(1./cell)
			}
			if s.netd > 0 {
				noise += s.netd * float32(s.rng.NormFloat64())
			}
			t := s.inverse(base + gain*l + unit*noise)
			out[x] = uint16(max(0, min((t+zero)*s.perKelvin+0.5, s.highest)))
		}
	}
	for _, p := range s.stuck {
		counts[p.index] = p.count
	}
}

// linePatches is the deviation of the patches that a correction leaves, as a part
// of what it does to the lines, and patchSide their size in units: what is left
// on the field recordings after the lines are taken away.
const (
	linePatches = 0.05
	patchSide   = 12
)

// patch draws the patches.
func (s *sensor) patch(c *Config) {
	if c.FFC.Lines == 0 {
		return
	}
	t := newTile(rand.New(rand.NewPCG(c.Seed, math.MaxUint64-1)))
	s.patchy = make([]float32, s.w*s.h)
	k := 8 * 120 / float32(min(s.w, s.h)) / patchSide
	for i := range s.patchy {
		s.patchy[i] = t.at(float32(i%s.w)*k, float32(i/s.w)*k)
	}
}

// upper goes from 1 in the upper half of the image to 0 in the lower; y is 0 to 1.
func upper(y float32) float32 {
	return float32(1 / (1 + math.Exp(float64(y-0.52)/0.035)))
}

// shared brings the noise that neighbours share from the grid into row y.
func (s *sensor) shared(y int) {
	n := len(s.line)
	above, below := s.grid[y/cell*n:][:n], s.grid[(y/cell+1)*n:][:n]
	part := float32(y%cell) / cell
	for i := range s.line {
		s.line[i] = above[i] + (below[i]-above[i])*part
	}
}
