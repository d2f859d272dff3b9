package hwsim

import (
	"errors"
	"testing"

	"lintel/firmware/thermal"
	"lintel/firmware/uvc"
)

// What a camera must not measure with is refused by name, and measures again
// when it is right: an image with 8 bytes before it, rows that are stuck, a gain
// that is not the one expected, counts that are no temperatures.
func TestUnfitCameras(t *testing.T) {
	inGuest(t)
	for _, c := range []struct {
		name, camera string
		wrong, right []string
		fault        uvc.Fault
	}{
		{"shifted lepton", "lepton", []string{"shift on"}, []string{"shift off"}, uvc.Shifted},
		{"shifted p2pro", "p2pro", []string{"shift on"}, []string{"shift off"}, uvc.Shifted},
		{"stuck rows", "lepton", []string{"fix 3"}, []string{"fix 0"}, uvc.Frozen},
		{"more stuck rows", "p2pro", []string{"fix 40"}, []string{"fix 0"}, uvc.Frozen},
		{"low gain", "p2pro", []string{"gain low"}, []string{"gain high"}, uvc.Gain},
		{"low gain that stays", "lepton", []string{"unplug", "keep gain", "plug"}, []string{"unplug", "keep nothing", "plug"}, uvc.Gain},
		{"not radiometric", "lepton", []string{"unplug", "keep radiometry", "plug"}, []string{"unplug", "keep nothing", "plug"}, uvc.NotRadiometric},
		{"no answer to commands", "lepton", []string{"unplug", "ignore on", "plug"}, []string{"unplug", "ignore off", "plug"}, uvc.NotRadiometric},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := plug(t, c.camera)
			s := open(t, uvc.Config{})
			take(t, s, 5)
			for _, w := range c.wrong {
				e.command(w)
			}
			var f thermal.Frame
			var o *uvc.OutageError
			refused := func() bool {
				return errors.As(s.Next(t.Context(), &f), &o) && o.Fault() == c.fault.String()
			}
			within(t, c.fault.String(), refused)
			if c.fault == uvc.NotRadiometric && !errors.Is(o, thermal.ErrNotRadiometric) {
				t.Error("it is not thermal.ErrNotRadiometric")
			}
			for _, r := range c.right {
				e.command(r)
			}
			take(t, s, 5)
		})
	}
}

// A single row that is stuck is filled in from those beside it, and so are the
// pixels that the settings list for this camera, by its serial.
func TestFilledIn(t *testing.T) {
	inGuest(t)
	e := plug(t, "lepton")
	s := open(t, uvc.Config{BadPixels: []string{"SIM-lepton:80,30", "ANOTHER:90,30"}})
	e.command("fix 1")
	take(t, s, 8)
	var f thermal.Frame
	if err := s.Next(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	mean := func(x, y int) uint16 { return uint16((uint32(f.At(x, y-1)) + uint32(f.At(x, y+1))) / 2) }
	for x := range f.Width {
		if got := f.At(x, 60); got != mean(x, 60) {
			t.Fatalf("pixel %d,60 reads %d between %d and %d", x, got, f.At(x, 59), f.At(x, 61))
		}
	}
	if n := s.Counts().Filled; n < 4 {
		t.Errorf("%d frames were filled in", n)
	}
	if f.At(80, 30) != mean(80, 30) {
		t.Error("the listed pixel was not filled in")
	}
	other := 0
	for range 4 {
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		if f.At(90, 30) != mean(90, 30) {
			other++
		}
	}
	if other == 0 {
		t.Error("the pixel of another camera was filled in")
	}
}
