package sim

import "math"

// haloReach is the half width in units of each of the two boxes that make the
// halo: together a hill that ends ten units from its middle.
const haloReach = 5

// optics turns the scene into the radiance that falls on the sensor,
// W/(m2 sr) in the band.
type optics struct {
	*planck
	w, h     int
	radiance []float32
	scratch  []float32
	wide     []float32
	columns  []float32
	// lens is half of the kernel of the lens, in pixels from its middle.
	lens  [4]float32
	halo  float32
	reach int // of the halo's box, pixels
}

func newOptics(k *Camera, p *planck, w, h int, scale float32) *optics {
	o := &optics{
		planck: p, w: w, h: h, halo: float32(k.Halo), reach: int(haloReach*scale + 0.5),
		radiance: make([]float32, w*h), scratch: make([]float32, w*h), wide: make([]float32, w*h),
		columns: make([]float32, w),
	}
	sum := 0.0
	for i := -3; i <= 3; i++ {
		sum += math.Exp(-0.5 * float64(i*i) / (k.Blur * k.Blur))
	}
	for i := range o.lens {
		o.lens[i] = float32(math.Exp(-0.5*float64(i*i)/(k.Blur*k.Blur)) / sum)
	}
	return o
}

// image makes the radiance of what the canvas shows: e L(T) + (1 - e) L of the
// surroundings, smeared where people move, blurred by the lens, with a halo.
func (o *optics) image(c *canvas, s *shot, surroundings float32) {
	for i, t := range c.temp {
		e := c.emits[i]
		o.radiance[i] = e*o.of(t) + (1-e)*surroundings
	}
	for i := range s.figures[:s.n] {
		o.smear(c, &s.figures[i], uint8(parts)*uint8(i+1))
	}
	o.blur()
	if o.halo > 0 {
		o.scatter()
	}
}

// smear blurs a moving figure along its way: a pixel of a bolometer follows
// the scene with a delay. Owners above last stand before the figure and stay.
func (o *optics) smear(c *canvas, f *figure, last uint8) {
	n := min(int(f.smear*c.scale+0.5), 16)
	if n < 2 {
		return
	}
	u := f.unit()
	win := c.window(f.x-2.4*u, f.y-1.4*u, f.x+2.4*u, c.height)
	for y := win.y0; y < win.y1; y++ {
		row, owner := o.radiance[y*o.w+win.x0:y*o.w+win.x1], c.owner[y*o.w+win.x0:y*o.w+win.x1]
		// What the figure would show without those before it: the last that
		// is seen of it.
		in, out := o.scratch[:len(row)], o.wide[:len(row)]
		for i, v := range row {
			if owner[i] > last && i > 0 {
				v = in[i-1]
			}
			in[i] = v
		}
		copy(out, in)
		var sum float32
		for i, v := range in {
			sum += v
			if i >= n {
				sum -= in[i-n]
			}
			if at := i - n/2; at >= 0 {
				out[at] = sum / float32(min(i+1, n))
			}
		}
		for i, v := range out {
			if owner[i] <= last {
				row[i] = v
			}
		}
	}
}

// blur applies the lens.
func (o *optics) blur() {
	w, h, lens := o.w, o.h, &o.lens
	for y := range h {
		in, out := o.radiance[y*w:(y+1)*w], o.scratch[y*w:(y+1)*w]
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
		return o.scratch[y*w : (y+1)*w]
	}
	for y := range h {
		out, m := o.radiance[y*w:(y+1)*w], row(y)
		a, b, d, e, f, g := row(y-1), row(y+1), row(y-2), row(y+2), row(y-3), row(y+3)
		for x := range w {
			out[x] = lens[0]*m[x] + lens[1]*(a[x]+b[x]) + lens[2]*(d[x]+e[x]) + lens[3]*(f[x]+g[x])
		}
	}
}

// scatter takes the halo's share from every pixel and spreads it.
func (o *optics) scatter() {
	o.boxRows(o.scratch, o.radiance)
	o.boxRows(o.wide, o.scratch)
	o.boxColumns(o.scratch, o.wide)
	o.boxColumns(o.wide, o.scratch)
	for i, v := range o.wide {
		o.radiance[i] += o.halo * (v - o.radiance[i])
	}
}

// boxRows writes the running mean along the rows of src into dst. Beyond the
// edge the image goes on as at the edge.
func (o *optics) boxRows(dst, src []float32) {
	w, r := o.w, o.reach
	part := 1 / float32(2*r+1)
	for y := range o.h {
		in, out := src[y*w:(y+1)*w], dst[y*w:(y+1)*w]
		sum := float32(r+1) * in[0]
		for i := 1; i <= r; i++ {
			sum += in[min(i, w-1)]
		}
		for x := range out {
			out[x] = sum * part
			sum += in[min(x+r+1, w-1)] - in[max(x-r, 0)]
		}
	}
}

// boxColumns does the same along the columns.
func (o *optics) boxColumns(dst, src []float32) {
	w, h, r := o.w, o.h, o.reach
	part := 1 / float32(2*r+1)
	row := func(y int) []float32 {
		y = max(0, min(y, h-1))
		return src[y*w : (y+1)*w]
	}
	sum := o.columns
	for x, v := range row(0) {
		sum[x] = float32(r+1) * v
	}
	for i := 1; i <= r; i++ {
		for x, v := range row(i) {
			sum[x] += v
		}
	}
	for y := range h {
		out, enters, leaves := dst[y*w:(y+1)*w], row(y+r+1), row(y-r)
		for x := range out {
			out[x] = sum[x] * part
			sum[x] += enters[x] - leaves[x]
		}
	}
}
