package score

import "slices"

// FaceFigures are the figures of faces and foreheads: of a recording, of all
// together, or of one class of people.
type FaceFigures struct {
	// Faces and FacesUsable are out of the usable frontal faces: found, and
	// found and called usable.
	Faces       Share `json:"usable_frontal_faces_found"`
	FacesUsable Share `json:"usable_frontal_faces_called_usable"`
	// AnyPose is out of the near and mid faces in any pose but back and down.
	AnyPose Share `json:"faces_any_pose_found"`
	// Foreheads is out of the found faces with a bare forehead, and so is
	// MedianIoU, nil without one.
	Foreheads     Share    `json:"forehead_centre_inside"`
	MedianIoU     *float64 `json:"forehead_iou_median"`
	WronglyUsable int      `json:"wrongly_usable"`

	ious []float64
}

// person counts one annotated person and the face found for it, nil for none.
func (f *FaceFigures) person(p person, b *face) {
	if p.usable() {
		f.Faces.count(b != nil)
		f.FacesUsable.count(b != nil && b.usable)
	}
	if p.visible() {
		f.AnyPose.count(b != nil)
	}
	if p.forehead != nil && b != nil && b.forehead != nil {
		f.Foreheads.count(inside(*p.forehead, *b.forehead))
		f.ious = append(f.ious, p.forehead.IoU(*b.forehead))
	}
}

func (f *FaceFigures) add(g FaceFigures) {
	f.Faces.add(g.Faces)
	f.FacesUsable.add(g.FacesUsable)
	f.AnyPose.add(g.AnyPose)
	f.Foreheads.add(g.Foreheads)
	f.WronglyUsable += g.WronglyUsable
	f.ious = append(f.ious, g.ious...)
}

func (f *FaceFigures) finish() {
	if len(f.ious) == 0 {
		return
	}
	slices.Sort(f.ious)
	median := quantile(f.ious, 0.5)
	f.MedianIoU = &median
}

// class returns the figures of a class.
func (r *Report) class(name string) *FaceFigures {
	if r.Classes[name] == nil {
		r.Classes[name] = &FaceFigures{}
	}
	return r.Classes[name]
}
