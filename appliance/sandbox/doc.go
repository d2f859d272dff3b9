// Package sandbox takes away from the program what it does not need, before the
// first frame: what it could leave behind on a disk or send, it may not even
// when somebody takes it over.
//
// [Harden] is about memory: no new privileges, no core dump, nobody but root
// may look into it, no swapping where the limit on locked memory allows that,
// and nothing on standard error until [Speak], for a crash prints words of the
// stack and registers.
// [Confine] is about files and TCP: it closes them, but for those named, by
// Landlock (Linux 5.13 and newer), for this process and all that it starts.
// Neither can be undone.
//
// What they do not do: Landlock up to version 9 knows no UDP; the socket of the
// live silhouette is bound to loopback by ui/stream, and kept there by the
// network namespace and the address filter of the systemd unit.
package sandbox
