package sim

import "math/rand/v2"

// looks is how a person looks to a thermal camera. Lengths are in half heads
// (widths in half widths), K are kelvin against the bare forehead, and a blend
// says how far a thing is warmed by the body: 0 is the room, 1 the skin.
type looks struct {
	height  float32 // of the person, m
	skin    float32 // true temperature of the forehead, degC
	aspect  float32 // height of the head over its width
	jaw     float32 // how much the chin narrows
	mottle  float32 // K, patches of the skin
	patches float32 // K, of the lower face
	texture float32 // place in the tile

	hairline, temples, sideburn float32 // lower end of the hair in front and beside
	nape                        float32 // lower end of the hair behind
	hairVolume, hairBlend       float32
	fringe, parting             float32 // how far the hair hangs down, and from which side
	bun, longHair               bool

	brow, eye, canthus, nose, cheek, mouth, chin, ear, neck float32 // K
	beard, moustache                                        float32 // K

	glasses, glassesUp bool
	// of the lenses: blend, half width, half height over half width
	lens, lensWidth, lensHeight float32
	hat                         hat
	hatLine, hatBlend           float32
	mask                        bool
	hand                        float32 // how far to the right of the nose a hand before the brow is
	maskBlend                   float32

	shoulders              float32 // half width in half heads
	cloth, inner, trousers float32 // blends
	folds                  float32 // K
	neckline               neckline
	open                   float32 // half width of the gap in an open jacket
	sleeves                bool
	strap                  bool
}

// hat is what is worn on the head. The zero value is nothing.
type hat uint8

const (
	bareHead hat = iota
	peaked
	beanie
	hood
	headscarf
)

// neckline is the cut of a garment.
type neckline uint8

const (
	round neckline = iota
	vNeck
	highCollar
	turnedCollar
)

// dice draws the traits of rooms and people.
type dice struct{ *rand.Rand }

// between draws evenly from low to high.
func (d dice) between(low, high float32) float32 { return low + (high-low)*d.Float32() }

// chance is true with probability p.
func (d dice) chance(p float32) bool { return d.Float32() < p }

// person draws somebody with a bare forehead at skin degC: no hat, no fringe.
func (d dice) person(skin float32) looks {
	l := looks{
		height:  d.between(1.64, 1.84),
		skin:    skin,
		aspect:  d.between(1.32, 1.6),
		jaw:     d.between(0.22, 0.42),
		mottle:  d.between(0.02, 0.06),
		patches: d.between(0.1, 0.45),
		texture: d.between(0, tileSide),

		hairline: d.between(-0.76, -0.54), temples: d.between(-0.1, 0.35),
		sideburn: d.between(0, 0.3), nape: d.between(0.5, 0.85),
		hairVolume: d.between(0.02, 0.12), hairBlend: d.between(0.2, 0.7),

		brow: d.between(-1.1, -0.1), eye: d.between(-0.1, 1), canthus: d.between(0.3, 1),
		nose: d.between(-3.2, -0.5), cheek: d.between(-2.2, -0.1), mouth: d.between(-0.9, 0.5),
		chin: d.between(-1, 0), ear: d.between(-2.5, -0.2), neck: d.between(-0.4, 0.6),

		shoulders: d.between(1.5, 1.95), cloth: d.between(0.2, 0.7), trousers: d.between(0.3, 0.65),
		folds: d.between(0.4, 1.5), neckline: neckline(d.IntN(4)), sleeves: d.chance(0.65),
		strap: d.chance(0.12),
	}
	switch {
	case d.chance(0.12): // bald
		l.hairline, l.temples, l.hairVolume, l.hairBlend = -1.2, 0, 0, d.between(0.8, 0.95)
	case d.chance(0.2): // shorn
		l.hairVolume, l.hairBlend = d.between(0, 0.03), d.between(0.65, 0.9)
	case d.chance(0.3):
		l.longHair, l.nape = true, 1
		l.sideburn = d.between(0.2, 0.9)
	}
	l.bun = !l.longHair && d.chance(0.08)
	if d.chance(0.3) {
		l.beard = d.between(-2.5, -0.5)
	}
	if l.beard < 0 && d.chance(0.7) || d.chance(0.05) {
		l.moustache = d.between(-1.8, -0.5)
	}
	if d.chance(0.15) {
		l.nose = d.between(-6, -3) // came in from the cold
	}
	if d.chance(0.35) {
		l.open, l.inner = d.between(0.15, 0.45), l.cloth+d.between(0.05, 0.25)
	}
	l.hand = 0.35
	return l.wearGlasses(d, 0.3)
}

// wearGlasses puts glasses on with probability p.
func (l looks) wearGlasses(d dice, p float32) looks {
	l.glasses = d.chance(p)
	l.lens, l.lensWidth, l.lensHeight = d.between(0.05, 0.5), d.between(0.26, 0.36), d.between(0.42, 0.65)
	return l
}

// wearHat puts a hat on whose lower edge is at line half heads (-1 is the top
// of the head, -0.17 the brows).
func (l looks) wearHat(d dice, line float32) looks {
	l.hat = peaked + hat(d.IntN(4))
	l.hatLine, l.hatBlend = line, d.between(0.15, 0.7)
	l.bun = false
	return l
}

// wearMask puts a face mask on.
func (l looks) wearMask(d dice) looks {
	l.mask, l.maskBlend = true, d.between(0.35, 0.85)
	return l
}

// hangFringe lets hair hang over the forehead, down by depth half heads.
func (l looks) hangFringe(d dice, depth float32) looks {
	l.hairline = min(max(l.hairline, -0.7), -0.45)
	l.fringe, l.parting = depth, 0
	l.hairVolume, l.hairBlend = d.between(0.05, 0.14), d.between(0.15, 0.6)
	if d.chance(0.6) {
		l.parting = d.between(-0.9, 0.9)
	}
	return l
}

// occluders names what covers parts of the head.
func (l *looks) occluders() Occluders {
	var o Occluders
	if l.fringe > 0.08 && l.hat == bareHead {
		o |= Hair
	}
	if l.glasses || l.glassesUp {
		o |= Glasses
	}
	if l.hat != bareHead {
		o |= Hat
	}
	if l.mask {
		o |= Other
	}
	return o
}
