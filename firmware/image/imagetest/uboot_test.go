package imagetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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
	t.Logf("%s systemd runs", m.when())
	m.await("out_of_service", "ready", "warming_up")
	selftest(t, m)
	m.run("test -d /sys/firmware/devicetree/base/chosen && test -d /sys/firmware/efi")
}

// TestRaspberryPi4Card: what a Raspberry Pi's own firmware and U-Boot find on
// the first partition, with radios and network switched off. No QEMU of Debian
// 12 has the board.
func TestRaspberryPi4Card(t *testing.T) {
	if arch(t) != "arm64" {
		t.Skip("a Raspberry Pi is arm64")
	}
	folder := t.TempDir()
	card := fmt.Sprintf("%s@@%d", newDisk(t, site), espAt)
	if exec.Command("mcopy", "-n", "-i", card, "::u-boot.bin", "::bcm2711-rpi-4-b.dtb", "::config.txt", "::start4.elf", "::fixup4.dat", folder).Run() != nil {
		t.Skip("SKIPPED: the image was made without BOARD=rpi4: nothing of a Raspberry Pi was tried")
	}
	board := filepath.Join(folder, "bcm2711-rpi-4-b.dtb")
	for _, device := range []string{"/soc/mmc@7e300000", "/soc/serial@7e201000/bluetooth", "/scb/ethernet@7d580000"} {
		if got := strings.TrimSpace(sh(t, "fdtget", board, device, "status")); got != "disabled" {
			t.Errorf("%s is %s", device, got)
		}
	}
}
