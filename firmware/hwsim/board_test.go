package hwsim

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The lines of the simulated board, by their numbers: outputs, and then inputs.
const (
	passLamp = iota
	referLamp
	outOfServiceLamp
	buzzer
	doorRelay

	outputs

	presence = iota - 1
	staffButton
	tamper

	lineCount
)

// keys are the settings of the lines, in their order.
func keys() []string {
	return []string{"pass_lamp", "refer_lamp", "out_of_service_lamp", "buzzer", "door_relay", "presence", "staff_button", "tamper"}
}

// board is a GPIO chip of the kernel's gpio-sim.
type board struct {
	t      *testing.T
	chip   string // its name
	folder string // with the levels as they are seen from outside
}

// openBoard makes the chip, which stays for all tests.
func openBoard(t *testing.T) *board {
	t.Helper()
	const made = "/sys/kernel/config/gpio-sim/kiosk"
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(made, name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(b))
	}
	if _, err := os.Stat(made); err != nil {
		if err := os.MkdirAll(filepath.Join(made, "bank"), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, f := range []struct{ name, text string }{{"bank/num_lines", strconv.Itoa(lineCount)}, {"live", "1"}} {
			if err := os.WriteFile(filepath.Join(made, f.name), []byte(f.text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	chip := read("bank/chip_name")
	return &board{t, chip, filepath.Join("/sys/devices/platform", read("dev_name"), chip)}
}

// settings are those of the appliance for the lines.
func (b *board) settings() []string {
	var all []string
	for i, key := range keys() {
		all = append(all, "gpio."+key+"="+b.chip+":"+strconv.Itoa(i))
	}
	return append(all, "gpio.door=fail_secure")
}

// high says that a line is high.
func (b *board) high(line int) bool {
	b.t.Helper()
	v, err := os.ReadFile(filepath.Join(b.folder, "sim_gpio"+strconv.Itoa(line), "value"))
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.TrimSpace(string(v)) == "1"
}

// pull drives an input from outside.
func (b *board) pull(line int, up bool) {
	b.t.Helper()
	word := "pull-down"
	if up {
		word = "pull-up"
	}
	put(b.t, filepath.Join(b.folder, "sim_gpio"+strconv.Itoa(line), "pull"), word)
}

// press presses a button that bounces.
func (b *board) press(line int) {
	for _, up := range []bool{true, false, true} {
		b.pull(line, up)
	}
	time.Sleep(150 * time.Millisecond)
	for _, up := range []bool{false, true, false} {
		b.pull(line, up)
	}
}
