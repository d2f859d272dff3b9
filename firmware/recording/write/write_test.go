package write_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lintel/firmware/recording"
	"lintel/firmware/recording/write"
	"lintel/firmware/thermal"
)

// played plays a recording to its end.
func played(path string, cfg recording.Config) (info thermal.Info, frames []thermal.Frame, err error) {
	s, err := recording.Open(path, cfg)
	if err != nil {
		return info, nil, err
	}
	defer func() { _ = s.Close() }()
	for {
		var f thermal.Frame
		err := s.Next(context.Background(), &f)
		if errors.Is(err, io.EOF) {
			return s.Info(), frames, nil
		}
		if err != nil {
			return s.Info(), frames, err
		}
		frames = append(frames, f)
	}
}

// What is written is played again: pixels, numbers and times from the first
// frame on, and what is known of the camera.
func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.pty16.gz")
	rapid.Check(t, func(r *rapid.T) {
		side := rapid.IntRange(thermal.MinSide, 30)
		info := thermal.Info{
			Model:  rapid.StringMatching(`[ -~é°]{0,20}`).Draw(r, "model"),
			Serial: rapid.StringMatching(`[0-9A-Za-z"<&-]{0,20}`).Draw(r, "serial"),
			Width:  side.Draw(r, "width"), Height: side.Draw(r, "height"),
			Rate:  rapid.SampledFrom([]float64{0, 8.76, 9, 25, 1000}).Draw(r, "rate"),
			Scale: rapid.SampledFrom([]thermal.CountScale{thermal.CentiKelvin, thermal.Kelvin64}).Draw(r, "scale"),
		}
		frames := make([]thermal.Frame, rapid.IntRange(1, 6).Draw(r, "frames"))
		sequence := rapid.Uint64Range(0, math.MaxInt64).Draw(r, "first number")
		now := time.Duration(rapid.Int64Range(0, int64(40*24*time.Hour)).Draw(r, "first time"))
		for i := range frames {
			frames[i] = drawn(r, info)
			frames[i].Sequence, frames[i].Time = sequence, now
			sequence += rapid.Uint64Range(1, 1<<40).Draw(r, "step")
			now += time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(r, "pause"))
		}

		var file bytes.Buffer
		w, err := write.New(&file, info)
		if err != nil {
			r.Fatal(err)
		}
		for i := range frames {
			if err := w.Write(&frames[i]); err != nil {
				r.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			r.Fatal(err)
		}
		if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
			r.Fatal(err)
		}

		gotInfo, got, err := played(path, recording.Config{})
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(info, gotInfo); diff != "" {
			r.Error(diff)
		}
		first := frames[0]
		for i := range frames {
			frames[i].Sequence -= first.Sequence
			frames[i].Time -= first.Time
			frames[i].Telemetry = thermal.Telemetry{}
		}
		if diff := cmp.Diff(frames, got); diff != "" {
			r.Error(diff)
		}
	})
}

// drawn returns a frame of any counts whose median is a temperature.
func drawn(r *rapid.T, info thermal.Info) thermal.Frame {
	var f thermal.Frame
	f.Resize(info.Width, info.Height)
	some := rapid.SliceOfN(rapid.Uint16(), 50, 50).Draw(r, "counts")
	for i := range f.Counts {
		f.Counts[i] = some[i%len(some)]
		if i%3 > 0 {
			f.Counts[i] = uint16(info.Scale.Counts(20)) + f.Counts[i]>>8
		}
	}
	f.Telemetry = thermal.Telemetry{HasUptime: true, Uptime: time.Hour}
	return f
}

var info8x8 = thermal.Info{Width: 8, Height: 8, Scale: thermal.CentiKelvin}

