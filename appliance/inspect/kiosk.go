package inspect

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"lintel/appliance/sandbox"
)

// Running finds the kiosk that runs on this machine with the given state
// directory: a process called lintel whose first word is run, and whose other
// words name that directory, or none where it is absolute. It returns 0 where there is none.
func Running(proc, stateDir string) int {
	if proc == "" {
		proc = "/proc"
	}
	files, _ := filepath.Glob(filepath.Join(proc, "[0-9]*", "cmdline"))
	for _, file := range files {
		content, err := os.ReadFile(file)
		words := strings.Split(string(content), "\x00")
		if err != nil || len(words) < 2 || filepath.Base(words[0]) != "lintel" || words[1] != "run" {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil && uses(filepath.Dir(file), words, stateDir) {
			return pid
		}
	}
	return 0
}

// uses says whether a process with these words on its command line may use the
// state directory: a name that is not absolute is within its own folder.
func uses(process string, words []string, stateDir string) bool {
	wanted, err := filepath.Abs(stateDir)
	if err != nil {
		return false
	}
	for _, word := range words {
		_, dir, found := strings.Cut(word, "state.dir=")
		if !found {
			continue
		}
		if !filepath.IsAbs(dir) {
			in, err := os.Readlink(filepath.Join(process, "cwd"))
			if err != nil {
				return dir == stateDir // only root is told its folder
			}
			dir = filepath.Join(in, dir)
		}
		return filepath.Clean(dir) == wanted
	}
	// It is named in its configuration, or nowhere, as in the image.
	return filepath.IsAbs(stateDir)
}

// open lists what the kiosk has open: the targets of its descriptors, with the
// flags of each. Those of its messages, which hold nothing of a visit, are left
// out.
func (s *Subject) open() (map[string]string, error) {
	dir := filepath.Join(s.Proc, strconv.Itoa(s.PID), "fd")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	targets := map[string]string{}
	for _, e := range entries {
		if slices.Contains([]string{"0", "1", "2", strconv.Itoa(sandbox.Messages)}, e.Name()) {
			continue
		}
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err != nil {
			continue // it was closed meanwhile
		}
		text, _ := s.read("fdinfo/" + e.Name())
		_, flags, _ := strings.Cut(text, "flags:")
		flags, _, _ = strings.Cut(strings.TrimSpace(flags), "\n")
		targets[target] += flags + " "
	}
	return targets, nil
}

var (
	inode    = regexp.MustCompile(`^socket:\[(\d+)\]$`)
	loopback = []string{"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
)

// sockets looks at the addresses of the kiosk's own sockets.
func (s *Subject) sockets() (string, error) {
	open, err := s.open()
	if err != nil {
		return "", err
	}
	n := 0
	for _, kind := range []string{"tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet"} {
		text, err := s.read("net/" + kind)
		if err != nil {
			continue // not in this kernel
		}
		for line := range strings.Lines(text) {
			words := strings.Fields(line)
			if len(words) < 9 || !slices.ContainsFunc(words[8:], func(w string) bool { _, mine := open["socket:["+w+"]"]; return mine }) {
				continue
			}
			address, _, _ := strings.Cut(words[1], ":")
			if strings.HasPrefix(kind, "raw") || kind == "packet" || !slices.Contains(loopback, address) {
				return "", fmt.Errorf("cannot be sure that nothing leaves: the kiosk has a %s socket that is not bound to this machine alone (%s); end it and find out who changed it", kind, words[1])
			}
			n++
		}
	}
	return fmt.Sprintf("%d, each bound to this machine alone", n), nil
}

// files looks at what the kiosk has open to write.
func (s *Subject) files() (string, error) {
	open, err := s.open()
	if err != nil {
		return "", err
	}
	state, err := filepath.Abs(s.StateDir)
	if err != nil {
		return "", err
	}
	n := 0
	for _, target := range slices.Sorted(maps.Keys(open)) {
		if inode.MatchString(target) || !strings.HasPrefix(target, "/") || !writable(open[target]) {
			continue
		}
		device := slices.ContainsFunc(append([]string{"/dev/null", "/dev/pts", "/dev/tty", "/dev/console"}, s.Device...), func(d string) bool {
			return target == d || strings.HasPrefix(target, d)
		})
		switch {
		case device:
		case filepath.Dir(target) == state:
			n++
		default:
			return "", fmt.Errorf("cannot be sure that nothing is recorded: the kiosk has %s open to write; end it and find out who changed it", target)
		}
	}
	return fmt.Sprintf("%d files open to write, all in %s", n, state), nil
}

// writable reads the octal flags of descriptors, whose last two bits are the
// access mode.
func writable(flags string) bool {
	return slices.ContainsFunc(strings.Fields(flags), func(f string) bool {
		n, err := strconv.ParseUint(f, 8, 64)
		return err != nil || n&3 != 0
	})
}

// mounts looks at which disks the kiosk sees that can be written.
func (s *Subject) mounts() (string, error) {
	text, err := s.read("mountinfo")
	if err != nil {
		return "", err
	}
	var writable []string
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		split := slices.Index(words, "-")
		if len(words) < 6 || split < 0 || len(words) < split+3 {
			continue
		}
		disk := strings.HasPrefix(words[split+2], "/dev/")
		if disk && slices.Contains(strings.Split(words[5], ","), "rw") {
			writable = append(writable, words[4])
		}
	}
	if len(writable) == 0 {
		return "no disk can be written", nil
	}
	return "disks that can be written: " + strings.Join(writable, ", ") + "; the sandbox closes them but for the state directory", nil
}

// swap says whether memory can reach a disk.
func (s *Subject) swap() (string, error) {
	text, err := os.ReadFile(filepath.Join(s.Proc, "swaps"))
	if errors.Is(err, os.ErrNotExist) {
		return "this kernel has none", nil
	}
	if err != nil {
		return "", err
	}
	if strings.Count(strings.TrimSpace(string(text)), "\n") == 0 {
		return "off", nil
	}
	if s.PID == 0 {
		return "on; a kiosk locks its memory where it may (none is running here)", nil
	}
	locked, err := s.field("VmLck")
	if err != nil {
		return "", err
	}
	if kb, _, _ := strings.Cut(locked, " "); len(kb) < 5 { // less than 10 MB
		return "", errors.New("cannot be sure that nothing reaches a disk: swap is on and the kiosk's memory is not locked; switch swap off, or allow the kiosk to lock memory (LimitMEMLOCK=infinity)")
	}
	return "on, but the kiosk's memory is locked (" + locked + ")", nil
}

// dumps says whether a crash would leave the memory on a disk.
func (s *Subject) dumps() (string, error) {
	text, err := s.read("limits")
	if err != nil {
		return "", err
	}
	if !regexp.MustCompile(`(?m)^Max core file size\s+0\s+0\s`).MatchString(text) {
		return "", errors.New("cannot be sure that a crash leaves nothing: the kiosk may dump its memory; set privacy.sandbox to auto or require")
	}
	return "off: a crash leaves nothing of the memory", nil
}

// sandbox says what the kiosk has closed to itself.
func (s *Subject) sandbox() (string, error) {
	privileges, err := s.field("NoNewPrivs")
	if err != nil {
		return "", err
	}
	if privileges != "1" {
		return "", errors.New("cannot be sure that nothing is recorded: the kiosk runs without its sandbox; set privacy.sandbox to auto or require")
	}
	filter := "no system-call filter (the systemd unit has one)"
	if mode, err := s.field("Seccomp"); err == nil && mode == "2" {
		filter = "system calls are filtered"
	}
	switch version := sandbox.Version(); {
	case version == 0:
		return "no new privileges; " + filter + "; this kernel has no Landlock, so files are closed by modes alone", nil
	case version < 4:
		return fmt.Sprintf("no new privileges; %s; files are closed (Landlock %d), TCP is not", filter, version), nil
	default:
		return fmt.Sprintf("no new privileges; %s; files and TCP are closed (Landlock %d)", filter, version), nil
	}
}
