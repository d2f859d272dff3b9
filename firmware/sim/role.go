package sim

import "math"

// The camera: focal length in units (57 degrees over 160, as a Lepton 3.5),
// height above the floor in m.
const (
	focal        = 147
	cameraHeight = 1.57
)

// Lengths of a person in m.
const (
	headHalfWidth = 0.082
	crownToMiddle = 0.12 // from the top of the head to its middle
)

// key is where somebody is and looks at a time: x metres to the right of the
// optical axis, d before the camera, t seconds after the entrance.
type key struct{ t, x, d, yaw, body, pitch float32 }

// role is one person's way through the scene. Between keys everything moves
// evenly.
type role struct {
	looks looks
	visit int
	start float64
	keys  [maxKeys]key
	n     int
	phase float32 // of walk, sway and breath
	hand  bool    // held before the face
}

// enter begins a role.
func (r *role) enter(x, d float32) *role {
	r.keys[0], r.n = key{x: x, d: d}, 1
	return r
}

// then appends a key that lies seconds after the last one.
func (r *role) then(seconds float32, k key) *role {
	if r.n < len(r.keys) {
		k.t = r.keys[r.n-1].t + seconds
		r.keys[r.n] = k
		r.n++
	}
	return r
}

// walk goes straight to a place at speed m/s, looking ahead.
func (r *role) walk(x, d, speed float32) *role {
	last := &r.keys[r.n-1]
	dx, dd := x-last.x, d-last.d
	yaw := float32(math.Atan2(float64(dx), float64(-dd)))
	if r.n == 1 {
		last.yaw, last.body = yaw, yaw
	} else {
		r.face(yaw, 0.35)
	}
	return r.then(sqrt(dx*dx+dd*dd)/speed, key{x: x, d: d, yaw: yaw, body: yaw})
}

// face turns on the spot.
func (r *role) face(yaw, seconds float32) *role {
	k := r.keys[r.n-1]
	k.yaw, k.body, k.pitch = yaw, yaw, 0
	return r.then(seconds, k)
}

// look turns the head alone.
func (r *role) look(yaw, pitch, seconds float32) *role {
	k := r.keys[r.n-1]
	k.yaw, k.pitch = yaw, pitch
	return r.then(seconds, k)
}

// stand stays for so many seconds.
func (r *role) stand(seconds float32) *role { return r.then(seconds, r.keys[r.n-1]) }

// end returns when the role is over.
func (r *role) end() float64 { return r.start + float64(r.keys[r.n-1].t) }

// figure places the role in the image of a stage width x height units at time
// now; ok is false where it has not begun or is over.
func (r *role) figure(now float64, width, height float32) (f figure, ok bool) {
	t := float32(now - r.start)
	if t < 0 || r.n < 2 || t >= r.keys[r.n-1].t {
		return figure{}, false
	}
	i := 1
	for r.keys[i].t <= t {
		i++
	}
	a, b := &r.keys[i-1], &r.keys[i]
	s := (t - a.t) / (b.t - a.t)
	mix := func(v, w float32) float32 { return v + s*(w-v) }
	x, d := mix(a.x, b.x), mix(a.d, b.d)
	speed := sqrt((b.x-a.x)*(b.x-a.x)+(b.d-a.d)*(b.d-a.d)) / (b.t - a.t)
	walk := clamp01(speed / 1.1)
	step, _ := sincos(r.phase + 11*t)
	sway, _ := sincos(r.phase + 1.9*t)
	nod, _ := sincos(r.phase*2 + 1.3*t)
	breath, _ := sincos(r.phase + 1.7*t)
	y := cameraHeight - (r.looks.height - crownToMiddle) - 0.015*walk*abs(step)
	return figure{
		looks: &r.looks, visit: r.visit,
		x: width/2 + focal*(x+0.002*sway)/d, y: height/2 + focal*(y+0.0015*nod)/d,
		a:   focal * headHalfWidth / d,
		yaw: mix(a.yaw, b.yaw) + 0.05*sway, pitch: mix(a.pitch, b.pitch) + 0.02*nod,
		roll: 0.02 * sway, body: mix(a.body, b.body),
		stride: r.phase + 5.5*t, gait: 0.75 * walk, breath: breath,
		hand:  r.hand,
		smear: 0.03 * focal * abs(b.x-a.x) / (b.t - a.t) / d,
	}, true
}

// aside returns how far to the side somebody at distance d is out of view.
func aside(width, d float32) float32 { return width/2/focal*d + 0.42 }