func frame8x8(sequence uint64, at time.Duration) *thermal.Frame {
	f := thermal.Frame{Sequence: sequence, Time: at}
	f.Resize(8, 8)
	for i := range f.Counts {
		f.Counts[i] = 29500
	}
	return &f
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*thermal.Info)
		want   error
	}{
		{"no width", func(i *thermal.Info) { i.Width = 0 }, write.ErrSize},
		{"a width of 2049", func(i *thermal.Info) { i.Width = thermal.MaxSide + 1 }, write.ErrSize},
		{"a height of 7", func(i *thermal.Info) { i.Height = thermal.MinSide - 1 }, write.ErrSize},
		{"a height of 2049", func(i *thermal.Info) { i.Height = thermal.MaxSide + 1 }, write.ErrSize},
		{"no scale", func(i *thermal.Info) { i.Scale = 0 }, write.ErrScale},
		{"another scale", func(i *thermal.Info) { i.Scale = 77 }, write.ErrScale},
		{"a negative rate", func(i *thermal.Info) { i.Rate = -1 }, write.ErrRate},
		{"a rate that is no number", func(i *thermal.Info) { i.Rate = math.NaN() }, write.ErrRate},
	} {
		info := info8x8
		c.change(&info)
		if w, err := write.New(io.Discard, info); w != nil || !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestWriteRefusesAndGoesOn(t *testing.T) {
	var file bytes.Buffer
	w, err := write.New(&file, info8x8)
	if err != nil {
		t.Fatal(err)
	}
	short := frame8x8(6, 6)
	short.Counts = short.Counts[:63]
	turned := frame8x8(6, 6)
	turned.Resize(4, 16)
	for _, c := range []struct {
		name  string
		frame *thermal.Frame
		want  error
	}{
		{"a time before the start", frame8x8(0, -1), write.ErrOrder},
		{"the first", frame8x8(5, 5), nil},
		{"the same number", frame8x8(5, 6), write.ErrOrder},
		{"a number before", frame8x8(4, 6), write.ErrOrder},
		{"a time before", frame8x8(6, 4), write.ErrOrder},
		{"too few counts", short, write.ErrSize},
		{"another shape", turned, write.ErrSize},
		{"no frame", &thermal.Frame{}, write.ErrSize},
		{"the same time", frame8x8(6, 5), nil},
	} {
		if err := w.Write(c.frame); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if err := w.Write(frame8x8(9, 9)); !errors.Is(err, write.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
	path := filepath.Join(t.TempDir(), "x.pty16.gz")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, frames, err := played(path, recording.Config{}); err != nil || len(frames) != 2 {
		t.Errorf("%d frames, %v", len(frames), err)
	}
}

// full is a disk that takes some bytes and no more.
type full struct{ left int }

var errFull = errors.New("no space left on device")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	for _, room := range []int{0, 5, 20, 200, 1000} {
		w, err := write.New(&full{room}, info8x8)
		f := frame8x8(0, 0)
		for n := uint64(0); err == nil && n < 1e6; n++ {
			f.Sequence = n
			for i := range f.Counts { // hard to compress
				f.Counts[i] = f.Counts[i]*25173 + 13849 + uint16(n)
			}
			err = w.Write(f)
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("room for %d bytes: %v", room, err)
		}
		if w == nil {
			continue
		}
		f.Sequence++
		if again := w.Write(f); !errors.Is(again, errFull) {
			t.Errorf("room for %d bytes, once more: %v", room, again)
		}
		if err := w.Close(); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes, Close: %v", room, err)
		}
	}
}

// Without Close the recording counts as cut short.
func TestNotClosed(t *testing.T) {
	var file bytes.Buffer
	w, err := write.New(&file, info8x8)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(frame8x8(0, 0)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.pty16.gz")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := played(path, recording.Config{}); !errors.Is(err, recording.ErrTruncated) {
		t.Errorf("%v", err)
	}
}

func TestWriteAllocatesNothing(t *testing.T) {
	w, err := write.New(io.Discard, info8x8)
	if err != nil {
		t.Fatal(err)
	}
	f := frame8x8(0, 0)
	if n := testing.AllocsPerRun(200, func() {
		f.Sequence++
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a frame makes %v allocations", n)
	}
}

// A field recording, set upright and written, plays as it did.
func TestFieldRecordingWrittenAgain(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "..", "shared", "data", "recordings", "*.cptv"))
	if len(files) == 0 {
		t.Skipf("SKIPPED %s: the real recordings are not there", t.Name())
	}
	info, want, err := played(files[0], recording.Config{Mounting: thermal.Mounting{Rotate: 90}})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := write.New(&file, info)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if err := w.Write(&want[i]); err != nil {
			t.Fatal(err)
		}
		want[i].Telemetry = thermal.Telemetry{}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.pty16.gz")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	gotInfo, got, err := played(path, recording.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if gotInfo != info {
		t.Errorf("%+v, want %+v", gotInfo, info)
	}
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range want {
		if !slices.Equal(got[i].Counts, want[i].Counts) {
			t.Fatalf("the pixels of frame %d differ", i)
		}
		got[i].Counts, want[i].Counts = nil, nil
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
