package board

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"lintel/appliance/config"
	"lintel/appliance/policy"
	"lintel/firmware/ambient"
	"lintel/firmware/gpio"
	"lintel/ui"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// settings returns the shipped ones with changes.
func settings(t *testing.T, sets ...string) *config.Config {
	t.Helper()
	c := config.Default()
	for _, s := range sets {
		if err := c.Set(s); err != nil {
			t.Fatal(err)
		}
	}
	return &c
}

// fakePanel stands in for the lines.
type fakePanel struct {
	shown  []string
	inputs gpio.Inputs
	tried  []gpio.Role
	fault  error
	closed int
}

func (p *fakePanel) Show(state string)   { p.shown = append(p.shown, state) }
func (p *fakePanel) Inputs() gpio.Inputs { return p.inputs }
func (p *fakePanel) Fault() error        { return p.fault }

func (p *fakePanel) Try(role gpio.Role, _ time.Duration) error {
	p.tried = append(p.tried, role)
	return nil
}

func (p *fakePanel) Close() error { p.closed++; return nil }

func TestTryLamps(t *testing.T) {
	p := &fakePanel{}
	b := &Board{panel: p, lamps: []gpio.Role{gpio.PassLamp, gpio.Buzzer}}
	if got := b.Lamps(); !slices.Equal(got, []string{"pass_lamp", "buzzer"}) {
		t.Errorf("the lamps are %v", got)
	}
	if err := b.Try("buzzer", time.Second); err != nil || !slices.Equal(p.tried, []gpio.Role{gpio.Buzzer}) {
		t.Errorf("tried: %v (%v)", p.tried, err)
	}
	for _, name := range []string{"door_relay", "refer_lamp", "", "unknown"} {
		if err := b.Try(name, time.Second); !errors.Is(err, gpio.ErrNoTrial) {
			t.Errorf("%q: got %v, want %v", name, err, gpio.ErrNoTrial)
		}
	}
	if got := new(Board).Lamps(); got == nil || len(got) != 0 {
		t.Errorf("a kiosk without a board has the lamps %v", got)
	}
}

