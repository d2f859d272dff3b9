package sandbox

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/landlock-lsm/go-landlock/landlock"
	"github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// Policy names what stays open. A path that is not there is passed over.
type Policy struct {
	// Write are folders in which files may be made, changed and removed.
	Write []string
	// Read are files and folders that may be read.
	Read []string
}

// readable is what the libraries read: themselves, and what they ask of the
// machine.
var readable = [...]string{"/usr", "/lib", "/lib64", "/etc", "/proc", "/sys"}

// Confine closes the file system but for the policy, the libraries and the
// devices, of which the kernel's modes and the systemd unit say more; and it
// closes TCP: sockets that listen already go on, no other is bound and none
// connects. It holds for every thread. The kernel's newest known Landlock up to
// version 7 is used; without any nothing is closed, which [Version] tells.
//
// Errors: what the kernel says.
func Confine(p Policy) error {
	folders, files := slices.Clone(readable[:]), []string(nil)
	for _, path := range p.Read {
		// The right to list is one that only folders have.
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			files = append(files, path)
		} else {
			folders = append(folders, path)
		}
	}
	rules := []landlock.Rule{
		landlock.PathAccess(reading, folders...).IgnoreIfMissing(),
		landlock.PathAccess(landlock.AccessFSSet(syscall.AccessFSReadFile), files...).IgnoreIfMissing(),
		landlock.RWDirs(p.Write...).IgnoreIfMissing(),
		landlock.PathAccess(devices, "/dev").IgnoreIfMissing(),
	}
	if err := landlock.V7.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("cannot close the file system (Landlock): %w", err)
	}
	return nil
}

const (
	reading = landlock.AccessFSSet(syscall.AccessFSReadFile | syscall.AccessFSReadDir)
	devices = reading | landlock.AccessFSSet(syscall.AccessFSWriteFile|syscall.AccessFSIoctlDev)
)

// Confined says whether the file system is closed to this process: a folder that
// everybody may list, and no policy of a kiosk names, cannot be.
func Confined() bool {
	f, err := os.Open("/var")
	if err != nil {
		return errors.Is(err, os.ErrPermission)
	}
	_ = f.Close()
	return false
}

// Version is the kernel's version of Landlock, 0 where it has none.
func Version() int {
	version, err := syscall.LandlockGetABIVersion()
	if err != nil {
		return 0
	}
	return version
}
