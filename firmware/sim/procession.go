package sim

// procession lets people come one act after the other.
type procession struct {
	dice
	width, height float32 // units
	// act casts act number n, from 0, beginning at second 0.
	act  func(p *procession, n int)
	idle float64 // between acts, s
	// clear is the side on which the blackbody hides nobody, -1 or 1.
	clear float32

	cast   [maxFigures]role
	n      int // of them in the act
	acts   int
	starts float64
	visits int
}

// direct implements script.
func (p *procession) direct(t float64, s *shot) {
	for p.over(t) {
		p.n = 0
		p.act(p, p.acts)
		p.acts++
		for i := range p.cast[:p.n] {
			p.cast[i].start += p.starts
		}
	}
	for i := range p.cast[:p.n] {
		r := &p.cast[i]
		if f, ok := r.figure(t, p.width, p.height); ok {
			s.add(f)
		}
		if t >= r.start && r.visit > s.visit {
			s.visit = r.visit
		}
	}
}

// over says whether the act is over by t, and when the next one starts.
func (p *procession) over(t float64) bool {
	if p.acts == 0 {
		p.starts = 0.6
		return true
	}
	end := p.starts
	for i := range p.cast[:p.n] {
		end = max(end, p.cast[i].end())
	}
	if t < end+p.idle {
		return false
	}
	p.starts = end + p.idle
	return true
}

// join adds somebody to the act who enters at a place.
func (p *procession) join(l looks, x, d float32) *role {
	r := &p.cast[min(p.n, maxFigures-1)]
	p.n = min(p.n+1, maxFigures)
	*r = role{looks: l, phase: p.between(0, 6)}
	return r.enter(x, d)
}

// visitor is somebody who comes to be screened.
func (p *procession) visitor(l looks, x, d float32) *role {
	p.visits++
	r := p.join(l, x, d)
	r.visit = p.visits
	return r
}

// side is -1 or 1.
func (p *procession) side() float32 {
	if p.chance(0.5) {
		return -1
	}
	return 1
}

// leave walks out of view sideways.
func (p *procession) leave(r *role) {
	d := r.keys[r.n-1].d
	r.walk(p.side()*aside(p.width, d), d+0.15, 1.1)
}

// arrive walks from the back of the room to the working distance.
func (p *procession) arrive(l looks) *role {
	x, d := p.between(-0.02, 0.02)+0.02*p.clear, p.between(0.5, 0.62)
	r := p.visitor(l, p.between(-0.5, 0.5), 3.4).walk(x, d, 1.1)
	return r.face(p.between(-0.1, 0.1), 0.3)
}

// plain is the usual visit: walk up, stand, leave.
func (p *procession) plain(l looks) {
	p.leave(p.arrive(l).stand(p.between(3.2, 4.2)))
}

// distant is somebody who stands too far off, and goes.
func (p *procession) distant(l looks) {
	d, from := p.between(2, 2.8), p.side()
	r := p.join(l, from*aside(p.width, d), d).walk(p.between(-0.3, 0.3), d, 0.9)
	p.leave(r.face(0, 0.4).stand(5))
}

// passer crosses the view without a stop.
func (p *procession) passer(l looks) {
	d, from := p.between(0.9, 2.4), p.side()
	p.join(l, from*aside(p.width, d), d).walk(-from*aside(p.width, d), d, p.between(0.9, 1.3))
}

// looksAway looks aside at first, then into the camera.
func (p *procession) looksAway(l looks) {
	r := p.arrive(l).look(p.side()*p.between(0.7, 1.1), 0, 0.3).stand(2.5)
	p.leave(r.look(0, 0, 0.3).stand(3.5))
}

// pair stands side by side; then one leaves and the other stays.
func (p *procession) pair(l, m looks) {
	first := p.visitor(l, -0.4, 3.2).walk(-0.14, 0.72, 1.1).face(0, 0.3).stand(3)
	first.walk(-aside(p.width, 0.8), 0.8, 1.1)
	second := p.visitor(m, 0.4, 3.4).walk(0.13, 0.8, 1.1).face(0, 0.3).stand(3)
	second.walk(0, 0.62, 0.5).face(0, 0.3).stand(4)
	p.leave(second)
}

// gathering is a crowd that moves to and fro.
func (p *procession) gathering() {
	for range 3 + p.IntN(3) {
		d := p.between(0.8, 2.6)
		from := p.side()
		r := p.visitor(p.person(p.between(33.8, 35.2)), from*aside(p.width, d), d)
		r.walk(p.between(-0.35, 0.35)*d, d, 0.9).face(p.between(-1.2, 1.2), 0.4).stand(p.between(1, 4))
		r.look(p.between(-0.6, 0.6), 0, 0.4).stand(p.between(1, 4))
		p.leave(r)
	}
}
