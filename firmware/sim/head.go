package sim

import "math"

// view turns points of the head's surface from the image into the face: fx to
// the person's left, fy down, fz out of the nose, each -1 to 1.
type view struct{ cosYaw, sinYaw, cosPitch, sinPitch float32 }

func (v *view) face(x, y, z float32) (fx, fy, fz float32) {
	fx, fz = x*v.cosYaw-z*v.sinYaw, x*v.sinYaw+z*v.cosYaw
	return fx, y*v.cosPitch - fz*v.sinPitch, y*v.sinPitch + fz*v.cosPitch
}

// image is the inverse of face.
func (v *view) image(fx, fy, fz float32) (x, y, z float32) {
	y, fz = fy*v.cosPitch+fz*v.sinPitch, -fy*v.sinPitch+fz*v.cosPitch
	return fx*v.cosYaw + fz*v.sinYaw, y, -fx*v.sinYaw + fz*v.cosYaw
}

func sincos(angle float32) (sin, cos float32) {
	s, c := math.Sincos(float64(angle))
	return float32(s), float32(c)
}

func (f *figure) view() view {
	var v view
	v.sinYaw, v.cosYaw = sincos(f.yaw)
	v.sinPitch, v.cosPitch = sincos(f.pitch)
	return v
}

// drawHead draws the head: an ellipsoid with a chin, seen under yaw and pitch,
// on which hair, hat and face are painted.
func (p *pen) drawHead() {
	v, l := p.view(), p.looks
	b := p.b()
	// A skull is longer than wide.
	a := p.a * (1 + 0.2*v.sinYaw*v.sinYaw)
	sinRoll, cosRoll := sincos(p.roll)
	p.drawEars(&v, a, b)
	if l.bun {
		x, y, _ := v.image(0, -1.05, -0.3)
		p.ellipse(p.x+x*a, p.y+y*b, 0.3*a, 0.22*a, p.blended(l.hairBlend), p.mine+uint8(partHead))
	}
	volume := l.hairVolume
	if l.hat != bareHead {
		volume = l.hatVolume()
	}
	margin := (1+volume)*max(a, b) + 1.5
	win := p.window(p.x-margin, p.y-margin, p.x+margin, p.y+margin)
	for py := win.y0; py < win.y1; py++ {
		dy := p.pos(py) - p.y
		for px := win.x0; px < win.x1; px++ {
			dx := p.pos(px) - p.x
			x, y := (dx*cosRoll+dy*sinRoll)/a, (dy*cosRoll-dx*sinRoll)/b
			p.headPixel(py*p.w+px, &v, x, y, a, volume)
		}
	}
	p.drawNose(&v, a, b)
}

// headPixel draws one pixel of the head at (x, y) in half widths and heights.
func (p *pen) headPixel(i int, v *view, x, y, a, volume float32) {
	l := p.looks
	s := y * y
	if y > 0 {
		// The chin lies towards where the face looks.
		x -= 0.16 * v.sinYaw * y
		x /= 1 - l.jaw*(1-0.4*abs(v.sinYaw))*s
		s *= s
	} else {
		s *= 0.72 + 0.28*s
	}
	q := x*x + s
	if q > (1.15+volume)*(1.15+volume) {
		return
	}
	r := sqrt(q)
	var z float32
	if r < 1 {
		z = sqrt(1 - q)
	} else {
		x, y = x/r, y/r
	}
	fx, fy, fz := v.face(x, y, z)
	edge := p.cover((r - 1) * a)
	ragged := float32(1)
	if l.hat == bareHead {
		ragged += 0.4 * p.tile.at(x*4+l.texture, y*4-l.texture)
	}
	over := p.cover((r - 1 - volume*ragged) * a)
	soft := 1 / (a * p.scale)
	top, covers := p.crown(fx, fy, fz, soft)
	if l.hat == hood && v.cosYaw > 0 && fy > -0.2 {
		over = max(over, edge) // open in front
	}
	bare := edge * (1 - covers)
	hairy := over * covers
	if bare == 0 && hairy == 0 {
		return
	}
	t := p.faceAt(fx, fy, fz, z, soft)
	p.blend(i, t, edge)
	p.blend(i, top, hairy)
	switch {
	case hairy > 0.5:
		p.owner[i] = p.mine + uint8(partHead)
	case bare > 0.5 && p.worn(fx, fy, fz, soft) > 0.25:
		p.owner[i] = p.mine + uint8(partHead)
		if fz > -0.25 {
			p.owner[i] = p.mine + uint8(partWorn)
		}
	case bare > 0.5 && p.isForehead(fx, fy, fz, z, soft):
		p.owner[i] = p.mine + uint8(partForehead)
	case bare > 0.5 && fz > -0.25:
		p.owner[i] = p.mine + uint8(partFace)
	case edge > 0.5:
		p.owner[i] = p.mine + uint8(partHead)
	}
}

