package score

import (
	"cmp"
	"math"
	"slices"

	"lintel/firmware/thermal"
)

// The matching rules; doc.go says what they mean.
const (
	matchIoU     = 0.35
	overlapIoU   = 0.2
	foreheadSlop = 1.0
	referenceOff = 2.0
)

// frame scores one annotated frame.
func (r *Report) frame(f *Figures, at place, l label, s seen) {
	f.LabelledFrames++
	f.reference(l, s.reference)
	found := match(l.persons, s.faces)
	for i, p := range l.persons {
		var b *face
		if found[i] >= 0 {
			b = &s.faces[found[i]]
		}
		f.FaceFigures.person(p, b)
		for _, name := range p.classes() {
			r.class(name).person(p, b)
		}
		r.complain(at, p, b)
	}
	for _, b := range s.faces {
		nearest := nearestPerson(l.persons, b.box)
		if nearest < 0 {
			f.FalseFaces++
			r.note(at, FalseFace, b.box, "")
		}
		if b.usable && (nearest < 0 || l.persons[nearest].forehead == nil) {
			f.WronglyUsable++
			r.note(at, WronglyUsable, b.box, "")
			if nearest >= 0 {
				for _, name := range l.persons[nearest].classes() {
					r.class(name).WronglyUsable++
				}
			}
		}
	}
}

func (f *Figures) reference(l label, found thermal.Circle) {
	none := thermal.Circle{}
	right := found != none && l.disc != none && math.Hypot(l.disc.X-found.X, l.disc.Y-found.Y) <= referenceOff
	if l.disc != none && !l.hidden {
		f.Reference.count(right)
	}
	if found != none && !right {
		f.FalseReferences++
	}
}

// inside says that the centre of found lies in the annotated forehead.
func inside(annotated, found thermal.Box) bool {
	annotated.X0 -= foreheadSlop
	annotated.Y0 -= foreheadSlop
	annotated.X1 += foreheadSlop
	annotated.Y1 += foreheadSlop
	return annotated.Contains(found.Centre())
}

// match returns, for each person, the index of the face found for it or -1.
func match(persons []person, faces []face) []int {
	type pair struct {
		person, face int
		iou          float64
	}
	var pairs []pair
	for i, p := range persons {
		for j, b := range faces {
			if iou := p.overlap(b.box); iou >= matchIoU {
				pairs = append(pairs, pair{i, j, iou})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(b.iou, a.iou) })
	found := slices.Repeat([]int{-1}, len(persons))
	taken := make([]bool, len(faces))
	for _, c := range pairs {
		if found[c.person] < 0 && !taken[c.face] {
			found[c.person], taken[c.face] = c.face, true
		}
	}
	return found
}

// nearestPerson returns the person that b overlaps most, or -1 where it is a
// false face.
func nearestPerson(persons []person, b thermal.Box) int {
	nearest, most := -1, 0.0
	for i, p := range persons {
		if iou := p.overlap(b); iou >= overlapIoU && iou > most {
			nearest, most = i, iou
		}
	}
	return nearest
}
