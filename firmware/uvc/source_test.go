package uvc

import (
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"lintel/firmware/thermal"
	"lintel/firmware/thermal/thermaltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openFake(t *testing.T, h *fakeHost, cfg Config) *Source {
	t.Helper()
	s, err := open(cfg, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSource(t *testing.T) {
	for _, p := range Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			thermaltest.Run(t, func(t *testing.T) thermal.Source {
				t.Helper()
				h := newFakeHost(p.Name)
				// The noise of a frame is drawn once: a camera does that elsewhere.
				frames := make([][]byte, 4)
				for i := range frames {
					frames[i] = make([]byte, 2*h.sizes[0].Width*h.sizes[0].Height)
					h.paint(uint32(i), frames[i])
				}
				h.paint = func(n uint32, frame []byte) { copy(frame, frames[n%4]) }
				cfg := Config{Scale: thermal.CentiKelvin, Mounting: thermal.Mounting{Rotate: 90}}
				if len(p.USB) == 0 {
					cfg.Name, cfg.Profile = "/dev/video0", p.Name
				}
				s, err := open(cfg, h)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}, thermaltest.Endless(), thermaltest.Deterministic())
		})
	}
}

// read takes n good frames and returns their numbers and the outages between
// them.
func read(t *testing.T, s *Source, n int) (numbers []uint64, outages []*OutageError) {
	t.Helper()
	var f thermal.Frame
	for len(numbers) < n {
		err := s.Next(t.Context(), &f)
		var o *OutageError
		switch {
		case err == nil:
			numbers = append(numbers, f.Sequence)
		case errors.As(err, &o):
			outages = append(outages, o)
			if len(outages) > 10_000 {
				t.Fatalf("an outage without end: %v", o)
			}
		default:
			t.Fatal(err)
		}
	}
	return numbers, outages
}

// Frames that are damaged in any way are counted and never delivered, and those
// around them are.
func TestBadFramesAreCounted(t *testing.T) {
	var before []byte
	for _, c := range []struct {
		name  string
		spoil func(b *buffer)
		count func(c *Counts) uint64
	}{
		{"short", func(b *buffer) { b.bytes = b.bytes[:len(b.bytes)-2] }, func(c *Counts) uint64 { return c.Short }},
		{"empty", func(b *buffer) { b.bytes = nil }, func(c *Counts) uint64 { return c.Short }},
		{"long", func(b *buffer) { b.bytes = append(slices.Clone(b.bytes), make([]byte, 8)...) }, func(c *Counts) uint64 { return c.Shifted }},
		{"flagged", func(b *buffer) { b.wrong = true }, func(c *Counts) uint64 { return c.Flagged }},
		{"repeated", func(b *buffer) { copy(b.bytes, before) }, func(c *Counts) uint64 { return c.Repeated }},
		{"torn below", func(b *buffer) { copy(b.bytes[len(b.bytes)/3:], before[len(b.bytes)/3:]) }, func(c *Counts) uint64 { return c.Torn }},
		{"torn above", func(b *buffer) { copy(b.bytes[:len(b.bytes)/8], before) }, func(c *Counts) uint64 { return c.Torn }},
		{"not radiometric", func(b *buffer) { fillCounts(b.bytes, 8000) }, func(c *Counts) uint64 { return c.NotRadiometric }},
		{"low gain", func(b *buffer) { fillCounts(b.bytes, 2950) }, func(c *Counts) uint64 { return c.Gain }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHost("lepton3")
			spoilt := 0
			h.spoil = func(n uint32, b *buffer) bool {
				kept := slices.Clone(b.bytes)
				if n%10 == 5 {
					c.spoil(b)
					spoilt++
				}
				before = kept
				if n%10 == 5 && c.name == "repeated" {
					before = slices.Clone(b.bytes)
				}
				return true
			}
			s := openFake(t, h, Config{})
			numbers, outages := read(t, s, 100)
			for _, n := range numbers {
				if n%10 == 5 {
					t.Errorf("frame %d was delivered", n)
				}
			}
			if got := s.Counts(); c.count(&got) != uint64(spoilt) || got.Good != 100 || len(outages) > 0 {
				t.Errorf("of %d spoilt frames: %v; %d outages", spoilt, got, len(outages))
			}
		})
	}
}

