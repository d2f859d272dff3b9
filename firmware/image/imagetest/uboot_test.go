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
// U-Boot. QEMU's board has neither PCI, and so no USB, nor a screen that Linux
// can draw on, and its card is where the real board has its radio.
func TestRaspberryPi4(t *testing.T) {
	if arch(t) != "arm64" {
		t.Skip("a Raspberry Pi is arm64")
	}
	disk := newDisk(t, site)
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
	sh(t, "fdtput", "-t", "s", board, "/soc/mmc@7e300000", "status", "okay") // the card, here
	tell(t, disk, bootAAt, "lintel.test=ttyS1")

	m := newMachine(t)
	m.start("qemu-system-aarch64", "-M", "raspi4b", "-kernel", filepath.Join(folder, "u-boot.bin"), "-dtb", board,
		"-drive", "file="+disk+",if=sd,format=raw",
		"-serial", "null", "-chardev", "socket,id=test,path="+m.path("port")+",server=on,wait=off,logfile="+m.path("serial"), "-serial", "chardev:test")
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
	t.Logf("watchdog: %s", m.run("cat /sys/class/watchdog/watchdog0/identity; grep -c . /run/systemd/system.conf.d/* 2>/dev/null || true"))
	t.Logf("kernel's warnings:\n%s", m.run("journalctl -k -p warning --no-pager -o cat | head -40"))
}
