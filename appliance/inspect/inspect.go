package inspect

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"lintel/appliance/sandbox"
)

// Check is the answer to one question.
type Check struct {
	// Check is the question, in a word.
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	// Detail says what was found; where that is not in order, also what to do.
	Detail string `json:"detail"`
}

// Subject is what is looked at.
type Subject struct {
	// Proc is the kernel's view of the processes; empty for /proc.
	Proc string
	// PID is the kiosk's process; 0 for none that runs, or none known.
	PID int
	// StateDir is where the kiosk may write.
	StateDir string
	// Program is the program's own file; empty for the running one.
	Program string
	// Root is where the image's files are looked for; empty for /.
	Root string
	// Device are the folders and files of devices that the kiosk may have open;
	// a path below one counts.
	Device []string
}

// errNotTold means that the kernel does not tell this user.
var errNotTold = errors.New("only root may look into the running kiosk: run the selftest as root to check this")

// All answers every question.
func All(s Subject) []Check {
	if s.Proc == "" {
		s.Proc = "/proc"
	}
	questions := []struct {
		name string
		ask  func() (string, error)
		// kiosk says that it is about the running kiosk.
		kiosk bool
	}{
		{"network", s.network, false},
		{"sockets", s.sockets, true},
		{"files", s.files, true},
		{"mounts", s.mounts, true},
		{"swap", s.swap, false},
		{"dumps", s.dumps, true},
		{"sandbox", s.sandbox, true},
		{"packages", packages, false},
		{"program", s.program, false},
		{"signature", s.signature, false},
	}
	var checks []Check
	for _, q := range questions {
		c := Check{Check: q.name, OK: true}
		if q.kiosk && s.PID == 0 {
			c.Detail = "not checked: no kiosk is running here"
			checks = append(checks, c)
			continue
		}
		detail, err := q.ask()
		switch {
		case errors.Is(err, errNotTold), errors.Is(err, os.ErrPermission):
			c.Detail = "not checked: " + errNotTold.Error()
		case err != nil:
			c.OK, c.Detail = false, err.Error()
		default:
			c.Detail = detail
		}
		checks = append(checks, c)
	}
	return checks
}

// network looks at the interfaces that the kiosk has, or this process where
// none runs.
func (s *Subject) network() (string, error) {
	var others []string
	var err error
	if s.PID != 0 {
		others, err = s.interfaces()
	} else {
		others, err = sandbox.OtherInterfaces()
	}
	if err != nil {
		return "", err
	}
	if len(others) > 0 {
		return "", fmt.Errorf("cannot be sure that nothing leaves: there are other interfaces: %s; remove them or run in a network namespace of its own", strings.Join(others, ", "))
	}
	return "lo only", nil
}

// interfaces are those of the kiosk but lo.
func (s *Subject) interfaces() ([]string, error) {
	text, err := s.read("net/dev")
	if err != nil {
		return nil, err
	}
	var others []string
	for line := range strings.Lines(text) {
		name, _, found := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); found && name != "lo" {
			others = append(others, name)
		}
	}
	return others, nil
}

// packages looks at what the program is made of.
func packages() (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", errors.New("cannot tell what this program is made of: it was built without its list of libraries; build it with make build")
	}
	// The build laws go through the packages one by one; this is what the
	// program says of itself.
	forbidden := []string{"golang.org/x/image", "github.com/Kagami/go-face", "gocv.io/x/gocv/contrib"}
	for _, m := range info.Deps {
		if slices.ContainsFunc(forbidden, func(f string) bool { return strings.HasPrefix(m.Path, f) }) {
			return "", fmt.Errorf("cannot vouch for this program: it contains %s", m.Path)
		}
	}
	return fmt.Sprintf("%d libraries, none to recognise anybody or to encode images; lintel sbom lists them", len(info.Deps)), nil
}

// read reads a file of the kiosk's folder below Proc.
func (s *Subject) read(name string) (string, error) {
	content, err := os.ReadFile(filepath.Join(s.Proc, fmt.Sprint(s.PID), name))
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("cannot look at the kiosk: it has just ended, or %s is not there", s.Proc)
	}
	return string(content), err
}

// field is the value of "NAME:" in the kiosk's status.
func (s *Subject) field(name string) (string, error) {
	text, err := s.read("status")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+":"); found {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("cannot find %s in the kernel's view of the kiosk", name)
}
