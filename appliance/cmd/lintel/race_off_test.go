//go:build !race

package main

// raced says that the race detector watches, which makes all of it some ten
// times slower.
const raced = false
