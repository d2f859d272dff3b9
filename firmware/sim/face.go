package sim

// faceAt returns the temperature of the bare head at a place of the face, with
// glasses and mask on. z is how squarely the camera sees it.
func (p *pen) faceAt(fx, fy, fz, z, soft float32) float32 {
	l := p.looks
	side := abs(fx)
	t := l.skin + l.mottle*p.tile.at(fx*14-l.texture, fy*18+l.texture)
	// Skin seen at a flat angle reads lower.
	if z < 0.5 {
		t -= 2 * (0.5 - z) * (0.5 - z) * 2
	}
	if fz < 0 {
		return t + l.neck
	}
	t += l.patches * p.tile.at(fx*2.2+2*l.texture, fy*2.6) * ramp(fy, -0.2, 0.1)
	t += l.brow * bump((side-0.36)/0.3, (fy+0.17)/0.07)
	t += l.eye * ramp(side, 0.02, 0.14) * ramp(-side, -0.66, -0.44) * bump(0, (fy+0.01)/0.19)
	t += l.canthus * bump((side-0.16)/0.13, (fy+0.01)/0.1)
	t -= 0.7 * bump((side-0.37)/0.16, (fy+0.01)/0.05)
	t += l.nose * (0.45*bump(fx/0.15, (fy-0.1)/0.28) + 0.85*bump(fx/0.24, (fy-0.27)/0.14))
	t += l.cheek * ramp(fy, 0.06, 0.26) * ramp(-fy, -0.9, -0.55) * (0.35 + 0.65*ramp(side, 0.16, 0.34)*ramp(-side, -0.95, -0.6))
	t += l.mouth * bump(fx/0.3, (fy-0.53)/0.06)
	t += l.chin * bump(fx/0.4, (fy-0.85)/0.25)
	if l.beard < 0 {
		grow := ramp(fy, 0.36+0.2*(1-side), 0.56+0.2*(1-side))
		t += l.beard * grow * (1 + 0.25*p.tile.at(fx*6, fy*6+l.texture))
		t -= l.beard * 0.7 * bump(fx/0.24, (fy-0.54)/0.08)
	}
	if l.moustache < 0 {
		t += l.moustache * bump(fx/0.34, (fy-0.42)/0.09)
	}
	if l.mask {
		t = p.maskAt(t, fx, fy, fz, soft)
	}
	if l.glasses {
		t = p.glassesAt(t, side, fy, soft)
	}
	if l.glassesUp {
		t = p.glassesAt(t, side, fy+pushedUp, soft)
	}
	return t
}

// pushedUp is how far glasses over the brow sit above the eyes, in half heads.
const pushedUp = 0.52

// worn says how much of the face there is behind glasses or a mask, 0 to 1.
func (p *pen) worn(fx, fy, fz, soft float32) float32 {
	l := p.looks
	var cover float32
	if l.mask {
		cover = maskCover(fx, fy, fz, soft)
	}
	if l.glasses {
		c, _ := l.glassesCover(abs(fx), fy, soft)
		cover = max(cover, c)
	}
	if l.glassesUp {
		c, _ := l.glassesCover(abs(fx), fy+pushedUp, soft)
		cover = max(cover, c)
	}
	return cover
}

// glassesCover says how much glasses hide there, and how far up or down the
// lens that is, squared.
func (l *looks) glassesCover(side, fy, soft float32) (cover, y float32) {
	x, y := (side-0.38)/l.lensWidth, (fy-0.03)/(l.lensWidth*l.lensHeight)
	y += 0.25 * x // the outer ends sit higher
	x, y = x*x, y*y
	r := sqrt(sqrt(x*x + y*y))
	cover = clamp01(0.5 - (r-1)*l.lensWidth*0.8/soft)
	bridge := clamp01(0.5-(abs(fy+0.06)-0.03)/soft) * 0.7
	if side > 0.2 {
		bridge *= 0.6 // the temples are thin
	}
	return max(cover, bridge), y
}

// glassesAt lays glasses over t: opaque, near room temperature.
func (p *pen) glassesAt(t, side, fy, soft float32) float32 {
	cover, y := p.looks.glassesCover(side, fy, soft)
	if cover == 0 {
		return t
	}
	glass := p.blended(p.looks.lens) + 0.25*y - 0.1
	return t + (glass-t)*cover
}

// maskCover says how much a face mask hides there.
func maskCover(fx, fy, fz, soft float32) float32 {
	return clamp01(0.5+(fy-0.1-0.18*fx*fx)/soft) * clamp01(0.5+(fz-0.12)/soft)
}

// maskAt lays a face mask over t; it warms and cools with the breath.
func (p *pen) maskAt(t, fx, fy, fz, soft float32) float32 {
	cover := maskCover(fx, fy, fz, soft)
	if cover == 0 {
		return t
	}
	cloth := p.blended(p.looks.maskBlend) + 0.8*p.breath*bump(fx/0.6, (fy-0.45)/0.4) +
		0.3*p.tile.at(fx*3, fy*5+p.looks.texture)
	return t + (cloth-t)*cover
}
