package cptv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lintel/firmware/recording"
	"lintel/firmware/recording/write/cptv"
	"lintel/firmware/sim"
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

// written writes frames and plays them.
func written(folder string, info thermal.Info, frames []thermal.Frame, mounting thermal.Mounting) (thermal.Info, []thermal.Frame, error) {
	var file bytes.Buffer
	w, err := cptv.NewMounted(&file, info, mounting)
	if err != nil {
		return info, nil, err
	}
	for i := range frames {
		if err := w.Write(&frames[i]); err != nil {
			return info, nil, err
		}
	}
	if err := w.Close(); err != nil {
		return info, nil, err
	}
	path := filepath.Join(folder, "x.cptv")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		return info, nil, err
	}
	if f, err := recording.Identify(path); err != nil || f != recording.CPTV {
		return info, nil, fmt.Errorf("the file is %v, %w", f, err)
	}
	return played(path, recording.Config{Mounting: mounting})
}

// What is written is played again: every count, times and telemetry to the
// millisecond, what is known of the camera, in every mounting.
func TestRoundTrip(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		side := rapid.IntRange(thermal.MinSide, 30)
		info := thermal.Info{
			Model:  rapid.StringMatching(`|[!-~][ -~é°]{0,18}[!-~]`).Draw(r, "model"),
			Serial: rapid.StringMatching(`[0-9]{0,12}|[0-9A-Za-z"<&-]{0,20}`).Draw(r, "serial"),
			Width:  side.Draw(r, "width"), Height: side.Draw(r, "height"),
			Rate: float64(rapid.IntRange(0, 255).Draw(r, "rate")), Scale: thermal.CentiKelvin,
		}
		frames := make([]thermal.Frame, rapid.IntRange(1, 6).Draw(r, "frames"))
		millis := func(name string, low, high time.Duration) time.Duration {
			return time.Duration(rapid.Int64Range(low.Milliseconds(), high.Milliseconds()).Draw(r, name)) * time.Millisecond
		}
		now, uptime := millis("first time", 0, time.Hour), millis("uptime", 2*time.Second, 40*24*time.Hour)
		for i := range frames {
			frames[i] = drawn(r, info)
			frames[i].Sequence, frames[i].Time = uint64(i), now
			frames[i].Telemetry = thermal.Telemetry{Uptime: uptime, HasUptime: true}
			tel := &frames[i].Telemetry
			if rapid.Bool().Draw(r, "FFC known") {
				tel.SinceFFC, tel.HasSinceFFC = millis("since FFC", 0, min(uptime-time.Second, 24*24*time.Hour)), true
			}
			if rapid.Bool().Draw(r, "sensor known") {
				tel.Sensor, tel.HasSensor = thermal.Celsius(rapid.Float32Range(5, 60).Draw(r, "sensor")), true
			}
			step := millis("pause", time.Millisecond, time.Hour)
			now, uptime = now+step, uptime+step
		}
		mounting := thermal.Mounting{Rotate: 90 * rapid.IntRange(0, 3).Draw(r, "rotate"), Mirror: rapid.Bool().Draw(r, "mirror")}
		gotInfo, got, err := written(folder, info, frames, mounting)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(info, gotInfo); diff != "" {
			r.Error(diff)
		}
		first := frames[0].Time
		for i := range frames {
			frames[i].Time -= first
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
	return f
}

// A correction so long ago that the format would take it for one to come is not
// written.
func TestCorrectionLongAgo(t *testing.T) {
	for _, c := range []struct {
		days int
		kept bool
	}{{24, true}, {25, false}} {
		f := frame8x8(0)
		for i := range f.Counts {
			f.Counts[i] = 29500
		}
		f.Telemetry = thermal.Telemetry{Uptime: 30 * 24 * time.Hour, HasUptime: true, HasSinceFFC: true}
		f.Telemetry.SinceFFC = time.Duration(c.days) * 24 * time.Hour
		_, got, err := written(t.TempDir(), info8x8(), []thermal.Frame{*f}, thermal.Mounting{})
		if err != nil {
			t.Fatal(err)
		}
		if tel := got[0].Telemetry; tel.HasSinceFFC != c.kept || c.kept && tel.SinceFFC != f.Telemetry.SinceFFC {
			t.Errorf("%d days ago: %+v", c.days, tel)
		}
	}
}

// A simulated scene, FFC and all, comes back whole.
func TestSimulationRoundTrip(t *testing.T) {
	s, err := sim.Open(sim.Config{Scene: "ffc", Seed: 3, Rate: 9, FFC: sim.FFC{Every: 5, First: 1}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	frames := make([]thermal.Frame, 40)
	for i := range frames {
		if err := s.Next(t.Context(), &frames[i]); err != nil {
			t.Fatal(err)
		}
	}
	info, got, err := written(t.TempDir(), s.Info(), frames, thermal.Mounting{Rotate: 90})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.Info(), info); diff != "" {
		t.Error(diff)
	}
	near := func(a, b time.Duration) bool { return (a - b).Abs() <= time.Millisecond }
	for i, want := range frames {
		f := got[i]
		if !slices.Equal(f.Counts, want.Counts) || f.Width != want.Width {
			t.Fatalf("the pixels of frame %d differ", i)
		}
		a, b := f.Telemetry, want.Telemetry
		if !near(f.Time, want.Time) || !near(a.Uptime, b.Uptime) || !near(a.SinceFFC, b.SinceFFC) || a.HasSinceFFC != b.HasSinceFFC ||
			math.Abs(float64(a.Sensor-b.Sensor)) > 1e-4 {
			t.Errorf("frame %d: %v %+v, want %v %+v", i, f.Time, a, want.Time, b)
		}
	}
}

// A field recording, set upright and written, plays as it did.
func TestFieldRecordingWrittenAgain(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "..", "..", "shared", "data", "recordings", "*.cptv"))
	if len(files) == 0 {
		t.Skipf("SKIPPED %s: the real recordings are not there", t.Name())
	}
	mounting := thermal.Mounting{Rotate: 90}
	info, want, err := played(files[0], recording.Config{Mounting: mounting})
	if err != nil {
		t.Fatal(err)
	}
	gotInfo, got, err := written(t.TempDir(), info, want, mounting)
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

func info8x8() thermal.Info {
	return thermal.Info{Width: 8, Height: 8, Rate: 9, Scale: thermal.CentiKelvin}
}

func frame8x8(n uint64) *thermal.Frame {
	var f thermal.Frame
	f.Resize(8, 8)
	f.Sequence, f.Time = n, time.Duration(n)*100*time.Millisecond
	f.Telemetry.Uptime, f.Telemetry.HasUptime = time.Minute+f.Time, true
	return &f
}

func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		change func(*thermal.Info)
		want   error
	}{
		{func(i *thermal.Info) { i.Width = 7 }, cptv.ErrSize},
		{func(i *thermal.Info) { i.Height = thermal.MaxSide + 1 }, cptv.ErrSize},
		{func(i *thermal.Info) { i.Scale = thermal.Kelvin64 }, cptv.ErrScale},
		{func(i *thermal.Info) { i.Scale = 0 }, cptv.ErrScale},
		{func(i *thermal.Info) { i.Rate = 256 }, cptv.ErrRate},
		{func(i *thermal.Info) { i.Rate = math.NaN() }, cptv.ErrRate},
		{func(i *thermal.Info) { i.Model = strings.Repeat("x", 256) }, cptv.ErrText},
		{func(i *thermal.Info) { i.Serial = strings.Repeat("9", 256) }, cptv.ErrText},
	} {
		info := info8x8()
		c.change(&info)
		if w, err := cptv.New(io.Discard, info); w != nil || !errors.Is(err, c.want) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%+v: %v, want %v", info, err, c.want)
		}
	}
	if w, err := cptv.NewMounted(io.Discard, info8x8(), thermal.Mounting{Rotate: 45}); w != nil || err == nil {
		t.Errorf("mounted at 45 degrees: %v", err)
	}
}

