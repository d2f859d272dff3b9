package imagetest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// reply is what the agent in the machine answers.
type reply struct {
	ID, Status int
	Out        string
}

// listen takes the agent's answers.
func (m *machine) listen() {
	in := bufio.NewScanner(m.port)
	in.Buffer(nil, 4<<20)
	for in.Scan() {
		var r reply
		if json.Unmarshal(in.Bytes(), &r) != nil {
			continue
		}
		m.mu.Lock()
		if r.ID == 0 {
			select {
			case <-m.up:
			default:
				close(m.up)
			}
			m.mu.Unlock()
			continue
		}
		c := m.waiting[r.ID]
		delete(m.waiting, r.ID)
		m.mu.Unlock()
		if c != nil {
			c <- r
		}
	}
}

// awaitUp waits until the agent is there, which is before the kiosk is.
func (m *machine) awaitUp() {
	m.t.Helper()
	select {
	case <-m.up:
	case <-m.ended:
		m.t.Fatalf("the machine ended at its start:\n%s", m.console())
	case <-time.After(patience):
		m.t.Fatalf("the machine did not start within %v:\n%s", patience, m.console())
	}
}

// ask sends a request and returns where the answer comes.
func (m *machine) ask(request map[string]any) chan reply {
	m.t.Helper()
	m.mu.Lock()
	m.next++
	request["ID"] = m.next
	c := make(chan reply, 1)
	m.waiting[m.next] = c
	m.mu.Unlock()
	text, err := json.Marshal(request)
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := m.port.Write(append(text, '\n')); err != nil {
		m.t.Fatal(err)
	}
	return c
}

func (m *machine) answer(c chan reply) reply {
	m.t.Helper()
	select {
	case r := <-c:
		return r
	case <-m.ended:
		m.t.Fatalf("the machine ended:\n%s", m.console())
	case <-time.After(patience):
		m.t.Fatalf("no answer:\n%s", m.console())
	}
	return reply{}
}

// try runs a shell's line in the machine as root.
func (m *machine) try(line string) (string, int) {
	m.t.Helper()
	r := m.answer(m.ask(map[string]any{"Run": []string{"/bin/sh", "-c", line}, "Seconds": 300}))
	return strings.TrimSpace(r.Out), r.Status
}

// run does the same and fails where it fails.
func (m *machine) run(line string) string {
	m.t.Helper()
	out, status := m.try(line)
	if status != 0 {
		m.t.Fatalf("%s ended with %d: %s", line, status, out)
	}
	return out
}

// until repeats a shell's line until it succeeds.
func (m *machine) until(line string) string {
	m.t.Helper()
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(500 * time.Millisecond) {
		if out, status := m.try(line); status == 0 {
			return out
		}
	}
	m.t.Fatalf("%s did not come true within %v", line, patience)
	return ""
}

// kiosk is the process of the kiosk.
func (m *machine) kiosk() int {
	m.t.Helper()
	var pid int
	_, _ = fmt.Sscan(m.until(`p=$(systemctl show -P MainPID lintel.service) && [ "$p" != 0 ] && echo $p`), &pid)
	return pid
}

// get fetches a page of the kiosk.
func (m *machine) get(page string) reply {
	m.t.Helper()
	return m.answer(m.ask(map[string]any{"Get": "http://127.0.0.1:8099" + page, "PID": m.kiosk()}))
}

// health is the kiosk's state, or why it has none.
func (m *machine) health() (state string, faults []string) {
	m.t.Helper()
	r := m.get("/healthz")
	var h struct {
		State  string
		Faults []string
	}
	if r.Status < 200 || json.Unmarshal([]byte(r.Out), &h) != nil {
		return fmt.Sprintf("none: %d %.100s", r.Status, r.Out), nil
	}
	return h.State, h.Faults
}

// await waits for a state of the kiosk, one of several.
func (m *machine) await(states ...string) string {
	m.t.Helper()
	last := ""
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(300 * time.Millisecond) {
		state, _ := m.health()
		if state != last {
			m.t.Logf("%5.1fs %s", time.Since(m.began).Seconds(), state)
			last = state
		}
		for _, s := range states {
			if s == state {
				return state
			}
		}
	}
	m.t.Fatalf("waited for %v; the kiosk is %s", states, last)
	return ""
}
