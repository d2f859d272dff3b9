package gpio

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tests in this file drive the kernel's GPIO character device, on a chip of
// its module gpio-sim whose lines are seen and driven from outside. They need
// root, and the folder of gpio-sim in configfs:
//
//	modprobe gpio-sim
//	LINTEL_TEST_GPIOSIM=/sys/kernel/config/gpio-sim go test ./firmware/gpio
const simFolder = "LINTEL_TEST_GPIOSIM"

// simulated is a chip of gpio-sim with the roles' names on the lines of their
// numbers.
type simulated struct {
	name string // of the chip
	dir  string // of its lines in sysfs
}

// label is long enough to be no other chip's.
const label = "lintel test panel"

func newSimulated(t *testing.T) simulated {
	t.Helper()
	root := os.Getenv(simFolder)
	if root == "" {
		t.Skipf("SKIPPED: the kernel's GPIO device was not driven: set %s to the folder of gpio-sim in configfs", simFolder)
	}
	device := filepath.Join(root, fmt.Sprintf("lintel-%d", os.Getpid()))
	bank := filepath.Join(device, "bank")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	made := []string{device, bank}
	for _, role := range Roles() {
		made = append(made, filepath.Join(bank, fmt.Sprintf("line%d", role)))
	}
	for i, folder := range made {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			write(filepath.Join(bank, "num_lines"), fmt.Sprint(int(roleCount)))
			write(filepath.Join(bank, "label"), label)
		}
		if i > 1 {
			write(filepath.Join(folder, "name"), strings.ToUpper(Roles()[i-2].String()))
		}
	}
	write(filepath.Join(device, "live"), "1")
	t.Cleanup(func() {
		_ = os.WriteFile(filepath.Join(device, "live"), []byte("0"), 0o600)
		for i := range made {
			_ = os.Remove(made[len(made)-1-i])
		}
	})
	name := contents(t, filepath.Join(bank, "chip_name"))
	return simulated{name, filepath.Join("/sys/devices/platform", contents(t, filepath.Join(device, "dev_name")), name)}
}

