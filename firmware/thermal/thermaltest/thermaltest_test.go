package thermaltest_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lintel/firmware/thermal"
	"lintel/firmware/thermal/thermaltest"
)

// fake is a source with nothing wrong but what flaw names.
type fake struct {
	flaw   string
	end    int // frames; 0 is endless
	n      int
	closed int
	own    []uint16
	stop   chan struct{}
	keep   [][]byte
}

func newFake(flaw string, end int) *fake {
	f := &fake{flaw: flaw, end: end, own: make([]uint16, 64), stop: make(chan struct{})}
	if flaw == "goroutine" {
		go func() { select {} }()
	}
	return f
}

func (s *fake) Info() thermal.Info {
	info := thermal.Info{Width: 8, Height: 8, Rate: 9, Scale: thermal.CentiKelvin}
	switch {
	case s.flaw == "info changes" && s.n > 0:
		info.Serial = "found"
	case s.flaw == "info forgotten" && s.closed > 0:
		info = thermal.Info{}
	case s.flaw == "no scale":
		info.Scale = 0
	case s.flaw == "no size":
		info.Width = 0
	case s.flaw == "a rate below 0":
		info.Rate = -1
	}
	return info
}

func (s *fake) Next(ctx context.Context, f *thermal.Frame) error {
	if s.closed > 0 && s.flaw != "goes on after Close" {
		return thermal.ErrClosed
	}
	if err := ctx.Err(); err != nil && s.flaw != "deaf" {
		if s.flaw == "own error" {
			return io.ErrClosedPipe
		}
		return err
	}
	if s.end > 0 && s.n >= s.end {
		if s.flaw == "another error at the end" || s.flaw == "io.EOF once" && s.n > s.end {
			return io.ErrUnexpectedEOF
		}
		s.n++
		return io.EOF
	}
	switch {
	case s.flaw == "allocates sometimes" && s.n%8 == 7:
		s.keep = append(s.keep[:0:0], make([]byte, 100))
	case s.flaw == "fails":
		return io.ErrUnexpectedEOF
	}
	s.fill(f)
	s.n++
	return nil
}

// fill makes frame n.
func (s *fake) fill(f *thermal.Frame) {
	switch {
	case s.flaw == "shares its memory":
		f.Counts, f.Width, f.Height = s.own, 8, 8
	case s.flaw == "new memory":
		*f = thermal.Frame{}
		f.Resize(8, 8)
	case s.flaw == "another size" && s.n > 2:
		f.Resize(8, 7)
	default:
		f.Resize(8, 8)
	}
	for i := range f.Counts {
		if s.flaw == "builds on the caller's frame" {
			f.Counts[i] += uint16(i + s.n)
		} else {
			f.Counts[i] = uint16(29000 + i*s.n%1000)
		}
	}
	f.Sequence, f.Time = uint64(s.n), time.Duration(s.n)*time.Second
	switch s.flaw {
	case "time goes back":
		f.Time = -f.Time
	case "number stands still":
		f.Sequence = uint64(s.n / 3)
	case "by the clock":
		f.Time = time.Duration(time.Now().UnixNano())
	}
	switch s.flaw {
	case "stale telemetry":
	case "corrected before it was on":
		f.Telemetry = thermal.Telemetry{Uptime: 5, HasUptime: true, SinceFFC: 6, HasSinceFFC: true}
	default:
		f.Telemetry = thermal.Telemetry{Uptime: f.Time, HasUptime: true}
	}
}

func (s *fake) Close() error {
	s.closed++
	if s.flaw == "Close fails twice" && s.closed > 1 {
		return io.ErrClosedPipe
	}
	return nil
}

func TestGoodSourcesPass(t *testing.T) {
	for name, c := range map[string]struct {
		end  int
		opts []thermaltest.Option
	}{
		"endless":        {0, []thermaltest.Option{thermaltest.Endless(), thermaltest.Deterministic()}},
		"no promise":     {0, nil},
		"long":           {100, []thermaltest.Option{thermaltest.Frames(100), thermaltest.Deterministic()}},
		"one frame":      {1, []thermaltest.Option{thermaltest.Frames(1), thermaltest.Deterministic()}},
		"short, unknown": {4, []thermaltest.Option{thermaltest.Deterministic()}},
	} {
		t.Run(name, func(t *testing.T) {
			thermaltest.Run(t, func(*testing.T) thermal.Source { return newFake("", c.end) }, c.opts...)
		})
	}
}

func TestExcused(t *testing.T) {
	thermaltest.Run(t, func(*testing.T) thermal.Source { return newFake("allocates sometimes", 0) },
		thermaltest.Endless(), thermaltest.MayAllocate("the fake does"))
}

// flawVariable tells the test program to be the test of a flawed source.
const flawVariable = "THERMALTEST_FLAW"

// TestFlawed fails, when it is started by TestFlawsAreFound.
func TestFlawed(t *testing.T) {
	flaw := os.Getenv(flawVariable)
	if flaw == "" {
		t.Skip("for TestFlawsAreFound only")
	}
	end := 100
	if flaw == "too short" {
		end = 99
	}
	thermaltest.Run(t, func(*testing.T) thermal.Source { return newFake(flaw, end) },
		thermaltest.Frames(100), thermaltest.Deterministic())
}

func TestFlawsAreFound(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for flaw, want := range map[string]string{
		"info changes":                 "Info was",
		"info forgotten":               "after Close",
		"no scale":                     "Info has the scale",
		"no size":                      "pixels, allowed are",
		"a rate below 0":               "Info has the rate",
		"fails":                        "Next returned unexpected EOF",
		"another size":                 "Info says 8x8",
		"time goes back":               "has the time",
		"number stands still":          "has the number",
		"too short":                    "promised were 100",
		"new memory":                   "does not lie in the memory",
		"shares its memory":            "two frames share their memory",
		"stale telemetry":              "has the telemetry",
		"corrected before it was on":   "was corrected",
		"allocates sometimes":          "allocations, want none",
		"another error at the end":     "Next returned unexpected EOF",
		"io.EOF once":                  "after the end Next returned",
		"deaf":                         "Next with a cancelled context returned <nil>",
		"own error":                    "Next with a cancelled context returned io",
		"goes on after Close":          "Next after Close returned",
		"Close fails twice":            "Close number 2",
		"by the clock":                 "frame 0 was",
		"builds on the caller's frame": "the pixels of frame",
		"goroutine":                    "goroutines are left",
	} {
		t.Run(flaw, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestFlawed$")
			cmd.Env = append(os.Environ(), flawVariable+"="+flaw)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("%v, without %q:\n%s", err, want, out)
			}
		})
	}
}
