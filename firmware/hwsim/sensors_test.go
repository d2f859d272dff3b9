package hwsim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Addresses of the sensors on the simulated bus.
const (
	lm75   = 0x48
	bme280 = 0x76
)

// Requests of <linux/i2c-dev.h> and <linux/i2c.h>.
const (
	i2cSlave     = 0x0703
	i2cSMBus     = 0x0720
	smbusWrite   = 0
	smbusByte    = 2 // of data
	smbusWord    = 3
	smbusMaximum = 34
)

type smbusCall struct {
	write, register byte
	_               [2]byte
	size            uint32
	data            *[smbusMaximum]byte
}

// bus is the simulated I2C bus of the kernel's module i2c-stub, whose chips are
// registers that anybody may write.
type bus struct {
	t  *testing.T
	fd int
}

func (b bus) put(chip int, register byte, size uint32, values ...byte) {
	b.t.Helper()
	if err := unix.IoctlSetInt(b.fd, i2cSlave, chip); err != nil {
		b.t.Fatal(err)
	}
	var data [smbusMaximum]byte
	copy(data[:], values)
	c := smbusCall{write: smbusWrite, register: register, size: size, data: &data}
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(b.fd), i2cSMBus, uintptr(unsafe.Pointer(&c))); e != 0 {
		b.t.Fatalf("register %#x of chip %#x: %v", register, chip, e)
	}
}

// connectSensors puts a BME280 and an LM75 on the bus, once for all tests, and
// lets the kernel's drivers bmp280 and lm75 find them. The registers hold the
// example of Bosch's data sheet, 25.08 degC, and 23.5 degC.
func connectSensors(t *testing.T) {
	t.Helper()
	folder := ""
	all, err := filepath.Glob("/sys/bus/i2c/devices/i2c-*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if name, err := os.ReadFile(filepath.Join(f, "name")); err == nil && strings.Contains(string(name), "stub") {
			folder = f
		}
	}
	if folder == "" {
		t.Fatal("the guest has no simulated I2C bus")
	}
	number := strings.TrimPrefix(filepath.Base(folder), "i2c-")
	if _, err := os.Stat(filepath.Join(folder, number+"-0076")); err == nil {
		return
	}
	fd, err := unix.Open("/dev/i2c-"+number, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	b := bus{t, fd}
	b.put(lm75, 0, smbusWord, 0x17, 0x80)
	run := func(from byte, values ...byte) {
		for i, v := range values {
			b.put(bme280, from+byte(i), smbusByte, v)
		}
	}
	run(0xd0, 0x60) // which chip it is
	// T1 to T3: 27504, 26435, -1000. P1 to P9: 36477, -10685, 3024, 2855, 140, -7,
	// 15500, -14600, 6000.
	run(0x88, 0x70, 0x6b, 0x43, 0x67, 0x18, 0xfc, 0x7d, 0x8e, 0x43, 0xd6, 0xd0, 0x0b, 0x27, 0x0b, 0x8c, 0x00,
		0xf9, 0xff, 0x8c, 0x3c, 0xf8, 0xc6, 0x70, 0x17)
	// H1 to H6: 75, 362, 0, 320, 50, 30.
	run(0xa1, 75)
	run(0xe1, 0x6a, 0x01, 0, 0x14, 0x20, 0x03, 30)
	// Pressure 415148, temperature 519888, humidity 28160.
	run(0xf7, 0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x6e, 0x00)
	for _, chip := range []string{"lm75 0x48", "bme280 0x76"} {
		if err := os.WriteFile(filepath.Join(folder, "new_device"), []byte(chip), 0o200); err != nil {
			t.Fatal(err)
		}
	}
}
