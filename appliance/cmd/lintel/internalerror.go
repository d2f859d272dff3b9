package main

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// withoutData turns a panic of f into an error that says where it was and
// nothing else: what a panic says, and the words on its stack, may be somebody's
// reading.
func withoutData(f func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("cannot go on: internal error in %s; please report it", whereItWas())
		}
	}()
	return f()
}

// whereItWas names the innermost functions of ours that were under way.
func whereItWas() string {
	var at [64]uintptr
	frames := runtime.CallersFrames(at[:runtime.Callers(0, at[:])])
	var names []string
	panicked := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic" || strings.HasPrefix(f.Function, "runtime.panic"):
			panicked = true
			names = nil
		case panicked && strings.HasPrefix(f.Function, "lintel/") && len(names) < 3:
			names = append(names, fmt.Sprintf("%s (%s:%d)", strings.TrimPrefix(f.Function, "lintel/"), path.Base(f.File), f.Line))
		}
		if !more {
			return strings.Join(names, ", called by ")
		}
	}
}
