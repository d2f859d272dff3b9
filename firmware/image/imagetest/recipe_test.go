package imagetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// These tests read the recipe alone and need no image: the short variant.

// recipe is the content of a file of the recipe.
func recipe(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// words are a list's lines without comments.
func words(text string) []string {
	return strings.Fields(regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(text, ""))
}

// TestUnits: systemd understands every unit of the image whole.
func TestUnits(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("SKIPPED: systemd-analyze is not installed: the image's units were not checked")
	}
	var units []string
	for _, pattern := range []string{"../*.service", "../*.path", "../units/*.service", "../units/*.path"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, found...)
	}
	if len(units) < 3 {
		t.Fatalf("only %v were found", units)
	}
	out, _ := exec.Command("systemd-analyze", append([]string{"verify", "--man=no", "--recursive-errors=no"}, units...)...).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		// The programs are in the image, not here.
		if strings.Contains(line, "lintel-") && !strings.Contains(line, "is not executable") && !strings.Contains(line, "not found") {
			t.Error(strings.TrimSpace(line))
		}
	}
	for _, unit := range units {
		if strings.Contains(unit, "kiosk") {
			out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=50", "--no-pager", unit).CombinedOutput()
			if err != nil {
				t.Errorf("%s is exposed: %s", unit, regexp.MustCompile(`Overall.*`).Find(out))
			}
		}
	}
}

// TestScripts: the boot loader's script is one, and the shells' are.
func TestScripts(t *testing.T) {
	if _, err := exec.LookPath("grub-script-check"); err != nil {
		t.Log("SKIPPED: grub-script-check is not installed: the boot loader's script was not checked")
	} else {
		sh(t, "grub-script-check", "../grub/grub.cfg")
	}
	sh(t, "sh", "-n", "../files/boot")
	sh(t, "sh", "-n", "../files/kiosk")
	sh(t, "sh", "-n", "../initrd/init")
	scripts, err := filepath.Glob("../*.sh")
	if err != nil || len(scripts) < 5 {
		t.Fatal(scripts, err)
	}
	for _, s := range scripts {
		sh(t, "bash", "-n", s)
	}
}

// TestWhatIsLeftOut: no network, no shell, no package manager gets in by a
// change of a list.
func TestWhatIsLeftOut(t *testing.T) {
	packages := words(recipe(t, "packages"))
	for _, p := range packages {
		if regexp.MustCompile(`ssh|telnet|^network|ifupdown|wpa|bluez|dhcp|iwd|firmware-|^login$|python|^perl$|gdb|strace`).MatchString(p) {
			t.Errorf("the package %s does not belong into an image without network and login", p)
		}
	}
	refused := words(recipe(t, "modules.refused"))
	for _, need := range []string{"drivers/net/*", "drivers/bluetooth/*", "drivers/nfc/*", "drivers/infiniband/*", "drivers/firewire/*", "drivers/thunderbolt/*", "drivers/usb/gadget/*", "net/*"} {
		if !slices.Contains(refused, need) {
			t.Errorf("modules.refused lacks %s", need)
		}
	}
	masked := words(recipe(t, "masked"))
	for _, need := range []string{"getty@.service", "serial-getty@.service", "debug-shell.service", "systemd-logind.service", "ctrl-alt-del.target", "systemd-networkd.service", "swap.target"} {
		if !slices.Contains(masked, need) {
			t.Errorf("masked lacks %s", need)
		}
	}
	removed := words(recipe(t, "removed"))
	for _, need := range []string{"usr/bin/apt*", "usr/bin/dpkg*", "usr/bin/login", "usr/bin/su", "usr/sbin/agetty", "usr/sbin/sulogin"} {
		if !slices.Contains(removed, need) {
			t.Errorf("removed lacks %s", need)
		}
	}
	// On boards with a serial line the kernel would take that; tty0 is the screen.
	if text := strings.Replace(recipe(t, "grub/grub.cfg"), " console=tty0 ", " ", 1); strings.Contains(text, "console=") || strings.Contains(text, "init=") {
		t.Error("the boot loader opens a console")
	}
}

// TestLocks: every package that is asked for is in the lists of what was built.
func TestLocks(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		text, err := os.ReadFile("../packages." + arch + ".lock")
		if err != nil {
			t.Errorf("%s has no list of packages: %v", arch, err)
			continue
		}
		for _, p := range words(recipe(t, "packages")) {
			if !strings.Contains("\n"+string(text), "\n"+p+"=") {
				t.Errorf("packages.%s.lock lacks %s: take bin/image/%s/packages as the new list", arch, p, arch)
			}
		}
	}
}
