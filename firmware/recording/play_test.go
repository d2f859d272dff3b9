package recording

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lintel/firmware/thermal"
	"lintel/firmware/thermal/thermaltest"
)

// play opens a file's content.
func play(content []byte, cfg Config) (*Source, error) {
	return open(io.NopCloser(bytes.NewReader(content)), "x.rec", cfg)
}

// all plays a file to its end.
func all(content []byte, cfg Config) (frames []thermal.Frame, info thermal.Info, err error) {
	s, err := play(content, cfg)
	if err != nil {
		return nil, info, err
	}
	defer func() { _ = s.Close() }()
	for {
		var f thermal.Frame
		if err := s.Next(context.Background(), &f); errors.Is(err, io.EOF) {
			return frames, s.Info(), nil
		} else if err != nil {
			return frames, s.Info(), err
		}
		frames = append(frames, f)
	}
}

func onDisk(t *testing.T, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.rec")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConformance(t *testing.T) {
	y16File, _ := y16Of(y16Json(80, 60, ""), visit(80, 60, 40)...)
	var counts [][]uint16
	for i := range 70 {
		counts = append(counts, room(160, 120, i+1))
	}
	for _, c := range []struct {
		name    string
		content []byte
		config  Config
		frames  int
	}{
		{"cptv", gzipped(t, cptvOf(160, 120, counts...)), Config{Mounting: thermal.Mounting{Rotate: 90}}, 70},
		{"plain cptv of one frame", cptvOf(8, 8, room(8, 8, 1)), Config{}, 1},
		{"pty16v1", y16File, Config{}, 40},
		{"gzipped pty16v1", gzipped(t, y16File), Config{Mounting: thermal.Mounting{Rotate: 270, Mirror: true}}, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := onDisk(t, c.content)
			options := []thermaltest.Option{thermaltest.Frames(c.frames), thermaltest.Deterministic()}
			if bytes.HasPrefix(c.content, []byte(gzipMagic)) {
				options = append(options, thermaltest.MayAllocate(inflaterTables))
			}
			thermaltest.Run(t, func(t *testing.T) thermal.Source {
				t.Helper()
				s, err := Open(path, c.config)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}, options...)
		})
	}
}

// inflaterTables is why a gzipped recording may allocate: a camera is not one.
const inflaterTables = "the standard library's inflater makes tables for every block"

func TestIdentify(t *testing.T) {
	y16File, _ := y16Of(y16Json(8, 8, ""), visit(8, 8, 1)...)
	cptvFile := cptvOf(8, 8, room(8, 8, 1))
	for _, c := range []struct {
		name    string
		content []byte
		want    Format
		err     error
	}{
		{"cptv", gzipped(t, cptvFile), CPTV, nil},
		{"plain cptv", cptvFile, CPTV, nil},
		{"pty16v1", y16File, Y16, nil},
		{"gzipped pty16v1", gzipped(t, y16File), Y16, nil},
		{"nothing", nil, 0, ErrEmpty},
		{"gzipped nothing", gzipped(t, nil), 0, ErrEmpty},
		{"half a magic", []byte("PTY1"), 0, ErrTruncated},
		{"gzipped half a magic", gzipped(t, []byte("CPT")), 0, ErrTruncated},
		{"a line end where PTY16V1 has another", []byte("PTY16V1\r\n"), 0, ErrUnknownFormat},
		{"half a gzip header", gzipped(t, y16File)[:5], 0, ErrTruncated},
		{"a damaged gzip header", []byte{0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0, 0}, 0, ErrCorrupt},
		{"a picture", []byte("\x89PNG\r\n\x1a\n0000"), 0, ErrUnknownFormat},
		{"a short text", []byte("hi"), 0, ErrUnknownFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := onDisk(t, c.content)
			got, err := Identify(path)
			if got != c.want || !errors.Is(err, c.err) {
				t.Fatalf("Identify returned %v, %v, want %v, %v", got, err, c.want, c.err)
			}
			s, openErr := Open(path, Config{})
			if c.err == nil {
				if openErr != nil || s.Format() != c.want {
					t.Fatalf("Open returned %v", openErr)
				}
				_ = s.Close()
				return
			}
			var re *ReadError
			if !errors.As(err, &re) || re.Path != path {
				t.Errorf("%v does not name the file", err)
			}
			if openErr == nil || openErr.Error() != err.Error() {
				t.Errorf("Identify says %q, Open %q", err, openErr)
			}
		})
	}
	for _, f := range []func(string) error{
		func(p string) error { _, err := Identify(p); return err },
		func(p string) error { _, err := Open(p, Config{}); return err },
	} {
		err := f(filepath.Join(t.TempDir(), "absent.cptv"))
		if !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), "cannot open recording ") {
			t.Errorf("an absent file: %v", err)
		}
		if err := f(t.TempDir()); err == nil {
			t.Error("a folder was taken")
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	path := onDisk(t, cptvOf(8, 8, room(8, 8, 1)))
	for _, cfg := range []Config{{Mounting: thermal.Mounting{Rotate: 45}}, {Scale: 77}} {
		if s, err := Open(path, cfg); err == nil || s != nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
}

// The median of a frame must be a temperature, at the first frame and later.
func TestNotRadiometric(t *testing.T) {
	with := func(below, above int, low, high thermal.Celsius, scale thermal.CountScale) []uint16 {
		counts := make([]uint16, 100)
		for i := range counts {
			switch {
			case i < below:
				counts[i] = uint16(scale.Counts(low))
			case i >= 100-above:
				counts[i] = uint16(scale.Counts(high))
			default:
				counts[i] = uint16(scale.Counts(20))
			}
		}
		return counts
	}
	for _, c := range []struct {
		name   string
		counts []uint16
		scale  thermal.CountScale
		ok     bool
	}{
		{"a room", with(0, 0, 0, 0, thermal.CentiKelvin), thermal.CentiKelvin, true},
		{"half too cold", with(50, 0, -50, 0, thermal.CentiKelvin), thermal.CentiKelvin, true},
		{"more than half too cold", with(51, 0, -50, 0, thermal.CentiKelvin), thermal.CentiKelvin, false},
		{"half too hot", with(0, 50, 0, 130, thermal.CentiKelvin), thermal.CentiKelvin, true},
		{"more than half too hot", with(0, 51, 0, 130, thermal.CentiKelvin), thermal.CentiKelvin, false},
		{"some of both", with(40, 40, -50, 130, thermal.CentiKelvin), thermal.CentiKelvin, true},
		{"all at -39", with(100, 0, -39, 0, thermal.CentiKelvin), thermal.CentiKelvin, true},
		{"all at 119", with(100, 0, 119, 0, thermal.CentiKelvin), thermal.CentiKelvin, true},
		{"all at -41", with(100, 0, -41, 0, thermal.Kelvin64), thermal.Kelvin64, false},
		{"a room in 1/64 K", with(0, 0, 0, 0, thermal.Kelvin64), thermal.Kelvin64, true},
		{"1/64 K taken as centikelvin", with(0, 0, 0, 0, thermal.Kelvin64), thermal.CentiKelvin, false},
		{"centikelvin taken as 1/64 K", with(0, 0, 0, 0, thermal.CentiKelvin), thermal.Kelvin64, false},
		{"nothing but zeros", make([]uint16, 100), thermal.CentiKelvin, false},
		{"8-bit picture", slices.Repeat([]uint16{128}, 100), thermal.CentiKelvin, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			good := with(0, 0, 0, 0, c.scale)
			for at := range 3 {
				counts := [][]uint16{good, good, good}
				counts[at] = c.counts
				frames, _, err := all(cptvOf(10, 10, counts...), Config{Scale: c.scale})
				if c.ok && (err != nil || len(frames) != 3) {
					t.Fatalf("frame %d refused: %v", at, err)
				}
				if !c.ok && (!errors.Is(err, thermal.ErrNotRadiometric) || len(frames) != at) {
					t.Fatalf("frame %d: %d frames, %v", at, len(frames), err)
				}
			}
		})
	}
}

