//go:build !race

package main

// paintEvery says that every recording is painted.
const paintEvery = 1
