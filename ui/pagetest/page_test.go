package pagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/ui/web"
)

// Every state of the kiosk page in a real browser: words, signs, sizes,
// accessibility, the live mirror, and that no verdict outlives its kiosk.
func TestKioskPage(t *testing.T) {
	InLoopbackNamespace(t, func() { drive(t, "kiosk.mjs") })
}

// drive runs a script against a fake kiosk.
func drive(t *testing.T, script string) {
	t.Helper()
	k := &fakeKiosk{listen: "127.0.0.1:0", view: ui.View{State: "ready"}, page: ui.Page{Languages: web.Languages(), Touch: true, Sound: true}}
	t.Cleanup(func() {
		if err := k.stop(); err != nil {
			t.Error(err)
		}
	})
	ScriptWith(t, script, k.commands())
}

// fakeKiosk shows what the script asks for, ten times a second, as a frame loop
// would.
type fakeKiosk struct {
	listen string
	cancel context.CancelFunc
	ended  chan error
	server *ui.Server

	mu     sync.Mutex
	view   ui.View
	mirror string // off, left, person
	frozen bool
	page   ui.Page
	office fakeOffice
}

func (k *fakeKiosk) commands() Commands {
	return Commands{
		"start": func(argument json.RawMessage) (any, error) {
			if err := k.show(argument); err != nil {
				return nil, err
			}
			return k.start()
		},
		"stop": func(json.RawMessage) (any, error) { return nil, k.stop() },
		"show": func(argument json.RawMessage) (any, error) { return nil, k.show(argument) },
		"pace": func(argument json.RawMessage) (any, error) {
			var a struct{ Hertz, Frames int }
			if err := json.Unmarshal(argument, &a); err != nil {
				return nil, err
			}
			return k.pace(a.Hertz, a.Frames), nil
		},
		"visits": func(argument json.RawMessage) (any, error) {
			var n int
			if err := json.Unmarshal(argument, &n); err != nil {
				return nil, err
			}
			k.visits(n)
			return nil, nil
		},
		"confirmed": func(json.RawMessage) (any, error) {
			k.office.mu.Lock()
			defer k.office.mu.Unlock()
			return k.office.confirmed, nil
		},
		"doze": func(argument json.RawMessage) (any, error) {
			var a struct {
				Seconds int
				Then    json.RawMessage
			}
			if err := json.Unmarshal(argument, &a); err != nil {
				return nil, err
			}
			return nil, doze(time.Duration(a.Seconds)*time.Second, func() error { return k.show(a.Then) })
		},
		"memory": func(json.RawMessage) (any, error) { return rendererKB() },
		"adjusted": func(json.RawMessage) (any, error) {
			k.office.mu.Lock()
			defer k.office.mu.Unlock()
			return k.office.adjusted, nil
		},
		"lit": func(json.RawMessage) (any, error) {
			k.office.mu.Lock()
			defer k.office.mu.Unlock()
			return k.office.lit, nil
		},
		"somebody": func(argument json.RawMessage) (any, error) {
			k.office.mu.Lock()
			defer k.office.mu.Unlock()
			return nil, json.Unmarshal(argument, &k.office.somebody)
		},
		"asked": func(json.RawMessage) (any, error) {
			k.office.mu.Lock()
			defer k.office.mu.Unlock()
			return k.office.asked, nil
		},
		"noted": func(json.RawMessage) (any, error) {
			k.office.mu.Lock()
			defer k.office.mu.Unlock()
			return k.office.noted, nil
		},
		"files": func(json.RawMessage) (any, error) { return k.office.files, nil },
		"clock": func(json.RawMessage) (any, error) { return k.office.clock, nil },
		"forget": func(json.RawMessage) (any, error) {
			k.office.data = nil
			return nil, nil
		},
		"freeze": func(json.RawMessage) (any, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.frozen = true
			return nil, nil
		},
		"mirror": func(argument json.RawMessage) (any, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			return nil, json.Unmarshal(argument, &k.mirror)
		},
	}
}

func (k *fakeKiosk) show(argument json.RawMessage) error {
	if string(argument) == "null" {
		return nil
	}
	var v ui.View
	if err := json.Unmarshal(argument, &v); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.view, k.frozen = v, false
	if k.server != nil {
		k.server.Show(v)
	}
	return nil
}

