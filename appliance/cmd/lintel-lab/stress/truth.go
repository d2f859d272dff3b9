package stress

import (
	"math"

	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/vision"
)

// use says how a face that may be measured is used wrongly. The zero value is
// not at all.
type use uint8

const (
	useOtherSkin  use = iota + 1 // no bare forehead is there: brow or temple is measured
	useOffSkin                   // the measured region leaves the bare skin
	useNoForehead                // no bare forehead is there, and what is measured is no skin
)

func (u use) String() string {
	switch u {
	case useOtherSkin:
		return "other skin of the face"
	case useOffSkin:
		return "off the skin"
	case useNoForehead:
		return "no bare forehead"
	default:
		return "right"
	}
}

// maxOff is the share of the measured region that may lie off bare skin.
const maxOff = 0.1

// use judges one face by the truth.
func (t *shot) use(f *vision.Face) use {
	if !f.Usable() {
		return 0
	}
	p := t.nearest(f.Box)
	switch {
	case p == nil:
		return useNoForehead
	case p.Forehead.Area() == 0 && t.offSkin(f.Regions.Forehead) <= maxOff:
		return useOtherSkin
	case p.Forehead.Area() == 0:
		return useNoForehead
	case t.offSkin(f.Regions.Forehead) > maxOff:
		return useOffSkin
	default:
		return 0
	}
}

// offSkin returns the share of the pixels of a region that lie more than a
// pixel off the bare skin of a face.
func (t *shot) offSkin(b thermal.Box) float64 {
	off, n := 0, 0
	for y := int(math.Ceil(b.Y0 - 0.5)); y <= int(math.Floor(b.Y1-0.5)); y++ {
		for x := int(math.Ceil(b.X0 - 0.5)); x <= int(math.Floor(b.X1-0.5)); x++ {
			n++
			if !t.nearSkin(x, y) {
				off++
			}
		}
	}
	return float64(off) / math.Max(float64(n), 1)
}

func (t *shot) nearSkin(x, y int) bool {
	for v := max(0, y-1); v <= min(t.frame.Height-1, y+1); v++ {
		for u := max(0, x-1); u <= min(t.frame.Width-1, x+1); u++ {
			if t.skin[v*t.frame.Width+u] != 0 {
				return true
			}
		}
	}
	return false
}

// What a thermograph should measure, in pixels; see the package comment.
const (
	leastForeheadWidth  = 10
	leastForeheadHeight = 5
	leastHead           = 28
	mostHead            = 0.6 // of the image's shorter side
)

// whole says that a head lies inside the image.
func (t *shot) whole(b thermal.Box) bool {
	return b.X0 > 1 && b.Y0 > 1 && b.X1 < float64(t.frame.Width)-1 && b.Y1 < float64(t.frame.Height)-1
}

// measurable says that a thermograph should measure the person.
func (t *shot) measurable(p *sim.Person, s *setup) bool {
	if s.blur > 0 || s.scene != "" && p.Size != sim.Near || len(s.people) > 0 && s.people[0].speed != 0 {
		return false
	}
	disc := t.truth.Disc
	disc.R *= 1.6
	return p.Pose == sim.Frontal && p.Forehead.Width() >= leastForeheadWidth && p.Forehead.Height() >= leastForeheadHeight &&
		p.Head.Width() >= leastHead && p.Head.Width() <= mostHead*float64(min(t.frame.Width, t.frame.Height)) &&
		t.whole(p.Head) && p.Head.Intersect(disc.Bounds()).Area() == 0
}

// visible says that the face should be found.
func visible(p *sim.Person, t *shot, scale float64) bool {
	return p.Face.Area() > 0 && p.Pose != sim.Back && p.Pose != sim.Down && p.Head.Width() >= 18*scale && t.whole(p.Head)
}
