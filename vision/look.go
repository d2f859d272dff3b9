package vision

import (
	"fmt"
	"math"

	"lintel/firmware/thermal"
)

const (
	// lookPlaces is how many crops of a face are looked at, lookAside widths of
	// the face apart in height: the upper edge of a forehead may be drawn so far
	// off. Their mean counts.
	lookPlaces = 3
	lookAside  = 0.1
	// lookSmoothing is the weight of the newest frame in whether the forehead is
	// bare.
	lookSmoothing = 0.6
	// towardsDrawn is how far from the edges that the second network is sure of
	// what is measured goes back towards those that it takes for likeliest. A
	// strip between hat and glasses would be too little otherwise.
	towardsDrawn = 0.2
	// farOff is where a box is no part of a face any more, in its widths.
	farOff = 10
)

// looks is what the second network says of a face that is followed.
type looks struct {
	hits   int              // of the track, at the newest look; 0 before the first
	next   int              // the place that is looked at next
	places [lookPlaces]Look // the newest at each, in widths of the face from its middle
	lately float64          // probability of a bare forehead
	worn   float64          // smoothed
}

// look asks the second network about a face: about every place at first and
// while it does not call the forehead bare, then about one a frame.
func (f *Finder) look(t *track) error {
	l, face := &t.looks, t.now.box
	first, places := l.hits == 0, 1
	if first || l.hits+1 != t.hits || !l.bare() {
		places = lookPlaces
	}
	for range places {
		at := cropAround(face, t.now.forehead, lookAside*float64(l.next-lookPlaces/2))
		look, err := f.cfg.Detector.Look(f.plane.crop(at), at)
		if err != nil {
			return fmt.Errorf("cannot look at a forehead: %w", err)
		}
		look.Forehead, look.Sure = onFace(look.Forehead, face), onFace(look.Sure, face)
		if !look.sensible() {
			look = Look{Bare: math.Inf(-1)}
		}
		l.places[l.next] = look
		l.next = (l.next + 1) % lookPlaces
	}
	mean := 0.0
	for i := range l.places {
		mean += l.places[i].Bare / lookPlaces
	}
	l.hits, l.lately = t.hits, logistic(mean)
	if first {
		l.worn = l.lately
	}
	l.worn += lookSmoothing * (l.lately - l.worn)
	return nil
}

// sensible says whether the boxes, in widths of the face, are anywhere near it.
func (l *Look) sensible() bool {
	for _, v := range [...]float64{l.Forehead.X0, l.Forehead.Y0, l.Forehead.X1, l.Forehead.Y1, l.Sure.X0, l.Sure.Y0, l.Sure.X1, l.Sure.Y1} {
		if !(math.Abs(v) < farOff) {
			return false
		}
	}
	return !math.IsNaN(l.Bare)
}

// narrow takes the forehead that the second network drew instead of the first
// one's, fits it to the image, and leaves to be measured what that network is
// all but sure of. Where it calls nothing bare the first one's stays.
func (p *plane) narrow(s *sight) {
	if !s.looks.bare() {
		return
	}
	var inner thermal.Box
	s.drawn, inner = s.looks.boxes(s.now.box)
	s.forehead, s.skin = p.bare(s.now.box, within(s.drawn, s.width, s.height))
	s.measured = s.forehead.Inset(foreheadInset).Intersect(inner)
}

// bare says whether the second network calls the forehead bare.
func (l *looks) bare() bool { return math.Min(l.lately, l.worn) >= minWorn }

// boxes returns the forehead and the part of it that may be measured, both the
// mean of the places and in pixels of the image.
func (l *looks) boxes(face thermal.Box) (forehead, inner thermal.Box) {
	for i := range l.places {
		add(&forehead, l.places[i].Forehead, 1./lookPlaces)
		add(&inner, l.places[i].Sure, (1-towardsDrawn)/lookPlaces)
	}
	add(&inner, forehead, towardsDrawn)
	return inImage(forehead, face), inImage(inner, face)
}

func add(sum *thermal.Box, b thermal.Box, weight float64) {
	sum.X0 += weight * b.X0
	sum.Y0 += weight * b.Y0
	sum.X1 += weight * b.X1
	sum.Y1 += weight * b.Y1
}

// onFace turns pixels of the image into widths of a face from its middle;
// inImage turns them back.
func onFace(b, face thermal.Box) thermal.Box {
	m, w := face.Centre(), face.Width()
	return thermal.Box{X0: (b.X0 - m.X) / w, Y0: (b.Y0 - m.Y) / w, X1: (b.X1 - m.X) / w, Y1: (b.Y1 - m.Y) / w}
}

func inImage(b, face thermal.Box) thermal.Box {
	m, w := face.Centre(), face.Width()
	return thermal.Box{X0: m.X + w*b.X0, Y0: m.Y + w*b.Y0, X1: m.X + w*b.X1, Y1: m.Y + w*b.Y1}
}
