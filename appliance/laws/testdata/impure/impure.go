// Package impure breaks law 2 in every way.
package impure

import (
	"os"
	"sync"
	"time"
)

// Step does what a pure room must not.
func Step(c chan int) (time.Time, error) {
	var once sync.Once
	go once.Do(func() {})
	println("seen")
	select {
	case <-c:
	default:
	}
	return time.Now(), os.Remove("verdict")
}
