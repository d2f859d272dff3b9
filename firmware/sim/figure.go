package sim

import (
	"math"

	"lintel/firmware/thermal"
)

// figure is a person in one frame: who, where and how turned.
type figure struct {
	looks *looks
	visit int
	// x and y are the middle of the head in units, a is half its width seen
	// from the front.
	x, y, a float32
	// yaw turns the head to the right of the image, pitch bends it down, roll
	// tilts it clockwise; body is the yaw of the shoulders. Radians.
	yaw, pitch, roll, body float32
	// stride is the phase of the walk in radians, gait how far the limbs swing
	// (0 stands still).
	stride, gait float32
	// breath swings between -1 and 1.
	breath float32
	// smear is how far the figure moves sideways while a pixel takes its
	// temperature, in units.
	smear float32
	// hand is held before the face.
	hand bool
}

// b is half the height of the head in units.
func (f *figure) b() float32 { return f.a * f.looks.aspect }

// unit is half the height of a head of usual proportions, the length bodies are built of.
func (f *figure) unit() float32 { return f.a * 1.44 }

// pen draws one figure.
type pen struct {
	*canvas
	*figure
	room float32 // degC
	mine uint8   // owner of the body
}

// blended returns the temperature of a thing warmed that far by the body.
func (p *pen) blended(k float32) float32 { return p.room + k*(p.looks.skin-p.room) }

// draw draws the figure number n of the frame.
func (c *canvas) draw(f *figure, n int, room float32) {
	p := &pen{canvas: c, figure: f, room: room, mine: 1 + uint8(parts)*uint8(n)}
	p.drawBody()
	p.drawHead()
	p.drawBrim()
	if f.hand {
		p.drawHand()
	}
}

// census sums up where the parts of a figure are seen.
type census struct {
	head, face   window
	heads, faces int
	n            int // forehead pixels
	x, y, xx, yy float64
}

// describe fills the people of a truth in from the owners of the pixels.
func (c *canvas) describe(figures []figure, people []Person) []Person {
	var all [maxFigures]census
	for i := range figures {
		empty := window{c.w, c.h, 0, 0}
		all[i].head, all[i].face = empty, empty
	}
	for i, o := range c.owner {
		if o == 0 || o == inFront || part(o-1)%parts == partBody {
			continue
		}
		s, x, y := &all[part(o-1)/parts], i%c.w, i/c.w
		s.head.add(x, y)
		s.heads++
		switch part(o-1) % parts {
		case partForehead:
			fx, fy := float64(x)+0.5, float64(y)+0.5
			s.n++
			s.x, s.y, s.xx, s.yy = s.x+fx, s.y+fy, s.xx+fx*fx, s.yy+fy*fy
			fallthrough
		case partFace, partWorn:
			s.face.add(x, y)
			s.faces++
		default:
		}
	}
	people = people[:0]
	for i := range figures {
		f, s := &figures[i], &all[i]
		whole := math.Pi * f.a * f.b() * c.scale * c.scale
		if float32(s.heads) < max(0.2*whole, 4) {
			continue
		}
		person := Person{
			Visit: f.visit, Skin: thermal.Celsius(f.looks.skin), Head: s.head.box(),
			Pose: poseOf(f.yaw, f.pitch), Occluders: f.looks.occluders(), Size: sizeOf(2 * f.a),
		}
		if f.hand {
			person.Occluders |= Hand
		}
		if person.Pose != Back && float32(s.faces) >= max(0.1*whole, 3) {
			person.Face = s.face.box()
			person.Forehead = s.forehead(float64(c.scale))
		}
		people = append(people, person)
	}
	return people
}

// forehead returns the box that has the mean and the spread of the pixels: for
// a rectangle it is the rectangle, for a ragged patch it lies inside.
func (s *census) forehead(scale float64) thermal.Box {
	if s.n == 0 {
		return thermal.Box{}
	}
	n := float64(s.n)
	x, y := s.x/n, s.y/n
	rx := 0.94 * math.Sqrt(3*max(s.xx/n-x*x, 0))
	ry := 0.94 * math.Sqrt(3*max(s.yy/n-y*y, 0))
	if rx < 1.3*scale || ry < 0.8*scale {
		return thermal.Box{}
	}
	return thermal.Box{X0: x - rx, Y0: y - ry, X1: x + rx, Y1: y + ry}
}

func (w *window) add(x, y int) {
	w.x0, w.y0 = min(w.x0, x), min(w.y0, y)
	w.x1, w.y1 = max(w.x1, x+1), max(w.y1, y+1)
}

func (w *window) box() thermal.Box {
	return thermal.Box{X0: float64(w.x0), Y0: float64(w.y0), X1: float64(w.x1), Y1: float64(w.y1)}
}
