// Command agent is the way of the boot test into the emulated machine: it reads
// requests, one line of JSON each, from a serial port that only such a machine
// has, and answers the same way. It is part of no image; see package imagetest.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// request asks for one of three things.
type request struct {
	ID int
	// Run is a command and its arguments.
	Run []string
	// Get is a page of the process PID's network.
	Get string
	PID int
	// Touch is where a touch panel is touched, in 65,536ths.
	Touch []int32
	// Seconds is how long it may take; 30 unless given.
	Seconds int
}

type answer struct {
	ID     int
	Status int
	Out    string
}

func main() {
	port, err := open()
	if err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(1)
	}
	out := json.NewEncoder(port)
	var mu sync.Mutex
	send := func(a answer) {
		mu.Lock()
		defer mu.Unlock()
		_ = out.Encode(a)
	}
	send(answer{ID: 0, Out: "hello"})
	var touch panel
	in := bufio.NewReader(port)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			time.Sleep(100 * time.Millisecond) // nobody is there yet
			continue
		}
		var r request
		if json.Unmarshal([]byte(line), &r) != nil {
			continue
		}
		go func() {
			a := serve(r, &touch)
			a.ID = r.ID
			send(a)
		}()
	}
}

// open opens the port called lintel.test.
func open() (*os.File, error) {
	names, _ := filepath.Glob("/sys/class/virtio-ports/*/name")
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil && strings.TrimSpace(string(text)) == "lintel.test" {
			return os.OpenFile("/dev/"+filepath.Base(filepath.Dir(name)), os.O_RDWR, 0)
		}
	}
	return nil, fmt.Errorf("cannot find the port lintel.test among %v", names)
}

func serve(r request, touch *panel) answer {
	if len(r.Touch) == 2 {
		if err := touch.tap(r.Touch[0], r.Touch[1]); err != nil {
			return answer{Status: -1, Out: err.Error()}
		}
		return answer{}
	}
	if r.Seconds == 0 {
		r.Seconds = 30
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Duration(r.Seconds)*time.Second)
	defer stop()
	if r.Get != "" {
		return get(ctx, r)
	}
	if len(r.Run) == 0 {
		return answer{Status: -1, Out: "nothing to run"}
	}
	out, err := exec.CommandContext(ctx, r.Run[0], r.Run[1:]...).CombinedOutput()
	a := answer{Out: string(out)}
	if err != nil {
		a.Status = -1
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			a.Status = ended.ExitCode()
		} else {
			a.Out += err.Error()
		}
	}
	return a
}

// get fetches a page from within the network of another process.
func get(ctx context.Context, r request) answer {
	fail := func(err error) answer { return answer{Status: -1, Out: err.Error()} }
	// The thread keeps that network and ends with this goroutine.
	runtime.LockOSThread()
	network, err := os.Open(fmt.Sprintf("/proc/%d/ns/net", r.PID))
	if err != nil {
		return fail(err)
	}
	defer func() { _ = network.Close() }()
	if err := unix.Setns(int(network.Fd()), unix.CLONE_NEWNET); err != nil {
		return fail(err)
	}
	conn, err := dial()
	if err != nil {
		return fail(err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Get, nil)
	if err != nil {
		return fail(err)
	}
	if err := q.Write(conn); err != nil {
		return fail(err)
	}
	p, err := http.ReadResponse(bufio.NewReader(conn), q)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = p.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(p.Body, 1<<20))
	if err != nil {
		return fail(err)
	}
	return answer{Status: p.StatusCode, Out: string(body)}
}
