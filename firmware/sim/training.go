package sim

import "math"

// training makes every frame a new arrangement.
func training(st *stage) script {
	return &trainer{dice: st.dice, width: st.width, height: st.height}
}

// dressed makes every frame a new arrangement of near faces whose foreheads are
// bare, covered, or anything between.
func dressed(st *stage) script {
	return &trainer{dice: st.dice, width: st.width, height: st.height, dressed: true}
}

// trainer draws the arrangements.
type trainer struct {
	dice
	width, height float32
	dressed       bool
	looks         [maxFigures]looks
	room          room
}

// direct implements script.
func (t *trainer) direct(_ float64, s *shot) {
	wall := t.between(10, 30)
	switch {
	case t.chance(0.5):
		wall = t.between(25, 30.5) // as warm as a Lepton in a housing sees it
	case t.chance(0.25):
		wall = t.between(30.5, 37) // skin is hardly warmer, or cooler
	}
	t.room = t.dice.room(wall, t.width, t.height)
	if t.chance(0.5) {
		t.distract(&t.room, t.width, t.height)
	}
	s.room = &t.room
	if t.dressed {
		s.reference.present = false // who stands before it is refused anyway
		s.add(t.someoneDressed())
		return
	}
	s.reference = t.anyReference()
	n := [...]int{0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3}[t.IntN(16)]
	for i := range n {
		s.add(t.anyone(i))
	}
}

// anyReference draws a blackbody anywhere along the edges, now and then none.
func (t *trainer) anyReference() reference {
	r := t.dice.reference(t.between(33, 40), t.width, t.height)
	r.present = !t.chance(0.06)
	r.r = t.between(5, 8.5)
	if t.chance(0.3) {
		r.x, r.y = t.between(12, t.width-12), t.between(0.5*t.height, t.height-12)
	}
	r = r.inHousing(t.chance(0.5))
	if t.chance(0.25) {
		r.housing.X1 = r.housing.X0
	}
	return r
}

// anyone draws somebody anywhere.
func (t *trainer) anyone(i int) figure {
	t.looks[i] = t.anyLooks()
	f := figure{looks: &t.looks[i], stride: t.between(0, 6), breath: t.between(-1, 1), roll: t.between(-0.15, 0.15)}
	switch {
	case t.chance(0.5):
		f.a = t.between(17, 29)
	case t.chance(0.35):
		f.a = t.between(9, 17)
	default:
		f.a = t.between(2.5, 9)
		f.gait = t.between(0, 0.8)
	}
	// Cut off by an edge now and then.
	f.x = t.between(0.1, 0.9) * t.width
	if t.chance(0.15) {
		f.x = t.between(-0.1, 1.1) * t.width
	}
	low, high := f.a, 0.75*t.height
	if f.a < 9 {
		low, high = 0.35*t.height, 0.65*t.height
	}
	f.y = t.between(low, high)
	switch sign := 2*float32(t.IntN(2)) - 1; {
	case t.chance(0.5):
		f.yaw = t.between(-0.3, 0.3)
	case t.chance(0.35):
		f.yaw = sign * t.between(0.3, 0.95)
	case t.chance(0.65):
		f.yaw = sign * t.between(0.95, 2)
	default:
		f.yaw = sign * t.between(2, math.Pi)
	}
	f.body = f.yaw + t.between(-0.35, 0.35)
	f.pitch = t.between(-0.15, 0.2)
	if t.chance(0.1) {
		f.pitch = t.between(0.4, 0.8)
	}
	if t.chance(0.15) {
		f.smear = t.between(1.5, 5)
	}
	f.hand = f.a > 9 && t.chance(0.03)
	return f
}

// anyLooks draws somebody with or without things on the head.
func (t *trainer) anyLooks() looks {
	l := t.person(t.between(31.8, 37.5))
	l.height = 1.7
	switch {
	case t.chance(0.14):
		l = l.wearHat(t.dice, t.between(-0.7, -0.15))
	case t.chance(0.2):
		l = l.hangFringe(t.dice, t.between(0.1, 0.6))
	}
	if t.chance(0.12) {
		l = l.wearMask(t.dice)
	}
	if l.hat == bareHead && t.chance(0.04) {
		l = l.wearGlasses(t.dice, 0)
		l.glassesUp = true
	}
	return l
}

// someoneDressed draws somebody before the camera who may have something on the
// forehead.
func (t *trainer) someoneDressed() figure {
	l := &t.looks[0]
	*l = t.person(t.between(31.8, 37.5))
	l.height = 1.7
	f := figure{looks: l, breath: t.between(-1, 1), roll: t.between(-0.15, 0.15), a: t.between(12, 30)}
	// From half way up the forehead to the eyes.
	edge := t.between(-0.75, 0)
	switch {
	case t.chance(0.45):
		*l = l.wearHat(t.dice, edge)
	case t.chance(0.35):
		*l = l.hangFringe(t.dice, 0)
		l.fringe = max(edge-l.hairline, 0)
		if t.chance(0.6) {
			l.parting = 0
		}
	case t.chance(0.4):
		l.glasses, l.glassesUp = l.glasses && t.chance(0.3), true
	case t.chance(0.3):
		f.hand, l.hand = true, t.between(-0.1, 0.45)
	}
	if t.chance(0.25) {
		*l = l.wearMask(t.dice)
	}
	f.x, f.y = t.between(f.a, t.width-f.a), t.between(1.2*f.a, 0.6*t.height)
	f.yaw, f.pitch = t.between(-0.45, 0.45), t.between(-0.3, 0.35)
	f.body = f.yaw + t.between(-0.35, 0.35)
	return f
}