func TestLines(t *testing.T) {
	c := settings(t, "gpio.pass_lamp=gpiochip0:17:active_low", "gpio.door_relay=relays:DOOR", "gpio.door=fail_safe",
		"gpio.tamper=gpiochip0:4:pull_up", "gpio.door_open_s=3", "gpio.buzzer_s=0.5", "gpio.debounce_ms=40")
	got, err := Lines(c)
	if err != nil {
		t.Fatal(err)
	}
	want := map[gpio.Role]gpio.Spec{
		gpio.PassLamp:  {Chip: "gpiochip0", Line: "17", ActiveLow: true},
		gpio.DoorRelay: {Chip: "relays", Line: "DOOR"},
		gpio.Tamper:    {Chip: "gpiochip0", Line: "4", Bias: gpio.PullUp},
	}
	if fmt.Sprint(got.Lines) != fmt.Sprint(want) || got.Door != gpio.FailSafe || got.DoorTime != 3*time.Second ||
		got.BuzzerTime != 500*time.Millisecond || got.Debounce != 40*time.Millisecond || got.Dark || got.Idle {
		t.Errorf("%+v", got)
	}
	if got, err := Lines(settings(t, "screening.mode=voluntary", "gpio.pass_lamp=c:1")); err != nil || !got.Dark {
		t.Errorf("voluntary: dark is %v, %v", got.Dark, err)
	}
	// Every role has its key.
	for _, role := range gpio.Roles() {
		got, err := Lines(settings(t, "gpio.door=fail_secure", fmt.Sprintf("gpio.%v=c:1", role)))
		if _, ok := got.Lines[role]; err != nil || !ok {
			t.Errorf("%v: %+v, %v", role, got.Lines, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		sets []string
		err  error
	}{
		"a door of no kind":   {[]string{"gpio.door_relay=c:1"}, config.ErrValue},
		"no such chip":        {[]string{"gpio.buzzer=no such chip:1"}, gpio.ErrNoChip},
		"an option twice":     {[]string{"gpio.buzzer=c:1:pull_up"}, gpio.ErrConfig},
		"a line that is none": {[]string{"gpio.tamper=c:pull_up"}, gpio.ErrSpec},
		"two rooms":           {[]string{"ambient.sensor=auto", "ambient.room_c=22"}, config.ErrValue},
	} {
		b, err := Open(settings(t, c.sets...), true)
		if b != nil || !errors.Is(err, c.err) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without any of its settings the board is empty, and costs nothing.
func TestNothingConfigured(t *testing.T) {
	b, err := Open(settings(t), true)
	if err != nil {
		t.Fatal(err)
	}
	if k := b.Kiosk(); k.Lamps != nil || k.Interlock != nil || k.Room != nil || k.Presence != nil || k.Live != nil {
		t.Errorf("%+v", k)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := errors.Join(b.Run(ctx), b.Close()); err != nil || len(b.Notices()) != 0 {
		t.Errorf("%v, %v", err, b.Notices())
	}
}

// What the lamps are shown, and what the loop is told.
func TestInterlock(t *testing.T) {
	type step struct {
		in   gpio.Inputs
		lost error
		want string
	}
	gone := errors.New("gone")
	for name, c := range map[string]struct {
		button bool
		steps  []step
	}{
		"all is well":         {true, []step{{gpio.Inputs{}, nil, ""}, {gpio.Inputs{Presence: true}, nil, ""}}},
		"staff pause it":      {true, []step{{gpio.Inputs{Presses: 1}, nil, FaultPaused}, {gpio.Inputs{Presses: 1}, nil, FaultPaused}, {gpio.Inputs{Presses: 2}, nil, ""}}},
		"two presses at once": {true, []step{{gpio.Inputs{Presses: 2}, nil, ""}, {gpio.Inputs{Presses: 3}, nil, FaultPaused}}},
		"opened, shut, confirmed": {true, []step{
			{gpio.Inputs{Tamper: true, Openings: 1}, nil, FaultTampered},
			{gpio.Inputs{Tamper: true, Openings: 1, Presses: 1}, nil, FaultTampered}, // while it is open
			{gpio.Inputs{Openings: 1, Presses: 1}, nil, FaultTampered},
			{gpio.Inputs{Openings: 1, Presses: 2}, nil, ""},
			{gpio.Inputs{Openings: 1, Presses: 3}, nil, FaultPaused},
		}},
		"opened between two frames": {true, []step{{gpio.Inputs{}, nil, ""}, {gpio.Inputs{Openings: 1}, nil, FaultTampered}, {gpio.Inputs{Openings: 1, Presses: 1}, nil, ""}}},
		"opened without a button":   {false, []step{{gpio.Inputs{Tamper: true, Openings: 1}, nil, FaultTampered}, {gpio.Inputs{Openings: 1}, nil, ""}}},
		"the lines are lost":        {true, []step{{gpio.Inputs{}, gone, FaultLampsLost}, {gpio.Inputs{Tamper: true}, gone, FaultTampered}, {gpio.Inputs{Presses: 1}, nil, ""}}},
	} {
		p := &fakePanel{}
		b := &Board{panel: p, interlock: interlock{button: c.button}}
		for i, s := range c.steps {
			p.inputs, p.fault = s.in, s.lost
			if got := b.Kiosk().Interlock.Fault(); got != s.want {
				t.Errorf("%s, step %d: %q, want %q", name, i, got, s.want)
			}
			state := "passed"
			b.Kiosk().Lamps.Show(ui.View{State: state})
			if s.want != "" {
				state = outOfService
			}
			if got := p.shown[len(p.shown)-1]; got != state {
				t.Errorf("%s, step %d: the lamps follow %q", name, i, got)
			}
		}
	}
}

// An open housing always keeps the kiosk out of service, whatever else happens.
func TestOpenHousingIsAlwaysAFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		i := interlock{button: rapid.Bool().Draw(t, "button")}
		var in gpio.Inputs
		for range rapid.IntRange(1, 50).Draw(t, "frames") {
			if rapid.Bool().Draw(t, "press") {
				in.Presses++
			}
			open := rapid.Bool().Draw(t, "open")
			if open && !in.Tamper {
				in.Openings++
			}
			in.Tamper = open
			i.take(in)
			if open && i.fault() != FaultTampered {
				t.Fatalf("open, but %q", i.fault())
			}
		}
	})
}

func TestRoom(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "class/hwmon/hwmon0")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("name", "sht3x")
	synctest.Test(t, func(t *testing.T) {
		b := &Board{room: ambient.New(ambient.Config{Root: root, Name: ambient.Auto})}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- b.Run(ctx) }()
		known, err := policy.NewRoom(24)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []struct {
			temperature, humidity string
			room                  policy.Room
			notices               string
		}{
			{"24000", "40000", known, "[]"},
			{"24000", "80000", known, "[room_too_humid]"},
			{"", "40000", policy.Room{}, "[room_sensor_lost]"},
			{"12000", "40000", policy.Room{}, "[room_too_cold]"}, // the policy knows no such room
		} {
			put("temp1_input", s.temperature)
			put("humidity1_input", s.humidity)
			time.Sleep(2 * ambient.DefaultMaxAge)
			synctest.Wait()
			if got := b.Kiosk().Room(); got != s.room {
				t.Errorf("%+v: the room is %+v", s, got)
			}
			if got := fmt.Sprint(b.Notices()); got != s.notices {
				t.Errorf("%+v: notices %v", s, got)
			}
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if !slices.Contains((&Board{room: ambient.New(ambient.Config{Root: root, Name: "none such"})}).Notices(), FaultRoomSensor) {
		t.Error("a sensor that was not asked yet is not missed")
	}
}