func contents(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// config has a line for each role: even ones by name, odd ones by number.
func (s simulated) config() Config {
	c := Config{Lines: map[Role]Spec{}, Door: FailSecure}
	for _, role := range Roles() {
		c.Lines[role] = Spec{Chip: s.name, Line: fmt.Sprint(int(role))}
		if role%2 == 0 {
			c.Lines[role] = Spec{Chip: label, Line: strings.ToUpper(role.String())}
		}
	}
	return c
}

// high says whether the line is high, seen from outside.
func (s simulated) high(t *testing.T, role Role) bool {
	t.Helper()
	return contents(t, filepath.Join(s.dir, fmt.Sprintf("sim_gpio%d", role), "value")) == "1"
}

// pull drives an input from outside.
func (s simulated) pull(t *testing.T, role Role, up bool) {
	t.Helper()
	word := "pull-down"
	if up {
		word = "pull-up"
	}
	if err := os.WriteFile(filepath.Join(s.dir, fmt.Sprintf("sim_gpio%d", role), "pull"), []byte(word), 0o600); err != nil {
		t.Fatal(err)
	}
}

// expect waits until exactly these outputs are high, and shows the state all the
// while, unless there is none.
func (s simulated) expect(t *testing.T, p *Panel, state string, roles ...Role) {
	t.Helper()
	want := map[Role]bool{}
	for _, r := range roles {
		want[r] = true
	}
	wrong := ""
	for range 400 {
		if wrong = ""; state != "" {
			p.Show(state)
		}
		for r := PassLamp; r <= DoorRelay; r++ {
			if high := s.high(t, r); high != want[r] {
				wrong += fmt.Sprintf(" %v is %v", r, high)
			}
		}
		if wrong == "" {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("%q:%s", state, wrong)
}

// eventually waits until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 400 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("it never came: %s", what)
}

func TestKernelOutputs(t *testing.T) {
	s := newSimulated(t)
	c := s.config()
	c.DoorTime = 5 * time.Second
	p := open(t, c)
	s.expect(t, p, "", OutOfServiceLamp)
	s.expect(t, p, "ready")
	s.expect(t, p, "passed", PassLamp, DoorRelay)
	s.expect(t, p, "passed", PassLamp) // the door's time is over
	s.expect(t, p, "referred", ReferLamp)
	s.expect(t, p, "out_of_service", OutOfServiceLamp)
	s.expect(t, p, "ready")
	s.expect(t, p, "passed", PassLamp, DoorRelay)
	s.expect(t, p, "", OutOfServiceLamp) // nobody shows anything any more
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	s.expect(t, nil, "")
}

func TestKernelActiveLow(t *testing.T) {
	s := newSimulated(t)
	c := Config{Lines: map[Role]Spec{PassLamp: {Chip: s.name, Line: "PASS_LAMP", ActiveLow: true}}}
	p := open(t, c)
	if !s.high(t, PassLamp) {
		t.Error("dark is low")
	}
	eventually(t, "lit is low", func() bool { p.Show("passed"); return !s.high(t, PassLamp) })
}

func TestKernelInputs(t *testing.T) {
	s := newSimulated(t)
	c := s.config()
	c.Debounce = 50 * time.Millisecond
	p := open(t, c)
	s.pull(t, Tamper, true)
	eventually(t, "the housing is open", func() bool { return p.Inputs().Tamper })
	s.pull(t, Presence, true)
	eventually(t, "somebody comes", func() bool { return p.Inputs().Presence })
	s.pull(t, Presence, false)
	eventually(t, "and goes", func() bool { return !p.Inputs().Presence })
	// A contact that bounces, then is pressed.
	for i := range 9 {
		s.pull(t, StaffButton, i%2 == 0)
	}
	eventually(t, "a press", func() bool { return p.Inputs().Presses == 1 })
	time.Sleep(200 * time.Millisecond)
	if n := p.Inputs().Presses; n != 1 {
		t.Errorf("a press counts %d times", n)
	}
}

func TestKernelSaysWhatIsWrong(t *testing.T) {
	s := newSimulated(t)
	p := open(t, s.config())
	for _, c := range []struct {
		spec        Spec
		open, check error
	}{
		{Spec{Chip: "gpiochip99", Line: "0"}, ErrNoChip, ErrNoChip},
		{Spec{Chip: s.name, Line: "99"}, ErrNoLine, ErrNoLine},
		{Spec{Chip: s.name, Line: "1"}, ErrBusy, nil}, // it is the kiosk's own
	} {
		cfg := Config{Lines: map[Role]Spec{PassLamp: c.spec}}
		other, err := Open(cfg)
		if other != nil || !errors.Is(err, c.open) {
			t.Errorf("%v: %v, want %v", c.spec, err, c.open)
		}
		t.Log(err)
		if err := Check(cfg)[PassLamp]; !errors.Is(err, c.check) {
			t.Errorf("%v: Check says %v, want %v", c.spec, err, c.check)
		}
	}
	if _, err := Open(Config{Lines: map[Role]Spec{PassLamp: {Chip: s.name, Line: "no such name"}}}); !errors.Is(err, ErrNoLine) {
		t.Errorf("a name that no line has: %v", err)
	}
	found := false
	for _, chip := range List() {
		if chip.Name != s.name {
			continue
		}
		l := chip.Lines[DoorRelay]
		found = chip.Label == label && len(chip.Lines) == int(roleCount) && chip.Err == nil &&
			l == (Line{Number: int(DoorRelay), Name: "DOOR_RELAY", Consumer: "lintel door_relay", Used: true, Output: true})
	}
	if !found {
		t.Errorf("the list has it otherwise: %+v", List())
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// killed is the environment's word for the program that will be killed.
const killed = "LINTEL_TEST_GPIO_KILLED"

// Who is killed while the door is open leaves it shut.
func TestKernelAfterKill(t *testing.T) {
	if chip := os.Getenv(killed); chip != "" {
		p, err := Open(simulated{name: chip}.config())
		if err != nil {
			t.Fatal(err)
		}
		for {
			p.Show("passed")
			time.Sleep(100 * time.Millisecond)
		}
	}
	s := newSimulated(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKernelAfterKill$")
	cmd.Env = append(os.Environ(), killed+"="+s.name)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "PASS", func() bool { return s.high(t, PassLamp) && s.high(t, DoorRelay) })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	s.expect(t, nil, "")
	if err := Release(s.config()); err != nil {
		t.Error(err)
	}
}
