package kiosk

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// forgetRegisters overwrites what the kernel saved of this thread's registers.
// When a signal interrupts a thread that is copying pixels, as the runtime's
// own signals do, up to a few hundred bytes of them stay behind on the thread's
// signal stack until the next signal; so this sends one. The caller must hold
// its thread and have used the registers for something else.
func forgetRegisters() error {
	if err := unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGURG); err != nil {
		return fmt.Errorf("cannot overwrite the saved registers: %w", err)
	}
	return nil
}
