package sim

import (
	"math"
	"slices"

	"lintel/firmware/thermal"
)

// ownScene is the name of a scene that Config describes; without anything
// described it is an empty room.
const ownScene = "own"

// Limits of a scene of one's own.
const (
	maxRoles  = 32
	maxPlates = 16
	maxKeys   = 12
)

// Visitor is one person in a scene of one's own. How people look beside what
// is said here is drawn by the seed.
type Visitor struct {
	// Skin is the true temperature of the forehead, 20 to 50 degC.
	Skin thermal.Celsius `toml:"skin_c"`
	// Height is that of the person, 1 to 2.2 m; by default it is drawn. The
	// camera is 1.57 m above the floor.
	Height float64 `toml:"height_m"`
	// Wears names what is worn: an occluder as [Occluders.Names] has it, where
	// "hair" is a fringe, "hat" any hat and "other" a face mask, or one of the
	// other [Garments].
	Wears []string `toml:"wears"`
	// Depth is how far down a hat or a fringe comes, 0.1 to 1.3: 0 is the
	// crown, 1 the brows. By default they cover the forehead.
	Depth float64 `toml:"depth"`
	// PassesBy is for somebody who does not come to be screened.
	PassesBy bool `toml:"passes_by"`
	// Start is when the person enters, 0 to 86400 s.
	Start float64 `toml:"start_s"`
	// Path is the way through the scene, 2 to 12 places; between them
	// everything moves evenly.
	Path []Waypoint `toml:"path"`
}

// Waypoint is a place on the way of a Visitor.
type Waypoint struct {
	// Seconds is the time since the place before, 0.05 to 86400; 0 is allowed
	// for the first.
	Seconds float64 `toml:"seconds"`
	// X is to the right of the optical axis, -20 to 20 m, Distance from the
	// camera, 0.15 to 50 m.
	X        float64 `toml:"x_m"`
	Distance float64 `toml:"distance_m"`
	// Yaw turns the head to the right of the image, -180 to 180 degrees, Pitch
	// bends it down, -60 to 60. The body turns with the head.
	Yaw   float64 `toml:"yaw_deg"`
	Pitch float64 `toml:"pitch_deg"`
}

// Object is a surface of even temperature: a target, a cup, a second disc.
type Object struct {
	// X and Y are the middle, Width and Height the size, in units.
	X      float64 `toml:"x"`
	Y      float64 `toml:"y"`
	Width  float64 `toml:"width"`
	Height float64 `toml:"height"`
	// Round makes it an ellipse.
	Round bool `toml:"round"`
	// Temperature is the true one, -40 to 150 degC. Emissivity is 0.1 to 1; the
	// default is Config.Emissivity.Target.
	Temperature thermal.Celsius `toml:"temperature_c"`
	Emissivity  float64         `toml:"emissivity"`
	// From and Until say when it is there, in seconds; Until 0 is for ever.
	From  float64 `toml:"from_s"`
	Until float64 `toml:"until_s"`
	// InFront puts it before everything, the blackbody too. Otherwise it is
	// before people and behind the blackbody.
	InFront bool `toml:"in_front"`
	// Behind puts it behind the people.
	Behind bool `toml:"behind"`
}

// Disturbance is something that befalls the blackbody for a time.
type Disturbance struct {
	// From and Until say when, in seconds; Until 0 is for ever.
	From  float64 `toml:"from_s"`
	Until float64 `toml:"until_s"`
	// X and Y are how far it is pushed to the right and down, in units.
	X float64 `toml:"x"`
	Y float64 `toml:"y"`
	// Warmer is how much warmer it is than it is said to be, -60 to 60 K.
	Warmer thermal.Kelvin `toml:"warmer_k"`
	// Warms is how much warmer it gets in a minute, -60 to 60 K, from then on
	// until the end of the disturbance.
	Warms thermal.Kelvin `toml:"warms_k_per_min"`
	// Size is what its diameter is multiplied by, 0.1 to 3, and Oval what its
	// height is besides, 0.2 to 1; by default both are 1.
	Size float64 `toml:"size"`
	Oval float64 `toml:"oval"`
	// Uneven is how much warmer its right rim is than its left, -20 to 20 K.
	Uneven thermal.Kelvin `toml:"uneven_k"`
	// Missing takes it away.
	Missing bool `toml:"missing"`
}

// during says whether t lies in a time.
func during(t, from, until float64) bool { return t >= from && (until == 0 || t < until) }

// own plays the scene that a Config describes.
type own struct {
	Config
	width, height float32
	roles         []role
}

