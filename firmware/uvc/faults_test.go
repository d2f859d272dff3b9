package uvc

import (
	"errors"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lintel/firmware/thermal"
)

// A row that stays as it was is filled in from those beside it, also where it
// reads like them; more of them, or two side by side, are a frozen camera.
func TestStuckRows(t *testing.T) {
	for _, c := range []struct {
		name   string
		rows   []int
		masked bool
	}{
		{"one", []int{40}, true},
		{"first and last", []int{0, 119}, true},
		{"two side by side", []int{40, 41}, false},
		{"three apart", []int{10, 40, 100}, false},
		{"a third", []int{20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHost("lepton3")
			s := openFake(t, h, Config{})
			read(t, s, 20)
			line := 2 * s.profile.Width
			var held []byte
			h.spoil = func(_ uint32, b *buffer) bool {
				if held == nil {
					held = slices.Clone(b.bytes)
					for _, y := range c.rows {
						for x := range s.profile.Width { // 0.3 K beside the truth: no pixel stands out
							held[y*line+2*x] += 30
						}
					}
				}
				for _, y := range c.rows {
					copy(b.bytes[y*line:(y+1)*line], held[y*line:])
				}
				return true
			}
			var f thermal.Frame
			var o *OutageError
			var err error
			for range 30 {
				if err = s.Next(t.Context(), &f); err != nil {
					break
				}
			}
			if !c.masked {
				if !errors.As(err, &o) || o.Fault() != "camera_frozen" || s.Counts().Stuck == 0 {
					t.Errorf("%v; %v", err, s.Counts())
				}
				h.spoil = nil
				read(t, s, 20)
				return
			}
			if err != nil || s.Counts().Filled < 25 {
				t.Fatalf("%v; %v", err, s.Counts())
			}
			for _, y := range c.rows {
				other := max(y-1, 0)
				if other == y {
					other = y + 1
				}
				for x := range f.Width {
					if d := int(f.At(x, y)) - int(f.At(x, other)); d > 30 || d < -30 {
						t.Errorf("row %d reads %d more than row %d", y, d, other)
						break
					}
				}
			}
		})
	}
}

// A good frame that waits behind a bad one is delivered as it was sent.
func TestBadFrameBehindAGoodOne(t *testing.T) {
	h := newFakeHost("lepton3")
	h.spoil = func(n uint32, b *buffer) bool {
		if n%2 == 0 {
			fillCounts(b.bytes, 8000)
		}
		return true
	}
	s := openFake(t, h, Config{})
	var f thermal.Frame
	for range 40 {
		h.clock += 240 * time.Millisecond // two frames wait
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		if c := f.Counts[len(f.Counts)/2]; c < 28000 || f.Sequence%2 == 0 {
			t.Fatalf("frame %d reads %d", f.Sequence, c)
		}
	}
}

// Whoever is held up gets a fresh frame then, and no outage.
func TestHeldUp(t *testing.T) {
	h := newFakeHost("lepton3")
	s := openFake(t, h, Config{})
	read(t, s, 5)
	h.clock += 5 * time.Second
	before := h.clock
	h.limit = buffers
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err != nil || f.Time < before-s.opened || s.Counts().Overtaken != buffers {
		t.Errorf("a frame of %v at %v: %v; %v", f.Time, before-s.opened, err, s.Counts())
	}
}

// A camera that does not answer commands holds the frame loop up once, not with
// each of them, and is asked again much later.
func TestDeafLepton(t *testing.T) {
	h := withLepton("lepton3")
	asked := 0
	h.refuse = func(_, _, _ byte) error {
		asked++
		h.clock += 5 * time.Second
		return unix.ENOENT
	}
	s := openFake(t, h, Config{})
	read(t, s, 5)
	if asked != 1 {
		t.Errorf("opening, it was asked %d times", asked)
	}
	h.refuse = nil
	h.cameras[0].Serial = "7"
	h.unplugged = true
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err == nil {
		t.Fatal("unplugged, a frame came")
	}
	h.unplugged = false
	read(t, s, 5)
	if n := s.Counts().Corrections; n != 1 {
		t.Fatalf("back again, %d corrections", n)
	}
	// It falls silent later.
	asked = 0
	h.refuse = func(_, _, _ byte) error { asked++; h.clock += 5 * time.Second; return unix.ETIMEDOUT }
	begin := h.clock
	for h.clock < begin+10*time.Minute {
		h.clock += time.Second
		s.MayCorrect(true, true)
	}
	if asked < 5 || asked > 10 {
		t.Errorf("asked %d times in ten minutes", asked)
	}
	h.refuse = nil
	h.clock += muchLater
	s.MayCorrect(true, true)
	if n := s.Counts().Corrections; n != 2 {
		t.Errorf("answering again, %d corrections", n)
	}
}

// A stream that goes well for hours and then dies is restarted, or the camera is
// reset, and it goes on for more.
func TestStreamThatDiesAfterHours(t *testing.T) {
	h := newFakeHost("lepton2")
	h.rate = time.Second
	frames := make([][]byte, 5)
	for i := range frames {
		frames[i] = make([]byte, 2*80*60)
		h.paint(uint32(i), frames[i])
	}
	h.paint = func(n uint32, frame []byte) { copy(frame, frames[n%5]) }
	s := openFake(t, h, Config{})
	const hours = 8 * 60 * 60
	if _, outages := read(t, s, hours); len(outages) > 0 {
		t.Fatalf("%d outages in eight hours", len(outages))
	}
	h.log = nil
	for _, remedy := range []string{"start", "reset"} {
		done := len(h.log)
		h.spoil = func(uint32, *buffer) bool { return slices.Contains(h.log[done:], remedy) }
		read(t, s, 60)
	}
	if got := s.Counts(); got.Outages != 2 || got.Resets != 1 || got.Restarts != 2 {
		t.Errorf("%v; %v", got, h.log)
	}
	if _, outages := read(t, s, hours); len(outages) > 0 {
		t.Errorf("%d outages in the eight hours after", len(outages))
	}
}
