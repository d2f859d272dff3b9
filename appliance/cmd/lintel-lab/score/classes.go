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
	// UsableForeheads and UsableMedianIoU are of the usable frontal faces found,
	// Foreheads and MedianIoU of the found faces in any pose with a bare
	// forehead; a median is nil without one.
	UsableForeheads Share    `json:"usable_forehead_centre_inside"`
	Foreheads       Share    `json:"forehead_centre_inside"`
	MedianIoU       *float64 `json:"forehead_iou_median"`
	WronglyUsable   int      `json:"wrongly_usable"`

	UsableMedianIoU *float64 `json:"usable_forehead_iou_median"`

	ious, usableIoUs []float64
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
		centred, iou := inside(*p.forehead, *b.forehead), p.forehead.IoU(*b.forehead)
		f.Foreheads.count(centred)
		f.ious = append(f.ious, iou)
		if p.usable() {
			f.UsableForeheads.count(centred)
			f.usableIoUs = append(f.usableIoUs, iou)
		}
	}
}

func (f *FaceFigures) add(g FaceFigures) {
	f.Faces.add(g.Faces)
	f.FacesUsable.add(g.FacesUsable)
	f.AnyPose.add(g.AnyPose)
	f.UsableForeheads.add(g.UsableForeheads)
	f.Foreheads.add(g.Foreheads)
	f.WronglyUsable += g.WronglyUsable
	f.ious = append(f.ious, g.ious...)
	f.usableIoUs = append(f.usableIoUs, g.usableIoUs...)
}

func (f *FaceFigures) finish() {
	f.MedianIoU, f.UsableMedianIoU = median(f.ious), median(f.usableIoUs)
}

// median returns nil of nothing.
func median(ious []float64) *float64 {
	if len(ious) == 0 {
		return nil
	}
	slices.Sort(ious)
	m := quantile(ious, 0.5)
	return &m
}

// class returns the figures of a class.
func (r *Report) class(name string) *FaceFigures {
	if r.Classes[name] == nil {
		r.Classes[name] = &FaceFigures{}
	}
	return r.Classes[name]
}
