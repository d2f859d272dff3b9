// Package hwsim tests the appliance against the kernel's real drivers: QEMU
// boots Debian's kernel, its uvcvideo drives a camera that package emulate plays
// on the host over usb-redir, gpio-sim gives it lines, i2c-stub sensors, and the
// appliance's own program runs in the guest on the host's root, read-only, with no
// network but loopback; for the tests of its unit under systemd.
//
// `make hwsim` (run.sh) prepares and boots it. The package's tests are the
// guest's: they are compiled on the host and run there as the only program, one
// after another, commanding the camera through a shared folder. Anywhere else
// they skip.
//
// The guest's processor is emulated, and its time goes with the instructions that
// it carries out: to the tests it is a small computer of constant speed, however
// long the host takes. The cameras go by the guest's time.
package hwsim
