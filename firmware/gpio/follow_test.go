package gpio

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// states are those of the kiosk, and words that are none.
var states = []string{
	"starting", "warming_up", "ready", "guiding", "measuring", "passed", "referred", "unmeasured", "clearing", "out_of_service",
	"unknown", "", "PASSED", "tomorrow's",
}

func following(door Door) follower {
	return follower{door: door, doorTime: 5 * time.Second, buzzer: 200 * time.Millisecond}
}

func TestLevelsFollowTheState(t *testing.T) {
	for _, c := range []struct {
		state       string
		lamps       []Role
		held        bool // a fail-safe door is held
		opens, buzz bool
	}{
		{"starting", []Role{OutOfServiceLamp}, false, false, false},
		{"warming_up", []Role{OutOfServiceLamp}, false, false, false},
		{"ready", nil, true, false, false},
		{"guiding", nil, true, false, false},
		{"measuring", nil, true, false, false},
		{"passed", []Role{PassLamp}, false, true, true},
		{"referred", []Role{ReferLamp}, true, false, true},
		{"unmeasured", nil, true, false, true},
		{"clearing", nil, true, false, false},
		{"out_of_service", []Role{OutOfServiceLamp}, false, false, false},
		{"", []Role{OutOfServiceLamp}, false, false, false},
		{"a state that came later", []Role{OutOfServiceLamp}, false, false, false},
	} {
		for _, door := range []Door{FailSecure, FailSafe} {
			f := following(door)
			f.show(c.state, 0)
			var want levels
			for _, r := range c.lamps {
				want[r] = true
			}
			want[Buzzer] = c.buzz
			want[DoorRelay] = door == FailSecure && c.opens || door == FailSafe && c.held
			if got := f.levels(0); got != want {
				t.Errorf("%s, %v: %v, want %v", c.state, door, got, want)
			}
		}
	}
}

// The door is released by a PASS that comes, for its time, and by nothing else.
func TestDoor(t *testing.T) {
	const s = time.Second
	type at struct {
		when  time.Duration
		state string
		open  bool
	}
	for name, steps := range map[string][]at{
		"the visitor goes in": {
			{0, "measuring", false},
			{1 * s, "passed", true},
			{2 * s, "passed", true},
			{3 * s, "clearing", true},
			{4 * s, "ready", true},
			{5 * s, "ready", true},
			{6 * s, "ready", false},
			{7 * s, "ready", false},
		},
		"PASS stays on the screen": {
			{0, "passed", true},
			{1 * s, "passed", true},
			{2 * s, "passed", true},
			{3 * s, "passed", true},
			{4 * s, "passed", true},
			{5 * s, "passed", false},
			{6 * s, "passed", false},
			{7 * s, "clearing", false},
			{8 * s, "passed", true},
		},
		"the next one is referred": {
			{0, "passed", true}, {1 * s, "clearing", true}, {2 * s, "measuring", true}, {3 * s, "referred", false}, {4 * s, "clearing", false},
		},
		"a fault":         {{0, "passed", true}, {1 * s, "out_of_service", false}, {2 * s, "ready", false}},
		"views stay away": {{0, "passed", true}, {1 * s, "passed", true}, {3 * s, "passed", false}, {4 * s, "passed", false}},
	} {
		f, g := following(FailSecure), following(FailSafe)
		for _, step := range steps {
			// What is due is done before the view comes.
			f.levels(step.when)
			g.levels(step.when)
			f.show(step.state, step.when)
			g.show(step.state, step.when)
			if got := f.levels(step.when)[DoorRelay]; got != step.open {
				t.Errorf("%s, at %v: the relay of a fail-secure lock is %v", name, step.when, got)
			}
			if got := !g.levels(step.when)[DoorRelay]; InService(step.state) && got != step.open {
				t.Errorf("%s, at %v: the fail-safe lock is released: %v", name, step.when, got)
			}
		}
	}
}

// Whatever is shown, and whenever: the lamps tell what the screen tells, one at
// a time, and the door is open for its time after a PASS at most.
func TestPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := following(rapid.SampledFrom([]Door{FailSecure, FailSafe}).Draw(t, "door"))
		f.dark = rapid.IntRange(0, 9).Draw(t, "dark") == 0
		f.idle = rapid.IntRange(0, 9).Draw(t, "idle") == 0
		now, shown, passed := time.Duration(0), time.Duration(-1<<40), time.Duration(-1<<40)
		state := ""
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += time.Duration(rapid.IntRange(0, 2500).Draw(t, "ms")) * time.Millisecond
			f.levels(now)
			if rapid.Bool().Draw(t, "a view") {
				next := rapid.SampledFrom(states).Draw(t, "state")
				if next == "passed" && state != "passed" {
					passed = now
				}
				state, shown = next, now
				f.show(state, now)
			}
			out := f.levels(now)
			fresh := now-shown < Patience
			serving := fresh && InService(state) && !f.dark && !f.idle
			if f.dark && out != (levels{}) {
				t.Fatalf("dark, but %v", out)
			}
			if out[PassLamp] != (serving && state == "passed") || out[ReferLamp] != (serving && state == "referred") || out[OutOfServiceLamp] == (serving || f.dark) {
				t.Fatalf("state %q, fresh %v: lamps %v", state, fresh, out)
			}
			released := out[DoorRelay] == (f.door == FailSecure)
			if !serving && out[DoorRelay] {
				t.Fatalf("state %q, fresh %v: the relay is active", state, fresh)
			}
			if serving && released && (now-passed >= f.doorTime || state == "referred" || state == "unmeasured") {
				t.Fatalf("state %q: the door is released %v after the last PASS", state, now-passed)
			}
			if out[Buzzer] && (!serving || now-shown > f.buzzer && now-f.sounded >= f.buzzer) {
				t.Fatalf("state %q: the buzzer sounds", state)
			}
		}
	})
}

// The buzzer sounds the same for every outcome, once.
func TestBuzzerTellsNoOutcome(t *testing.T) {
	var all [][]bool
	for _, state := range []string{"passed", "referred", "unmeasured"} {
		f := following(FailSecure)
		var sound []bool
		for ms := range 1000 {
			now := time.Duration(ms) * time.Millisecond
			if ms%110 == 0 {
				f.show(state, now)
			}
			sound = append(sound, f.levels(now)[Buzzer])
		}
		all = append(all, sound)
		n := 0
		for _, s := range sound {
			if s {
				n++
			}
		}
		if n != 200 {
			t.Errorf("%s: it sounds for %d ms of 200", state, n)
		}
	}
	if !slices.Equal(all[0], all[1]) || !slices.Equal(all[0], all[2]) {
		t.Error("the outcomes sound different")
	}
}
