package score

import (
	"cmp"
	"slices"

	"lintel/firmware/thermal"
)

// Fault is a kind of thing that went wrong. The zero value is unknown.
type Fault uint8

// The faults, the gravest first.
const (
	WronglyUsable   Fault = iota + 1 // called usable where no forehead is bare
	CoveredDecided                   // a verdict on a covered visit
	StrayVerdict                     // a verdict on nobody's visit
	VisitTwice                       // more than one verdict on a visit
	VisitMissed                      // no verdict on a visit with a bare forehead
	FaceMissed                       // a near or mid face not found
	FalseFace                        // a face where nobody is
	ForeheadOutside                  // its centre lies outside the annotated one
	ForeheadMisfit                   // overlaps the annotated one badly
	UsableRefused                    // a usable face that may not be measured
)

// String names the fault as reports do.
func (f Fault) String() string {
	switch f {
	case WronglyUsable:
		return "wrongly_usable"
	case CoveredDecided:
		return "covered_decided"
	case StrayVerdict:
		return "stray_verdict"
	case VisitTwice:
		return "visit_decided_twice"
	case VisitMissed:
		return "visit_not_decided"
	case FaceMissed:
		return "face_missed"
	case FalseFace:
		return "false_face"
	case ForeheadOutside:
		return "forehead_outside"
	case ForeheadMisfit:
		return "forehead_misfit"
	case UsableRefused:
		return "usable_face_refused"
	default:
		return "unknown"
	}
}

// MarshalText writes the name.
func (f Fault) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// Complaint is one thing that went wrong in one frame. For a visit, Frame is
// its first.
type Complaint struct {
	Fault Fault  `json:"fault"`
	Clip  string `json:"clip"`
	Frame int    `json:"frame"`
	// Box is the face found, or the annotated one where it was missed; null
	// where it is about a visit.
	Box *[4]float64 `json:"box"`
	// IoU is the forehead's, where the fault is about that.
	IoU *float64 `json:"forehead_iou"`
	// Detail is why it was refused, or how the visit ended.
	Detail string `json:"detail"`
}

// WorstListed bounds the complaints of a kind that a report lists.
const WorstListed = 12

// misfit is the IoU of a forehead below which it is worth a look.
const misfit = 0.3

// place is a frame of a recording.
type place struct {
	clip  string
	frame int
}

func (r *Report) note(at place, f Fault, b thermal.Box, detail string) {
	c := Complaint{Fault: f, Clip: at.clip, Frame: at.frame, Detail: detail}
	if b.Area() > 0 {
		c.Box = &[4]float64{b.X0, b.Y0, b.X1, b.Y1}
	}
	r.Worst = append(r.Worst, c)
}

// complain notes what is wrong with the face found for a person.
func (r *Report) complain(at place, p person, b *face) {
	if b == nil {
		if p.visible() {
			r.note(at, FaceMissed, *p.face, p.pose)
		}
		return
	}
	if p.usable() && !b.usable {
		r.note(at, UsableRefused, b.box, b.reject)
	}
	if p.forehead == nil || b.forehead == nil {
		return
	}
	iou := p.forehead.IoU(*b.forehead)
	var fault Fault
	switch {
	case !inside(*p.forehead, *b.forehead):
		fault = ForeheadOutside
	case iou < misfit:
		fault = ForeheadMisfit
	default:
		return
	}
	r.note(at, fault, b.box, b.reject)
	r.Worst[len(r.Worst)-1].IoU = &iou
}

// rank sorts the complaints and drops what is beyond the first few of a kind.
func (r *Report) rank() {
	slices.SortStableFunc(r.Worst, func(a, b Complaint) int {
		by := cmp.Compare(a.Fault, b.Fault)
		if by == 0 && a.IoU != nil && b.IoU != nil {
			by = cmp.Compare(*a.IoU, *b.IoU)
		}
		return by
	})
	of := map[Fault]int{}
	r.Worst = slices.DeleteFunc(r.Worst, func(c Complaint) bool {
		of[c.Fault]++
		return of[c.Fault] > WorstListed
	})
}
