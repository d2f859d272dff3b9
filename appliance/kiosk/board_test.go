package kiosk

import (
	"testing"
	"time"

	"lintel/appliance/policy"
	"lintel/appliance/screening"
	"lintel/firmware/thermal"
	"lintel/ui"
)

// switches are the board's: lamps, an interlock, a sensor of the room, and one
// that sees visitors.
type switches struct {
	views []ui.View
	fault string
}

func (s *switches) Show(v ui.View) { s.views = append(s.views, v) }
func (s *switches) Fault() string  { return s.fault }

// The lamps get the views that the screen gets, the last one included.
func TestLampsFollowTheScreen(t *testing.T) {
	s, w, b := stage(t, "normal", 60), &watcher{}, &switches{}
	c := config(t, s, s, w)
	c.Lamps = b
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(b.views) != len(w.views) || len(b.views) != 61 {
		t.Fatalf("the lamps had %d views, the screen %d", len(b.views), len(w.views))
	}
	for i := range b.views {
		if b.views[i] != w.views[i] {
			t.Errorf("view %d: the lamps had %+v, the screen %+v", i, b.views[i], w.views[i])
		}
	}
}

// Lamps without a screen get theirs, too.
func TestLampsAlone(t *testing.T) {
	s, b := stage(t, "normal", 20), &switches{}
	c := config(t, s, s, &watcher{})
	c.Screen, c.Lamps = nil, b
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(b.views); n != 21 || b.views[n-1].State != "out_of_service" {
		t.Errorf("%d views", n)
	}
}

// What the interlock names keeps the kiosk out of service, with a visitor in
// front of it, and lets it go on when it is over.
func TestInterlockStopsVisits(t *testing.T) {
	s, w, b := stage(t, "normal", 120), &watcher{}, &switches{fault: "tampered"}
	c := config(t, s, s, w)
	c.Interlock = b
	w.check = func(r *Report) {
		if r.Frame.Time > 6*time.Second {
			b.fault = ""
			return
		}
		if r.Step.Verdict != 0 || r.Step.Readings > 0 || r.Frame.Time > time.Second && (r.Step.State != screening.OutOfService || r.Step.Fault != "tampered") {
			t.Errorf("at %v: %+v", r.Frame.Time, r.Step)
		}
	}
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.verdicts()) == 0 {
		t.Error("nobody was measured when it was over")
	}
}

// The room's sensor has the say for each frame.
func TestRoomIsAskedAnew(t *testing.T) {
	s, w := stage(t, "normal", 10), &watcher{}
	c := config(t, s, s, w)
	fixed, err := policy.NewRoom(30)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	c.Room, c.RoomNow = fixed, func() policy.Room {
		asked++
		room, err := policy.NewRoom(20 + thermal.Celsius(asked)/10)
		if err != nil {
			t.Fatal(err)
		}
		return room
	}
	var k *Kiosk
	w.check = func(*Report) {
		if want := 20 + thermal.Celsius(asked)/10; k.seen.Room.Temperature() != want {
			t.Errorf("the room is %v, want %v", k.seen.Room.Temperature(), want)
		}
	}
	k = start(t, c)
	if err := k.Run(t.Context()); err != nil || asked != 10 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

// Somebody whom only the sensor sees is somebody: the camera is not corrected
// as if nobody were there.
func TestPresenceHoldsCorrectionsBack(t *testing.T) {
	for _, somebody := range []bool{false, true} {
		s, w := stage(t, "empty", 30), &watcher{}
		source := &stopping{Source: s, from: time.Hour, until: time.Hour}
		c := config(t, source, s, w)
		c.Presence = func() bool { return somebody }
		if err := start(t, c).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(source.asked); i += 2 {
			if source.asked[i] == somebody {
				t.Errorf("frame %d: nobody is there: %v, the sensor sees somebody: %v", i/2, source.asked[i], somebody)
			}
		}
	}
}
