// Package camera emulates a thermal USB camera from its descriptors up: what it
// answers to control requests, the Lepton behind a PureThermal board with its
// extension units and telemetry, and a stream of frames that show a simulated
// scene. Frames can be short, torn, repeated or flagged, stay away or stand
// still.
//
// It knows no bus: package usbredir carries its transfers to QEMU.
package camera
