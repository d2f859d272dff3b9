package sim

import "math"

// Scene is something that can be simulated.
type Scene struct {
	// Name is what [Config] calls it.
	Name string
	// Explanation is one line for a list of scenes.
	Explanation string
}

// Scenes lists what can be simulated, the default first.
func Scenes() []Scene {
	var list []Scene
	for _, s := range scenes() {
		list = append(list, s.Scene)
	}
	return list
}

// scene is a Scene with its script.
type scene struct {
	Scene
	// script sets the scene up on a stage.
	script func(s *stage) script
	camera cameraKind
}

// cameraKind says how the camera behaves besides its offset and drift.
type cameraKind uint8

const (
	warmCamera cameraKind = iota // in use for an hour
	coldCamera                   // just switched on
	ffcCamera                    // a flat-field correction every 20 s
)

// stage is where a scene plays.
type stage struct {
	dice
	Config
	width, height float32 // units
	clear         float32 // the side on which the blackbody hides nobody, -1 or 1
}

// acts makes a script of acts.
func acts(idle float64, act func(p *procession, n int)) func(*stage) script {
	return func(s *stage) script {
		return &procession{dice: s.dice, width: s.width, height: s.height, act: act, idle: idle, clear: s.clear}
	}
}

// alike repeats the usual visit of somebody with that skin.
func alike(skin float32) func(*stage) script {
	return acts(3, func(p *procession, _ int) { p.plain(p.person(skin)) })
}

// scenes lists every scene.
func scenes() []scene {
	usual := alike(34.8)
	return []scene{
		{Scene{"visitors", "a varied procession: mostly normal, about every sixth febrile, hats, passers-by, two at once"}, acts(2.5, visitors), warmCamera},
		{Scene{"normal", "one visitor after the other, forehead at 34.8 degC"}, usual, warmCamera},
		{Scene{"febrile", "one visitor after the other, forehead at 38.5 degC"}, alike(38.5), warmCamera},
		{Scene{"cold", "visitors with cold skin, forehead at 30 degC"}, alike(30), warmCamera},
		{Scene{"hat", "visitors whose forehead is covered by a hat"}, acts(3, func(p *procession, _ int) {
			p.plain(p.person(34.8).wearHat(p.dice, -0.2))
		}), warmCamera},
		{Scene{"fringe", "visitors whose forehead is covered by hair"}, acts(3, func(p *procession, _ int) {
			l := p.person(34.8).hangFringe(p.dice, 0.7)
			l.parting = 0
			p.plain(l)
		}), warmCamera},
		{Scene{"mask", "visitors with a face mask and a bare forehead"}, acts(3, func(p *procession, _ int) {
			p.plain(p.person(34.8).wearMask(p.dice))
		}), warmCamera},
		{Scene{"far", "people who never come near enough"}, acts(3, func(p *procession, _ int) { p.distant(p.person(34.8)) }), warmCamera},
		{Scene{"turned", "visitors who look aside first"}, acts(3, func(p *procession, _ int) { p.looksAway(p.person(34.8)) }), warmCamera},
		{Scene{"passers-by", "people who cross the view without a stop"}, acts(2, func(p *procession, _ int) { p.passer(p.person(34.8)) }), warmCamera},
		{Scene{"pair", "two visitors side by side, then one alone"}, acts(3, func(p *procession, _ int) {
			p.pair(p.person(34.6), p.person(34.9))
		}), warmCamera},
		{Scene{"crowd", "three to five people at once"}, acts(2, func(p *procession, _ int) { p.gathering() }), warmCamera},
		{Scene{"empty", "nobody"}, still(func(*shot) {}), warmCamera},
		{Scene{"target", "a square plate at Config.Target where a forehead would be"}, target, warmCamera},
		{Scene{"uniform", "an even plate at Config.Target that fills the view, for the non-uniformity of the camera"}, uniform, warmCamera},
		{Scene{"mannequin", "a heated head that stands still, forehead at Config.Target"}, mannequin, warmCamera},
		{Scene{"no-reference", "normal visitors, no blackbody"}, disturbed(usual, func(_ float64, s *shot) { s.reference.present = false }), warmCamera},
		{Scene{"reference-moves", "normal visitors; the blackbody is pushed aside at 8 s and back at 16 s, again and again"}, disturbed(usual, moves), warmCamera},
		{Scene{"reference-occluded", "normal visitors; something stands before the blackbody from 8 to 12 s of every 16"}, disturbed(usual, occludes), warmCamera},
		{Scene{"reference-cold", "normal visitors; the blackbody is 6 K colder than it is said to be"}, disturbed(usual, func(_ float64, s *shot) {
			s.reference.t -= 6
		}), warmCamera},
		{Scene{"ffc", "normal visitors; a flat-field correction every 20 s: 2 s without frames, then 1 K higher"}, usual, ffcCamera},
		{Scene{"warm-up", "normal visitors before a camera that was just switched on and drifts"}, usual, coldCamera},
		{Scene{"training", "a new room with new people in every frame, for training a detector"}, training, warmCamera},
		{Scene{"dressed", "a near face in every frame, the forehead bare, covered or between, for training a detector"}, dressed, warmCamera},
	}
}

