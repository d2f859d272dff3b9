package hwsim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// view is what the kiosk page was told, and when.
type view struct {
	at            time.Time
	State, Reason string
}

// kiosk is the appliance's own program.
type kiosk struct {
	t       *testing.T
	board   *board
	command *exec.Cmd
	killed  bool // by the test
	out     bytes.Buffer
	mu      sync.Mutex
	views   []view
}

const address = "127.0.0.1:8099"

// start runs the appliance with a camera and follows its page.
func start(t *testing.T, settings ...string) *kiosk {
	t.Helper()
	k := &kiosk{t: t, board: openBoard(t)}
	args := []string{"run", "--source", "uvc", "--listen", address}
	for _, s := range append([]string{
		"reference.temperature_c=37", "camera.rotate=90", "camera.warm_up_s=0", "state.dir=" + t.TempDir(),
	}, append(k.board.settings(), settings...)...) {
		args = append(args, "--set", s)
	}
	k.command = exec.Command(appliance(t), args...)
	k.command.Stdout, k.command.Stderr = &k.out, &k.out
	if err := k.command.Start(); err != nil {
		t.Fatal(err)
	}
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		k.follow()
	}()
	t.Cleanup(func() {
		_ = k.command.Process.Signal(syscall.SIGTERM)
		err := k.command.Wait()
		<-followed
		t.Logf("%s", &k.out)
		if err != nil && !k.killed {
			t.Errorf("the program ended with %v", err)
		}
		for line := range lineCount {
			if k.board.high(line) {
				t.Errorf("line %d is high after the program's end", line)
			}
		}
	})
	return k
}

// follow notes what the page is told, from when the program serves it.
func (k *kiosk) follow() {
	events, err := http.Get("http://" + address + "/events")
	for begin := time.Now(); err != nil; events, err = http.Get("http://" + address + "/events") {
		if time.Since(begin) > patience {
			k.t.Error(err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	defer func() { _ = events.Body.Close() }()
	in := bufio.NewScanner(events.Body)
	for in.Scan() {
		data, ok := strings.CutPrefix(in.Text(), "data: {")
		v := view{at: time.Now()}
		if !ok || json.Unmarshal([]byte("{"+data), &v) != nil {
			continue
		}
		k.mu.Lock()
		if n := len(k.views); n == 0 || k.views[n-1].State != v.State || k.views[n-1].Reason != v.Reason {
			k.views = append(k.views, v)
		}
		k.mu.Unlock()
	}
}

// since returns the views from number n on.
func (k *kiosk) since(n int) []view {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]view{}, k.views[n:]...)
}

// await waits for a state, one of several, among the views from number n on, and
// returns the view and the number after it.
func (k *kiosk) await(n int, states ...string) (view, int) {
	k.t.Helper()
	var found view
	next := 0
	begin := time.Now()
	for next == 0 {
		for i, v := range k.since(n) {
			for _, s := range states {
				if v.State == s && next == 0 {
					found, next = v, n+i+1
				}
			}
		}
		if next == 0 && time.Since(begin) > 2*patience {
			k.t.Fatalf("waited %v for %v; the page was told %v", 2*patience, states, brief(k.since(n)))
		}
		time.Sleep(10 * time.Millisecond)
	}
	return found, next
}

// kill ends the program as nothing can be kept from doing.
func (k *kiosk) kill() {
	k.t.Helper()
	k.killed = true
	if err := k.command.Process.Kill(); err != nil {
		k.t.Fatal(err)
	}
}

// now is the number of the next view.
func (k *kiosk) now() int { return len(k.since(0)) }

// brief lists states.
func brief(views []view) string {
	var b strings.Builder
	for _, v := range views {
		fmt.Fprintf(&b, " %s", v.State)
		if v.Reason != "" {
			fmt.Fprintf(&b, "(%s)", v.Reason)
		}
	}
	return b.String()
}

// use is what the program uses of the machine.
func (k *kiosk) use() (files, threads int, memoryKB int) {
	k.t.Helper()
	folder := fmt.Sprintf("/proc/%d/", k.command.Process.Pid)
	all, err := os.ReadDir(folder + "fd")
	if err != nil {
		k.t.Fatal(err)
	}
	status, err := os.ReadFile(folder + "status")
	if err != nil {
		k.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		_, _ = fmt.Sscanf(line, "Threads: %d", &threads)
		_, _ = fmt.Sscanf(line, "RssAnon: %d", &memoryKB)
	}
	return len(all), threads, memoryKB
}
