package calibration

import (
	"testing"

	"lintel/firmware/thermal"
)

func TestObserveRefusesFramesOfAnotherSize(t *testing.T) {
	s := steady()
	tr := tracker(t, s.info, nil)
	var f thermal.Frame
	s.run(tr, &f, 0, 5)
	for name, g := range map[string]*thermal.Frame{
		"none":   nil,
		"empty":  {},
		"turned": {Width: 160, Height: 120, Counts: f.Counts},
		"short":  {Width: 120, Height: 160, Counts: f.Counts[:19199]},
		"long":   {Width: 120, Height: 160, Counts: make([]uint16, 19201)},
		"huge":   {Width: 1 << 40, Height: -1, Counts: f.Counts},
	} {
		if o := tr.Observe(g); o.Reference.Fault != FaultFrame || o.Reference.OK || o.Scale.Valid() {
			t.Errorf("%s: %+v", name, o.Reference)
		}
	}
	for i := range 3 {
		o := s.run(tr, &f, 5+i, 1)
		if o.Reference.OK != (i == 2) || (o.Reference.Fault == FaultNone) != o.Reference.OK {
			t.Errorf("good frame %d later: %+v", i+1, o.Reference)
		}
	}
}

func TestObserveNamesTheFaultOfFlatFrames(t *testing.T) {
	for _, size := range [][2]int{{8, 8}, {8, 2048}, {9, 13}, {120, 160}, {640, 512}} {
		info := lepton()
		info.Width, info.Height = size[0], size[1]
		for _, level := range []uint16{0, 1, 29500, 31000, 65535} {
			tr := tracker(t, info, nil)
			var f thermal.Frame
			f.Resize(size[0], size[1])
			for i := range f.Counts {
				f.Counts[i] = level
			}
			for range 4 {
				if o := tr.Observe(&f); o.Reference.Fault != FaultMissing || o.Scale.Valid() {
					t.Errorf("%v of %d: %+v", size, level, o.Reference)
				}
			}
		}
	}
}

// Whatever the pixels are, nothing panics, and a scale is valid exactly where
// the reference is in order.
func FuzzObserve(f *testing.F) {
	f.Add(uint8(20), []byte{0x78, 0x50, 0x79, 0x00}, true)
	f.Add(uint8(0), []byte{0xff, 0xff, 0, 0}, false)
	f.Fuzz(func(t *testing.T, side uint8, pixels []byte, lock bool) {
		s := steady()
		if !lock {
			s.info.Width, s.info.Height = 8+int(side)%100, 8+int(side)/2
		}
		tr := tracker(t, s.info, nil)
		var frame thermal.Frame
		if lock {
			s.run(tr, &frame, 0, 4)
		}
		frame.Resize(s.info.Width, s.info.Height)
		for n := range 3 {
			for i := range frame.Counts {
				if len(pixels) >= 2 {
					k := (i + n) % (len(pixels) / 2) * 2
					frame.Counts[i] = uint16(pixels[k])<<8 | uint16(pixels[k+1])
				}
			}
			o := tr.Observe(&frame)
			if o.Scale.Valid() != o.Reference.OK || o.Reference.OK != (o.Reference.Fault == FaultNone) {
				t.Errorf("%+v", o.Reference)
			}
		}
	})
}