// visitors is the procession of the demo.
func visitors(p *procession, n int) {
	well := func() looks { return p.person(p.between(33.9, 35.1)) }
	switch n % 12 {
	case 2:
		p.plain(well().wearHat(p.dice, p.between(-0.35, -0.15)))
	case 4:
		p.passer(well())
		p.passer(well())
		p.cast[1].start = 1.2
	case 5, 10:
		p.plain(p.person(38.5))
	case 7:
		p.distant(well())
	case 8:
		p.pair(well(), well())
	case 9:
		p.looksAway(well())
	case 11:
		p.plain(well().wearMask(p.dice))
	default:
		p.plain(well())
	}
}

// directed is a script made of a function.
type directed func(t float64, s *shot)

func (d directed) direct(t float64, s *shot) { d(t, s) }

// still is a scene in which nothing happens.
func still(set func(s *shot)) func(*stage) script {
	return func(*stage) script { return directed(func(_ float64, s *shot) { set(s) }) }
}

// disturbed plays a script and then disturbs the shot.
func disturbed(base func(*stage) script, disturb func(t float64, s *shot)) func(*stage) script {
	return func(st *stage) script {
		inner := base(st)
		return directed(func(t float64, s *shot) {
			inner.direct(t, s)
			disturb(t, s)
		})
	}
}

func moves(t float64, s *shot) {
	if math.Mod(t, 16) >= 8 {
		s.reference.shift(7, -5)
	}
}

func occludes(t float64, s *shot) {
	if m := math.Mod(t, 16); m >= 8 && m < 12 {
		s.put(plate{box: boxAt(s.reference.x-3, s.reference.y, 14, 40), t: s.room.wall + 4, inFront: true})
	}
}

// target is a plate of 24 units a side, as large as a near forehead is wide.
func target(st *stage) script {
	p := plate{box: boxAt(st.width/2, 55, 24, 24), t: float32(st.Target), target: true}
	return still(func(s *shot) { s.put(p) })(st)
}

// uniform is a plate that fills the view, before the blackbody too.
func uniform(st *stage) script {
	p := plate{box: boxAt(st.width/2, st.height/2, st.width+40, st.height+40), t: float32(st.Target), inFront: true, target: true}
	return still(func(s *shot) { s.put(p) })(st)
}

// mannequin is a heated head in the working distance.
func mannequin(st *stage) script {
	r := role{looks: st.person(float32(st.Target)), visit: 1}
	r.enter(0, 0.62).stand(1)
	return still(func(s *shot) {
		f, _ := r.figure(0, st.width, st.height)
		s.add(f)
		s.visit = 1
	})(st)
}
