package stress

import (
	"fmt"
	"slices"

	"lintel/firmware/thermal"
)

// Row is one kind of stress.
type Row struct {
	Group, Name string
	// set changes the usual scene.
	set func(d dice, s *setup)
}

// setup is one scene before it is opened.
type setup struct {
	width, height int // of the upright image
	mounting      thermal.Mounting
	room, skin    float64 // degC
	people        []body
	lamp          bool    // a hot one behind the first head
	blur          float64 // of the lens out of focus, pixels
	scene         string  // one of sim's instead of people
}

// body is one person.
type body struct {
	head         float64 // width in pixels; 0 takes units
	units        float64 // width in units of a 120x160 image
	x, y         float64 // of the head from the middle of the image, units
	yaw, pitch   float64 // degrees
	speed        float64 // sideways, m/s
	wears        []string
	depth        float64 // of hat or fringe
	beforeTheRef bool
}

// usual draws a scene without stress.
func usual(d dice) *setup {
	s := &setup{width: 120, height: 160, room: d.between(18, 27)}
	s.skin = d.between(34, 35.6)
	s.people = []body{{
		units: d.between(32, 58), x: d.between(-14, 14), y: d.between(-34, 2),
		yaw: d.between(-12, 12), pitch: d.between(-8, 8),
	}}
	if d.chance(0.25) {
		s.people[0].wears = []string{"glasses"}
	}
	return s
}

// Rows lists all rows, group by group.
func Rows() []Row {
	return slices.Concat(occluders(), poses(), sizes(), rooms(), resolutions(), mountings(), disturbances())
}

func occluders() []Row {
	rows := []Row{{"occluder", "none", func(_ dice, s *setup) { s.people[0].wears = nil }}}
	wear := func(name string, wears ...string) {
		rows = append(rows, Row{"occluder", name, func(d dice, s *setup) {
			s.people[0].wears, s.people[0].depth = wears, d.between(0.35, 1.2)
		}})
	}
	wear("cap", "cap")
	wear("beanie", "beanie")
	wear("hood", "hood")
	wear("headscarf", "headscarf")
	wear("fringe", "hair")
	wear("hand", "hand")
	wear("glasses", "glasses")
	wear("glasses over the brow", "glasses_up")
	wear("mask", "other")
	wear("cap, glasses", "cap", "glasses")
	wear("hood, mask", "hood", "other")
	wear("fringe, glasses", "hair", "glasses")
	wear("beanie, glasses, mask", "beanie", "glasses", "other")
	return rows
}

func poses() (rows []Row) {
	for _, b := range [][2]float64{{0, 10}, {10, 20}, {20, 30}, {30, 45}, {45, 60}, {60, 100}, {120, 180}} {
		rows = append(rows, Row{"pose", fmt.Sprintf("yaw %g-%g deg", b[0], b[1]), func(d dice, s *setup) {
			s.people[0].yaw = d.side() * d.between(b[0], b[1])
		}})
	}
	for _, b := range [][2]float64{{10, 20}, {20, 30}, {30, 45}, {45, 60}} {
		rows = append(rows, Row{"pose", fmt.Sprintf("down %g-%g deg", b[0], b[1]), func(d dice, s *setup) {
			s.people[0].pitch = d.between(b[0], b[1])
		}})
	}
	return append(rows, Row{"pose", "up 10-25 deg", func(d dice, s *setup) { s.people[0].pitch = -d.between(10, 25) }})
}

func sizes() (rows []Row) {
	for _, b := range [][2]float64{{18, 24}, {24, 35}, {35, 50}, {50, 70}, {70, 90}, {90, 110}} {
		rows = append(rows, Row{"size", fmt.Sprintf("head %g-%g px", b[0], b[1]), func(d dice, s *setup) {
			s.people[0].head = d.between(b[0], b[1])
		}})
	}
	return rows
}

func rooms() (rows []Row) {
	for _, room := range []float64{10, 14, 18, 22, 26, 30, 33, 36} {
		rows = append(rows, Row{"room", fmt.Sprintf("%g degC", room), func(_ dice, s *setup) {
			s.room = room
			if room == 36 {
				s.skin = room // no warmer than the wall
			}
		}})
	}
	return rows
}

