package sim

// Lengths of the body in half heads below the base of the neck.
const (
	neckHalf  = 0.43
	chest     = 1.05 // where the shoulders end
	hips      = 5.4
	knees     = 8.2
	feet      = 12
	elbowDown = 2.9
	handDown  = 4.9
)

// drawBody draws neck, trunk and limbs.
func (p *pen) drawBody() {
	u := p.unit()
	// The base of the neck; a head bent down comes forward and lower.
	nx, ny := p.x-0.1*p.yawShift()*u, p.y+0.95*p.b()-0.25*p.pitch*u
	if p.looks.longHair {
		p.ellipse(p.x-0.25*p.yawShift()*p.a, p.y+0.45*p.b(), 1.08*p.a, 1.15*p.b(), p.blended(p.looks.hairBlend), p.mine)
	}
	if ny+hips*u < p.height+u {
		p.drawLegs(nx, ny, u)
	}
	far, near := float32(-1), float32(1)
	if p.body < 0 {
		far, near = near, far
	}
	p.drawArm(nx, ny, u, far)
	p.drawTrunk(nx, ny, u)
	p.drawArm(nx, ny, u, near)
}

// yawShift is where the face looks, -1 to 1 along the image.
func (p *pen) yawShift() float32 {
	s, _ := sincos(p.yaw)
	return s
}

// drawTrunk draws neck, shoulders and chest.
func (p *pen) drawTrunk(nx, ny, u float32) {
	l := p.looks
	sin, cos := sincos(p.body)
	half := l.shoulders * (0.58 + 0.42*abs(cos))
	neckTop := ny - 0.55*u
	win := p.window(nx-2.2*u, neckTop, nx+2.2*u, min(ny+(hips+0.4)*u, p.height))
	for py := win.y0; py < win.y1; py++ {
		t := (p.pos(py) - ny) / u
		w, slope := trunkHalf(t, half)
		square := 1 / sqrt(1+slope*slope)
		for px := win.x0; px < win.x1; px++ {
			x := (p.pos(px) - nx) / u
			a := p.cover((abs(x) - w) * u * square)
			if t > hips {
				a *= clamp01(1 - (t-hips)*3)
			}
			if a == 0 {
				continue
			}
			i := py*p.w + px
			p.blend(i, p.trunkAt(x-0.55*sin*half*0.5, x, t, w, cos), a)
			if a > 0.5 {
				p.owner[i] = p.mine
			}
		}
	}
}

// trunkHalf returns the half width of neck and trunk at t half heads below the
// base of the neck, and how fast it grows.
func trunkHalf(t, half float32) (w, slope float32) {
	switch {
	case t <= 0:
		return neckHalf, 0
	case t < chest:
		s := t / chest
		return neckHalf + (half-neckHalf)*s*(2-s), (half - neckHalf) * 2 * (1 - s) / chest
	default:
		return half * (1 - 0.1*ramp(t, chest, 3.2)), 0
	}
}

// trunkAt returns the temperature of neck and clothes. cx is across the chest
// seen from its middle, x across the outline of half width w.
func (p *pen) trunkAt(cx, x, t, w, cos float32) float32 {
	l := p.looks
	soft := 1.2 / (p.unit() * p.scale)
	skin := l.skin + l.neck - 0.8*(x/neckHalf)*(x/neckHalf)*clamp01(1-t)
	edge := x / w
	grain := p.fold(cx, t)
	v := p.blended(l.cloth) + l.folds*grain - 0.6*edge*edge
	if cos > 0 && l.open > 0 {
		gap := l.open * (0.5 + 0.5*clamp01(t/2)) * (1 + 0.15*grain)
		v += (p.blended(l.inner) - v) * clamp01(0.5+(gap-abs(cx))/soft)
	}
	if cos > 0.3 && l.neckline >= highCollar {
		v -= 0.5 * clamp01(0.5+(0.03-abs(cx))/soft) // zip or buttons
	}
	if l.strap {
		v -= 0.8 * clamp01(0.5+(0.12-abs(abs(cx)-0.8))/soft)
	}
	return v + (skin-v)*p.bareNeck(cx, t, cos, soft)
}

