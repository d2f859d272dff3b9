// Package laws holds the architecture's laws as tests and nothing else: which
// room may import which, what must stay pure, and what the appliance's program
// must not be able to do. A failing law names the place, the law and its
// reason. Who has a better reason changes the law here, in the open.
//
// The laws are kept by reading the source: the package list of the go command,
// the typed syntax of every room, and the call graph of cmd/lintel. They run no
// product code. Programs in testdata break the rules about purity, package state
// and what a program may reach, to show that these tests can fail.
//
// What they cannot see: C++ behind gocv and C behind SQLite, functions that
// third-party code calls by reflection, system calls made by number, and what
// the numbers mean that the face network puts out.
package laws
