package recording

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"lintel/firmware/thermal"
)

// threeFrames are the same file in both formats, with the offsets after each
// frame, where a plain file may end.
func threeFrames() map[string]struct {
	file []byte
	ends []int64
} {
	var c cptvFile
	c.begin(cptvHeader(10, 9)...)
	cptvEnds := []int64{int64(c.Len())}
	var before []uint16
	for i := range 3 {
		counts := room(10, 9, i+1)
		c.frame(10, counts, before, u32('t', uint32(1000+100*i)))
		before = counts
		cptvEnds = append(cptvEnds, int64(c.Len()))
	}
	file, starts := y16Of(y16Json(10, 9, ""), visit(10, 9, 3)...)
	return map[string]struct {
		file []byte
		ends []int64
	}{
		"cptv":    {c.Bytes(), cptvEnds},
		"pty16v1": {file, append(starts, int64(len(file)))},
	}
}

// A plain file that is cut short says so with the place where it ends; only
// at the end of a frame it cannot be told from a shorter recording.
func TestEveryCutOfAPlainFile(t *testing.T) {
	for name, c := range threeFrames() {
		t.Run(name, func(t *testing.T) {
			for n := range c.file {
				frames, _, err := all(c.file[:n], Config{})
				switch whole := indexOf(c.ends, int64(n)); {
				case n == 0 || whole == 0:
					if !errors.Is(err, ErrEmpty) {
						t.Fatalf("cut at %d: %v", n, err)
					}
				case whole > 0:
					if err != nil || len(frames) != whole {
						t.Fatalf("cut at %d: %d frames, %v", n, len(frames), err)
					}
				default:
					var re *ReadError
					if !errors.Is(err, ErrTruncated) || !errors.As(err, &re) || re.Offset != int64(n) {
						t.Fatalf("cut at %d: %v", n, err)
					}
				}
			}
		})
	}
}

func indexOf(s []int64, v int64) int {
	for i := range s {
		if s[i] == v {
			return i
		}
	}
	return -1
}

// A compressed file that is cut short anywhere is noticed.
func TestEveryCutOfACompressedFile(t *testing.T) {
	for name, c := range threeFrames() {
		t.Run(name, func(t *testing.T) {
			packed := gzipped(t, c.file)
			for n := range packed {
				want := ErrTruncated
				if n == 0 {
					want = ErrEmpty
				}
				if _, _, err := all(packed[:n], Config{}); !errors.Is(err, want) {
					t.Fatalf("cut at %d of %d: %v", n, len(packed), err)
				}
			}
			if frames, _, err := all(packed, Config{}); err != nil || len(frames) != 3 {
				t.Fatalf("whole: %d frames, %v", len(frames), err)
			}
		})
	}
}

// A flipped bit in any byte of a compressed file is noticed, unless it changes
// nothing.
func TestFlippedBitsOfACompressedFile(t *testing.T) {
	for name, c := range threeFrames() {
		t.Run(name, func(t *testing.T) {
			packed := gzipped(t, c.file)
			want, _, _ := all(c.file, Config{})
			for i := range packed {
				bad := bytes.Clone(packed)
				bad[i] ^= 1 << (i % 8)
				frames, _, err := all(bad, Config{})
				if err == nil && cmp.Equal(frames, want) {
					continue // the date in the gzip header, or the bits that fill a byte
				}
				var re *ReadError
				if !errors.As(err, &re) {
					t.Fatalf("a bit of byte %d flipped: %d frames, %v", i, len(frames), err)
				}
			}
		})
	}
}

// Rubbish after a whole file is no frame.
func TestRubbishAtTheEnd(t *testing.T) {
	for name, c := range threeFrames() {
		for _, file := range [][]byte{append(bytes.Clone(c.file), "rubbish"...), append(gzipped(t, c.file), "rubbish"...)} {
			frames, _, err := all(file, Config{})
			if len(frames) != 3 || !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTruncated) {
				t.Errorf("%s: %d frames, %v", name, len(frames), err)
			}
		}
	}
}

// An error stays; a disk that fails is named as what it is.
func TestErrorsStay(t *testing.T) {
	disk := errors.New("input/output error")
	for name, c := range threeFrames() {
		for _, file := range [][]byte{c.file, gzipped(t, c.file)} {
			r := io.MultiReader(bytes.NewReader(file[:len(file)-10]), iotest.ErrReader(disk))
			s, err := open(io.NopCloser(r), "x.rec", Config{})
			if err != nil {
				t.Fatal(err)
			}
			var f thermal.Frame
			for err == nil {
				err = s.Next(t.Context(), &f)
			}
			if !errors.Is(err, disk) {
				t.Errorf("%s: %v", name, err)
			}
			for range 3 {
				if again := s.Next(t.Context(), &f); !errors.Is(again, err) {
					t.Errorf("%s: %v, then %v", name, err, again)
				}
			}
		}
		for _, n := range []int{0, 1, 3, 5, 12, 40} {
			r := io.MultiReader(bytes.NewReader(c.file[:n]), iotest.ErrReader(disk))
			if _, err := open(io.NopCloser(r), "x.rec", Config{}); !errors.Is(err, disk) {
				t.Errorf("%s, after %d bytes: %v", name, n, err)
			}
		}
	}
}

// A small file that announces the largest image costs that image and no more.
func TestMemoryIsBounded(t *testing.T) {
	var c cptvFile
	c.begin(cptvHeader(thermal.MaxSide, thermal.MaxSide)...)
	c.section('F', "F", u8('w', 1), u32('f', 4+thermal.MaxSide*thermal.MaxSide/8))
	c.Write(make([]byte, 100))
	y, _ := y16Of(y16Json(thermal.MaxSide, thermal.MaxSide, ""), y16Frame{counts: []uint16{1, 2, 3}})
	for _, file := range [][]byte{c.Bytes(), y} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := all(file, Config{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTruncated) {
			t.Fatal(err)
		}
		const image = 2 * thermal.MaxSide * thermal.MaxSide
		if got := after.TotalAlloc - before.TotalAlloc; got > image+1<<20 {
			t.Errorf("opening it took %d bytes, the image has %d", got, image)
		}
	}
}
