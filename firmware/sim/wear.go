package sim

import "math"

// hatVolume returns how far the hat stands off the head, in half widths.
func (l *looks) hatVolume() float32 {
	switch l.hat {
	case peaked:
		return 0.1
	case beanie:
		return 0.09
	case hood:
		return 0.24
	default:
		return 0.07
	}
}

// hatEdge returns how far down the hat goes at a place of the head.
func (l *looks) hatEdge(fx, fz float32) float32 {
	switch l.hat {
	case peaked:
		return l.hatLine + 0.12*fx*fx
	case beanie:
		return l.hatLine + 0.3*clamp01(0.4-fz)
	case hood, headscarf:
		if fz < 0.3 {
			return 2
		}
		// A hole around the face.
		return l.hatLine + 0.3*fx*fx + 2.5*ramp(abs(fx), 0.66, 0.85)
	default:
		return -2
	}
}

// hatAt returns the temperature of the hat: a seam and cloth.
func (p *pen) hatAt(fx, fy, fz float32) float32 {
	l := p.looks
	t := p.blended(l.hatBlend) + 0.35*p.tile.at(fx*4+l.texture, fy*3-l.texture)
	switch l.hat {
	case peaked:
		t -= 0.5 * bump(fx/0.05, 0.5) * clamp01(fz*4)
	case beanie:
		t += 0.3 * float32(math.Sin(float64(fx)*28))
		if fy > l.hatLine-0.22 {
			t -= 0.5
		}
	default:
	}
	return t
}

// drawBrim draws the peak of a cap, which sticks out over the forehead.
func (p *pen) drawBrim() {
	if p.looks.hat != peaked {
		return
	}
	v := p.view()
	if v.cosYaw < -0.3 {
		return
	}
	x, y, _ := v.image(0, p.looks.hatLine+0.02, 1.12)
	wide := 0.85*abs(v.cosYaw) + 0.55*abs(v.sinYaw)
	thick := float32(0.11) + 0.25*max(v.sinPitch, 0)
	t := p.blended(p.looks.hatBlend * 0.6)
	p.ellipse(p.x+x*p.a, p.y+y*p.b(), wide*p.a, thick*p.b(), t, p.mine+uint8(partHead))
}

// drawHand draws a hand and forearm held before the brow.
func (p *pen) drawHand() {
	u, t := p.unit(), p.looks.skin-1.2
	hx, hy := p.x+p.looks.hand*p.a, p.y-0.35*p.b()
	elbow := capsule{p.x + 1.9*u, p.y + 2.2*u, 0.26 * u, hx + 0.5*u, hy + 0.35*u, 0.17 * u}
	p.limb(elbow, p.blended(p.looks.cloth), 0.5, p.looks.folds, p.looks.texture, p.mine)
	p.limb(capsule{hx + 0.5*u, hy + 0.35*u, 0.2 * u, hx - 0.25*u, hy - 0.05*u, 0.18 * u}, t, 0.6, 0.1, p.looks.texture, p.mine)
}
