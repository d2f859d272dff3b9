package pagetest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// browser lists the processes of the browser that this test has started.
func browser() ([]int, error) {
	entries, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	parent, chrome := map[int]int{}, map[int]bool{}
	for _, entry := range entries {
		text, err := os.ReadFile(entry)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state parent ...; the name may hold blanks (proc(5)).
		open, shut := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
		fields := strings.Fields(string(text[shut+1:]))
		pid, err := strconv.Atoi(strings.TrimSpace(string(text[:open])))
		if err != nil || len(fields) < 2 {
			continue
		}
		if parent[pid], err = strconv.Atoi(fields[1]); err != nil {
			continue
		}
		chrome[pid] = strings.HasPrefix(string(text[open+1:shut]), "chrom")
	}
	var found []int
	for pid := range chrome {
		for at := pid; chrome[pid] && at > 1; at = parent[at] {
			if at == os.Getpid() {
				found = append(found, pid)
				break
			}
		}
	}
	if len(found) == 0 {
		return nil, errors.New("cannot find the browser's processes")
	}
	return found, nil
}

// doze stops the browser for that long; then is called meanwhile.
func doze(lasting time.Duration, then func() error) error {
	pids, err := browser()
	if err != nil {
		return err
	}
	each := func(signal syscall.Signal) {
		for _, pid := range pids {
			_ = syscall.Kill(pid, signal)
		}
	}
	each(syscall.SIGSTOP)
	defer each(syscall.SIGCONT)
	time.Sleep(lasting / 2)
	err = then()
	time.Sleep(lasting / 2)
	return err
}

// rendererKB is the resident memory of the largest process of a page.
func rendererKB() (int, error) {
	pids, err := browser()
	if err != nil {
		return 0, err
	}
	most := 0
	for _, pid := range pids {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if !strings.Contains(string(line), "--type=renderer") {
			continue
		}
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		for row := range strings.Lines(string(status)) {
			if value, ok := strings.CutPrefix(row, "VmRSS:"); ok {
				kb, err := strconv.Atoi(strings.Fields(value)[0])
				if err != nil {
					return 0, err
				}
				most = max(most, kb)
			}
		}
	}
	return most, nil
}
