package sim

import (
	"math"
	"math/rand/v2"

	"lintel/firmware/thermal"
)

// lens is half of the kernel that blurs the image, in pixels from its middle:
// a Gaussian of 0.9 pixels, as the edge of the disc shows it on a Lepton 3.5.
var lens = [4]float32{0.4432, 0.2390, 0.0375, 0.0019}

// blur applies the lens to the temperature map.
func (c *canvas) blur() {
	w, h := c.w, c.h
	for y := range h {
		in, out := c.temp[y*w:(y+1)*w], c.scratch[y*w:(y+1)*w]
		for x := range w {
			if x < 3 || x >= w-3 {
				v := lens[0] * in[x]
				for k := 1; k < len(lens); k++ {
					v += lens[k] * (in[max(x-k, 0)] + in[min(x+k, w-1)])
				}
				out[x] = v
				continue
			}
			out[x] = lens[0]*in[x] + lens[1]*(in[x-1]+in[x+1]) + lens[2]*(in[x-2]+in[x+2]) + lens[3]*(in[x-3]+in[x+3])
		}
	}
	row := func(y int) []float32 {
		y = max(0, min(y, h-1))
		return c.scratch[y*w : (y+1)*w]
	}
	for y := range h {
		out, m := c.temp[y*w:(y+1)*w], row(y)
		a, b, d, e, f, g := row(y-1), row(y+1), row(y-2), row(y+2), row(y-3), row(y+3)
		for x := range w {
			out[x] = lens[0]*m[x] + lens[1]*(a[x]+b[x]) + lens[2]*(d[x]+e[x]) + lens[3]*(f[x]+g[x])
		}
	}
}

// sensor turns a temperature map into counts.
type sensor struct {
	netd      float32
	reference float32   // degC, where the error is what it is said to be
	pattern   []float32 // K, what is left of the fixed pattern
	pcg       *rand.PCG
	rng       *rand.Rand
	seed      uint64
}

func newSensor(c Config, w, h int) *sensor {
	pcg := rand.NewPCG(c.Seed, 1)
	s := &sensor{
		netd: float32(c.NETD), reference: float32(c.Reference),
		pattern: make([]float32, w*h), pcg: pcg, rng: rand.New(pcg), seed: c.Seed,
	}
	if c.Ideal {
		return s
	}
	for x := range w {
		column := 0.018 * float32(s.rng.NormFloat64())
		for y := range h {
			s.pattern[y*w+x] = column + 0.02*float32(s.rng.NormFloat64())
		}
	}
	return s
}

// radianceFall says how the error of the camera, an added in-band radiance,
// shrinks in kelvin as an object gets warmer, as a part of it per kelvin: the
// logarithmic derivative of Planck's dL/dT at 310 K and 10.5 um,
// c2/(lambda T^2) - 2/T.
const radianceFall = 14388/(10.5*310*310) - 2.0/310

// expose writes the counts of frame n, with an error of offset kelvin on an
// object at the reference temperature.
func (s *sensor) expose(temp []float32, counts []uint16, n uint64, offset float32) {
	s.pcg.Seed(s.seed, n+2)
	const zero = float32(-thermal.AbsoluteZero)
	for i, t := range temp {
		t += offset*(1-radianceFall*(t-s.reference)) + s.pattern[i]
		if s.netd > 0 {
			t += s.netd * float32(s.rng.NormFloat64())
		}
		counts[i] = uint16(max(0, min((t+zero)*100+0.5, math.MaxUint16)))
	}
}
