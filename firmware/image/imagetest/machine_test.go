package imagetest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long anything may take in the emulated machine, which shares
// its processors with others.
const patience = 10 * time.Minute

// processor is an old one on purpose: wide vector instructions are slow where they
// are emulated, the kernel's hashes with them take twice as long as those without.
const processor = "Opteron_G3"

// machine is an emulated computer with the image's disk.
type machine struct {
	t       testing.TB
	folder  string
	began   time.Time
	qemu    *exec.Cmd
	ended   chan struct{}
	qmp     net.Conn
	replies *bufio.Reader
	port    net.Conn

	mu      sync.Mutex
	next    int
	waiting map[int]chan reply
	up      chan struct{} // closed when the agent has said hello
}

// boot switches a machine on, with the disk and further arguments of QEMU. Its
// firmware is UEFI.
func boot(t testing.TB, disk string, more ...string) *machine {
	t.Helper()
	code := "/usr/share/OVMF/OVMF_CODE_4M.fd"
	if arch(t) == "arm64" {
		code = "/usr/share/AAVMF/AAVMF_CODE.fd"
	}
	variables := filepath.Join(t.TempDir(), "variables")
	sh(t, "cp", strings.Replace(code, "CODE", "VARS", 1), variables)
	return bootFrom(t, []string{
		"-drive", "if=pflash,format=raw,unit=0,readonly=on,file=" + code,
		"-drive", "if=pflash,format=raw,unit=1,file=" + variables,
	}, disk, more...)
}

// bootFrom does the same from another firmware.
func bootFrom(t testing.TB, firmware []string, disk string, more ...string) *machine {
	t.Helper()
	m := &machine{t: t, folder: t.TempDir(), began: time.Now(), ended: make(chan struct{}), waiting: map[int]chan reply{}, up: make(chan struct{})}
	args := []string{"-M", "q35", "-cpu", processor, "-vga", "none", "-device", "virtio-vga,xres=1024,yres=600"}
	program := "qemu-system-x86_64"
	if arch(t) == "arm64" {
		program = "qemu-system-aarch64"
		args = []string{"-M", "virt", "-cpu", "cortex-a72", "-device", "virtio-gpu-pci,xres=1024,yres=600"}
	}
	args = append(args, firmware...)
	args = append(args,
		"-smp", processors(), "-m", "2048", "-device", "i6300esb", "-serial", "file:"+m.path("serial"),
		"-drive", "file="+disk+",if=none,id=disk,format=raw,cache=writeback", "-device", "virtio-blk-pci,drive=disk,bootindex=0",
		"-device", "virtio-serial", "-chardev", "socket,id=test,path="+m.path("port")+",server=on,wait=off",
		"-device", "virtserialport,chardev=test,name=lintel.test",
		"-device", "qemu-xhci,id=usb",
		"-audiodev", "wav,id=sound,path="+m.path("sound.wav"), "-device", "intel-hda", "-device", "hda-output,audiodev=sound",
	)
	m.start(program, append(args, more...)...)
	return m
}

// path is a file of the machine on the host.
func (m *machine) path(name string) string { return filepath.Join(m.folder, name) }

// start starts QEMU with what every machine has, and what it has beside that:
// among it "port", where the agent is.
func (m *machine) start(program string, args ...string) {
	t, path := m.t, m.path
	t.Helper()
	args = append([]string{
		"-nodefaults", "-accel", "tcg,thread=multi", "-display", "none", "-monitor", "none", "-nic", "none",
		"-action", "watchdog=reset", "-qmp", "unix:" + path("qmp") + ",server=on,wait=off",
	}, args...)
	// A test that is ended from outside leaves no machine behind for long.
	m.qemu = exec.Command("timeout", append([]string{"-s", "KILL", "1800", program}, args...)...)
	m.qemu.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	log, err := os.Create(path("qemu.log"))
	if err != nil {
		t.Fatal(err)
	}
	m.qemu.Stdout, m.qemu.Stderr = log, log
	if err := m.qemu.Start(); err != nil {
		t.Fatalf("cannot start QEMU: %v", err)
	}
	go func() {
		_ = m.qemu.Wait()
		_ = log.Close()
		close(m.ended)
	}()
	t.Cleanup(m.cut)
	m.qmp = m.connect("qmp")
	m.replies = bufio.NewReader(m.qmp)
	if _, err := m.replies.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	m.command("qmp_capabilities", nil)
	m.port = m.connect("port")
	go m.listen()
}

// processors is how many the machine has: two, or LINTEL_SMP, for a host that is
// too busy to run two at once.
func processors() string {
	if n := os.Getenv("LINTEL_SMP"); n != "" {
		return n
	}
	return "2"
}

// spent is how many seconds of a processor the machine took so far, which is what
// it takes on a host that has nothing else to do and one processor.
func (m *machine) spent() float64 {
	of := fmt.Sprint(m.qemu.Process.Pid)
	child, _ := os.ReadFile("/proc/" + of + "/task/" + of + "/children")
	if fields := strings.Fields(string(child)); len(fields) == 1 {
		of = fields[0]
	}
	text, _ := os.ReadFile("/proc/" + of + "/stat")
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return float64(user+system) / 100
}

// when is how long the machine runs, on the clock and of a processor's time.
func (m *machine) when() string {
	return fmt.Sprintf("%5.1fs (%.1f of a processor)", time.Since(m.began).Seconds(), m.spent())
}

func (m *machine) connect(name string) net.Conn {
	m.t.Helper()
	for range 300 {
		if c, err := net.Dial("unix", filepath.Join(m.folder, name)); err == nil {
			return c
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(filepath.Join(m.folder, "qemu.log"))
	m.t.Fatalf("cannot reach QEMU: %s", text)
	return nil
}

// cut takes the power away.
func (m *machine) cut() {
	_ = syscall.Kill(-m.qemu.Process.Pid, syscall.SIGKILL)
	<-m.ended
}

// command tells QEMU something.
func (m *machine) command(name string, arguments any) {
	m.t.Helper()
	text, err := json.Marshal(map[string]any{"execute": name, "arguments": arguments})
	if err != nil {
		m.t.Fatal(err)
	}
	if arguments == nil {
		text = []byte(`{"execute":"` + name + `"}`)
	}
	if _, err := m.qmp.Write(append(text, '\n')); err != nil {
		m.t.Fatal(err)
	}
	for {
		line, err := m.replies.ReadString('\n')
		if err != nil {
			m.t.Fatalf("%s: %v", name, err)
		}
		if strings.Contains(line, `"error"`) {
			m.t.Fatalf("%s: %s", name, line)
		}
		if strings.HasPrefix(line, `{"return"`) {
			return
		}
	}
}

// console is what was written on the serial line, its end.
func (m *machine) console() string {
	text, _ := os.ReadFile(filepath.Join(m.folder, "serial"))
	if len(text) > 6000 {
		text = text[len(text)-6000:]
	}
	return strings.ToValidUTF8(string(text), "?")
}
