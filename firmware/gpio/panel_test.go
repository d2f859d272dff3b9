package gpio

import (
	"context"
	"errors"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// open opens a panel on the board in a synctest bubble.
func open(t *testing.T, c Config) *Panel {
	t.Helper()
	p, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// want waits until everything is quiet and compares what is lit.
func want(t *testing.T, b *board, lit string) {
	t.Helper()
	synctest.Wait()
	if got := b.lit(); got != lit {
		t.Errorf("active: %s, want %s", got, lit)
	}
}

// screen shows a state at 9 Hz for that long.
func screen(p *Panel, state string, long time.Duration) {
	for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(110 * time.Millisecond) {
		p.Show(state)
	}
}

func TestPanelFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		p := open(t, everything(b))
		want(t, b, "out_of_service_lamp")
		p.Show("ready")
		want(t, b, "none")
		p.Show("passed")
		want(t, b, "pass_lamp buzzer door_relay")
		screen(p, "passed", 300*time.Millisecond)
		want(t, b, "pass_lamp door_relay")
		screen(p, "ready", 6*time.Second)
		want(t, b, "none")
		p.Show("referred")
		want(t, b, "refer_lamp buzzer")
		p.Show("out_of_service")
		want(t, b, "out_of_service_lamp")
		p.Show("passed")
		want(t, b, "pass_lamp buzzer door_relay")
		if err := p.Close(); err != nil || b.held() != 0 {
			t.Errorf("%v, %d lines held", err, b.held())
		}
		for _, role := range Roles() {
			if b.lines[role].active {
				t.Errorf("the %v is active when the program has ended", role)
			}
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A frame loop that hangs while PASS is on the screen: dark and shut within two
// seconds.
func TestPanelDoesNotTrustSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		p := open(t, everything(b))
		p.Show("ready")
		p.Show("passed")
		time.Sleep(1800 * time.Millisecond)
		want(t, b, "pass_lamp door_relay")
		time.Sleep(200 * time.Millisecond)
		want(t, b, "out_of_service_lamp")
		p.Show("passed") // it goes on; the door does not
		want(t, b, "pass_lamp")
	})
}

func TestPanelKeepsStill(t *testing.T) {
	for lit, change := range map[string]func(*Config){
		"none":                func(c *Config) { c.Dark = true },
		"out_of_service_lamp": func(c *Config) { c.Idle = true },
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBoard()
			c := everything(b)
			change(&c)
			p := open(t, c)
			for _, state := range states {
				p.Show(state)
				want(t, b, lit)
			}
		})
	}
}

func TestInputs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		c := everything(b)
		c.Debounce = 30 * time.Millisecond
		p := open(t, c)
		if b.lines[Tamper].debounce != c.Debounce {
			t.Errorf("debounced by %v", b.lines[Tamper].debounce)
		}
		if p.Inputs() != (Inputs{}) {
			t.Errorf("%+v at the start", p.Inputs())
		}
		for range 3 {
			b.turn(StaffButton, true, true)
			b.turn(StaffButton, false, true)
		}
		b.turn(Presence, true, true)
		b.turn(Tamper, true, false) // its edge is lost
		if got := p.Inputs(); got != (Inputs{Presence: true, Presses: 3}) {
			t.Errorf("%+v", got)
		}
		time.Sleep(refresh + every)
		synctest.Wait()
		if got := p.Inputs(); got != (Inputs{Presence: true, Tamper: true, Openings: 1, Presses: 3}) {
			t.Errorf("%+v", got)
		}
	})
}

// An expander on a cable goes and comes back.
func TestChipGoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		p := open(t, everything(b))
		p.Show("ready")
		p.Show("passed")
		want(t, b, "pass_lamp buzzer door_relay")
		b.unplug(syscall.ENODEV)
		screen(p, "clearing", time.Second)
		if err := p.Fault(); !errors.Is(err, syscall.ENODEV) || !strings.HasPrefix(err.Error(), "cannot drive the ") {
			t.Errorf("the fault is %v", err)
		}
		if b.held() != 0 {
			t.Errorf("%d lines are held of a chip that is gone", b.held())
		}
		screen(p, "out_of_service", 3*time.Second)
		b.unplug(nil)
		screen(p, "out_of_service", 2*time.Second)
		if err := p.Fault(); err != nil {
			t.Errorf("it is back, but %v", err)
		}
		want(t, b, "out_of_service_lamp")
		p.Show("ready")
		want(t, b, "none")
	})
}