func fillCounts(b []byte, v int) {
	for i := range len(b) / 2 {
		binary.LittleEndian.PutUint16(b[2*i:], uint16(v+i%7+int(b[2*i])%3))
	}
}

// What the driver drops by itself shows in its numbers.
func TestMissingFramesAreCounted(t *testing.T) {
	h := newFakeHost("lepton3")
	h.spoil = func(n uint32, _ *buffer) bool { return n%10 != 5 }
	s := openFake(t, h, Config{})
	numbers, _ := read(t, s, 50)
	if got := s.Counts(); got.Missing != 5 || numbers[len(numbers)-1] != 54 {
		t.Errorf("%v, the last frame has the number %d", got, numbers[len(numbers)-1])
	}
}

// However the good frames end, the outage is told within the time that a kiosk
// needs to be out of service in two seconds, and named.
func TestOutages(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(h *fakeHost, b *buffer) bool
		want  Fault
	}{
		{"unplugged", func(h *fakeHost, _ *buffer) bool { h.unplugged = true; return false }, Missing},
		{"silent", func(*fakeHost, *buffer) bool { return false }, Silent},
		{"short", func(_ *fakeHost, b *buffer) bool { b.bytes = b.bytes[:100]; return true }, Damaged},
		{"not radiometric", func(_ *fakeHost, b *buffer) bool { fillCounts(b.bytes, 8000); return true }, NotRadiometric},
		{"low gain", func(_ *fakeHost, b *buffer) bool { fillCounts(b.bytes, 2950); return true }, Gain},
		{"shifted", func(_ *fakeHost, b *buffer) bool {
			copy(b.bytes[8:], slices.Clone(b.bytes))
			clear(b.bytes[:8])
			return true
		}, Shifted},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHost("lepton3")
			s := openFake(t, h, Config{})
			read(t, s, 20)
			last := h.clock
			h.spoil = func(_ uint32, b *buffer) bool { return c.spoil(h, b) }
			var f thermal.Frame
			var o *OutageError
			if err := s.Next(t.Context(), &f); !errors.As(err, &o) {
				t.Fatalf("Next returned %v", err)
			}
			if after := h.clock - last; after > 2100*time.Millisecond || o.Fault() != c.want.String() || o.At() != h.clock-s.opened {
				t.Errorf("%q was told %v after the last good frame, at %v", o.Fault(), after, o.At())
			}
			if !errors.Is(o, thermal.ErrNotRadiometric) && c.want == NotRadiometric {
				t.Error("the outage is not thermal.ErrNotRadiometric")
			}
			// All is well again, as if nothing had been.
			h.spoil, h.unplugged = nil, false
			if _, outages := read(t, s, 50); len(outages) > 10 || h.opened != 1 {
				t.Errorf("%d outages afterwards, %d devices open", len(outages), h.opened)
			}
			if s.Counts().Outages != 1 {
				t.Errorf("counted %v", s.Counts())
			}
		})
	}
}

// A camera that does not recover is restarted, then reset, in that order and
// never more than twice a minute in the long run.
func TestRemedies(t *testing.T) {
	for _, name := range []string{"silent", "frozen"} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHost("lepton3")
			s := openFake(t, h, Config{})
			read(t, s, 20)
			h.log = nil
			frozen := h.sent
			h.spoil = func(_ uint32, b *buffer) bool {
				drawRoom(&s.profile, frozen, b.bytes)
				return name == "frozen"
			}
			begin, told := h.clock, ""
			var f thermal.Frame
			for h.clock < begin+2*time.Minute {
				var o *OutageError
				if err := s.Next(t.Context(), &f); errors.As(err, &o) {
					told = o.Fault()
				} else if h.clock > begin+silence {
					t.Fatalf("Next returned %v", err)
				}
				if len(h.log) > 0 && told == "" {
					t.Fatal("something was done before anybody was told")
				}
			}
			done := strings.Join(h.log, " ")
			if !strings.HasPrefix(done, "stop start close reset open start stop start close reset open start") || told != "camera_"+name {
				t.Errorf("%s: %s", told, done)
			}
			if n := s.Counts().Resets; n < 2 || n > 4 {
				t.Errorf("%d resets in two minutes", n)
			}
			h.spoil = nil
			read(t, s, 20)
		})
	}
}

// heap is what is kept in memory, in KB.
func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc >> 10)
}