// fold returns how warm a place of the trunk is through the folds of the
// cloth, about -1 to 1: broad where it lies close or hangs loose, with sharp
// creases that fall from the shoulders.
func (p *pen) fold(x, t float32) float32 {
	l := p.looks
	broad := p.tile.at(x*1.5+l.texture, t*1.1-l.texture)
	crease := p.tile.at(x*4.5-l.texture, t*1.1+2*abs(x)+l.texture)
	return 0.65*broad + 0.6*(0.6-abs(crease))
}

// bareNeck says how much of the neck and chest is bare skin.
func (p *pen) bareNeck(cx, t, cos, soft float32) float32 {
	line := float32(0.12) + 0.35*clamp01(1-cx*cx*3)
	switch p.looks.neckline {
	case vNeck:
		line = 1.1 - 1.9*abs(cx)
	case highCollar:
		line = -0.22
	case turnedCollar:
		line = 0.55 - 1.5*abs(cx)
	default:
	}
	if cos < 0.2 {
		line = min(line, -0.1)
	}
	return clamp01(0.5 + (line-t)/soft)
}

// drawArm draws the arm on one side of the image.
func (p *pen) drawArm(nx, ny, u, side float32) {
	l := p.looks
	_, cos := sincos(p.body)
	swing, _ := sincos(p.stride)
	swing *= p.gait * side * 0.9
	sx := nx + side*(l.shoulders*(0.35+0.65*abs(cos))-0.3)*u
	sy := ny + 0.9*u
	across := 1 - abs(cos)
	ex, ey := sx+(0.22*side+0.8*swing*across)*u, sy+(elbowDown-0.9)*u
	hx, hy := ex+(-0.1*side+1.3*swing*across)*u, sy+(handDown-0.9-0.5*abs(swing))*u
	cloth := p.blended(l.cloth) - 0.1
	lower, folds := cloth, l.folds
	if !l.sleeves {
		lower, folds = l.skin-0.9, 0.15
	}
	p.limb(capsule{hx, hy, 0.17 * u, hx, hy + 0.35*u, 0.15 * u}, l.skin-1.3, 0.5, 0, 0, p.mine)
	p.limb(capsule{ex, ey, 0.2 * u, hx, hy, 0.15 * u}, lower, 0.8, folds, l.texture, p.mine)
	p.limb(capsule{sx, sy, 0.28 * u, ex, ey, 0.23 * u}, cloth, 0.6, l.folds, l.texture+7, p.mine)
}

// drawLegs draws both legs, walking or standing.
func (p *pen) drawLegs(nx, ny, u float32) {
	l := p.looks
	sin, cos := sincos(p.body)
	swing, _ := sincos(p.stride)
	swing *= p.gait
	t := p.blended(l.trousers)
	for _, side := range [2]float32{-1, 1} {
		hx, hy := nx+side*0.42*abs(cos)*u, ny+(hips-0.3)*u
		step := side * swing
		kx, ky := hx+step*sin*1.2*u, ny+(knees-0.25*abs(step))*u
		fx, fy := hx+step*sin*2*u, ny+(feet-0.9*max(step, 0))*u
		p.limb(capsule{fx, fy, 0.2 * u, fx + 0.35*sin*u, fy + 0.1*u, 0.18 * u}, p.blended(0.25), 0.2, 0, 0, p.mine)
		p.limb(capsule{kx, ky, 0.3 * u, fx, fy, 0.2 * u}, t-0.2, 0.6, l.folds, l.texture, p.mine)
		p.limb(capsule{hx, hy, 0.48 * u, kx, ky, 0.31 * u}, t, 0.6, l.folds, l.texture+3, p.mine)
	}
}
