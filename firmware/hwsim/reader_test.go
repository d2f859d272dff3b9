package hwsim

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"runtime"
	"testing"
	"time"

	"lintel/firmware/thermal"
	"lintel/firmware/uvc"
)

// open opens a camera once the driver has it.
func open(t *testing.T, cfg uvc.Config) *uvc.Source {
	t.Helper()
	var s *uvc.Source
	within(t, "the camera", func() bool {
		var err error
		if s, err = uvc.Open(cfg); err != nil && !errors.Is(err, uvc.ErrNoCamera) && !errors.Is(err, uvc.ErrAccess) {
			t.Logf("opening: %v", err)
		}
		return err == nil
	})
	t.Cleanup(func() {
		t.Log(s.Counts())
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// sum is the CRC-32 of a frame's counts as the sensor sent them.
func sum(f *thermal.Frame) string {
	b := make([]byte, 2*len(f.Counts))
	for i, c := range f.Counts {
		binary.LittleEndian.PutUint16(b[2*i:], c)
	}
	return fmt.Sprintf("%08x", crc32.ChecksumIEEE(b))
}

// take reads n good frames and returns their sums and how many there were a
// second by their times.
func take(t *testing.T, s *uvc.Source, n int) (sums []string, rate float64) {
	t.Helper()
	var f thermal.Frame
	var first time.Duration
	for begin := time.Now(); len(sums) < n; {
		err := s.Next(t.Context(), &f)
		var o *uvc.OutageError
		if errors.As(err, &o) && time.Since(begin) < patience {
			continue
		}
		if err != nil {
			t.Fatalf("after %d frames: %v", len(sums), err)
		}
		if len(sums) == 0 {
			first = f.Time
		}
		sums = append(sums, sum(&f))
	}
	return sums, float64(n-1) / (f.Time - first).Seconds()
}

// Every frame arrives as it was sent, at the rate of the camera.
func TestFramesAreByteExact(t *testing.T) {
	inGuest(t)
	for _, c := range []struct {
		camera, profile string
		frames          int
		rate            float64
	}{{"lepton", "FLIR Lepton 3.5 on PureThermal", 45, 9}, {"p2pro", "InfiRay P2 Pro or Topdon TC001", 100, 25}} {
		t.Run(c.camera, func(t *testing.T) {
			e := plug(t, c.camera)
			s := open(t, uvc.Config{})
			info := s.Info()
			if info.Model != c.profile || info.Serial != "SIM-"+c.camera {
				t.Errorf("it is %+v", info)
			}
			take(t, s, 5)
			sums, rate := take(t, s, c.frames)
			t.Logf("%d frames, %.2f a second", len(sums), rate)
			if math.Abs(rate/c.rate-1) > 0.15 {
				t.Errorf("%.2f frames a second, want %.0f within 15 %%", rate, c.rate)
			}
			time.Sleep(100 * time.Millisecond)
			sent := map[string]bool{}
			for _, f := range e.events("frame") {
				sent[f.rest[2]] = true
			}
			for i, s := range sums {
				if !sent[s] {
					t.Errorf("frame %d was never sent", i)
				}
			}
		})
	}
}

// What is damaged is not delivered, and all of it is counted: by the driver's
// numbers where it drops by itself, by what is wrong where it does not.
func TestDamagedFramesAreCounted(t *testing.T) {
	inGuest(t)
	const nodrop = "/sys/module/uvcvideo/parameters/nodrop"
	for _, c := range []struct {
		drops, share string
		frames       int
	}{{"0", "0.01", 400}, {"1", "0.01", 400}, {"0", "0.1", 100}, {"1", "0.1", 100}} {
		t.Run("nodrop="+c.drops+" spoil="+c.share, func(t *testing.T) {
			if err := os.WriteFile(nodrop, []byte(c.drops), 0o600); err != nil {
				t.Fatal(err)
			}
			e := plug(t, "p2pro")
			s := open(t, uvc.Config{})
			take(t, s, 5)
			e.command("spoil " + c.share)
			before := s.Counts()
			begin := len(e.events("frame"))
			sums, _ := take(t, s, c.frames)
			after := s.Counts()
			e.command("spoil 0")
			good := map[string]bool{}
			kinds := map[string]uint64{}
			for _, f := range e.events("frame") {
				if f.rest[0] == "good" {
					good[f.rest[2]] = true
				}
			}
			for _, f := range e.events("frame")[begin:] {
				kinds[f.rest[0]]++
			}
			for i, s := range sums {
				if !good[s] {
					t.Errorf("frame %d is damaged", i)
				}
			}
			t.Logf("sent %v; counted %v before and %v after", kinds, before, after)
			dropped := after.Missing - before.Missing + after.Short - before.Short + after.Flagged - before.Flagged
			held := after.Repeated - before.Repeated
			tears := after.Torn - before.Torn
			// Frames may be under way at the beginning and the end.
			near := func(a, b uint64) bool { return a+1 >= b && b+2 >= a }
			if !near(dropped, kinds["short"]+kinds["flagged"]) || !near(held, kinds["repeated"]) || !near(tears, kinds["torn"]) {
				t.Errorf("counted %d short or flagged, %d repeated, %d torn", dropped, held, tears)
			}
		})
	}
}

// Unplugged and plugged in again and again, and nothing is left of it: files,
// goroutines, memory.
func TestPluggingInProcess(t *testing.T) {
	inGuest(t)
	e := plug(t, "lepton")
	s := open(t, uvc.Config{})
	take(t, s, 5)
	files := func() int {
		all, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	memory := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var f thermal.Frame
	var o *uvc.OutageError
	cycle := func() {
		e.command("unplug")
		within(t, "the outage", func() bool {
			return errors.As(s.Next(t.Context(), &f), &o) && o.Fault() == uvc.Missing.String()
		})
		e.command("plug")
		take(t, s, 3)
	}
	cycle()
	filesBefore, routines, memoryBefore := files(), runtime.NumGoroutine(), memory()
	for range 8 {
		cycle()
	}
	filesAfter, memoryAfter := files(), memory()
	t.Logf("files %d and %d, goroutines %d and %d, heap %d and %d KB", filesBefore, filesAfter, routines, runtime.NumGoroutine(),
		memoryBefore>>10, memoryAfter>>10)
	if filesAfter != filesBefore || runtime.NumGoroutine() != routines || memoryAfter > memoryBefore+512<<10 {
		t.Error("something is left")
	}
}
