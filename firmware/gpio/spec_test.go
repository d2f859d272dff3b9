package gpio

import (
	"errors"
	"strings"
	"testing"
)

func TestParseSpec(t *testing.T) {
	for text, want := range map[string]Spec{
		"gpiochip0:17":                       {Chip: "gpiochip0", Line: "17"},
		"/dev/gpiochip0:17:active_low":       {Chip: "/dev/gpiochip0", Line: "17", ActiveLow: true},
		"pinctrl-bcm2711:GPIO17:pull_up":     {Chip: "pinctrl-bcm2711", Line: "GPIO17", Bias: PullUp},
		"c:LAMP:pull_down:active_low":        {Chip: "c", Line: "LAMP", ActiveLow: true, Bias: PullDown},
		"INT33FC:00:5":                       {Chip: "INT33FC:00", Line: "5"},
		"gpio-sim.0:node0:LAMP 1:active_low": {Chip: "gpio-sim.0:node0", Line: "LAMP 1", ActiveLow: true},
		"c:-1":                               {Chip: "c", Line: "-1"}, // a name, if a board has it
		"c:70000":                            {Chip: "c", Line: "70000"},
		"INT33FC:00:5:active_low:pull_up":    {Chip: "INT33FC:00", Line: "5", ActiveLow: true, Bias: PullUp},
		"gpiochip0:active_high:active_low":   {Chip: "gpiochip0", Line: "active_high", ActiveLow: true},
	} {
		got, err := ParseSpec(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "17", "gpiochip0", "gpiochip0:", ":17", ":", "::", "gpiochip0:active_low", "c:l:active_low:active_low",
		"c:5:pull_up:pull_down", "c:a\nb", "c:a\x00", "c:\x80",
	} {
		if got, err := ParseSpec(text); !errors.Is(err, ErrSpec) || got != (Spec{}) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func FuzzParseSpec(f *testing.F) {
	f.Add("gpiochip0:17")
	f.Add("pinctrl-bcm2711:GPIO17:active_low:pull_up")
	f.Add(":::")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSpec(text)
		if err != nil {
			return
		}
		if again, err := ParseSpec(s.String()); err != nil || again != s {
			t.Errorf("%q is %+v, written %q, read %+v, %v", text, s, s.String(), again, err)
		}
		if n, ok := s.number(); ok && (n < 0 || n > 65535) {
			t.Errorf("%q has the number %d", text, n)
		}
	})
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Roles() {
		if s := r.String(); s == "unknown" || seen[s] {
			t.Errorf("role %d is called %s", r, s)
		}
		seen[r.String()] = true
	}
	if Role(0).String() != "unknown" || roleCount.String() != "unknown" || Door(0).String() != "unknown" {
		t.Error("a value that is none has a name")
	}
}

func TestConfigRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"a door of no kind":     func(c *Config) { c.Door = 0 },
		"a door open for ever":  func(c *Config) { c.DoorTime = 1 << 62 },
		"a door never open":     func(c *Config) { c.DoorTime = -1 },
		"an endless buzzer":     func(c *Config) { c.BuzzerTime = 1 << 62 },
		"no debouncing":         func(c *Config) { c.Debounce = 1 },
		"a role that is none":   func(c *Config) { c.Lines[99] = Spec{Chip: "c", Line: "99"} },
		"a role that is zero":   func(c *Config) { c.Lines[0] = Spec{Chip: "c", Line: "99"} },
		"an output with a bias": func(c *Config) { c.Lines[Buzzer] = Spec{Chip: "c", Line: "1", Bias: PullUp} },
		"a line of two roles":   func(c *Config) { c.Lines[Buzzer] = c.Lines[PassLamp] },
	} {
		b := newBoard()
		c := everything(b)
		spoil(&c)
		p, err := Open(c)
		if !errors.Is(err, ErrConfig) || p != nil || !strings.HasPrefix(err.Error(), "cannot ") || b.held() != 0 {
			t.Errorf("%s: %v, %d lines held", name, err, b.held())
		}
		if err := Release(c); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: Release says %v", name, err)
		}
	}
}
