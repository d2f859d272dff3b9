package recording

import (
	"errors"
	"io"
	"testing"

	"lintel/firmware/thermal"
)

// fuzz plays what may be a file and checks what holds for every file: no
// panic, every error a ReadError with a known sentinel and a place inside the
// file, no end without a frame, and frames of a sensible size.
func fuzz(t *testing.T, content []byte) {
	check := func(err error) {
		t.Helper()
		var re *ReadError
		if !errors.As(err, &re) {
			t.Fatalf("%v is no ReadError", err)
		}
		if re.Offset < 0 || re.Offset > int64(len(content)) || re.Place == "" {
			t.Fatalf("%v: %q at byte %d of %d", err, re.Place, re.Offset, len(content))
		}
		for _, known := range []error{
			ErrTruncated, ErrCorrupt, ErrUnknownFormat, ErrEmpty, ErrScaleUnknown, thermal.ErrNotRadiometric,
		} {
			if errors.Is(err, known) {
				return
			}
		}
		t.Fatalf("%v has no sentinel", err)
	}
	if len(content) > 1 && content[0] == 0x1f && content[1] == 0x8b {
		t.Skip("gzip has its own target")
	}
	s, err := play(content, Config{Mounting: thermal.Mounting{Rotate: 90}})
	if err != nil {
		check(err)
		return
	}
	defer func() { _ = s.Close() }()
	var f, last thermal.Frame
	for n := 0; ; n++ {
		err := s.Next(t.Context(), &f)
		if errors.Is(err, io.EOF) && n > 0 {
			return
		}
		if err != nil {
			check(err)
			return
		}
		if info := s.Info(); f.Width != info.Width || f.Height != info.Height || len(f.Counts) != f.Width*f.Height {
			t.Fatalf("frame %d is %dx%d", n, f.Width, f.Height)
		}
		if n > 0 && (f.Time < last.Time || f.Sequence <= last.Sequence) {
			t.Fatalf("frame %d: %d at %v after %d at %v", n, f.Sequence, f.Time, last.Sequence, last.Time)
		}
		last = f
	}
}

func FuzzCPTV(f *testing.F) {
	a, b := room(8, 8, 1), room(8, 8, 2)
	f.Add(cptvOf(8, 8, a, b, a))
	f.Add(cptvOf(8, 8, a))
	wide := room(8, 8, 1)
	wide[0], wide[1] = 0, 65535
	f.Add(cptvOf(8, 8, wide, a, wide))
	var c cptvFile
	c.begin(u32('X', 9), u32('Y', 8), text('N', "7"))
	c.frame(9, room(9, 8, 1), nil, u8('g', 1))
	c.frame(9, room(9, 8, 2), room(9, 8, 1), cameraTemperature(30), text('?', "?"))
	f.Add(c.Bytes())
	f.Fuzz(fuzz)
}

func FuzzY16(f *testing.F) {
	for _, more := range []string{"", `,"model":"m","serial":"s","frame_record":{"frame_index":"uint64"}`} {
		file, _ := y16Of(y16Json(8, 8, more), visit(8, 8, 3)...)
		f.Add(file)
	}
	file, _ := y16Of(`{"width":8,"height":9,"raw_unit":"kelvin_x64"}`, visit(8, 9, 2)...)
	f.Add(file)
	f.Fuzz(fuzz)
}
