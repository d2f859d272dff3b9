package sim

import "math"

// The band of the camera in micrometres, taken as a rectangle.
const (
	bandLow  = 8.0
	bandHigh = 14.0
)

// Range of the tables in degC; beyond it radiance stays at the end value.
const (
	coldest    = -80.0
	hottest    = 250.0
	tableStep  = 0.125 // K, below 0.03 mK of error between the points
	tableCells = int((hottest - coldest) / tableStep)
	levels     = 8192 // of the inverse table
)

// planck turns temperatures into in-band radiance, W/(m2 sr), and back, within
// 0.1 mK from -40 to 150 degC. The integration is the package's own: the
// simulation must not share the arithmetic of the calibration that is tested
// with it, or an error there would cancel.
type planck struct {
	radiance   [tableCells + 1]float32 // at coldest + i tableStep
	celsius    [levels + 1]float32     // at lowest + i span/levels
	lowest     float32
	perLevel   float32 // levels per W/(m2 sr)
	perReverse float64 // W/(m2 sr) per level
}

func newPlanck() *planck {
	p := new(planck)
	var exact [tableCells + 1]float64
	for i := range exact {
		exact[i] = inBand(coldest + float64(i)*tableStep)
		p.radiance[i] = float32(exact[i])
	}
	lowest, highest := exact[0], exact[tableCells]
	p.lowest, p.perReverse = float32(lowest), (highest-lowest)/levels
	p.perLevel = float32(1 / p.perReverse)
	cell := 0
	for i := range p.celsius {
		l := lowest + float64(i)*p.perReverse
		for cell < tableCells-1 && exact[cell+1] < l {
			cell++
		}
		part := (l - exact[cell]) / (exact[cell+1] - exact[cell])
		p.celsius[i] = float32(coldest + (float64(cell)+part)*tableStep)
	}
	return p
}

// of returns the in-band radiance of a blackbody at t degC.
func (p *planck) of(t float32) float32 {
	x := max(0, min((t-coldest)*(1/tableStep), float32(tableCells)-0.01))
	i := int(x)
	return p.radiance[i] + (p.radiance[i+1]-p.radiance[i])*(x-float32(i))
}

// inverse returns the temperature of a blackbody of that radiance.
func (p *planck) inverse(l float32) float32 {
	x := max(0, min((l-p.lowest)*p.perLevel, levels-0.01))
	i := int(x)
	return p.celsius[i] + (p.celsius[i+1]-p.celsius[i])*(x-float32(i))
}

// inBand integrates Planck's law over the band for a blackbody at t degC, by
// Gauss and Legendre's rule with eight points in each half of the band, which
// leaves less than a part in 10^10. Constants: CODATA 2018.
func inBand(t float64) float64 {
	const (
		c1 = 1.191042972e8 // 2hc2 in W um4/(m2 sr)
		c2 = 1.438776877e4 // hc/k in um K
		h  = (bandHigh - bandLow) / 4
	)
	points := [4]float64{0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363}
	weights := [4]float64{0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763}
	law := func(lambda float64) float64 {
		return c1 / (lambda * lambda * lambda * lambda * lambda * math.Expm1(c2/(lambda*(t+273.15))))
	}
	sum := 0.0
	for _, middle := range [2]float64{bandLow + h, bandHigh - h} {
		for i, x := range points {
			sum += weights[i] * (law(middle-h*x) + law(middle+h*x))
		}
	}
	return h * sum
}