func newOwn(st *stage) script {
	o := &own{Config: st.Config, width: st.width, height: st.height}
	visits := 0
	for i := range st.People {
		v := &st.People[i]
		r := role{looks: v.looks(st.dice), start: v.Start, phase: st.between(0, 6), hand: v.wears(Hand)}
		if !v.PassesBy {
			visits++
			r.visit = visits
		}
		for k, w := range v.Path {
			at := key{x: float32(w.X), d: float32(w.Distance), yaw: radians(w.Yaw), body: radians(w.Yaw), pitch: radians(w.Pitch)}
			if k == 0 {
				r.start += w.Seconds
				r.keys[0], r.n = at, 1
				continue
			}
			r.then(float32(w.Seconds), at)
		}
		o.roles = append(o.roles, r)
	}
	return o
}

func radians(degrees float64) float32 { return float32(degrees * math.Pi / 180) }

// looks draws the person.
func (v *Visitor) looks(d dice) looks {
	l := d.person(float32(v.Skin)).wearGlasses(d, 0)
	l.glasses = v.wears(Glasses)
	if v.Height != 0 {
		l.height = float32(v.Height)
	}
	line := float32(-0.2)
	if v.Depth != 0 {
		line = browLine*float32(v.Depth) - (1 - float32(v.Depth))
	}
	kind := v.hat()
	switch {
	case kind != bareHead:
		l = l.wearHat(d, line)
		l.hat = kind
	case v.wears(Hat):
		l = l.wearHat(d, line)
	case v.wears(Hair):
		l = l.hangFringe(d, 0.7)
		l.parting = 0
		if v.Depth != 0 {
			l.fringe = max(line-l.hairline, 0)
		}
	}
	if v.wears(Other) {
		l = l.wearMask(d)
	}
	if v.wears(Hand) {
		l.hand = d.between(-0.1, 0.45)
	}
	if slices.Contains(v.Wears, "glasses_up") {
		l.glassesUp = true
	}
	return l
}

// browLine is where the brows are, in half heads below the middle.
const browLine = -0.17

// hat returns the hat that is asked for by its own name.
func (v *Visitor) hat() hat {
	for i, name := range hats() {
		if slices.Contains(v.Wears, name) {
			return peaked + hat(i)
		}
	}
	return bareHead
}

// hats names the hats, in their order.
func hats() []string { return []string{"cap", "beanie", "hood", "headscarf"} }

// Garments lists what a [Visitor] may wear: the occluders, every hat by its own
// name, and "glasses_up" for glasses pushed up over the brow.
func Garments() []string {
	return append(append(AllOccluders.Names(), hats()...), "glasses_up")
}

func (v *Visitor) wears(o Occluders) bool { return slices.Contains(v.Wears, o.Names()[0]) }

// direct implements script.
func (o *own) direct(t float64, s *shot) {
	rounds := 0
	if o.Length > 0 {
		rounds = int(t / o.Length)
		t = math.Mod(t, o.Length)
	}
	per := 0
	for i := range o.roles {
		per = max(per, o.roles[i].visit)
	}
	s.visit = rounds * per
	for i := range o.roles {
		r := &o.roles[i]
		if f, ok := r.figure(t, o.width, o.height); ok {
			if f.visit > 0 {
				f.visit += rounds * per
			}
			s.add(f)
		}
		if t >= r.start && r.visit > 0 {
			s.visit = max(s.visit, rounds*per+r.visit)
		}
	}
	for i := range o.Objects {
		if b := &o.Objects[i]; during(t, b.From, b.Until) {
			s.put(plate{
				box: boxAt(float32(b.X), float32(b.Y), float32(b.Width), float32(b.Height)), round: b.Round,
				t: float32(b.Temperature), emissivity: float32(b.Emissivity), inFront: b.InFront, behind: b.Behind, target: !b.InFront && !b.Behind,
			})
		}
	}
	for i := range o.Disturbances {
		if d := &o.Disturbances[i]; during(t, d.From, d.Until) {
			d.befall(&s.reference, t)
			d.befall(&s.second, t)
		}
	}
}

// befall changes a reference as it is at t.
func (d *Disturbance) befall(r *reference, t float64) {
	r.shift(d.X, d.Y)
	r.t += float32(float64(d.Warmer) + float64(d.Warms)*(t-d.From)/60)
	if d.Size != 0 {
		r.r *= float32(d.Size)
	}
	if d.Oval != 0 {
		r.oval *= float32(d.Oval)
	}
	r.uneven += float32(d.Uneven)
	r.present = r.present && !d.Missing
}