func TestWriteRefusesAndGoesOn(t *testing.T) {
	w, err := cptv.New(io.Discard, info8x8())
	if err != nil {
		t.Fatal(err)
	}
	dumb, small := frame8x8(0), frame8x8(0)
	dumb.Telemetry.HasUptime = false
	small.Resize(8, 7)
	late, early := frame8x8(5), frame8x8(6)
	early.Time = 0
	for i, c := range []struct {
		f    *thermal.Frame
		want error
	}{
		{dumb, cptv.ErrUptime},
		{small, cptv.ErrSize},
		{frame8x8(0), nil},
		{frame8x8(0), cptv.ErrOrder},
		{late, nil},
		{early, cptv.ErrOrder},
		{frame8x8(4), cptv.ErrOrder},
		{frame8x8(6), nil},
	} {
		if err := w.Write(c.f); !errors.Is(err, c.want) {
			t.Errorf("%d: %v, want %v", i, err, c.want)
		}
	}
	if err := errors.Join(w.Close(), w.Close()); err != nil {
		t.Error(err)
	}
	if err := w.Write(frame8x8(9)); !errors.Is(err, cptv.ErrClosed) {
		t.Errorf("after Close: %v", err)
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
	for _, room := range []int{5, 200, 1000} {
		w, err := cptv.New(&full{room}, info8x8())
		for n := uint64(0); err == nil && n < 1e5; n++ {
			f := frame8x8(n)
			for i := range f.Counts { // hard to compress
				f.Counts[i] = uint16((n*64 + uint64(i)) * 2654435761 >> 7)
			}
			err = w.Write(f)
		}
		if !errors.Is(err, errFull) {
			t.Fatalf("room for %d bytes: %v", room, err)
		}
		if w == nil {
			continue
		}
		if err := w.Close(); !errors.Is(err, errFull) {
			t.Errorf("room for %d bytes, Close: %v", room, err)
		}
	}
}

func TestWriteAllocatesNothing(t *testing.T) {
	w, err := cptv.New(io.Discard, info8x8())
	if err != nil {
		t.Fatal(err)
	}
	f := frame8x8(0)
	if n := testing.AllocsPerRun(200, func() {
		f.Sequence++
		f.Counts[f.Sequence%64] += 7777
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a frame makes %v allocations", n)
	}
}
