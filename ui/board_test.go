package ui

import (
	"math"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

func TestZeroViewIsUnknown(t *testing.T) {
	b := newBoard(3)
	b.show(View{})
	if v, _ := b.latest(); v.State != "unknown" {
		t.Errorf("the zero View is shown as %q", v.State)
	}
}

func TestProgressIsHeldWithinBounds(t *testing.T) {
	for _, c := range []struct{ progress, want float64 }{
		{0, 0},
		{0.123456, 0.12},
		{1, 1},
		{-3, 0},
		{7, 1},
		{math.NaN(), 0},
		{math.Inf(1), 1},
		{math.Inf(-1), 0},
	} {
		if got := (View{Progress: c.progress}).tidy().Progress; got != c.want {
			t.Errorf("progress %v is shown as %v, want %v", c.progress, got, c.want)
		}
	}
}

// A view is numbered only when it is another one, numbers rise, and who waits
// is woken exactly then.
func TestNumbersRiseWithChanges(t *testing.T) {
	states := []string{"starting", "ready", "measuring", "passed"}
	rapid.Check(t, func(t *rapid.T) {
		b := newBoard(4)
		changed, leave := b.subscribe()
		defer leave()
		before, id := b.latest()
		for range rapid.IntRange(1, 50).Draw(t, "calls") {
			if rapid.Bool().Draw(t, "tick") {
				b.tick()
			} else {
				b.show(View{State: rapid.SampledFrom(states).Draw(t, "state"), Progress: rapid.Float64().Draw(t, "progress")})
			}
			after, next := b.latest()
			woken := len(changed) == 1
			if woken {
				<-changed
			}
			if other := after != before; other != (next == id+1) || other != woken || (!other && next != id) {
				t.Fatalf("from %v (%d) to %v (%d), woken: %v", before, id, after, next, woken)
			}
			before, id = after, next
		}
	})
}

// No verdict outlives the loop that gave it; the loop's next word brings the
// page back.
func TestStaleViewsAreTakenAway(t *testing.T) {
	for _, state := range []string{"warming_up", "ready", "guiding", "measuring", "passed", "referred", "unmeasured", "clearing", ""} {
		b := newBoard(3)
		shown := View{State: state, Reason: "r", Guidance: "g", Progress: 0.5, Source: "sim", Voluntary: true}
		b.show(shown)
		for range 2 {
			b.tick()
		}
		if v, _ := b.latest(); v != shown.tidy() {
			t.Errorf("%q went too early: %v", state, v)
		}
		b.tick()
		want := View{State: "out_of_service", Reason: "kiosk_stalled", Source: "sim", Voluntary: true}
		if v, _ := b.latest(); v != want {
			t.Errorf("%q has become %v, want %v", state, v, want)
		}
		b.show(shown)
		if v, _ := b.latest(); v != shown.tidy() {
			t.Errorf("%q did not come back: %v", state, v)
		}
	}
}

func TestViewsThatPromiseNothingStay(t *testing.T) {
	for _, v := range []View{{State: "starting"}, {State: "out_of_service", Reason: "camera_lost"}} {
		b := newBoard(3)
		b.show(v)
		for range 100 {
			b.tick()
		}
		if got, _ := b.latest(); got != v {
			t.Errorf("%v has become %v", v, got)
		}
	}
}

// Slow readers merge signals and then read the newest; nobody blocks.
func TestReadersAtOnce(t *testing.T) {
	b := newBoard(1000)
	var readers sync.WaitGroup
	for range 4 {
		changed, leave := b.subscribe()
		readers.Go(func() {
			defer leave()
			var last uint64
			for range changed {
				v, id := b.latest()
				if id < last {
					t.Errorf("view %d came after view %d", id, last)
				}
				if last = id; v.State == "passed" {
					return
				}
			}
		})
	}
	for i := range 5000 {
		b.show(View{State: "measuring", Progress: float64(i%100) / 100})
	}
	b.show(View{State: "passed"})
	readers.Wait()
	if n := b.pages(); n != 0 {
		t.Errorf("%d readers are left", n)
	}
}

func TestShowAllocatesNothing(t *testing.T) {
	b := newBoard(3)
	_, leave := b.subscribe()
	defer leave()
	same := View{State: "ready"}
	if n := testing.AllocsPerRun(100, func() { b.show(same) }); n != 0 {
		t.Errorf("%v allocations for a view that is shown already", n)
	}
	i := 0
	if n := testing.AllocsPerRun(100, func() {
		i++
		b.show(View{State: "measuring", Progress: float64(i%100) / 100})
	}); n != 0 {
		t.Errorf("%v allocations for a new view", n)
	}
}
