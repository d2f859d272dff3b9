package hwsim

import (
	"fmt"
	"os"
	"strings"
)

// usage is what a program uses of the machine. memory is that in pages that no
// file backs, in KB.
type usage struct{ files, threads, memory int }

// use is what the program uses now.
func (k *kiosk) use() (u usage) {
	k.t.Helper()
	folder := fmt.Sprintf("/proc/%d/", k.command.Process.Pid)
	all, err := os.ReadDir(folder + "fd")
	if err != nil {
		k.t.Fatal(err)
	}
	u.files = len(all)
	status, err := os.ReadFile(folder + "status")
	if err != nil {
		k.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "Threads: %d", &u.threads)
		_, _ = fmt.Sscanf(line, "RssAnon: %d", &u.memory)
	}
	return u
}
