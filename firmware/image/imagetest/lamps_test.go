package imagetest

import (
	"encoding/binary"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lintel/firmware/hwsim/usbredir"
)

// lamps is an emulated Viperboard (Nano River Technologies), a board on USB with
// GPIO lines that Debian's own kernel drives (drivers/mfd/viperboard.c,
// drivers/gpio/gpio-viperboard.c): what a line's level is can be seen from
// outside. Of its two banks the first, 16 lines, is gpiochip0 in the machine, for
// there is no other chip.
type lamps struct {
	mu sync.Mutex
	// lit is each line's level, rose how often it came on.
	lit  [16]bool
	rose [16]int
}

// withLamps returns QEMU's arguments for the board, and what plugs it in once the
// machine runs.
func withLamps(t testing.TB) (*lamps, []string, func()) {
	t.Helper()
	l := &lamps{}
	socket := filepath.Join(t.TempDir(), "usb")
	return l, []string{"-chardev", "socket,id=lamps,server=on,wait=off,path=" + socket, "-device", "usb-redir,chardev=lamps,bus=usb.0"}, func() {
		t.Helper()
		plug, err := usbredir.Connect(t.Context(), l, socket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(plug.Close)
	}
}

// on is whether a line is high now, and how often it became so.
func (l *lamps) on(line int) (bool, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lit[line], l.rose[line]
}

// lights waits until a line is high, and only that one of those.
func (l *lamps) lights(t testing.TB, line int, others ...int) {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(10 * time.Millisecond) {
		if lit, _ := l.on(line); !lit {
			continue
		}
		for _, other := range others {
			if lit, _ := l.on(other); lit {
				t.Errorf("lines %d and %d are high at the same time", line, other)
			}
		}
		return
	}
	t.Errorf("line %d is not high within %v", line, patience)
}

func (l *lamps) Vendor() uint16       { return 0x2058 }
func (l *lamps) Product() uint16      { return 0x1005 }
func (l *lamps) Answers([8]byte) bool { return true }
func (l *lamps) Bulk(int) []byte      { return nil }
func (l *lamps) Reset()               {}

// Requests of the board.
const (
	majorVersion = 0xea
	minorVersion = 0xeb
	bankA        = 0xed
	bankB        = 0xdd
	setOut       = 3
)

// Control answers USB's own requests and the board's.
func (l *lamps) Control(setup [8]byte, out []byte) (in []byte, ok bool) {
	length := int(binary.LittleEndian.Uint16(setup[6:]))
	switch {
	case setup[0] == 0x80 && setup[1] == 6: // GET_DESCRIPTOR
		in = map[byte][]byte{
			1: {18, 1, 0x00, 0x02, 0xff, 0, 0, 64, 0x58, 0x20, 0x05, 0x10, 0x00, 0x01, 0, 0, 0, 1},
			2: {9, 2, 18, 0, 1, 1, 0, 0x80, 50, 9, 4, 0, 0, 0, 0xff, 0, 0, 0},
			3: {4, 3, 9, 4},
		}[setup[3]]
		return in[:min(length, len(in))], in != nil
	case setup[0]&0x60 == 0: // the rest of USB's own
		return make([]byte, min(length, 2)), true
	case setup[1] == majorVersion || setup[1] == minorVersion:
		return []byte{1}, true
	case setup[1] == bankA || setup[1] == bankB:
		l.set(setup[1], out)
		return make([]byte, length), true
	}
	return nil, false
}

// set does what a message to the first bank asks: command, clock, line, ..., its
// eighth byte being the level.
func (l *lamps) set(bank byte, message []byte) {
	if bank != bankA || len(message) < 8 || message[0] != setOut || int(message[2]) >= len(l.lit) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	line, high := message[2], message[7] != 0
	if high && !l.lit[line] {
		l.rose[line]++
	}
	l.lit[line] = high
}