// crown returns the temperature of what covers the skull there, hair or hat,
// and how much of the skin it covers.
func (p *pen) crown(fx, fy, fz, soft float32) (t, covers float32) {
	l := p.looks
	if l.hat != bareHead {
		if line := l.hatEdge(fx, fz); fy < line+soft {
			t = p.hatAt(fx, fy, fz)
			covers = clamp01(0.5 + (line-fy)/soft)
			if covers == 1 {
				return t, 1
			}
		}
	}
	grain := p.tile.at(fx*7+l.texture, fy*3+fz*2+l.texture*0.7)
	hair := clamp01(0.5 + (l.hairEdge(fx, fz)+0.05*max(-1.4, min(grain, 1.4))-fy)/soft)
	if hair == 0 {
		return t, covers
	}
	// Hair is warmer where it is thin: at the edge and in partings.
	thin := clamp01(1 - (l.hairEdge(fx, fz)-fy)*4)
	strands := p.blended(l.hairBlend+0.2*(1-l.hairBlend)*thin) + grain*(p.looks.skin-p.room)*0.1*(0.3+l.hairVolume*9)
	if covers > 0 {
		return t, covers // hair does not show over the edge of a hat
	}
	return strands, hair
}

// hairEdge returns how far down the hair goes at a place of the head.
func (l *looks) hairEdge(fx, fz float32) float32 {
	front := l.hairline + l.temples*(fx*fx-0.25)*0.6
	if l.fringe > 0 {
		hang := l.fringe
		if l.parting != 0 {
			hang *= clamp01(0.25 + (fx-l.parting*0.5)*sign(l.parting)*1.1)
		}
		front = max(front, l.hairline+hang)
	}
	if l.hairline < -1 {
		return front // bald
	}
	// Beside the forehead the edge falls to the sideburns, behind the ear to
	// the nape.
	front += (l.sideburn - front) * ramp(0.34-fz, 0, 0.25)
	return front + (l.nape-front)*ramp(-fz, 0.05, 0.6)
}

// isForehead says whether bare skin there is forehead: between hairline or hat
// and brows, not round the side, with a margin for the blur.
func (p *pen) isForehead(fx, fy, fz, z, soft float32) bool {
	l := p.looks
	low := float32(-0.23)
	if l.glasses {
		low = min(low, 0.03-1.1*l.lensWidth*l.lensHeight-1.5*soft)
	}
	if fy < -0.7 || fy > low || abs(fx) > 0.6 || fz < 0.3 || z < 0.35 {
		return false
	}
	line := l.hairEdge(fx, fz)
	if l.hat != bareHead {
		line = max(line, l.hatEdge(fx, fz))
	}
	if l.glassesUp && fy > -0.75 && fy < -0.3 {
		return false
	}
	return fy > line+0.06+1.6*soft
}

// drawEars draws the ears that are seen and not under hair.
func (p *pen) drawEars(v *view, a, b float32) {
	l := p.looks
	if l.sideburn > 0.35 || l.hat >= beanie {
		return
	}
	for _, side := range [2]float32{-1, 1} {
		x, y, z := v.image(side*1.02, 0.06, -0.1)
		if z < -0.3 {
			continue
		}
		wide := 0.1 + 0.1*abs(v.sinYaw)
		p.ellipse(p.x+x*a, p.y+y*b, wide*a, 0.2*b, l.skin+l.ear, p.mine+uint8(partHead))
	}
}

// drawNose lets the nose stick out of a head turned aside.
func (p *pen) drawNose(v *view, a, b float32) {
	if v.cosYaw < -0.25 || abs(v.sinYaw) < 0.4 || p.looks.mask {
		return
	}
	x, y, _ := v.image(0, 0.22, 1.06)
	p.ellipse(p.x+x*a, p.y+y*b, 0.1*a, 0.11*b, p.looks.skin+p.looks.nose*0.9, p.mine+uint8(partFace))
}

func sign(v float32) float32 {
	if v < 0 {
		return -1
	}
	return 1
}