// An expander that lost its power for a moment forgets its levels.
func TestLevelsAreDrivenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		open(t, everything(b))
		want(t, b, "out_of_service_lamp")
		b.unplug(nil)
		want(t, b, "none")
		time.Sleep(refresh + every)
		want(t, b, "out_of_service_lamp")
	})
}

func TestOpenSaysWhichLine(t *testing.T) {
	for _, reason := range []error{ErrNoChip, ErrNoLine, ErrBusy, ErrAccess, ErrKernel} {
		b := newBoard()
		b.refuse[DoorRelay] = reason
		p, err := Open(everything(b))
		if p != nil || !errors.Is(err, reason) || !strings.HasPrefix(err.Error(), "cannot use gpiochip0:5 for the door_relay: ") {
			t.Errorf("%v: %v", reason, err)
		}
		if b.held() != 0 {
			t.Errorf("%v: %d lines stay held", reason, b.held())
		}
	}
}

func TestShowDoesNotAllocate(t *testing.T) {
	p := open(t, everything(newBoard()))
	if n := testing.AllocsPerRun(100, func() { p.Show("ready"); _ = p.Inputs(); _ = p.Fault() }); n != 0 {
		t.Errorf("%g allocations a frame", n)
	}
}

// A lamp that is tried is the only one that is lit, whatever the screen shows,
// and the door stays shut.
func TestTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		p := open(t, everything(b))
		p.Show("passed")
		time.Sleep(2 * every)
		for _, role := range []Role{PassLamp, ReferLamp, OutOfServiceLamp, Buzzer} {
			p.Show("measuring")
			if err := p.Try(role, time.Second); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * every)
			if got := b.lit(); got != role.String() {
				t.Errorf("%v is tried, and lit is: %s", role, got)
			}
			p.Show("passed")
			time.Sleep(2 * every)
			if got := b.lit(); got != role.String() {
				t.Errorf("%v is tried while somebody passes, and lit is: %s", role, got)
			}
			time.Sleep(time.Second)
		}
		for _, role := range []Role{DoorRelay, Presence, RoleUnknown} {
			if err := p.Try(role, time.Second); !errors.Is(err, ErrNoTrial) {
				t.Errorf("%v: got %v, want %v", role, err, ErrNoTrial)
			}
		}
	})
	cfg := everything(newBoard())
	cfg.Dark = true
	if err := open(t, cfg).Try(PassLamp, time.Second); !errors.Is(err, ErrNoTrial) {
		t.Errorf("in voluntary mode: got %v, want %v", err, ErrNoTrial)
	}
}

func TestLampTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBoard()
		var told []string
		err := Test(t.Context(), everything(b), time.Second, false, func(r Role, s Spec) { told = append(told, r.String()+" "+s.String()) })
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(told, ", "); got != "pass_lamp gpiochip0:1, refer_lamp gpiochip0:2, out_of_service_lamp gpiochip0:3, buzzer gpiochip0:4" {
			t.Errorf("tested: %s", got)
		}
		for _, role := range []Role{PassLamp, ReferLamp, OutOfServiceLamp, Buzzer} {
			if log := strings.Join(b.lines[role].log, " "); log != "true false" {
				t.Errorf("%v: %s", role, log)
			}
		}
		if b.held() != 0 || b.lines[DoorRelay] != nil {
			t.Error("lines are held, or the door was touched")
		}
		if err := Test(t.Context(), everything(b), time.Second, true, func(Role, Spec) {}); err != nil || len(b.lines[DoorRelay].log) != 2 {
			t.Errorf("the door: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if err := Test(ctx, everything(b), time.Second, true, func(Role, Spec) {}); !errors.Is(err, context.DeadlineExceeded) || b.lit() != "none" || b.held() != 0 {
			t.Errorf("stopped: %v, active: %s", err, b.lit())
		}
	})
}

func TestRelease(t *testing.T) {
	b := newBoard()
	if err := Release(everything(b)); err != nil || b.held() != 0 {
		t.Errorf("%v, %d held", err, b.held())
	}
	b.refuse[PassLamp] = ErrBusy
	if err := Release(everything(b)); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "pass_lamp") || b.held() != 0 {
		t.Errorf("%v, %d held", err, b.held())
	}
}