func resolutions() (rows []Row) {
	for _, r := range [][2]int{{160, 120}, {256, 192}, {320, 240}, {384, 288}, {640, 512}} {
		size := func(s *setup) { s.width, s.height = r[0], r[1] }
		rows = append(rows,
			Row{"resolution", fmt.Sprintf("%dx%d", r[0], r[1]), func(_ dice, s *setup) { size(s) }},
			Row{"resolution", fmt.Sprintf("%dx%d, on its side, occluded", r[0], r[1]), func(d dice, s *setup) {
				s.width, s.height = r[1], r[0]
				d.cover(&s.people[0])
			}},
			Row{"resolution", fmt.Sprintf("%dx%d, head 18-110 px", r[0], r[1]), func(d dice, s *setup) {
				size(s)
				s.people[0].head = d.between(18, 110)
			}})
	}
	return rows
}

func mountings() (rows []Row) {
	for _, turn := range []int{0, 90, 180, 270} {
		rows = append(rows, Row{"mounting", fmt.Sprintf("160x120 turned by %d deg", turn), func(d dice, s *setup) {
			s.mounting.Rotate = turn
			s.width, s.height = s.mounting.Size(160, 120)
			if d.chance(0.5) {
				d.cover(&s.people[0])
			}
		}})
	}
	return rows
}

func disturbances() []Row {
	return []Row{
		{"disturbance", "hot lamp behind the head", func(d dice, s *setup) {
			s.lamp = true
			if d.chance(0.5) {
				d.cover(&s.people[0])
			}
		}},
		{"disturbance", "out of focus", func(d dice, s *setup) { s.blur = d.between(2, 4) }},
		{"disturbance", "walking across", func(d dice, s *setup) { s.people[0].speed = d.side() * d.between(0.6, 1.4) }},
		{"disturbance", "just came in: skin 26-31 degC", func(d dice, s *setup) { s.skin = d.between(26, 31) }},
		{"disturbance", "cut off by an edge", func(d dice, s *setup) {
			p := &s.people[0]
			p.x = d.side() * (60 + d.between(-0.4, 0.3)*p.units)
			if d.chance(0.4) {
				p.x, p.y = d.between(-14, 14), -80+d.between(-0.1, 0.6)*p.units
			}
		}},
		{"disturbance", "in front of the reference", func(_ dice, s *setup) { s.people[0].beforeTheRef = true }},
		{"disturbance", "two people", func(d dice, s *setup) { d.company(s, 1) }},
		{"disturbance", "three people", func(d dice, s *setup) { d.company(s, 2) }},
		{"disturbance", "nobody", func(_ dice, s *setup) { s.people = nil }},
		{"scene", "visitors, frames of a procession", func(_ dice, s *setup) { s.scene = "visitors" }},
		{"scene", "crowd, frames of a procession", func(_ dice, s *setup) { s.scene = "crowd" }},
		{"scene", "everything, a new room in every frame", func(_ dice, s *setup) { s.scene = "training" }},
	}
}

// cover hides the forehead or a part of it behind something.
func (d dice) cover(p *body) {
	covers := [...]string{"cap", "beanie", "hood", "headscarf", "hair", "hand", "glasses_up"}
	p.wears = []string{covers[d.IntN(len(covers))]}
	if d.chance(0.4) {
		p.wears = append(p.wears, "glasses")
	}
	p.depth = d.between(0.4, 1.2)
}

// company adds people beside the first.
func (d dice) company(s *setup, n int) {
	s.width, s.height = 160, 120
	p := &s.people[0]
	p.units, p.x = d.between(30, 46), d.between(-60, -35)
	for i := range n {
		q := body{units: d.between(18, 46), x: p.x + float64(i+1)*d.between(40, 58), y: d.between(-34, 2), yaw: d.between(-40, 40)}
		if d.chance(0.5) {
			d.cover(&q)
		}
		s.people = append(s.people, q)
	}
}
