package imagetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Boards without UEFI have U-Boot, which is UEFI enough for the image.

// TestUBoot: the image starts under U-Boot, on QEMU's own board, which is
// described by a device tree then and not by ACPI.
func TestUBoot(t *testing.T) {
	if arch(t) != "arm64" {
		t.Skip("U-Boot is for arm64")
	}
	firmware := "/usr/lib/u-boot/qemu_arm64/u-boot.bin"
	if _, err := os.Stat(firmware); err != nil {
		t.Skip("SKIPPED: u-boot-qemu is not installed: the start under U-Boot was not tried")
	}
	m := bootFrom(t, []string{"-bios", firmware}, newDisk(t, site))
	m.awaitUp()
	t.Logf("%5.1fs systemd runs", time.Since(m.began).Seconds())
	m.await("out_of_service", "ready", "warming_up")
	selftest(t, m)
	m.run("test -d /sys/firmware/devicetree/base/chosen && test -d /sys/firmware/efi")
}

// TestRaspberryPi4: U-Boot, the description of the board and everything after
// them are those of the card. What the board's own firmware does before, which
// QEMU does not have, is done by QEMU: it puts both into memory, and starts
// U-Boot.
func TestRaspberryPi4(t *testing.T) {
	if arch(t) != "arm64" {
		t.Skip("a Raspberry Pi is arm64")
	}
	disk := newDiskWith(t, site, brings+patient)
	if err := os.Truncate(disk, 2048*mib); err != nil { // the smallest card
		t.Fatal(err)
	}
	folder := t.TempDir()
	card := fmt.Sprintf("%s@@%d", disk, espAt)
	if exec.Command("mcopy", "-n", "-i", card, "::u-boot.bin", "::bcm2711-rpi-4-b.dtb", "::config.txt", "::start4.elf", "::fixup4.dat", folder).Run() != nil {
		t.Skip("SKIPPED: the image was made without BOARD=rpi4: nothing of a Raspberry Pi was tried")
	}
	if out, err := exec.Command("qemu-system-aarch64", "-M", "help").Output(); err != nil || !strings.Contains(string(out), "raspi4b") {
		t.Skip("SKIPPED: this QEMU has no Raspberry Pi 4; that of bookworm-backports has: nothing of one was tried")
	}
	board := filepath.Join(folder, "bcm2711-rpi-4-b.dtb")
	for _, device := range []string{"/soc/mmc@7e300000", "/soc/serial@7e201000/bluetooth", "/scb/ethernet@7d580000"} {
		if got := strings.TrimSpace(sh(t, "fdtget", board, device, "status")); got != "disabled" {
			t.Errorf("%s is %s", device, got)
		}
	}
	asInQEMU(t, board)
	// QEMU's watchdog of this board starts it anew as soon as it is set.
	tell(t, disk, bootAAt, "lintel.test=ttyAMA0 modprobe.blacklist=bcm2835_wdt")

	m := newMachine(t)
	m.start("qemu-system-aarch64", "-M", "raspi4b", "-kernel", filepath.Join(folder, "u-boot.bin"), "-dtb", board,
		"-drive", "file="+disk+",if=sd,format=raw",
		"-chardev", "socket,id=test,path="+m.path("port")+",server=on,wait=off", "-serial", "chardev:test", "-serial", "file:"+m.path("serial"))
	m.awaitUp()
	t.Logf("%5.1fs systemd runs", time.Since(m.began).Seconds())
	if got := m.run(`tr '\0' '\n' </sys/firmware/devicetree/base/model`); !strings.HasPrefix(got, "Raspberry Pi 4 Model B") {
		t.Errorf("this is a %s", got)
	}
	m.await("out_of_service", "ready", "warming_up")
	selftest(t, m)
	if got := m.run("ls /sys/class/net"); got != "lo" {
		t.Errorf("the interfaces are %q", got)
	}
	m.run("test -e /usr/lib/modules/*/kernel/drivers/watchdog/bcm2835_wdt.ko")
}

// QEMU moves each word of the card by itself: dividing it takes minutes.
const patient = `busybox mkdir -p /run/systemd/system/lintel-boot.service.d
busybox printf '[Service]\nTimeoutStartSec=900\n' >/run/systemd/system/lintel-boot.service.d/patient.conf
`

// asInQEMU changes the description of a Raspberry Pi 4 where QEMU's board is
// another: it has neither PCI, and so no USB, nor anything that Linux can draw on
// by itself; its card is where the real board has Wi-Fi; and the firmware does
// not switch the power of cards.
func asInQEMU(t testing.TB, board string) {
	t.Helper()
	for _, absent := range []string{
		"/soc/interrupt-controller@7ef00100", "/soc/clock@7ef00000", "/soc/hdmi@7ef00700", "/soc/hdmi@7ef05700",
		"/soc/i2c@7ef04500", "/soc/i2c@7ef09500", "/gpu",
	} {
		sh(t, "fdtput", "-t", "s", board, absent, "status", "disabled")
	}
	sh(t, "fdtput", "-t", "s", board, "/soc/mmc@7e300000", "status", "okay")
	sh(t, "fdtput", "-d", board, "/soc/mmc@7e300000", "mmc-pwrseq")
}
