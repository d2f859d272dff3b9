// Package imagetest boots the appliance's image in QEMU, all of it emulated, and
// holds it against what is promised of it: the same disk that is written to a
// card, from the firmware to the page on the screen, without a network card,
// with an emulated thermal camera.
//
// In: the folder with the image, in LINTEL_IMAGE. Out: tests; they are skipped,
// saying so, where it is not set. `make image-test` sets it.
//
// # How a test gets in
//
// The image has no way in: no login, no shell on any console, no network. So the
// tests bring one along, in the initial file system of their own copy of the
// disk: there, and not in the image, are the program agent and a unit that
// starts it, which lie in memory (/run) afterwards. The root is the image's own,
// byte for byte, or dm-verity would refuse it. Whoever can write the disk's boot
// partition can always do that; and who can, has the disk in hand.
package imagetest
