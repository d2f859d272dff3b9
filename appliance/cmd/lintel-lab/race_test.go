//go:build race

package main

// paintEvery thins out the recordings that are painted: under the race detector
// packing them takes minutes, and it has one goroutine a recording to look at.
const paintEvery = 8
