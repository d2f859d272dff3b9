package main

import (
	"bytes"
	"strings"
	"testing"

	"lintel/appliance/update/apply"
)

// Without the image's folders nothing is done, and each way ends with a line.
func TestRun(t *testing.T) {
	for _, x := range []struct {
		args   string
		status int
		says   string
	}{
		{"", 2, "cannot tell what to do"},
		{"shell", 2, "cannot tell what to do"},
		{"health soon", 2, "cannot tell what to do"},
		{"serve now", 2, "cannot tell what to do"},
		{"serve", 0, ""}, // nothing was asked
		{"slot", 1, "names no slot"},
		{"health 1s", 1, "names no slot"},
	} {
		var log bytes.Buffer
		none := t.TempDir()
		m := &apply.Machine{Program: none, System: none, CommandLine: none + "/cmdline", Log: &log}
		if status := run(strings.Fields(x.args), m); status != x.status || !strings.Contains(log.String(), x.says) {
			t.Errorf("%q: %d, %q", x.args, status, log.String())
		}
	}
}
