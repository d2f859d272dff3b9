// Package hwsim tests the appliance against the kernel's real drivers: QEMU
// boots Debian's kernel, its uvcvideo drives a camera that package emulate plays
// on the host over usb-redir, gpio-sim gives it lines, and the program that
// `make build` left runs in the guest on the host's own root, read-only, with no
// network but loopback.
//
// `make hwsim` (run.sh) prepares and boots it. The package's tests are the
// guest's: they are compiled on the host and run there as the only program, one
// after another, commanding the camera through a shared folder. Anywhere else
// they skip.
//
// The guest is emulated processor by processor and several times slower than
// the host. What must hold by the second is measured by the driver's time
// stamps; where the face network is in the way the camera shows its scene slower.
package hwsim