func (k *fakeKiosk) faults() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.view.Reason == "" {
		return nil
	}
	return []string{k.view.Reason}
}

func (k *fakeKiosk) start() (string, error) {
	office, err := k.office.open()
	if err != nil {
		return "", err
	}
	server, err := ui.New(ui.Config{Listen: k.listen, Faults: k.faults, Page: k.page, Staff: office})
	if err != nil {
		return "", err
	}
	k.listen = server.Addr().String() // the same again after a restart
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- server.Serve(ctx) }()
	go func() {
		k.loop(ctx, server)
		ended <- nil
	}()
	k.cancel, k.ended, k.server = cancel, ended, server
	return "http://" + k.listen + "/", nil
}

func (k *fakeKiosk) stop() error {
	if k.cancel == nil {
		return nil
	}
	k.cancel()
	k.cancel = nil
	for range 2 {
		if err := <-k.ended; err != nil {
			return fmt.Errorf("the server did not end well: %w", err)
		}
	}
	return nil
}

func (k *fakeKiosk) loop(ctx context.Context, server *ui.Server) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		k.mu.Lock()
		view, mirror, frozen := k.view, k.mirror, k.frozen
		k.mu.Unlock()
		if !frozen {
			server.Show(view)
		}
		switch mirror {
		case "left":
			server.ShowMirror(draw(func(x, _ float64) bool { return x < 60 }, thermal.Box{X0: 20, Y0: 40, X1: 50, Y1: 80}))
		case "person":
			server.ShowMirror(draw(person, thermal.Box{X0: 42, Y0: 38, X1: 78, Y1: 88}))
		}
	}
}

// pace shows mirrors at a steady rate, each with its number in the first 16
// cells, and returns the numbers with the times in ms since 1970.
func (k *fakeKiosk) pace(hertz, frames int) [][2]float64 {
	k.mu.Lock()
	k.mirror = "paced"
	k.mu.Unlock()
	m := draw(person, thermal.Box{X0: 42, Y0: 38, X1: 78, Y1: 88})
	tick := time.NewTicker(time.Second / time.Duration(hertz))
	defer tick.Stop()
	var sent [][2]float64
	for n := range frames {
		<-tick.C
		m.Body[0], m.Body[1] = byte((n+1)>>8), byte(n+1)
		sent = append(sent, [2]float64{float64(n + 1), float64(time.Now().UnixMicro()) / 1000})
		k.server.ShowMirror(m)
	}
	k.mu.Lock()
	k.mirror = "person"
	k.mu.Unlock()
	return sent
}

// visits runs through visits as fast as the page can follow.
func (k *fakeKiosk) visits(n int) {
	states := []ui.View{
		{State: "guiding", Guidance: "come_closer"},
		{State: "measuring", Guidance: "hold_still", Progress: 0.3},
		{State: "measuring", Guidance: "hold_still", Progress: 0.8},
		{State: "passed"},
		{State: "clearing"},
		{State: "ready"},
	}
	for i := range n {
		for _, v := range states {
			switch {
			case v.State == "passed" && i%3 == 1:
				v = ui.View{State: "referred"}
			case v.State == "passed" && i%3 == 2:
				v = ui.View{State: "unmeasured", Reason: "too_cold"}
			}
			k.mu.Lock()
			k.view = v
			k.mu.Unlock()
			k.server.Show(v)
			time.Sleep(15 * time.Millisecond)
		}
	}
}

// draw makes a mirror of 120 x 160 cells.
func draw(inside func(x, y float64) bool, face thermal.Box) ui.Mirror {
	m := ui.Mirror{Width: 120, Height: 160, Body: make([]byte, 15*160), Faces: []thermal.Box{face}}
	for y := range m.Height {
		for x := range m.Width {
			if inside(float64(x)+0.5, float64(y)+0.5) {
				m.Body[y*15+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return m
}

// person is a head with ears, a neck and shoulders.
func person(x, y float64) bool {
	ellipse := func(cx, cy, rx, ry float64) bool {
		dx, dy := (x-cx)/rx, (y-cy)/ry
		return dx*dx+dy*dy < 1
	}
	return ellipse(60, 64, 19, 27) || ellipse(60, 68, 22, 6) ||
		(x > 50 && x < 70 && y > 80 && y < 112) || ellipse(60, 150, 48, 44)
}
