package ui

import (
	"bufio"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
)

// event is one server-sent event.
type event struct{ name, id, data string }

// listenTo reads the events of a server.
func listenTo(t *testing.T, s *Server) func() (event, bool) {
	t.Helper()
	response := send(t, s, request{path: "/events"})
	t.Cleanup(func() { _ = response.Body.Close() })
	if kind := response.Header.Get("Content-Type"); kind != "text/event-stream; charset=utf-8" {
		t.Fatalf("the events are %s", kind)
	}
	lines := bufio.NewScanner(response.Body)
	return func() (event, bool) {
		var e event
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				e.data = value
			case "":
				if e != (event{}) {
					return e, true
				}
			}
		}
		return event{}, false
	}
}

// nextView skips heartbeats.
func nextView(t *testing.T, next func() (event, bool)) (View, uint64) {
	t.Helper()
	for {
		e, ok := next()
		if !ok {
			t.Fatal("the events ended")
		}
		if e.name != "view" {
			continue
		}
		var v View
		if err := json.Unmarshal([]byte(e.data), &v); err != nil {
			t.Fatal(err)
		}
		id, err := strconv.ParseUint(e.id, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v, id
	}
}

func TestEventsComeInOrder(t *testing.T) {
	s, _ := serve(t, Config{})
	next := listenTo(t, s)
	v, last := nextView(t, next)
	if v.State != "starting" {
		t.Errorf("the first view is %v", v)
	}
	for i := range 200 {
		want := View{State: "measuring", Guidance: "hold_still", Progress: float64(i%100) / 100, Source: "sim", Voluntary: true}
		s.Show(want)
		got, id := nextView(t, next)
		if got != want || id <= last {
			t.Fatalf("view %d is %v, want %v; the one before was %d", id, got, want, last)
		}
		last = id
	}
}

// Whoever connects learns the present view at once, and views that nobody had
// time for are passed over.
func TestNewestViewIsReplayed(t *testing.T) {
	s, _ := serve(t, Config{})
	for _, state := range []string{"ready", "guiding", "referred"} {
		s.Show(View{State: state})
	}
	want := View{State: "referred"}
	var first uint64
	for range 3 {
		got, id := nextView(t, listenTo(t, s))
		if got != want {
			t.Errorf("a new page is told %v, want %v", got, want)
		}
		if first == 0 {
			first = id
		}
		if id != first {
			t.Errorf("the same view has the numbers %d and %d", first, id)
		}
	}
}

func TestHeartbeat(t *testing.T) {
	s, _ := serve(t, Config{})
	next := listenTo(t, s)
	nextView(t, next)
	if e, ok := next(); !ok || e.name != "heartbeat" {
		t.Errorf("with nothing new the page hears %v", e)
	}
}

func TestEventNamesAreThePages(t *testing.T) {
	body, err := json.Marshal(View{State: "a", Guidance: "b", Reason: "c", Progress: 0.5, Source: "d", Voluntary: true})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"state":"a","guidance":"b","reason":"c","progress":0.5,"source":"d","voluntary":true}`; string(body) != want {
		t.Errorf("a view is written %s, want %s", body, want)
	}
}

// When the server ends, pages are cut off, the port is free, and calls of a
// loop that runs on do no harm. goleak sees to it that nothing is left.
func TestEnd(t *testing.T) {
	s, stop := serve(t, Config{})
	next := listenTo(t, s)
	nextView(t, next)
	stop()
	for {
		if _, ok := next(); !ok {
			break
		}
	}
	s.Show(View{State: "passed"})
	s.ShowMirror(Mirror{Width: 8, Height: 1, Body: []byte{1}})
	again, err := New(Config{Listen: s.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A page that reads nothing keeps nobody waiting.
func TestSlowPage(t *testing.T) {
	s, _ := serve(t, Config{})
	listenTo(t, s)
	quick := listenTo(t, s)
	nextView(t, quick)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 100_000 {
			s.Show(View{State: "measuring", Progress: float64(i%100) / 100})
		}
		s.Show(View{State: "passed"})
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatal("Show waits for a page that reads nothing")
	}
	for {
		if v, _ := nextView(t, quick); v.State == "passed" {
			return
		}
	}
}