// Time goes by a hundred plugs without anything being left open or in memory: a
// frame of this camera has 192 KB.
func TestPluggingLeavesNothing(t *testing.T) {
	h := newFakeHost("infiray-256")
	h.rate = time.Second / 25
	s := openFake(t, h, Config{})
	var f thermal.Frame
	var last time.Duration
	var number uint64
	before := 0
	for i := range 100 {
		if i == 10 {
			before = heap()
		}
		if err := s.Next(t.Context(), &f); err != nil || f.Time < last || number > 0 && f.Sequence <= number {
			t.Fatalf("frame %d at %v after %d at %v: %v", f.Sequence, f.Time, number, last, err)
		}
		last, number = f.Time, f.Sequence
		h.unplugged = true
		var o *OutageError
		for range 5 {
			if err := s.Next(t.Context(), &f); !errors.As(err, &o) || o.Fault() != "camera_missing" {
				t.Fatalf("unplugged, Next returned %v", err)
			}
		}
		h.unplugged = false
		read(t, s, 3)
		if h.opened != 1 {
			t.Fatalf("%d devices are open", h.opened)
		}
		h.log = h.log[:0]
	}
	if after := heap(); after > before+64 {
		t.Errorf("memory grew from %d to %d KB", before, after)
	}
	if err := s.Close(); err != nil || h.opened != 0 {
		t.Errorf("Close returned %v, %d devices are open", err, h.opened)
	}
}

// After it was unplugged only the same camera is taken: calibration is about
// one.
func TestAnotherCameraIsNotTaken(t *testing.T) {
	h := newFakeHost("lepton3")
	s := openFake(t, h, Config{})
	read(t, s, 5)
	mine := h.cameras[0]
	h.cameras[0].Serial, h.unplugged = "8", true
	var f thermal.Frame
	var o *OutageError
	for range 20 {
		if err := s.Next(t.Context(), &f); !errors.As(err, &o) || o.Fault() != "camera_missing" {
			t.Fatalf("Next returned %v", err)
		}
		h.unplugged = false
	}
	mine.Node = "/dev/video4"
	h.cameras = append(h.cameras, mine)
	read(t, s, 5)
	if s.camera.Node != "/dev/video4" {
		t.Errorf("the camera at %s was taken", s.camera.Node)
	}
}

// Of frames that were not fetched in time the newest is delivered.
func TestNewestFrameWins(t *testing.T) {
	h := newFakeHost("infiray-256")
	h.rate = 40 * time.Millisecond
	s := openFake(t, h, Config{})
	read(t, s, 1)
	h.clock += 130 * time.Millisecond
	if numbers, _ := read(t, s, 1); numbers[0] != 3 || s.Counts().Overtaken != 2 {
		t.Errorf("frame %v was delivered, counted %v", numbers, s.Counts())
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  Config
		set  func(h *fakeHost)
		want error
	}{
		"no camera":     {Config{}, func(h *fakeHost) { h.unplugged = true }, ErrNoCamera},
		"another":       {Config{Name: "1e4e:0100:9"}, nil, ErrNoCamera},
		"no name":       {Config{Name: "camera"}, nil, ErrNoCamera},
		"unknown one":   {Config{}, func(h *fakeHost) { h.cameras[0].USB = USBID{1, 2} }, ErrNoCamera},
		"two":           {Config{}, func(h *fakeHost) { h.cameras = append(h.cameras, h.cameras[0]) }, ErrSeveral},
		"profile":       {Config{Profile: "polaroid"}, nil, ErrProfile},
		"other profile": {Config{Profile: "infiray-256"}, nil, ErrProfile},
		"other sizes":   {Config{}, func(h *fakeHost) { h.sizes = []Size{{"MJPG", 640, 480}} }, ErrProfile},
		"no scale":      {Config{Profile: "generic-y16"}, nil, ErrScale},
		"bad pixel":     {Config{BadPixels: []string{"7:12"}}, nil, ErrPixel},
		"mounting":      {Config{Mounting: thermal.Mounting{Rotate: 45}}, nil, nil},
	} {
		h := newFakeHost("lepton3")
		if c.set != nil {
			c.set(h)
		}
		s, err := open(c.cfg, h)
		if s != nil || err == nil || !strings.HasPrefix(err.Error(), "cannot ") || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
		if h.opened != 0 {
			t.Errorf("%s: the camera was left open", name)
		}
	}
}