// In real time the frames come when they were taken, late ones at once.
func TestPaced(t *testing.T) {
	frames := visit(8, 8, 6) // 1/8 s apart
	frames[4].seconds += 2
	frames[5].seconds += 2
	file, _ := y16Of(y16Json(8, 8, ""), frames...)
	synctest.Test(t, func(t *testing.T) {
		s, err := play(file, Config{Paced: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		time.Sleep(time.Hour) // time before the first Next does not count
		start := time.Now()
		var f thermal.Frame
		next := func(due time.Duration) {
			t.Helper()
			if err := s.Next(t.Context(), &f); err != nil {
				t.Fatal(err)
			}
			if at := time.Since(start); at != due {
				t.Fatalf("frame %d of %v came at %v, due at %v", f.Sequence, f.Time, at, due)
			}
		}
		const ms = time.Millisecond
		next(0)
		next(125 * ms)
		time.Sleep(200 * ms)
		next(325 * ms) // was due at 250
		next(375 * ms)
		// A Next that is given up loses no frame.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Next(ctx, &f); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if at := time.Since(start); at != 1375*ms {
			t.Fatalf("Next gave up at %v", at)
		}
		next(2500 * ms)
		if f.Sequence != 4 {
			t.Fatalf("frame %d came, 4 was lost", f.Sequence)
		}
		next(2625 * ms)
		if err := s.Next(t.Context(), &f); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	})
}

// README of the field recordings: turned by 90 degrees, the upright x is
// height-1 minus the sensor's y, the upright y is the sensor's x.
func TestMounting(t *testing.T) {
	want := room(12, 9, 3)
	frames, info, err := all(cptvOf(12, 9, want), Config{Mounting: thermal.Mounting{Rotate: 90}})
	if err != nil {
		t.Fatal(err)
	}
	if info.Width != 9 || info.Height != 12 {
		t.Fatalf("%dx%d", info.Width, info.Height)
	}
	for y := range 9 {
		for x := range 12 {
			if got := frames[0].At(8-y, x); got != want[y*12+x] {
				t.Fatalf("pixel %d, %d is %d, want %d", x, y, got, want[y*12+x])
			}
		}
	}
}

// Close leaves nobody's image in memory.
func TestCloseWipes(t *testing.T) {
	file := cptvOf(160, 120, room(160, 120, 1), room(160, 120, 2))
	for _, content := range [][]byte{file, gzipped(t, file)} {
		s, err := play(content, Config{})
		if err != nil {
			t.Fatal(err)
		}
		var f thermal.Frame
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if slices.Max(s.sensor) != 0 || slices.Max(s.stream.window) != 0 {
			t.Error("the last frame is still there")
		}
		if p := s.stream.packed; p != nil {
			if slices.Max(p.file.window) != 0 {
				t.Error("compressed pixels are still there")
			}
			if n, err := p.gunzip.Read(make([]byte, 100)); n != 0 || err == nil {
				t.Errorf("the wiped stream still gives %d bytes", n)
			}
		}
	}
}
