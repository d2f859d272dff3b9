// Package stateful keeps state in package variables in every way.
package stateful

import "sync"

var visitors int
var table = []int{1, 2, 3}
var seen = map[string]bool{}
var lock sync.Mutex
var last struct{ name string }

func init() { visitors = 1 }

func Remember(name string) *int {
	visitors++
	table[0] = 4
	seen[name] = true
	lock.Lock()
	last.name = name
	clear(seen)
	return &visitors
}
