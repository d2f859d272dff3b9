package imagetest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Where the partitions of the image lie; see ../disk.sh and ../repart.
const (
	mib      = 1 << 20
	espAt    = 1 * mib
	bootAAt  = 65 * mib
	rootAAt  = 129 * mib
	diskSize = 4096 * mib
)

// image is the folder with the image that is tested.
func image(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("LINTEL_IMAGE")
	if folder == "" {
		t.Skip("SKIPPED: there is no image to boot: make image-test makes one and sets LINTEL_IMAGE")
	}
	if _, err := os.Stat(filepath.Join(folder, "disk.img")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// sh runs a command of the host.
func sh(t testing.TB, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = append(os.Environ(), "MTOOLS_SKIP_CHECK=1")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// newDisk copies the image onto a disk of 4 GB, as writing it to a card does,
// adds the way in for the test, and the site's settings.
func newDisk(t testing.TB, settings string) string {
	t.Helper()
	disk := filepath.Join(t.TempDir(), "disk.img")
	sh(t, "cp", "--sparse=always", "--reflink=auto", filepath.Join(image(t), "disk.img"), disk)
	if err := os.Truncate(disk, diskSize); err != nil {
		t.Fatal(err)
	}
	enter(t, disk, bootAAt)
	putFile(t, disk, espAt, "lintel.toml", []byte(settings))
	return disk
}

// enter adds the agent to the boot partition that lies there in the file, and
// has the kernel speak on the serial line.
func enter(t testing.TB, file string, at int64) {
	t.Helper()
	enterWith(t, file, at, brings)
}

// enterWith adds those lines to the first program.
func enterWith(t testing.TB, file string, at int64, lines string) {
	t.Helper()
	folder := t.TempDir()
	root := filepath.Join(folder, "root")
	if err := os.MkdirAll(filepath.Join(root, "test"), 0o755); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(root, "test/agent"), "./agent")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH="+arch(t))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	first, err := os.ReadFile("../initrd/init")
	if err != nil {
		t.Fatal(err)
	}
	const handsOver = "for folder in dev proc sys run"
	if bytes.Count(first, []byte(handsOver)) != 1 {
		t.Fatal("initrd/init has changed: the agent finds no place in it")
	}
	first = bytes.Replace(first, []byte(handsOver), []byte(lines+handsOver), 1)
	write(t, filepath.Join(root, "init"), first, 0o755)
	write(t, filepath.Join(root, "test/lintel-test.service"), []byte(agentUnit), 0o644)
	more := filepath.Join(folder, "more")
	sh(t, "sh", "-c", fmt.Sprintf("cd %s && find . | cpio -o -H newc --quiet >%s", root, more))

	initrd := filepath.Join(folder, "initrd")
	at2 := fmt.Sprintf("%s@@%d", file, at)
	sh(t, "mcopy", "-n", "-i", at2, "::initrd", initrd)
	// The kernel unpacks one after the other; each begins at four bytes.
	sh(t, "sh", "-c", fmt.Sprintf("truncate -s %%4 %s && cat %s >>%s", initrd, more, initrd))
	sh(t, "mcopy", "-o", "-i", at2, initrd, "::initrd")
	tell(t, file, at, "console="+console(t))
}

// tell adds words to the kernel's command line of the boot partition there, in
// place of those that it was told before.
func tell(t testing.TB, file string, at int64, words string) {
	t.Helper()
	slot := filepath.Join(t.TempDir(), "slot.cfg")
	partition := fmt.Sprintf("%s@@%d", file, at)
	sh(t, "mcopy", "-n", "-i", partition, "::slot.cfg", slot)
	text, err := os.ReadFile(slot)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`set extra=".*"`).ReplaceAll(text, []byte(`set extra="`+words+`"`))
	write(t, slot, text, 0o644)
	sh(t, "mcopy", "-o", "-i", partition, slot, "::slot.cfg")
}

const brings = `busybox mkdir -p /run/systemd/system/sysinit.target.wants /run/lintel-test
busybox cp /test/agent /run/lintel-test/
busybox cp /test/lintel-test.service /run/systemd/system/
busybox ln -s ../lintel-test.service /run/systemd/system/sysinit.target.wants/
`

const agentUnit = `[Unit]
Description=Way in of the boot test
DefaultDependencies=no
[Service]
ExecStart=/run/lintel-test/agent
Restart=always
`

func putFile(t testing.TB, file string, at int64, name string, content []byte) {
	t.Helper()
	from := filepath.Join(t.TempDir(), "file")
	write(t, from, content, 0o644)
	sh(t, "mcopy", "-o", "-i", fmt.Sprintf("%s@@%d", file, at), from, "::"+name)
}

func write(t testing.TB, file string, content []byte, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, content, mode); err != nil {
		t.Fatal(err)
	}
}

// flip changes one byte of a file.
func flip(t testing.TB, file string, at int64) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0x20
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
}

func arch(t testing.TB) string { return filepath.Base(image(t)) }

func console(t testing.TB) string {
	if arch(t) == "arm64" {
		return "ttyAMA0"
	}
	return "ttyS0"
}
