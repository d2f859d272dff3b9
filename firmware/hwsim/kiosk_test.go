package hwsim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
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
	ended   bool // by the test
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
	// What nobody holds is collected soon, so that what grows is held.
	k.command.Env = append(os.Environ(), "GOGC=10")
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
		if !k.ended {
			k.stop()
		}
		<-followed
		t.Logf("%s", &k.out)
		for line := range outputs {
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

// at is the state that the page was last told of at that time; empty for none.
func (k *kiosk) at(when time.Time) string {
	state := ""
	for _, v := range k.since(0) {
		if v.at.Before(when) {
			state = v.State
		}
	}
	return state
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
	k.ended = true
	if err := k.command.Process.Kill(); err != nil {
		k.t.Fatal(err)
	}
	_ = k.command.Wait() // it was killed
}

// stop ends the program as staff would, and returns what it says became of the
// camera's frames, by its words.
func (k *kiosk) stop() map[string]int {
	k.t.Helper()
	k.ended = true
	_ = k.command.Process.Signal(syscall.SIGTERM)
	if err := k.command.Wait(); err != nil {
		k.t.Errorf("the program ended with %v", err)
	}
	counts := map[string]int{}
	_, text, _ := strings.Cut(k.out.String(), "Frames of the camera: ")
	text, _, _ = strings.Cut(text, ".")
	for part := range strings.SplitSeq(text, ", ") {
		number, word, _ := strings.Cut(part, " ")
		if n, err := strconv.Atoi(number); err == nil {
			counts[word] = n
		}
	}
	return counts
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
