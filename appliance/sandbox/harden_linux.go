package sandbox

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Harden keeps the memory of this process from disks and from other programs.
// Locking it needs an unlimited limit on locked memory (RLIMIT_MEMLOCK) or the
// right to pass it; without, the memory stays unlocked, which the selftest tells.
//
// Errors: what the kernel says.
func Harden() error {
	// Before the process becomes opaque, which closes this file to it: no
	// private memory would be in a dump that is made nevertheless, the same as
	// MADV_DONTDUMP on all of it.
	filter := os.WriteFile("/proc/self/coredump_filter", []byte("0"), 0)
	return errors.Join(
		because("cannot silence crashes", silence()),
		because("cannot keep memory out of dumps", ignoreMissing(filter)),
		because("cannot give up new privileges", unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)),
		because("cannot switch core dumps off", unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})),
		because("cannot lock memory", lock()),
		because("cannot become opaque", unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)),
	)
}

// Messages is the descriptor that keeps standard error's place between [Harden]
// and [Speak].
const Messages = 200

// silence lets what is written to standard error go nowhere: where a program
// crashes, Go's runtime writes the words on the stack and the registers there,
// which may be somebody's reading, and so do libraries as they like. No setting
// of the runtime keeps all of that back.
func silence() error {
	if _, err := unix.FcntlInt(Messages, unix.F_GETFD, 0); err == nil {
		return nil // it is silent already
	}
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = nowhere.Close() }()
	if err := unix.Dup3(unix.Stderr, Messages, unix.O_CLOEXEC); err != nil {
		return err
	}
	return unix.Dup3(int(nowhere.Fd()), unix.Stderr, 0)
}

// Speak opens standard error again, for the sentence with which a program ends.
// Where it is open it stays so.
func Speak() {
	if unix.Dup3(Messages, unix.Stderr, 0) == nil {
		_ = unix.Close(Messages)
	}
}

// lock locks all memory, present and future, as it is first used. Under a limit
// it would make later allocations fail, so it is left then.
func lock() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return err
	}
	if limit.Cur != unix.RLIM_INFINITY && !unlimited() {
		return nil
	}
	const onFault = 4 // MCL_ONFAULT, see mlock2(2)
	err := unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | onFault)
	if errors.Is(err, unix.ENOMEM) || errors.Is(err, unix.EPERM) {
		return nil // the right to pass the limit holds in a user namespace alone
	}
	return err
}

// unlimited says that the limit does not bind this process (CAP_IPC_LOCK).
func unlimited() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	return unix.Capget(&header, &data[0]) == nil && data[0].Effective&(1<<unix.CAP_IPC_LOCK) != 0
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return nil // a kernel without dumps, or a process that is opaque already
	}
	return err
}

func because(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
